/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every tool is found relative to the running one, or in $PATH. */
#include "find.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool psr_find_in_path(const char *name, char *out, size_t size)
{
	const char *dirs = getenv("PATH");

	for (; dirs && *dirs; dirs += strspn(dirs, ":")) {
		size_t n = strcspn(dirs, ":");

		if ((size_t)snprintf(out, size, "%.*s/%s", (int)n, dirs, name) <
			size &&
		    !access(out, X_OK))
			return true;
		dirs += n;
	}
	return false;
}

bool psr_find_own(const char *name, char *out, size_t size)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return false;
	exe[n] = 0;
	for (int up = 0; up < 2 && strrchr(exe, '/'); up++)
		*strrchr(exe, '/') = 0;
	return (size_t)snprintf(out, size, "%s/%s", exe, name) < size &&
	       !access(out, R_OK);
}
