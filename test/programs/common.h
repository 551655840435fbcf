/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* common.h - what the programs share: arguments, checksum, phase times. */
#ifndef COMMON_H
#define COMMON_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)

/* FNV-1a over 64-bit words: the exact bits decide, -0.0 is not 0.0. */
static inline uint64_t checksum(uint64_t hash, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &v[i], sizeof(bits));
		hash = (hash ^ bits) * UINT64_C(0x100000001b3);
		hash ^= hash >> 32;
	}
	return hash;
}

static inline void die(const char *program, const char *what)
{
	fprintf(stderr, "%s: %s\n", program, what);
	exit(1);
}

/* The size in TEXT, within MIN..MAX; anything else ends the program. */
static inline size_t size_arg(const char *program, const char *text, size_t min,
			      size_t max)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno || end == text || *end || v < min || v > max) {
		fprintf(stderr, "%s: '%s' is not a number in %zu..%zu\n",
			program, text, min, max);
		exit(2);
	}
	return v;
}

/* Zeroed memory, or the end of the program. */
static inline void *grab(const char *program, size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		die(program, "out of memory");
	return p;
}

/* A repeatable sequence in [0, 1): splitmix64. */
static inline double uniform(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* Takes "--time" off the end of the arguments. */
static inline bool wants_time(int *argc, char **argv)
{
	if (*argc < 2 || strcmp(argv[*argc - 1], "--time"))
		return false;
	argv[--*argc] = NULL;
	return true;
}

/* With ON, tells on stderr how long PHASE took since the last call. */
static inline void phase(bool on, const char *name)
{
	static struct timespec last;
	struct timespec now;

	if (!on)
		return;
	timespec_get(&now, TIME_UTC);
	if (name)
		fprintf(stderr, "%s: %.6f s\n", name,
			(double)(now.tv_sec - last.tv_sec) +
			    (double)(now.tv_nsec - last.tv_nsec) * 1e-9);
	last = now;
}

#endif
