/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Decides from a clang command line alone, without running clang, whether the
 * plugin and the stub belong to it. Where the answer is not plainly yes it is
 * no: then psr-cc is clang. Which options take values comes from clang's own
 * table (clang_options.def); which of them matter stands in facts[].
 */
#include "cc_scan.h"

#include <stdlib.h>
#include <string.h>

/* What an option says; a command line's facts are or-ed. */
enum {
	NOTHING = 1 << 0,  /* no code is optimised, or not for us */
	NO_LINK = 1 << 1,  /* stops before the linker */
	NO_STUB = 1 << 2,  /* links, but what must stay alone */
	NO_LIBC = 1 << 3,  /* links without the C library, unless -lc */
	LIBC = 1 << 4,     /* -lc */
	PREBUILT = 1 << 5, /* links objects that may hold sites */
	SOURCE = 1 << 6,   /* compiles C, C++ or LLVM IR */
	FOREIGN = 1 << 7,  /* compiles or reads something else */
	INPUT = 1 << 8,    /* anything to work on */
	STATIC = 1 << 9,   /* links a program that can load no library */
	NO_PROBES = 1 << 10, /* code with profiles or checks of its own */
};

enum match { EXACT, PREFIX };

static const struct fact {
	const char *name;
	enum match match;
	unsigned set;
} facts[] = {
    {"-E", EXACT, NOTHING},
    {"--preprocess", EXACT, NOTHING},
    {"-M", EXACT, NOTHING},
    {"-MM", EXACT, NOTHING},
    {"--dependencies", EXACT, NOTHING},
    {"--user-dependencies", EXACT, NOTHING},
    {"-fsyntax-only", EXACT, NOTHING},
    {"--precompile", EXACT, NOTHING},
    {"-emit-ast", EXACT, NOTHING},
    {"-emit-cir", EXACT, NOTHING},
    {"-emit-interface-stubs", EXACT, NOTHING},
    {"-emit-merged-ifs", EXACT, NOTHING},
    {"--emit-static-lib", EXACT, NOTHING},
    {"--analyze", EXACT, NOTHING},
    {"-extract-api", EXACT, NOTHING},
    {"-module-file-info", EXACT, NOTHING},
    {"-rewrite-objc", EXACT, NOTHING},
    {"-rewrite-legacy-objc", EXACT, NOTHING},
    {"-verify-pch", EXACT, NOTHING},
    {"-ObjC", EXACT, NOTHING},
    {"-ObjC++", EXACT, NOTHING},
    {"-fdriver-only", EXACT, NOTHING},
    /* Questions, which clang answers whatever else is there. */
    {"--version", EXACT, NOTHING},
    {"--help", PREFIX, NOTHING},
    {"-help", PREFIX, NOTHING},
    {"--autocomplete=", PREFIX, NOTHING},
    {"-dumpmachine", EXACT, NOTHING},
    {"-dumpversion", EXACT, NOTHING},
    {"-dumpspecs", EXACT, NOTHING},
    {"-print-", PREFIX, NOTHING},
    {"--print-", PREFIX, NOTHING},
    {"--target-help", EXACT, NOTHING},
    /* Other compilers behind the same driver, and settings not in sight. */
    {"-cc1", PREFIX, NOTHING},
    {"--driver-mode=cl", EXACT, NOTHING},
    {"--driver-mode=cpp", EXACT, NOTHING},
    {"--driver-mode=dxc", EXACT, NOTHING},
    {"--driver-mode=flang", EXACT, NOTHING},
    {"--config", EXACT, NOTHING},
    {"--config=", PREFIX, NOTHING},
    {"--rsp-quoting=windows", EXACT, NOTHING},
    /* Code for other devices. */
    {"-fopenmp-targets=", PREFIX, NOTHING},
    {"--offload", PREFIX, NOTHING},
    {"-fsycl", EXACT, NOTHING},
    {"--cuda-", PREFIX, NOTHING},
    {"-Xopenmp-target", PREFIX, NOTHING},
    /* Code that runs without a C library, or in a kernel. */
    {"-ffreestanding", EXACT, NOTHING},
    {"-fapple-kext", EXACT, NOTHING},
    {"-mkernel", EXACT, NOTHING},
    {"-mcmodel=kernel", EXACT, NOTHING},
    {"-mgeneral-regs-only", EXACT, NOTHING},
    {"-mno-sse", EXACT, NOTHING},
    {"-mno-sse2", EXACT, NOTHING},
    {"-miamcu", EXACT, NOTHING},
    {"-D__KERNEL__", PREFIX, NOTHING},
    {"-nostartfiles", EXACT, NOTHING},
    {"-nolibc", EXACT, NO_LIBC},
    {"-nodefaultlibs", EXACT, NO_LIBC},
    {"-nostdlib", EXACT, NO_LIBC},
    {"--no-standard-libraries", EXACT, NO_LIBC},
    {"-lc", EXACT, LIBC},
    /* Steps. */
    {"-c", EXACT, NO_LINK},
    {"--compile", EXACT, NO_LINK},
    {"-S", EXACT, NO_LINK | NO_PROBES},
    {"--assemble", EXACT, NO_LINK | NO_PROBES},
    {"-emit-llvm", EXACT, NO_LINK | NO_PROBES},
    {"-fthinlto-index=", PREFIX, NOTHING},
    {"-r", EXACT, NO_STUB}, /* is linked again */
    {"-static", EXACT, STATIC},
    {"--static", EXACT, STATIC},
    {"-static-pie", EXACT, STATIC},
    {"-T", PREFIX, NO_STUB},
    {"-l", PREFIX, INPUT | PREBUILT},
    /* Profiles of the user's own, instrumentation, code made at the link, and
     * assembler in text, which other assemblers may have to read. */
    {"-fprofile", PREFIX, NO_PROBES},
    {"-fcs-profile", PREFIX, NO_PROBES},
    {"-fauto-profile", PREFIX, NO_PROBES},
    {"-fpseudo-probe", PREFIX, NO_PROBES},
    {"-fdebug-info-for-profiling", EXACT, NO_PROBES},
    {"-fmemory-profile", PREFIX, NO_PROBES},
    {"-fcoverage", PREFIX, NO_PROBES},
    {"--coverage", EXACT, NO_PROBES},
    {"-ftest-coverage", EXACT, NO_PROBES},
    {"-fsanitize", PREFIX, NO_PROBES},
    {"-fxray", PREFIX, NO_PROBES},
    {"-finstrument-functions", PREFIX, NO_PROBES},
    {"-pg", EXACT, NO_PROBES},
    {"-flto", PREFIX, NO_PROBES},
    {"-fembed-bitcode", PREFIX, NO_PROBES},
    {"-fno-integrated-as", EXACT, NO_PROBES},
    {"-no-integrated-as", EXACT, NO_PROBES},
    {"-save-temps", PREFIX, NO_PROBES},
    {"--save-temps", PREFIX, NO_PROBES},
    {"-via-file-asm", EXACT, NO_PROBES},
    {"-Rpass", PREFIX, NO_PROBES},
    {"-fsave-optimization-record", PREFIX, NO_PROBES},
};

