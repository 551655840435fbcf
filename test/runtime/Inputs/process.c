/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* process HOW: learns, then ends or divides as HOW says. Prints one number, and
 * to descriptor 9, for each process that ends in order, its timed calls. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "busy.h"

static long total;

static void work(int calls)
{
	for (int i = 0; i < calls; i++)
		total += TEST_CALL(busy, 50000 + i % 5);
}

static void tell(void)
{
	dprintf(9, "%ld\n", test_timed);
}

/* The child's calls are its own; those before the fork are the parent's. */
static void divide(void)
{
	pid_t child[4];
	int status;

	for (int i = 0; i < 4; i++) {
		fflush(stdout);
		child[i] = fork();
		if (child[i])
			continue;
		test_timed = 0;
		work(200);
		tell();
		exit(7);
	}
	work(100);
	for (int i = 0; i < 4; i++)
		if (waitpid(child[i], &status, 0) != child[i] ||
		    status != 7 << 8)
			abort();
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "exit";

	work(400);
	if (!strcmp(how, "fork"))
		divide();
	printf("%ld\n", total);
	fflush(stdout);
	if (!strcmp(how, "_exit"))
		_exit(0);
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "kill"))
		raise(9);
	if (!strcmp(how, "exec"))
		execl("/proc/self/exe", argv[0], "exit", NULL);
	if (!strcmp(how, "vfork") && !vfork()) {
		work(5);
		_exit(0);
	}
	tell();
	return 0;
}
