/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What `psr run true` costs over posix_spawn() of `true`, in turns so that
 * both see the same machine.
 *
 *     launch_cost PSR [ROUNDS [LIMIT_MS]]
 *
 * Prints the medians; fails if the difference passes LIMIT_MS.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double spawn_ms(const char *path, char *const *argv)
{
	double start = now_ms();
	int status;
	pid_t pid;

	if (posix_spawn(&pid, path, NULL, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) < 0 || status) {
		fprintf(stderr, "launch_cost: %s failed\n", path);
		exit(2);
	}
	return now_ms() - start;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

int main(int argc, char **argv)
{
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
	double limit = argc > 3 ? atof(argv[3]) : 0;
	double *plain = calloc(n, sizeof(*plain));
	double *ours = calloc(n, sizeof(*ours));
	char *alone[] = {"true", NULL};
	char *run[] = {"psr", "run", "/bin/true", NULL};
	double a, b;

	if (argc < 2 || !n || !plain || !ours) {
		fputs("launch_cost: PSR [ROUNDS [LIMIT_MS]]\n", stderr);
		return 2;
	}
	spawn_ms(argv[1], run); /* makes the database */
	for (size_t i = 0; i < n; i++) {
		plain[i] = spawn_ms("/bin/true", alone);
		ours[i] = spawn_ms(argv[1], run);
	}
	a = median(plain, n);
	b = median(ours, n);
	printf("posix_spawn true: %.2f ms; psr run true: %.2f ms; "
	       "difference: %.2f ms\n",
	       a, b, b - a);
	free(plain);
	free(ours);
	return limit > 0 && b - a > limit;
}