/* The same for what is handed to the linker by -Wl, and -Xlinker. */
static const struct fact linker_facts[] = {
    {"-r", EXACT, NO_STUB},           {"-i", EXACT, NO_STUB},
    {"-Ur", EXACT, NO_STUB},          {"--relocatable", EXACT, NO_STUB},
    {"-relocatable", EXACT, NO_STUB}, {"-T", PREFIX, NO_STUB},
    {"--script", PREFIX, NO_STUB},    {"-script", PREFIX, NO_STUB},
    {"--oformat", PREFIX, NO_STUB},   {"-oformat", PREFIX, NO_STUB},
};

/* And by -Xclang: other actions than making code. */
static const struct fact cc1_facts[] = {
    {"-ast-", PREFIX, NOTHING},
    {"-emit-", PREFIX, NOTHING},
    {"-dump", PREFIX, NOTHING},
    {"-print", PREFIX, NOTHING},
    {"-analyze", EXACT, NOTHING},
    {"-rewrite", PREFIX, NOTHING},
    {"-fsyntax-only", EXACT, NOTHING},
    {"-verify", PREFIX, NOTHING},
    {"-E", EXACT, NOTHING},
    {"-disable-llvm-passes", EXACT, NOTHING},
};

/* Languages by the name behind -x, and by a file name's extension. */
static const struct language {
	const char *name;
	unsigned set;
} languages[] = {
    {"c", SOURCE},
    {"c++", SOURCE},
    {"cpp-output", SOURCE},
    {"c++-cpp-output", SOURCE},
    {"ir", SOURCE},
    {"assembler", 0},
    {"assembler-with-cpp", 0},
};

static const char source_extensions[] =
    " c i C cc CC cp cpp CPP cxx CXX c++ C++ ii bc ll ";
