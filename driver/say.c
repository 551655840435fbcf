/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One line on stderr for every failure, always in the same form. */
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "driver.h"

int psr_say(int status, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	fflush(stdout);
	fprintf(stderr, "psr: %s\n", line);
	return status;
}

int psr_bad_option(int c, char **argv)
{
	char letter[3] = {'-', (char)optopt, 0};
	bool is_short = optopt > 0 && optopt < PSR_LONG_OPTION;
	const char *what = is_short ? letter : argv[optind - 1];
	const char *why = "is not an option";

	if (c == ':')
		why = "needs an argument";
	else if (optopt >= PSR_LONG_OPTION)
		why = "takes no argument";
	return psr_say(PSR_EXIT_USAGE, "%s: %s %s; see 'psr %s --help'",
		       argv[0], what, why, argv[0]);
}
