/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A step that is not made until psr run does something else: a page that a
 * followed thread needs comes only once psr has passed on a signal.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

static volatile sig_atomic_t signalled;
static atomic_int held;
static char *page;
static int fd;

static void on_signal(int signo)
{
	(void)signo;
	signalled = 1;
}

static int is_followed(void)
{
	char line[128];
	int tracer = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "TracerPid: %d", &tracer);
	if (f)
		fclose(f);
	return tracer != 0;
}

/*
 * Takes the page away while the first thread, which is /proc/self, is followed,
 * and gives it back. Left alone it would hardly ever be in need of it just then.
 */
static void *serve(void *unused)
{
	struct uffd_msg fault;

	(void)unused;
	for (;;) {
		struct uffdio_zeropage zero = {.range = {(uintptr_t)page,
							 PAGE}};

		if (!held && is_followed())
			madvise(page, PAGE, MADV_DONTNEED);
		if (read(fd, &fault, sizeof(fault)) < 0) {
			usleep(20);
			continue;
		}
		if (!held && is_followed()) {
			kill(getppid(), SIGUSR1);
			while (!signalled)
				usleep(1000);
			held = 1;
		}
		ioctl(fd, UFFDIO_ZEROPAGE, &zero);
	}
}

int main(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register reg = {.mode = UFFDIO_REGISTER_MODE_MISSING};
	pthread_t t;

	signal(SIGUSR1, on_signal);
	fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (uintptr_t)page;
	reg.range.len = PAGE;
	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) < 0 ||
	    ioctl(fd, UFFDIO_REGISTER, &reg) < 0 ||
	    pthread_create(&t, NULL, serve, NULL))
		return 1;
	for (clock_t end = clock() + 10 * CLOCKS_PER_SEC;
	     !held && clock() < end;)
		for (unsigned i = 0; i < 100000; i++)
			(*(volatile char *)page)++;
	puts(held ? "held, and passed on" : "never followed");
	return 0;
}
