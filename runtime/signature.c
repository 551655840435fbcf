/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A task is a program with its parameters. The program is known by its
 * build-id; for a script, whether named by `#!` or given to an interpreter,
 * by the script's contents. Two hashes stand for the parameters: E of all of
 * them, T of the same with every run of digits replaced, so that `sim 10`
 * and `sim 20` share T.
 *
 * Costs a few reads of the program's headers and one stat() per argument.
 */
#include "signature.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binary.h"

#define MAX_ARGUMENTS 1024 /* the rest counts in E and T only */

/* ---- The program -------------------------------------------------------- */

static int try_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode) || access(path, X_OK) < 0)
		return -EACCES;
	return 0;
}

/* As execvp() would find it. */
static int find_program(const char *name, char *out, size_t size)
{
	const char *path = getenv("PATH"), *end;
	int ret = -ENOENT, n;

	if (!*name)
		return -ENOENT;
	if (strchr(name, '/')) {
		if (strlen(name) >= size)
			return -ENAMETOOLONG;
		strcpy(out, name);
		return try_path(name);
	}
	if (!path)
		path = "/bin:/usr/bin";
	for (;; path = end + 1) {
		end = strchrnul(path, ':');
		n = snprintf(out, size, "%.*s%s%s", (int)(end - path), path,
			     end > path ? "/" : "", name);
		if (n > 0 && (size_t)n < size) {
			int r = try_path(out);

			if (!r)
				return 0;
			if (r == -EACCES)
				ret = r;
		}
		if (!*end)
			return ret;
	}
}

static bool is_interpreter(const char *name)
{
	static const char *const known[] = {
	    "sh",    "bash",  "dash", "zsh",  "ksh",  "python",
	    "perl",  "ruby",  "node", "lua",  "php",  "Rscript",
	    "julia", "tclsh", "awk",  "gawk", "mawk", "guile"};
	size_t n = strcspn(name, "0123456789.");

	for (size_t i = 0; i < PSR_COUNTOF(known); i++)
		if (strlen(known[i]) == n && !strncmp(name, known[i], n))
			return true;
	return false;
}

static bool sizes_itself(const char *name)
{
	return !strcmp(name, "java") || !strcmp(name, "node") ||
	       !strcmp(name, "dotnet");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The first operand that is a file: what an interpreter will run. */
static const char *script_of(char *const argv[])
{
	struct stat st;

	for (size_t i = 1; argv[i]; i++) {
		if (argv[i][0] == '-')
			continue;
		if (!stat(argv[i], &st) && S_ISREG(st.st_mode))
			return argv[i];
		return NULL;
	}
	return NULL;
}

/* Reads FILE's signature; -errno when it cannot be opened. */
static int read_signature(const char *file, struct psr_binary *elf)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	psr_binary_read(fd, elf);
	close(fd);
	return 0;
}

static void describe_program(char *const argv[], struct psr_signature *sig)
{
	const char *program = sig->exec_path, *script = NULL;
	struct psr_binary elf = {0}, inner = {0};

	/* A program that may be run but not read is known by its path. */
	if (read_signature(program, &elf) < 0)
		elf.signature = psr_hash(1, program, strlen(program));
	if (elf.elf && is_interpreter(base_name(program)))
		script = script_of(argv);
	if (script && !read_signature(script, &inner)) {
		elf.signature = psr_hash(elf.signature, &inner.signature, 8);
		program = script;
	}
	sig->task.program = elf.signature;
	sig->data_bytes = elf.data_bytes;
	sig->headers = elf.headers;
	sig->sleep = elf.sleep;
	sig->self_sizing =
	    elf.self_sizing || sizes_itself(base_name(sig->exec_path));
	if (!realpath(program, sig->path))
		snprintf(sig->path, sizeof(sig->path), "%s", program);
	sig->task.path = sig->path;
	sig->task.name =
	    base_name(program == sig->exec_path ? sig->exec_path : sig->path);
}

/* ---- Arguments ---------------------------------------------------------- */

