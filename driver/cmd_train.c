/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `psr train`: becomes psr-train, which lies beside psr. It is a program of
 * its own because it needs XGBoost, which psr shall not load for a launch.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"

int cmd_train(int argc, char **argv)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	(void)argc;
	path[n > 0 ? n : 0] = 0;
	slash = strrchr(path, '/');
	if (!slash || slash + sizeof("/psr-train") > path + sizeof(path))
		return psr_say(PSR_EXIT_FAILURE,
			       "train: where psr is, is not known");
	strcpy(slash, "/psr-train");
	execv(path, argv);
	if (errno == ENOENT)
		return psr_say(PSR_EXIT_FAILURE,
			       "train: this build of PSR has no psr-train, as "
			       "XGBoost was not there");
	return psr_say(PSR_EXIT_FAILURE, "train: %s: %s", path,
		       strerror(errno));
}