static const char assembler_extensions[] = " s S asm ";
static const char foreign_extensions[] =
    " h H hh hp hpp hxx HPP h++ H++ tcc m mi mm mii M cl clcpp cli clii clcppi "
    "cu cui cup hip hipi hlsl f F f77 f90 F90 f95 F95 f03 F03 f08 F08 for FOR "
    "fpp FPP ftn FTN cuf CUF i90 adb ads ast pch pcm ccm cppm cxxm c++m CPPM "
    "iim cppii ixx ifs cir swift rs mlir ";

struct state {
	unsigned facts;
	unsigned language; /* after -x; FROM_NAME without */
	int level;         /* of optimisation */
	bool small;        /* for size, at level 2 */
	const char *linker, *linker_path;
	const char *processor; /* NULL: not one of ours */
	bool dashes; /* -- was met: only inputs follow */
};

#define FROM_NAME (~0u)

#if defined(__linux__) && defined(__GLIBC__) && defined(__LP64__)
#if defined(__x86_64__)
#define HOST "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define HOST "aarch64-linux-gnu"
#endif
#endif
#ifndef HOST
#define HOST "unknown-unknown"
#endif

static const struct values {
	const char *name;
	int count;
} values[] = {
#define VALUES(name, count) {name, count},
#define PREFIX(name)
#include "clang_options.def"
#undef VALUES
#undef PREFIX
};

static const char *const values_after_prefix[] = {
#define VALUES(name, count)
#define PREFIX(name) name,
#include "clang_options.def"
#undef VALUES
#undef PREFIX
};

static bool starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

int psr_scan_values(const char *arg)
{
	for (size_t i = 0; i < PSR_COUNTOF(values); i++)
		if (!strcmp(arg, values[i].name))
			return values[i].count;
	for (size_t i = 0; i < PSR_COUNTOF(values_after_prefix); i++)
		if (starts(arg, values_after_prefix[i]))
			return 1;
	return 0;
}

static unsigned facts_of(const struct fact *table, size_t n, const char *arg)
{
	unsigned set = 0;

	for (size_t i = 0; i < n; i++)
		if (table[i].match == EXACT ? !strcmp(arg, table[i].name)
					    : starts(arg, table[i].name))
			set |= table[i].set;
	return set;
}

/* Of Linux with the GNU C library; else NULL. */
static const char *processor_of(const char *triple)
{
	static const struct {
		const char *start, *processor;
	} known[] = {
	    {"x86_64-", "x86_64"},
	    {"amd64-", "x86_64"},
	    {"aarch64-", "aarch64"},
	    {"arm64-", "aarch64"},
	};
	const char *last = strrchr(triple, '-');

	if (!strstr(triple, "linux") ||
	    (strcmp(last, "-gnu") && strcmp(last, "-linux")))
		return NULL;
	for (size_t i = 0; i < PSR_COUNTOF(known); i++)
		if (starts(triple, known[i].start))
			return known[i].processor;
	return NULL;
}

static bool listed(const char *list, const char *word, size_t length)
{
	for (const char *p = list; (p = strchr(p, ' ')) && p[1]; p++)
		if (!strncmp(p + 1, word, length) && p[1 + length] == ' ')
			return true;
	return false;
}

static unsigned language_of_name(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *dot = strrchr(slash ? slash : name, '.');
	size_t length = dot ? strlen(dot + 1) : 0;

	if (!strcmp(name, "-"))
		return FOREIGN; /* clang wants -x or -E with it */
	if (!length)
		return PREBUILT;
	if (listed(source_extensions, dot + 1, length))
		return SOURCE;
	if (listed(assembler_extensions, dot + 1, length))
		return 0;
	if (listed(foreign_extensions, dot + 1, length))
		return FOREIGN;
	return PREBUILT; /* as clang: for the linker */
}

static void scan_input(struct state *s, const char *name)
{
	s->facts |= INPUT;
	s->facts |=
	    s->language == FROM_NAME ? language_of_name(name) : s->language;
}

static void scan_language(struct state *s, const char *name)
{
	s->language = FOREIGN;
	if (!strcmp(name, "none"))
		s->language = FROM_NAME;
	for (size_t i = 0; i < PSR_COUNTOF(languages); i++)
		if (!strcmp(name, languages[i].name))
			s->language = languages[i].set;
}

/* The value of -O: "", "2", "s", "fast"... */
static void scan_level(struct state *s, const char *value)
{
	s->small = !strcmp(value, "s") || !strcmp(value, "z");
	if (s->small)
		s->level = 2;
	else if (!*value || !strcmp(value, "fast") || !strcmp(value, "g"))
		s->level = 1;
	else
		s->level = atoi(value);
}