/* TEXT as a number with an optional binary suffix; NaN: is none. */
static double parse_number(const char *text)
{
	static const char suffixes[] = "kmgt";
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;
	double v;

	if (!isdigit((unsigned char)digits[*digits == '.']))
		return NAN;
	v = strtod(text, &end);
	for (size_t i = 0; *end && i < 4; i++) {
		if (tolower((unsigned char)*end) != suffixes[i])
			continue;
		v = ldexp(v, 10 * ((int)i + 1));
		end += end[1] == 'i' && end[2] == 'B' ? 3
		       : end[1] == 'B'                ? 2
						      : 1;
		break;
	}
	return *end || !isfinite(v) ? NAN : v;
}

struct psr_argument psr_argument_parse(const char *arg)
{
	const char *equals = strchr(arg, '=');
	struct psr_argument a = {PSR_ARG_TEXT, parse_number(arg), arg};

	if (!isnan(a.number)) {
		a.type = PSR_ARG_NUMBER;
		return a;
	}
	if (equals) {
		a.value = equals + 1;
		a.number = parse_number(a.value);
	} else if (arg[0] == '-' && isalpha((unsigned char)arg[1]) &&
		   isdigit((unsigned char)arg[2])) {
		a.value = arg + 2;
		a.number = parse_number(a.value);
	}
	if (arg[0] == '-' && arg[1])
		a.type = PSR_ARG_FLAG;
	return a;
}

static uint64_t hash_text(uint64_t h, const char *s)
{
	return psr_hash(h, s, strlen(s));
}

/* The same, each run of digits as one '#'. */
static uint64_t hash_pattern(uint64_t h, const char *s)
{
	char buf[512];
	size_t n = 0;

	for (; *s && n < sizeof(buf); s++) {
		if (!isdigit((unsigned char)*s))
			buf[n++] = *s;
		else if (!n || buf[n - 1] != '#')
			buf[n++] = '#';
	}
	return psr_hash(h, buf, n);
}

/* Whether the argument after OPTION names what is written, not read. */
static bool names_output(const char *option)
{
	return !strcmp(option, "-o") || !strcmp(option, "--output") ||
	       !strncmp(option, "--output=", 9) || !strncmp(option, "of=", 3);
}

static void count_number(struct psr_features *f, double v)
{
	if (!(v > 0))
		return;
	f->argument_max = fmax(f->argument_max, v); /* fmax skips NaN */
	if (isnan(f->argument_product))
		f->argument_product = 1;
	f->argument_product = fmin(f->argument_product * v, 1e30);
}

static void add_file(struct psr_text *t, const char *path,
		     const struct stat *st)
{
	const char *dot = strrchr(base_name(path), '.');

	psr_text_add(t, ", \"bytes\": %llu", (unsigned long long)st->st_size);
	if (dot && dot[1]) {
		psr_text_add(t, ", \"format\": ");
		psr_text_json(t, dot + 1);
	}
}

static void add_input(struct psr_signature *sig, const char *path,
		      uint64_t bytes)
{
	char *real;

	sig->task.input_bytes += bytes;
	if (sig->nfiles == PSR_FILES)
		return;
	real = realpath(path, NULL);
	if (real)
		sig->files[sig->nfiles++] =
		    (struct psr_run_file){"input", real, bytes};
}

static void describe_argument(char *const argv[], size_t i,
			      struct psr_signature *sig)
{
	static const char *const types[] = {"text", "number", "flag"};
	struct psr_argument a = psr_argument_parse(argv[i]);
	struct psr_text *t = &sig->arguments;
	const char *type = types[a.type];
	struct stat st;
	bool file = false;

	if (*a.value && a.type != PSR_ARG_NUMBER)
		file = !stat(a.value, &st) && S_ISREG(st.st_mode);
	if (file && a.type == PSR_ARG_TEXT)
		type = "path";
	psr_text_add(t, "%s{\"type\": \"%s\", \"value\": ", i > 1 ? ", " : "",
		     type);
	psr_text_json(t, argv[i]);
	if (!isnan(a.number)) {
		psr_text_add(t, ", \"number\": ");
		psr_text_f64(t, a.number);
		count_number(&sig->features, a.number);
	}
	if (file) {
		add_file(t, a.value, &st);
		if (!names_output(argv[i]) &&
		    !(i > 1 && names_output(argv[i - 1])))
			add_input(sig, a.value, (uint64_t)st.st_size);
	}
	psr_text_add(t, "}");
}

