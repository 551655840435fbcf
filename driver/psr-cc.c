/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr-cc` and `psr-c++`: clang, with PSR's plugin where it optimises and the
 * runtime's stub where it links. They edit the arguments and become clang, so
 * that output, diagnostics and exit status are clang's own; where nothing is
 * to be added, the arguments are the user's. Only --psr-* is taken out.
 *
 * The plugin's arguments stand in front, between --start-no-unused-arguments
 * and its end, so that neither a `--`, a `-x`, a missing value nor -Werror
 * meets them. The stub's stand behind the user's: so his code lies where clang
 * puts it, and its loops are aligned as with clang. In front the linker meets
 * psrplain.elf, which is empty.
 * A plugin or stub that is missing is not added: a build never fails for PSR.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cc_args.h"
#include "cc_profile.h"
#include "cc_scan.h"

enum { EXIT_USAGE = 2 };

struct cc {
	struct psr_args user;  /* the arguments without --psr-* */
	struct psr_args flags; /* for the plugin: "-psr-min-work=4096" */
	struct psr_args out;   /* clang's final arguments */
	char clang[PATH_MAX];
	char plugin[PATH_MAX];
	char stub[PATH_MAX];
	char plain[PATH_MAX]; /* or "" */
	bool cxx; /* called as psr-c++ */
	bool off;
	bool profile; /* ask the database: for sites */
	enum { NO_BLOCKS, ASK_BLOCKS, READ_BLOCKS } blocks; /* and for these */
	char blocks_file[PATH_MAX]; /* to be read */
	bool small; /* --psr-optimise-size */
	bool lld;   /* links with the lld of our LLVM */
	bool print_argv;
	bool asked; /* some --psr-* was given */
	bool help;
	bool version;
};

static int say(int status, const char *fmt, ...) PSR_PRINTF(2, 3);

static int say(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("psr-cc: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return status;
}

/* ---- --psr-* ----------------------------------------------------------- */

static bool is_number_to(const char *text, unsigned long long max)
{
	return *text && strlen(text) <= 10 &&
	       strspn(text, "0123456789") == strlen(text) &&
	       strtoull(text, NULL, 10) <= max;
}

static bool is_work(const char *text)
{
	return is_number_to(text, UINT32_MAX);
}

static bool is_variants(const char *text)
{
	return is_number_to(text, 64);
}

/* Code added over code present: a decimal number from 0 to 1000. */
static bool is_factor(const char *text)
{
	char *end;
	double d = strtod(text, &end);

	return strspn(text, "0123456789.") == strlen(text) && end != text &&
	       !*end && d <= 1000;
}

static bool is_fp(const char *text)
{
	return !strcmp(text, "strict") || !strcmp(text, "contract");
}

static bool is_file(const char *text)
{
	return *text != 0;
}

/* Names separated by commas, none of them empty. */
static bool is_list(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	for (;; text++) {
		size_t n = strspn(text, letters);

		text += n;
		if (!n || (*text && *text != ','))
			return false;
		if (!*text)
			return true;
	}
}

/* Options that are handed to the plugin without their first dash. */
static const struct option {
	const char *name;
	bool (*valid)(const char *value);
	const char *value;
	const char *help;
} options[] = {
    {"--psr-remarks", is_file, "FILE", "say as JSON what became of each loop"},
    {"--psr-min-work", is_work, "N", "work below which a site stays inline"},
    {"--psr-max-variants", is_variants, "N", "most variants of one site"},
    {"--psr-recipes", is_list, "LIST", "only these recipes, e.g. scalar,v3"},
    {"--psr-fp", is_fp, "strict|contract",
     "contract: variants may fuse multiply-add"},
    {"--psr-budget", is_factor, "F",
     "most code added, over the file's own (0.75)"},
};

static int help(bool cxx)
{
	printf("Usage: %s [--psr-OPTION...] CLANG-ARGUMENT...\n"
	       "Compiles and links as %s does, with PSR's variants.\n\n",
	       cxx ? "psr-c++" : "psr-cc", cxx ? "clang++" : "clang");
	for (size_t i = 0; i < PSR_COUNTOF(options); i++)
		printf("  %s=%s\n        %s\n", options[i].name,
		       options[i].value, options[i].help);
	puts("  --psr-profile=auto|none|FILE\n"
	     "        what was learnt: from the database, nothing, or FILE\n"
	     "  --psr-blocks=auto|none|FILE\n"
	     "        how often blocks ran: from samples of runs, not to be "
	     "sampled, or FILE\n"
	     "  --psr-optimise-size\n        make variants at -Os and -Oz, "
	     "too\n"
	     "  --psr-verify\n        compare each variant's call with the "
	     "original's\n"
	     "  --psr-off\n        add nothing\n"
	     "  --psr-print-argv\n        print clang's arguments and stop\n"
	     "  --psr-help, --psr-version\n\n"
	     "PSR_CLANG names another clang of the same version; see "
	     "psr-cc(1).");
	return EXIT_SUCCESS;
}

static int version(void)
{
	puts("psr-cc " PSR_VERSION " for clang " PSR_LLVM_VERSION);
	return EXIT_SUCCESS;
}

/* Takes --NAME=VALUE. 0, -ENOMEM, or -EINVAL after a message. */
static int take_valued(struct cc *cc, const char *arg)
{
	size_t length = strcspn(arg, "=");
	const char *value = arg[length] ? arg + length + 1 : NULL;

	for (size_t i = 0; i < PSR_COUNTOF(options); i++) {
		const struct option *o = &options[i];

		if (strlen(o->name) != length || strncmp(o->name, arg, length))
			continue;
		if (!value)
			say(0, "%s needs a value: %s=%s", arg, arg, o->value);
		else if (!o->valid(value))
			say(0, "'%s' is no value for %s=%s", value, o->name,
			    o->value);
		else
			return psr_args_add(&cc->flags, arg + 1);
		return -EINVAL;
	}
	say(0, "%s is not an option; see 'psr-cc --psr-help'", arg);
	return -EINVAL;
}

static int take_small(struct cc *cc, const char *arg)
{
	cc->small = true;
	return psr_args_add(&cc->flags, arg + 1);
}

/* --psr-profile=auto, none, or a file, which must be there. */
static int take_profile(struct cc *cc, const char *value)
{
	char flag[PATH_MAX + 32];

	cc->profile = !strcmp(value, "auto");
	if (!strcmp(value, "none") || cc->profile)
		return psr_args_add(&cc->flags, "-psr-profile=none");
	if (access(value, R_OK)) {
		say(0, "--psr-profile=%s: %s", value, strerror(errno));
		return -EINVAL;
	}
	snprintf(flag, sizeof(flag), "-psr-profile=%s", value);
	return psr_args_add(&cc->flags, flag);
}

/* --psr-blocks=auto, none, or a file, which must be there. */
static int take_blocks(struct cc *cc, const char *value)
{
	cc->blocks = !strcmp(value, "none")   ? NO_BLOCKS
		     : !strcmp(value, "auto") ? ASK_BLOCKS
					      : READ_BLOCKS;
	if (cc->blocks != READ_BLOCKS)
		return 0;
	if (access(value, R_OK) || strlen(value) >= sizeof(cc->blocks_file)) {
		say(0, "--psr-blocks=%s: %s", value, strerror(errno));
		return -EINVAL;
	}
	strcpy(cc->blocks_file, value);
	return 0;
}

static int take_option(struct cc *cc, const char *arg)
{
	static const char profile[] = "--psr-profile=";
	static const char blocks[] = "--psr-blocks=";

	cc->asked = true;
	if (!strncmp(arg, profile, strlen(profile)))
		return take_profile(cc, arg + strlen(profile));
	if (!strncmp(arg, blocks, strlen(blocks)))
		return take_blocks(cc, arg + strlen(blocks));
	if (!strcmp(arg, "--psr-off"))
		cc->off = true;
	else if (!strcmp(arg, "--psr-optimise-size"))
		return take_small(cc, arg);
	else if (!strcmp(arg, "--psr-verify"))
		return psr_args_add(&cc->flags, arg + 1);
	else if (!strcmp(arg, "--psr-print-argv"))
		cc->print_argv = true;
	else if (!strcmp(arg, "--psr-help"))
		cc->help = true;
	else if (!strcmp(arg, "--psr-version"))
		cc->version = true;
	else
		return take_valued(cc, arg);
	return 0;
}

static bool is_psr(const char *arg)
{
	return !strncmp(arg, "--psr-", strlen("--psr-"));
}

/* Divides ARGS into the user's and ours; values and operands stay theirs. */
static int divide(const struct psr_args *args, struct psr_args *user,
		  struct psr_args *ours)
{
	int values = 0, ret = 0;
	bool operands = false;

	for (size_t i = 0; i < args->n && !ret; i++) {
		const char *arg = args->v[i];

		if (values > 0) {
			values--;
			ret = psr_args_add(user, arg);
		} else if (!operands && is_psr(arg)) {
			ret = psr_args_add(ours, arg);
		} else {
			operands = operands || !strcmp(arg, "--");
			values = operands ? 0 : psr_scan_values(arg);
			ret = psr_args_add(user, arg);
		}
	}
	return ret;
}

/*
 * Fills cc->user, and SCANNED with the same behind response files. These are
 * passed on as they are, unless options of ours stand in them.
 */
static int take_options(struct cc *cc, int argc, char **argv,
			struct psr_args *scanned)
{
	const struct psr_args given = {argv, (size_t)argc, 0};
	struct psr_args all = {0}, user = {0}, ours = {0}, ignored = {0};
	int ret;

	ret = psr_args_expand(&all, argc, argv);
	if (!ret)
		ret = divide(&all, scanned, &ours);
	if (!ret)
		ret = divide(&given, &user, &ignored);
	for (size_t i = 0; i < ours.n && !ret; i++)
		ret = take_option(cc, ours.v[i]);
	if (!ret)
		ret = psr_args_append(&cc->user,
				      ours.n == ignored.n ? &user : scanned);
	psr_args_free(&all);
	psr_args_free(&user);
	psr_args_free(&ours);
	psr_args_free(&ignored);
	return ret;
}

/* ---- The companions and clang ------------------------------------------ */

/* Writes the path of NAME in PSR's library directory; false: not there. */
static bool find_library(const char *name, char *path, size_t size)
{
	static const char *const dirs[] = {"lib", PSR_LIBDIR};
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return false;
	exe[n] = 0;
	for (int up = 0; up < 2 && strrchr(exe, '/'); up++)
		*strrchr(exe, '/') = 0;
	for (size_t i = 0; i < PSR_COUNTOF(dirs); i++) {
		bool whole = dirs[i][0] == '/';

		n = snprintf(path, size, "%s%s%s/%s", whole ? "" : exe,
			     whole ? "" : "/", dirs[i], name);
		if (n > 0 && (size_t)n < size && !access(path, R_OK))
			return true;
	}
	return false;
}

/* Does PATH say that it is WHAT of the LLVM that the plugin was built for? */
static bool same_version(const char *path, const char *what)
{
	char command[2 * PATH_MAX], line[256] = "", want[64];
	FILE *f;

	if (strchr(path, '\''))
		return false;
	snprintf(command, sizeof(command), "'%s' --version 2>/dev/null", path);
	f = popen(command, "re");
	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	pclose(f);
	snprintf(want, sizeof(want), "%s " PSR_LLVM_VERSION, what);
	return strstr(line, want);
}

/* The plugin fits one LLVM only; another clang is run as it is. */
static bool clang_fits(const char *path)
{
	char ours[PATH_MAX], theirs[PATH_MAX];

	if (realpath(PSR_CLANG, ours) && realpath(path, theirs) &&
	    !strcmp(ours, theirs))
		return true;
	return same_version(path, "clang version");
}

/* Makes cc->clang the C++ driver beside it: clang-22 -> clang++-22. */
static bool find_cxx(struct cc *cc)
{
	char *slash = strrchr(cc->clang, '/');
	char *name = strstr(slash ? slash : cc->clang, "clang");
	char path[PATH_MAX + 2];

	if (!name || !strncmp(name, "clang++", 7))
		return name;
	snprintf(path, sizeof(path), "%.*sclang++%s", (int)(name - cc->clang),
		 cc->clang, name + 5);
	if (strlen(path) >= sizeof(cc->clang) || access(path, X_OK))
		return false;
	strcpy(cc->clang, path);
	return true;
}

/* Looks NAME up in $PATH. */
static bool find_in_path(const char *name, char *path, size_t size)
{
	const char *dirs = getenv("PATH");

	while (dirs && *dirs) {
		size_t length = strcspn(dirs, ":");

		snprintf(path, size, "%.*s/%s", (int)length, dirs, name);
		if (length && !access(path, X_OK))
			return true;
		dirs += length + (dirs[length] == ':');
	}
	return false;
}

/* $PSR_CLANG, or the one PSR was built with, or the one in $PATH. */
static int find_clang(struct cc *cc)
{
	const char *env = getenv("PSR_CLANG");
	char self[PATH_MAX], real[PATH_MAX];

	if (!env || !*env)
		env = access(PSR_CLANG, X_OK) ? "clang-22" : PSR_CLANG;
	if (strchr(env, '/'))
		snprintf(cc->clang, sizeof(cc->clang), "%s", env);
	else if (!find_in_path(env, cc->clang, sizeof(cc->clang)))
		return say(-ENOENT,
			   "cannot find %s: install clang 22, or set "
			   "PSR_CLANG to it",
			   env);
	if (realpath("/proc/self/exe", self) && realpath(cc->clang, real) &&
	    !strcmp(self, real))
		return say(-ELOOP, "PSR_CLANG=%s is psr-cc itself", env);
	return 0;
}

/* ---- The final arguments ----------------------------------------------- */

static int add_all(struct psr_args *to, const char *const *list)
{
	int ret = 0;

	for (; *list && !ret; list++)
		ret = psr_args_add(to, *list);
	return ret;
}

static bool mentions(const struct psr_args *args, const char *option)
{
	for (size_t i = 0; i < args->n; i++)
		if (strstr(args->v[i], option))
			return true;
	return false;
}

/*
 * A few samples do not tell what is cold: a call that none of them met may lead
 * to where all of them are, inlined there so far. So calls are inlined as -O3
 * does, also where clang would take them for cold. Nor are they inlined in front
 * of all other passes, where the samples say that they were: what is called is
 * made simple first, as it is with clang's own profile.
 */
static int keep_inlining(struct cc *cc)
{
	static const struct {
		const char *name, *flag;
	} flags[] = {
	    {"-inline-cold-callsite-threshold",
	     "-inline-cold-callsite-threshold=250"},
	    {"-disable-sample-loader-inlining",
	     "-disable-sample-loader-inlining"},
	};
	int ret = 0;

	for (size_t i = 0; i < PSR_COUNTOF(flags) && !ret; i++)
		if (!mentions(&cc->user, flags[i].name))
			ret = psr_args_add(&cc->flags, flags[i].flag);
	return ret;
}

/*
 * Probes need to know what was inlined where, as debug locations tell: clang
 * keeps these if anyone asks for remarks, here for none. BLOCKS: a file with
 * how often blocks ran, or "". What clang would warn of is no fault of the
 * source's: a function that has changed, or has no locations.
 */
static int add_probes(struct cc *cc, const char *blocks)
{
	char use[PATH_MAX + 32];
	int ret = psr_args_add(&cc->out, "-Rpass=^$");

	if (ret || !*blocks)
		return ret ? ret
			   : psr_args_add(&cc->flags, "-psr-probes=hidden");
	snprintf(use, sizeof(use), "-fprofile-sample-use=%s", blocks);
	ret = add_all(&cc->out,
		      (const char *[]){use, "-Wno-backend-plugin", NULL});
	if (!ret)
		ret = keep_inlining(cc);
	return ret ? ret : psr_args_add(&cc->flags, "-psr-probes=shown");
}

/*
 * -fplugin serves what clang compiles itself, -fpass-plugin what a plugin
 * action never sees (-save-temps, .bc); the pass runs once. The settings go
 * through -Xclang, for -mllvm would reach the assembler, which has no plugin.
 */
static int add_plugin(struct cc *cc, bool may_probe)
{
	bool probes = may_probe && cc->blocks != NO_BLOCKS;
	char plugin[PATH_MAX + 32], pass[PATH_MAX + 32], flag[64];
	struct psr_cc_profile profile = {"", ""};
	int ret;

	snprintf(plugin, sizeof(plugin), "-fplugin=%s", cc->plugin);
	snprintf(pass, sizeof(pass), "-fpass-plugin=%s", cc->plugin);
	ret = add_all(&cc->out, (const char *[]){"--start-no-unused-arguments",
						 plugin, pass, NULL});
	if (cc->profile && !cc->print_argv)
		psr_cc_profile(&cc->user, probes && cc->blocks == ASK_BLOCKS,
			       &profile);
	if (!ret && profile.sites[0]) {
		snprintf(flag, sizeof(flag), "-psr-profile=%s", profile.sites);
		ret = psr_args_add(&cc->flags, flag);
	}
	if (!ret && probes)
		ret = add_probes(cc, cc->blocks == READ_BLOCKS
					 ? cc->blocks_file
					 : profile.blocks);
	for (size_t i = 0; i < cc->flags.n && !ret; i++)
		ret = add_all(&cc->out,
			      (const char *[]){"-Xclang", "-mllvm", "-Xclang",
					       cc->flags.v[i], NULL});
	if (!ret)
		ret = psr_args_add(&cc->out, "--end-no-unused-arguments");
	return ret;
}

/*
 * References to the stub are weak and fetch nothing from an archive: -u does.
 * The archive is a linker's argument, not an input, so that clang counts and
 * names the user's inputs only.
 */
static int add_stub(struct cc *cc)
{
	char plugin[PATH_MAX + 32];
	int ret;

	ret = add_all(&cc->out,
		      (const char *[]){"-Xlinker", "-u", "-Xlinker",
				       "__psr_enter_at", "-Xlinker", cc->stub,
				       NULL});
	if (ret || !cc->lld)
		return ret;
	snprintf(plugin, sizeof(plugin), "--load-pass-plugin=%s", cc->plugin);
	return add_all(&cc->out, (const char *[]){"-Xlinker", plugin, NULL});
}

/* What the linker is to meet first: runtime/stub/plain.c. */
static int add_plain(struct cc *cc)
{
	if (!*cc->plain)
		return 0;
	return add_all(&cc->out,
		       (const char *[]){"-Xlinker", cc->plain, NULL});
}

/*
 * Thin link-time optimisation makes the sites at the link, where lld loads
 * the plugin, if it is of the same LLVM. Other linkers do without.
 */
static bool links_with_lld(const struct cc *cc, const struct psr_scan *scan)
{
	const char *name = scan->linker_path ? scan->linker_path : scan->linker;
	char path[PATH_MAX + 8], file[PATH_MAX];

	if (!name || !strstr(name, "lld"))
		return false;
	if (strchr(name, '/'))
		return same_version(name, "LLD");
	if (!realpath(cc->clang, path))
		return false;
	strcpy(strrchr(path, '/') + 1, "ld.lld");
	if (!strcmp(name, "lld") && !access(path, X_OK))
		return true; /* which clang prefers to others */
	snprintf(file, sizeof(file), "ld.%s", name);
	return find_in_path(file, path, sizeof(path)) &&
	       same_version(path, "LLD");
}

/* Fills in where the companions are. False: do without, maybe after a word. */
static bool find_companions(struct cc *cc, const struct psr_scan *scan)
{
	char stub[64] = "libpsrstub.a", plain[64] = "psrplain.elf";

	if (!clang_fits(cc->clang))
		return false;
	if (scan->foreign) { /* as Debian's names of multiarch folders */
		snprintf(stub, sizeof(stub), "%s-linux-gnu/libpsrstub.a",
			 scan->processor);
		snprintf(plain, sizeof(plain), "%s-linux-gnu/psrplain.elf",
			 scan->processor);
	}
	if (!find_library(plain, cc->plain, sizeof(cc->plain)))
		*cc->plain = 0;
	if (find_library("libpsr.so", cc->plugin, sizeof(cc->plugin)) &&
	    find_library(stub, cc->stub, sizeof(cc->stub)))
		return true;
	if (cc->asked)
		say(0, "warning: libpsr.so or libpsrstub.a is missing: "
		       "compiling as plain clang");
	return false;
}

/* The user's arguments, with ours around them. */
static int add_arguments(struct cc *cc, struct psr_scan scan)
{
	int ret = 0;

	if (cc->off || (!scan.plugin && !scan.stub) || !find_companions(cc, &scan))
		scan.plugin = scan.stub = false;
	cc->lld = scan.stub && links_with_lld(cc, &scan);
	if (scan.plugin)
		ret = add_plugin(cc, scan.probes);
	if (!ret && scan.stub)
		ret = add_plain(cc);
	if (!ret && scan.stub && scan.dashes)
		ret = add_stub(cc);
	if (!ret)
		ret = psr_args_append(&cc->out, &cc->user);
	if (!ret && scan.stub && !scan.dashes)
		ret = add_stub(cc);
	return ret;
}

/* Fills cc->out from the command line. -EINVAL and such after a message. */
static int arrange(struct cc *cc, int argc, char **argv)
{
	struct psr_args scanned = {0};
	struct psr_scan scan;
	bool named;
	int ret;

	ret = take_options(cc, argc, argv, &scanned);
	if (!ret && !cc->help && !cc->version)
		ret = find_clang(cc);
	if (ret || cc->help || cc->version)
		goto out;
	psr_scan(&scanned, cc->small, &scan);
	named = !cc->cxx || find_cxx(cc);
	ret = psr_args_add(&cc->out, cc->clang);
	if (!ret && !named)
		ret = psr_args_add(&cc->out, "--driver-mode=g++");
	if (!ret)
		ret = add_arguments(cc, scan);
out:
	psr_args_free(&scanned);
	return ret;
}

/* One line that a shell reads back as the same arguments. */
static int print_argv(const struct psr_args *args)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "_@%+=:,./-";

	for (size_t i = 0; i < args->n; i++) {
		const char *p = args->v[i];

		if (i)
			putchar(' ');
		if (*p && strspn(p, plain) == strlen(p)) {
			fputs(p, stdout);
			continue;
		}
		putchar('\'');
		for (; *p; p++)
			if (*p == '\'')
				fputs("'\\''", stdout);
			else
				putchar(*p);
		putchar('\'');
	}
	putchar('\n');
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool called_cxx(const char *argv0)
{
	size_t n = strlen(argv0);

	return n >= 2 && !strcmp(argv0 + n - 2, "++");
}

int main(int argc, char **argv)
{
	struct cc cc = {.profile = true, .blocks = ASK_BLOCKS};
	int ret;

	if (argc > 0)
		cc.cxx = called_cxx(argv[0]);
	ret = arrange(&cc, argc - 1, argv + 1);
	if (ret == -EINVAL)
		return EXIT_USAGE;
	if (ret == -ENOMEM)
		say(0, "out of memory");
	if (ret)
		return EXIT_FAILURE;
	if (cc.help)
		return help(cc.cxx);
	if (cc.version)
		return version();
	if (cc.print_argv)
		return print_argv(&cc.out);
	execv(cc.clang, cc.out.v);
	return say(EXIT_FAILURE, "cannot run %s: %s", cc.clang,
		   strerror(errno));
}
