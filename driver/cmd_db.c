/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* `psr db`: asks and maintains the profile database. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"
#include "psr/store.h"

static void help(void)
{
	puts("Usage: psr db path\n"
	     "\n  path   print where the database is");
}

static int db_path(void)
{
	struct psr_err err;
	char path[PATH_MAX];

	if (psr_store_path(path, sizeof(path), &err) < 0)
		return psr_say(PSR_EXIT_FAILURE, "db: %s", err.text);
	puts(path);
	return PSR_EXIT_OK;
}

int cmd_db(int argc, char **argv)
{
	static const struct option options[] = {
	    {"help", no_argument, NULL, PSR_LONG_OPTION}, {NULL, 0, NULL, 0}};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (c != PSR_LONG_OPTION)
			return psr_bad_option(c, argv);
		help();
		return PSR_EXIT_OK;
	}
	if (optind == argc - 1 && !strcmp(argv[optind], "path"))
		return db_path();
	return psr_say(PSR_EXIT_USAGE, "db: say what; see 'psr db --help'");
}
