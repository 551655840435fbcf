/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where the profile database is. Programs that run with more rights than
 * their caller never come here (AT_SECURE), so the environment is trusted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "place.h"
#include "psr/store.h"

int psr_store_path(char *buf, size_t size, struct psr_err *err)
{
	for (size_t i = 0; i < PSR_COUNTOF(psr_places); i++) {
		const char *value = getenv(psr_places[i].name);
		int n;

		if (!value || !*value)
			continue;
		n = snprintf(buf, size, "%s%s", value, psr_places[i].rest);
		if (n < 0 || (size_t)n >= size)
			return psr_fail(err, -ENAMETOOLONG, "$%s is too long",
					psr_places[i].name);
		return 0;
	}
	return psr_fail(err, -ENOENT,
			"no place for the profile database: none of PSR_DB, "
			"XDG_DATA_HOME and HOME is set");
}
