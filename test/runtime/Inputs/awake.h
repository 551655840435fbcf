/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* awake.h - whether this process has loaded PSR's runtime. */
#include <stdio.h>
#include <string.h>

static int is_awake(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[4096];
	int found = 0;

	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, "/libpsrrt.so") != NULL;
	if (f)
		fclose(f);
	return found;
}