static void scan_linker(struct state *s, const char *arg)
{
	s->facts |= facts_of(linker_facts, PSR_COUNTOF(linker_facts), arg);
}

static void scan_linker_list(struct state *s, const char *list)
{
	char *copy = strdup(list), *rest = copy, *arg;

	if (!copy)
		s->facts |= NOTHING;
	while ((arg = strsep(&rest, ",")))
		scan_linker(s, arg);
	free(copy);
}

/* Options whose last occurrence wins. */
static void scan_switch(struct state *s, const char *arg)
{
	if (starts(arg, "-O"))
		scan_level(s, arg + 2);
	else if (!strcmp(arg, "--optimize"))
		scan_level(s, "");
	else if (starts(arg, "--optimize="))
		scan_level(s, strchr(arg, '=') + 1);
	else if (starts(arg, "-fuse-ld="))
		s->linker = strchr(arg, '=') + 1;
	else if (starts(arg, "--ld-path="))
		s->linker_path = strchr(arg, '=') + 1;
	else if (starts(arg, "--target="))
		s->processor = processor_of(strchr(arg, '=') + 1);
	else if (!strcmp(arg, "-m32") || !strcmp(arg, "-mx32") ||
		 !strcmp(arg, "-m16"))
		s->processor = NULL;
	else if (starts(arg, "-Wl,"))
		scan_linker_list(s, arg + 4);
	else if (starts(arg, "--for-linker="))
		scan_linker(s, strchr(arg, '=') + 1);
	else if (starts(arg, "--language="))
		scan_language(s, strchr(arg, '=') + 1);
	else if (starts(arg, "-x"))
		scan_language(s, arg + 2);
}

/* An option with its value in the next argument. */
static void scan_valued(struct state *s, const char *arg, const char *value)
{
	if (!strcmp(arg, "-x") || !strcmp(arg, "--language"))
		scan_language(s, value);
	else if (!strcmp(arg, "-target"))
		s->processor = processor_of(value);
	else if (!strcmp(arg, "-Xlinker") || !strcmp(arg, "--for-linker"))
		scan_linker(s, value);
	else if (!strcmp(arg, "-Xclang"))
		s->facts |= facts_of(cc1_facts, PSR_COUNTOF(cc1_facts), value);
	else if (!strcmp(arg, "-l") && !strcmp(value, "c"))
		s->facts |= LIBC;
	else if (!strcmp(arg, "-D") && !strcmp(value, "__KERNEL__"))
		s->facts |= NOTHING;
}

static void scan_all(struct state *s, const struct psr_args *args)
{
	for (size_t i = 0; i < args->n; i++) {
		const char *arg = args->v[i];
		size_t count = (size_t)psr_scan_values(arg);

		if (s->dashes || arg[0] != '-' || !arg[1]) {
			scan_input(s, arg);
		} else if (!strcmp(arg, "--")) {
			s->dashes = true;
		} else {
			s->facts |= facts_of(facts, PSR_COUNTOF(facts), arg);
			if (i + count >= args->n)
				s->facts |= NOTHING; /* no value: error */
			else if (count)
				scan_valued(s, arg, args->v[i + 1]);
			else
				scan_switch(s, arg);
			i += count;
		}
	}
}

void psr_scan(const struct psr_args *args, bool small, struct psr_scan *out)
{
	struct state s = {0};
	bool libc, links;

	s.language = FROM_NAME;
	s.processor = processor_of(HOST);
	scan_all(&s, args);
	*out = (struct psr_scan){.dashes = s.dashes,
				 .foreign = s.processor &&
					    !starts(HOST, s.processor),
				 .processor = s.processor,
				 .linker = s.linker,
				 .linker_path = s.linker_path};
	if ((s.facts & NOTHING) || !(s.facts & INPUT) || !s.processor)
		return;
	links = !(s.facts & NO_LINK);
	libc = !(s.facts & NO_LIBC) || (s.facts & LIBC);
	out->plugin = (s.facts & SOURCE) && !(s.facts & FOREIGN) &&
		      s.level > 0 && (small || !s.small) && libc &&
		      !(links && (s.facts & STATIC));
	out->probes = out->plugin && !out->foreign &&
		      !strcmp(s.processor, "x86_64") &&
		      !(s.facts & NO_PROBES);
	out->stub = links && libc && !(s.facts & (NO_STUB | STATIC)) &&
		    (out->plugin || (s.facts & PREBUILT));
}