static void describe_arguments(char *const argv[], struct psr_signature *sig)
{
	size_t i;

	psr_text_add(&sig->arguments, "[");
	for (i = 1; argv[i]; i++) {
		sig->task.exact = hash_text(sig->task.exact, argv[i]);
		sig->task.pattern = hash_pattern(sig->task.pattern, argv[i]);
		if (i <= MAX_ARGUMENTS)
			describe_argument(argv, i, sig);
	}
	if (i > MAX_ARGUMENTS + 1)
		psr_text_add(&sig->arguments,
			     ", {\"type\": \"more\", \"count\": %zu}",
			     i - 1 - MAX_ARGUMENTS);
	psr_text_add(&sig->arguments, "]");
}

/* ---- Environment and standard input ------------------------------------- */

/* Variables that change what a program needs; a final '*' is a prefix. */
static const char *const matters[] = {
    "OMP_*",         "GOMP_*",          "KMP_*",
    "OPENBLAS_*",    "MKL_*",           "BLIS_*",
    "NUMEXPR_*",     "GOMAXPROCS",      "GOMEMLIMIT",
    "GOGC",          "RAYON_*",         "TBB_*",
    "JULIA_*",       "MALLOC_*",        "GLIBC_TUNABLES",
    "LD_PRELOAD",    "LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS", "NODE_OPTIONS",    "CUDA_VISIBLE_DEVICES",
    "PYTHONMALLOC",  "PYTHONHASHSEED",  "PSR_MODE",
};

static bool variable_matters(const char *s)
{
	for (size_t i = 0; i < PSR_COUNTOF(matters); i++) {
		size_t n = strlen(matters[i]);

		if (matters[i][n - 1] == '*'
			? !strncmp(s, matters[i], n - 1)
			: !strncmp(s, matters[i], n) && s[n] == '=')
			return strchr(s, '=') != NULL;
	}
	return false;
}

static void describe_environment(char *const envp[], struct psr_signature *sig)
{
	struct psr_text *t = &sig->environment;
	bool first = true;

	psr_text_add(t, "{");
	for (; *envp; envp++) {
		const char *equals = strchr(*envp, '=');
		char name[64];

		if (!variable_matters(*envp) ||
		    (size_t)(equals - *envp) >= sizeof(name))
			continue;
		memcpy(name, *envp, (size_t)(equals - *envp));
		name[equals - *envp] = 0;
		psr_text_add(t, first ? "" : ", ");
		psr_text_json(t, name);
		psr_text_add(t, ": ");
		psr_text_json(t, equals + 1);
		first = false;
		sig->task.exact = hash_text(sig->task.exact, *envp);
		sig->task.pattern = hash_pattern(sig->task.pattern, *envp);
	}
	psr_text_add(t, "}");
}

/* What is left to read of standard input, if that is a file. */
static uint64_t input_left(int fd)
{
	struct stat st;
	off_t at;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	at = lseek(fd, 0, SEEK_CUR);
	return at >= 0 && at < st.st_size ? (uint64_t)(st.st_size - at) : 0;
}

int psr_signature_make(char *const argv[], char *const envp[], int stdin_fd,
		       struct psr_signature *sig, struct psr_err *err)
{
	int ret;

	memset(sig, 0, sizeof(*sig));
	sig->features.argument_max = NAN;
	sig->features.argument_product = NAN;
	if (!argv || !argv[0])
		return psr_fail(err, -EINVAL, "no program given");
	ret = find_program(argv[0], sig->exec_path, sizeof(sig->exec_path));
	if (ret < 0)
		return psr_fail(err, ret, "%s: %s", argv[0],
				ret == -ENOENT && !strchr(argv[0], '/')
				    ? "command not found"
				    : strerror(-ret));
	describe_program(argv, sig);
	describe_arguments(argv, sig);
	describe_environment(envp, sig);
	sig->task.input_bytes += input_left(stdin_fd);
	if (sig->arguments.failed || sig->environment.failed)
		return psr_fail(err, -ENOMEM, "%s: out of memory", argv[0]);
	sig->task.arguments = sig->arguments.s;
	sig->task.environment = sig->environment.s;
	sig->features.exact = sig->task.exact;
	sig->features.pattern = sig->task.pattern;
	sig->features.input_bytes = sig->task.input_bytes;
	return 0;
}

void psr_signature_free(struct psr_signature *sig)
{
	psr_text_free(&sig->arguments);
	psr_text_free(&sig->environment);
	while (sig->nfiles)
		free((char *)sig->files[--sig->nfiles].path);
}
