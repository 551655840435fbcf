/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* loader LIBRARY TIMES: loads, uses and unloads LIBRARY so often. Prints a
 * number, and to descriptor 9 by how many KiB it grew after the tenth. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef WITH_SITE
#include "busy.h"
#endif

static long grown(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (!f || fscanf(f, "%ld", &pages) != 1)
		abort();
	fclose(f);
	return pages * 4;
}

int main(int argc, char **argv)
{
	int times = argc > 2 ? atoi(argv[2]) : 1;
	long total = 0, before = 0;

	for (int i = 0; i < times; i++) {
		void *lib = dlopen(argv[1], RTLD_NOW);
		long (*work)(int);

		if (!lib)
			return 1;
		work = (long (*)(int))dlsym(lib, "library_work");
		total += work(250);
#ifdef WITH_SITE
		total += TEST_CALL(busy, 200000);
#endif
		if (dlclose(lib))
			return 1;
		if (dlerror())
			return 2;
		if (i == 10)
			before = grown();
	}
	if (strstr(argv[1], "/") && dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD))
		return 3;
	printf("%ld\n", total);
	dprintf(9, "%ld\n", grown() - before);
	return 0;
}
