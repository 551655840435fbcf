/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr doctor`: what PSR can use on this machine, and why not what it cannot.
 * One line for each thing: "ok", "no" where it is not there, which PSR does
 * without, or "bad" where somebody should look at it. It changes nothing.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "driver.h"

enum { OPT_HELP = PSR_LONG_OPTION, OPT_JSON, OPT_DB };

static const struct option options[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"json", no_argument, NULL, OPT_JSON},
    {"db", required_argument, NULL, OPT_DB},
    {NULL, 0, NULL, 0},
};

static const struct {
	const char *name;
	void (*check)(struct doctor *d);
} checks[] = {
    {"processor", doctor_processor},
    {"processors", doctor_processors},
    {"memory", doctor_memory},
    {"huge pages", doctor_huge_pages},
    {"locked memory", doctor_memlock},
    {"counters", doctor_counters},
    {"tracing", doctor_tracing},
    {"pressure", doctor_pressure},
    {"cgroup-v2", doctor_cgroup_v2},
    {"cgroup-v1", doctor_cgroup_v1},
    {"rlimit", doctor_rlimit},
    {"systemd", doctor_systemd},
    {"reservation", doctor_reservation},
    {"runtime", doctor_runtime},
    {"plugin", doctor_plugin},
    {"clang", doctor_clang},
    {"bubblewrap", doctor_bubblewrap},
    {"gpu", doctor_gpu},
    {"slurm", doctor_slurm},
    {"database", doctor_database},
    {"set aside", doctor_set_aside},
    {"variables", doctor_variables},
};

static void help(void)
{
	puts("Usage: psr doctor [--json] [--db FILE]\n"
	     "Says what PSR can use on this machine, and why not what it "
	     "cannot. Exits 1\nif something needs to be looked at. See "
	     "psr-doctor(1).\n\n"
	     "  --json     the same for machines\n"
	     "  --db FILE  look at FILE, not the default database\n"
	     "  --help     print this");
}

__attribute__((format(printf, 3, 0)))
static void say(struct doctor *d, const char *status, const char *fmt,
		va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (!d->json) {
		printf("%-4s %-14s %s\n", status, d->name, text);
		return;
	}
	psr_text_add(&d->out, "%s  {\"name\": ", d->lines ? ",\n" : "");
	psr_text_json(&d->out, d->name);
	psr_text_add(&d->out, ", \"status\": \"%s\", \"detail\": ", status);
	psr_text_json(&d->out, text);
	psr_text_add(&d->out, "}");
	d->lines++;
}

void doctor_ok(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(d, "ok", fmt, ap);
	va_end(ap);
}

void doctor_no(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(d, "no", fmt, ap);
	va_end(ap);
}

void doctor_bad(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	d->bad++;
	va_start(ap, fmt);
	say(d, "bad", fmt, ap);
	va_end(ap);
}

static int examine(struct doctor *d)
{
	int status;

	for (size_t i = 0; i < PSR_COUNTOF(checks); i++) {
		d->name = checks[i].name;
		checks[i].check(d);
	}
	status = d->bad ? PSR_EXIT_FAILURE : PSR_EXIT_OK;
	if (d->json && d->out.failed)
		status = psr_say(PSR_EXIT_FAILURE, "doctor: out of memory");
	else if (d->json)
		printf("[\n%s\n]\n", d->out.s);
	psr_text_free(&d->out);
	return status;
}

int cmd_doctor(int argc, char **argv)
{
	struct doctor d = {0};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		switch (c) {
		case OPT_HELP:
			help();
			return PSR_EXIT_OK;
		case OPT_JSON:
			d.json = true;
			break;
		case OPT_DB:
			if (!*optarg)
				return psr_say(
				    PSR_EXIT_USAGE,
				    "doctor: --db: '' is not a file");
			d.db = optarg;
			break;
		default:
			return psr_bad_option(c, argv);
		}
	}
	if (argv[optind])
		return psr_say(PSR_EXIT_USAGE,
			       "doctor: takes no operand, not '%s'",
			       argv[optind]);
	return examine(&d);
}
