/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "signature.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binary.h"
#include "check.h"

static const struct {
	const char *arg;
	int type;
	double number;
} arguments[] = {
    {"512", PSR_ARG_NUMBER, 512},      {"-3", PSR_ARG_NUMBER, -3},
    {"1e6", PSR_ARG_NUMBER, 1e6},      {"64k", PSR_ARG_NUMBER, 65536},
    {"2MiB", PSR_ARG_NUMBER, 1 << 21}, {"2GB", PSR_ARG_NUMBER, 1u << 31},
    {".5", PSR_ARG_NUMBER, .5},        {"1.2.3", PSR_ARG_TEXT, NAN},
    {"64kk", PSR_ARG_TEXT, NAN},       {"nan", PSR_ARG_TEXT, NAN},
    {"inf", PSR_ARG_TEXT, NAN},        {"1e999", PSR_ARG_TEXT, NAN},
    {"", PSR_ARG_TEXT, NAN},           {"-", PSR_ARG_TEXT, NAN},
    {"--", PSR_ARG_FLAG, NAN},         {"-v", PSR_ARG_FLAG, NAN},
    {"-n512", PSR_ARG_FLAG, 512},      {"--size=4k", PSR_ARG_FLAG, 4096},
    {"--name=x", PSR_ARG_FLAG, NAN},   {"bs=1M", PSR_ARG_TEXT, 1 << 20},
};

static void arguments_are_typed(void)
{
	for (size_t i = 0; i < PSR_COUNTOF(arguments); i++) {
		struct psr_argument a = psr_argument_parse(arguments[i].arg);
		double want = arguments[i].number;

		CHECK((int)a.type == arguments[i].type, "'%s': type %d",
		      arguments[i].arg, a.type);
		CHECK(isnan(want) ? isnan(a.number) : a.number == want,
		      "'%s': %g", arguments[i].arg, a.number);
	}
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	      "%s", path);
	close(fd);
}

static struct psr_task task_of(char **argv, char **envp)
{
	static struct psr_signature sig;
	struct psr_err err = {""};
	int ret;

	psr_signature_free(&sig);
	ret = psr_signature_make(argv, envp, -1, &sig, &err);
	CHECK(!ret, "%s: %s", argv[0], err.text);
	return sig.task;
}
#define TASK(env, ...) task_of((char *[]){__VA_ARGS__, NULL}, env)

static void digits_change_e_only(void)
{
	char *none[] = {NULL};
	char *four[] = {"OMP_NUM_THREADS=4", NULL};
	char *other[] = {"EDITOR=vi", NULL};
	struct psr_task a = TASK(none, "true", "run", "10"), b;

	b = TASK(none, "true", "run", "2048");
	CHECK(a.exact != b.exact && a.pattern == b.pattern, "digits");
	b = TASK(none, "true", "walk", "10");
	CHECK(a.exact != b.exact && a.pattern != b.pattern, "words");
	b = TASK(four, "true", "run", "10");
	CHECK(a.exact != b.exact, "OMP_NUM_THREADS matters");
	CHECK(!strcmp(b.environment, "{\"OMP_NUM_THREADS\": \"4\"}"), "%s",
	      b.environment);
	b = TASK(other, "true", "run", "10");
	CHECK(a.exact == b.exact && a.pattern == b.pattern, "EDITOR does not");
	b = TASK(none, "true", "ru", "n10");
	CHECK(a.exact != b.exact, "borders between arguments count");
}

static void files_are_sized(void)
{
	char *none[] = {NULL};
	struct psr_task t;

	write_file("in.csv", "1234567", 0644);
	write_file("out.bin", "123", 0644);
	t = TASK(none, "cat", "in.csv", "missing", "-o", "out.bin");
	CHECK(t.input_bytes == 7, "%llu", (unsigned long long)t.input_bytes);
	CHECK(strstr(t.arguments, "\"type\": \"path\", \"value\": \"in.csv\", "
				  "\"bytes\": 7, \"format\": \"csv\""),
	      "%s", t.arguments);
	t = TASK(none, "cat", "--file=in.csv", "if=in.csv", "of=out.bin");
	CHECK(t.input_bytes == 14, "%llu", (unsigned long long)t.input_bytes);
}

