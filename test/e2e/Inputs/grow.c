/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * grow KIND MIB [SECONDS]: uses MIB of memory at full speed, prints a sum of
 * it, and stays for SECONDS. KIND: touch (page faults of the program's own),
 * read (faults inside read()), fork (in two children), step (slowly).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static unsigned char *get(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("grow: mmap");
		exit(3);
	}
	return p;
}

static void by_read(unsigned char *p, size_t n)
{
	int fd = open("/dev/zero", O_RDONLY);

	for (size_t at = 0; at < n;) {
		ssize_t got = read(fd, p + at, n - at);

		if (got <= 0) {
			perror("grow: read");
			exit(4);
		}
		at += (size_t)got;
	}
	for (size_t at = 0; at < n; at += 4096)
		p[at] = 1;
	close(fd);
}

static void fill(const char *kind, unsigned char *p, size_t n)
{
	if (!strcmp(kind, "read")) {
		by_read(p, n);
		return;
	}
	for (size_t at = 0; at < n; at += 4096) {
		p[at] = 1;
		if (!strcmp(kind, "step") && at % (4 * MIB) == 0)
			pause_ms(10);
	}
}

int main(int argc, char **argv)
{
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) * MIB : MIB;
	unsigned char *p;
	size_t sum = 0;

	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "fork")) {
		n /= 2;
		fork();
	}
	p = get(n);
	fill(argv[1], p, n);
	for (size_t at = 0; at < n; at += 4096)
		sum += p[at];
	printf("%zu\n", sum);
	fflush(stdout);
	if (argc > 3)
		pause_ms((long)(atof(argv[3]) * 1000));
	while (wait(NULL) > 0)
		continue;
	return 0;
}
