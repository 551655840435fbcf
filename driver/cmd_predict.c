/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* `psr predict`: the request that `psr run` would make, as JSON. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "driver.h"
#include "launch.h"

enum { OPT_HELP = PSR_LONG_OPTION, OPT_DB };

static const struct option options[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"db", required_argument, NULL, OPT_DB},
    {NULL, 0, NULL, 0},
};

static void help(void)
{
	puts("Usage: psr predict [--db FILE] [--] PROGRAM [ARGUMENT...]\n"
	     "Prints what PROGRAM is expected to need, without running it: "
	     "JSON by\nrequest.schema.json. See psr-predict(1).\n\n"
	     "  --db FILE  use FILE as the profile database\n"
	     "  --help     print this");
}

static int predict(const struct psr_launch_options *o)
{
	struct psr_text t = {0};
	struct psr_launch l;
	struct psr_err err = {""};
	int ret = psr_launch_predict(&l, o, &err);

	if (ret < 0) {
		psr_launch_free(&l);
		return psr_say(PSR_EXIT_FAILURE, "predict: %s", err.text);
	}
	/* No database yet is a cold start; a bad one is worth a word. */
	if (l.store_error && l.store_error != -ENOENT)
		psr_say(0, "predict: %s", l.store_text.text);
	psr_request_json(&l.sig.task, &l.sig.features, &l.request, &t);
	ret = t.failed ? psr_say(PSR_EXIT_FAILURE, "predict: out of memory")
		       : PSR_EXIT_OK;
	if (!t.failed)
		fputs(t.s, stdout);
	psr_text_free(&t);
	psr_launch_free(&l);
	return ret;
}

int cmd_predict(int argc, char **argv)
{
	struct psr_launch_options o = {.max_bytes = PSR_NONE};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (c == OPT_HELP) {
			help();
			return PSR_EXIT_OK;
		}
		if (c != OPT_DB)
			return psr_bad_option(c, argv);
		if (!*optarg)
			return psr_say(PSR_EXIT_USAGE,
				       "predict: --db: '' is not a file");
		o.db = optarg;
	}
	o.argv = argv + optind;
	if (!o.argv[0])
		return psr_say(PSR_EXIT_USAGE, "predict: no program given; "
					       "see 'psr predict --help'");
	return predict(&o);
}
