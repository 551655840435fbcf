/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* driver.h - what the subcommands of `psr` share. */
#ifndef PSR_DRIVER_H
#define PSR_DRIVER_H

#include "psr/err.h"

enum { PSR_EXIT_OK = 0, PSR_EXIT_FAILURE = 1, PSR_EXIT_USAGE = 2 };

/*
 * Every subcommand: ARGV[0] is its name, operands and options follow.
 * Returns the exit status. `--help` goes to stdout.
 */
int cmd_bench(int argc, char **argv);
int cmd_db(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_train(int argc, char **argv);

/* Prints "psr: MESSAGE" on stderr and returns STATUS. */
int psr_say(int status, const char *fmt, ...) PSR_PRINTF(2, 3);

/*
 * getopt_long() is called with opterr = 0, short options that start with ':'
 * (behind any '+'), and long options' values from PSR_LONG_OPTION up, so
 * that this can say which option of ARGV is wrong when it returned C ('?' or
 * ':'). Returns PSR_EXIT_USAGE.
 */
#define PSR_LONG_OPTION 256
int psr_bad_option(int c, char **argv);

#endif