static void odd_bytes_stay_json(void)
{
	char *none[] = {NULL};
	struct psr_task t = TASK(none, "true", "a\"\\\n\x01\xff\xc3\xa9");

	CHECK(strstr(t.arguments, "\"a\\\"\\\\\\u000a\\u0001\\u00ff\xc3\xa9\""),
	      "%s", t.arguments);
}

static void scripts_are_their_own_program(void)
{
	char *none[] = {NULL};
	struct psr_task a, b;

	write_file("one.sh", "#!/bin/sh\nexit 0\n", 0755);
	write_file("two.sh", "#!/bin/sh\nexit 1\n", 0755);
	a = TASK(none, "./one.sh");
	CHECK(!strcmp(a.name, "one.sh"), "%s", a.name);
	b = TASK(none, "./two.sh");
	CHECK(a.program != b.program, "contents count");
	a = TASK(none, "sh", "one.sh");
	CHECK(!strcmp(a.name, "one.sh") && strstr(a.path, "/one.sh"), "%s",
	      a.name);
	b = TASK(none, "sh", "two.sh");
	CHECK(a.program != b.program, "also when the shell is named");
	a = TASK(none, "sh", "-c", "true");
	CHECK(!strcmp(a.name, "sh"), "%s", a.name);
}

static void missing_programs_are_told_apart(void)
{
	static const struct {
		char *name;
		int ret;
	} cases[] = {{"no-such-program", -ENOENT},
		     {"./no/such", -ENOENT},
		     {"./in.csv", -EACCES},
		     {".", -ENOENT},
		     {"./", -EACCES},
		     {"", -ENOENT}};
	char *none[] = {NULL};
	struct psr_signature sig;
	struct psr_err err;

	for (size_t i = 0; i < PSR_COUNTOF(cases); i++) {
		int ret = psr_signature_make((char *[]){cases[i].name, NULL},
					     none, -1, &sig, &err);

		/* Root may look everywhere, but "." is in no PATH. */
		CHECK(ret == cases[i].ret ||
			  (!strcmp(cases[i].name, ".") && ret == -EACCES),
		      "'%s': %d", cases[i].name, ret);
		psr_signature_free(&sig);
	}
	CHECK(psr_signature_make((char *[]){NULL}, none, -1, &sig, &err) ==
		  -EINVAL,
	      "empty argv");
	psr_signature_free(&sig);
}

/* Every prefix and many bit flips of a real program: no crash, no hang. */
static void malformed_elf_is_only_hashed(void)
{
	static char image[65536];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = open("elf.tmp", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	ssize_t n = read(in, image, sizeof(image));
	struct psr_binary b;

	for (ssize_t cut = 0; cut < 1024; cut += 7) {
		CHECK(ftruncate(fd, 0) == 0 &&
			  pwrite(fd, image, (size_t)cut, 0) == cut,
		      "cut");
		psr_binary_read(fd, &b);
	}
	srand(3);
	for (int i = 0; i < 2000; i++) {
		size_t at = (size_t)rand() % 1024;
		char c = (char)rand();

		CHECK(pwrite(fd, image, (size_t)n, 0) == n &&
			  pwrite(fd, &c, 1, (off_t)at) == 1,
		      "flip");
		psr_binary_read(fd, &b);
	}
	close(fd);
	close(in);
	unlink("elf.tmp");
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]) < 0)
		return 2;
	arguments_are_typed();
	digits_change_e_only();
	files_are_sized();
	odd_bytes_stay_json();
	scripts_are_their_own_program();
	missing_programs_are_told_apart();
	malformed_elf_is_only_hashed();
	return check_result();
}
