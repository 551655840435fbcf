/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Lists descriptors, threads, signal handlers and mask before and after PSR
 * woke, and says what differs. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "awake.h"

#include "busy.h"

static void list(const char *dir, char *out, size_t size)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		abort();
	out[0] = 0;
	while ((e = readdir(d))) {
		strncat(out, e->d_name, size - strlen(out) - 1);
		strncat(out, " ", size - strlen(out) - 1);
	}
	closedir(d);
}

static void look(char *out, size_t size)
{
	struct sigaction sa;
	sigset_t mask;
	char part[4096];

	out[0] = 0;
	list("/proc/self/fd", part, sizeof(part));
	strncat(out, part, size - strlen(out) - 1);
	list("/proc/self/task", part, sizeof(part));
	strncat(out, part, size - strlen(out) - 1);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int s = 1; s < 65; s++) {
		if (sigaction(s, NULL, &sa))
			continue;
		snprintf(part, sizeof(part), "%d:%d:%d ", s,
			 sa.sa_handler != SIG_DFL, sigismember(&mask, s));
		strncat(out, part, size - strlen(out) - 1);
	}
	snprintf(part, sizeof(part), "%s %d", getcwd(part + 2048, 2048),
		 getppid());
	strncat(out, part, size - strlen(out) - 1);
}

int main(int argc, char **argv)
{
	static char before[16384], after[16384];
	int calls = argc > 1 ? atoi(argv[1]) : 0;
	long n = argc > 2 ? atol(argv[2]) : 50000;

	look(before, sizeof(before));
	for (int i = 0; i < calls; i++)
		TEST_CALL(busy, n);
	look(after, sizeof(after));
	printf("%s\n%s\n", is_awake() ? "awake" : "asleep",
	       strcmp(before, after) ? after : "same");
	if (strcmp(before, after))
		puts(before);
	return 0;
}
