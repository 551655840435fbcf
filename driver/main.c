/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr`: one table of subcommands drives dispatch and help. Results go to
 * stdout, diagnostics to stderr; exit status 0 success, 1 failure, 2 usage.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "context.h"
#include "driver.h"
#include "psr/store.h"

static int cmd_help(int argc, char **argv);

static const struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
} commands[] = {
    {"bench", "time PSR against clang and gcc on a suite of programs",
     cmd_bench},
    {"db", "query, export and maintain the profile database", cmd_db},
    {"doctor", "say what PSR can use here, and why not the rest", cmd_doctor},
    {"predict", "print what a program is expected to need", cmd_predict},
    {"report", "say what choosing variants gained, and cost", cmd_report},
    {"run", "run a program, prepared, and learn from it", cmd_run},
    {"train", "learn what to expect of variants that never ran", cmd_train},
    {"help", "explain a command", cmd_help},
};

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < PSR_COUNTOF(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void usage(void)
{
	puts("Usage: psr COMMAND [OPTION...] [OPERAND...]\n"
	     "Prepares programs before they run, and learns from each run.\n");
	for (size_t i = 0; i < PSR_COUNTOF(commands); i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].summary);
	puts("\n  --help     print this\n"
	     "  --version  print the version\n"
	     "\n'psr help COMMAND' explains one command; see psr(1).");
}

static int dispatch(int argc, char **argv)
{
	const struct command *c = command_find(argv[0]);

	if (!c)
		return psr_say(PSR_EXIT_USAGE,
			       "%s: no such command; see 'psr --help'",
			       argv[0]);
	return c->run(argc, argv);
}

static int cmd_help(int argc, char **argv)
{
	char help[] = "--help";

	if (argc > 2)
		return psr_say(PSR_EXIT_USAGE,
			       "help: one command at a time, not '%s'",
			       argv[2]);
	if (argc < 2 || !strcmp(argv[1], "help") || !strcmp(argv[1], help)) {
		usage();
		return PSR_EXIT_OK;
	}
	return dispatch(2, (char *[]){argv[1], help, NULL});
}

static int run(int argc, char **argv)
{
	if (argc < 2)
		return psr_say(PSR_EXIT_USAGE,
			       "no command given; see 'psr --help'");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		usage();
		return PSR_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("psr " PSR_VERSION);
		return PSR_EXIT_OK;
	}
	if (argv[1][0] == '-')
		return psr_say(PSR_EXIT_USAGE,
			       "%s is not an option; see 'psr --help'",
			       argv[1]);
	return dispatch(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status;

	psr_store_alone();
	if (argc && !strcmp(argv[0], "psr-guard"))
		return psr_guard_main(argc, argv);
	status = run(argc, argv);

	/* A result that could not be written is a failure. */
	errno = 0;
	if ((fflush(stdout) || ferror(stdout)) && status == PSR_EXIT_OK)
		status = psr_say(PSR_EXIT_FAILURE, "standard output: %s",
				 strerror(errno ? errno : EIO));
	return status;
}
