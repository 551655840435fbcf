/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Says whether psr run has told PSR's runtime in here that it followed us; with
 * an argument the program tells it itself that it is followed from now on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "followed.h"

static int find(struct dl_phdr_info *info, size_t size, void *path)
{
	(void)size;
	if (!strstr(info->dlpi_name, "/libpsrrt.so"))
		return 0;
	*(const char **)path = info->dlpi_name;
	return 1;
}

static double x[4096], y[4096];

__attribute__((noinline)) static void work(int n)
{
	for (int i = 0; i < n; i++)
		y[i] += 0.5 * x[i];
}

/* The runtime's word, NULL while it sleeps. */
static volatile struct psr_followed *find_followed(void)
{
	const char *path = NULL;
	void *runtime;

	if (!dl_iterate_phdr(find, &path))
		return NULL;
	runtime = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	return runtime ? dlsym(runtime, PSR_FOLLOWED_NAME) : NULL;
}

int main(int argc, char **argv)
{
	uintptr_t self = (uintptr_t)__builtin_thread_pointer();
	volatile struct psr_followed *f = NULL;

	(void)argv;
	for (clock_t end = clock() + CLOCKS_PER_SEC / 2; clock() < end;) {
		for (int i = 0; i < 20; i++)
			work(4096);
		if (f || !(f = find_followed()) || argc < 2)
			continue;
		f->thread = self;
		f->ns = PSR_FOLLOWED_NOW;
	}
	if (!f) {
		puts("asleep");
		return 0;
	}
	while (argc < 2 && f->ns & PSR_FOLLOWED_NOW)
		continue; /* for some hundred instructions */
	if (!f->ns)
		puts("alone");
	else if (f->thread != self)
		puts("another thread");
	else
		puts("followed");
	return 0;
}
