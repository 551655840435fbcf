/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bench.h - what the suite's programs share: sizes, inputs, checksum, times.
 *
 * A program takes its sizes as arguments; the line `psr-bench sizes:` in its
 * first comment lists them for `psr bench`. It prints
 *
 *     checksum 0123456789abcdef
 *     time 0.123456789 s
 *     cpu 0.123456789 s
 *
 * where the times are those of what lies between bench_start() and
 * bench_stop(): by the clock, and of the processor.
 */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t bench_state = 42;
static uint64_t bench_hash = UINT64_C(0xcbf29ce484222325);
static double bench_wall, bench_cpu;

/* The I-th argument, a positive number; anything else ends the program. */
static inline size_t bench_arg(int argc, char **argv, int i)
{
	char *end;
	unsigned long v;

	if (i >= argc) {
		fprintf(stderr, "%s: argument %d is missing\n", argv[0], i);
		exit(2);
	}
	errno = 0;
	v = strtoul(argv[i], &end, 10);
	if (errno || end == argv[i] || *end || !v || v > 1000000000) {
		fprintf(stderr, "%s: '%s' is not a number in 1..1000000000\n",
			argv[0], argv[i]);
		exit(2);
	}
	return v;
}

/* Zeroed memory, all of it touched, or the end of the program. */
static inline void *bench_alloc(size_t bytes)
{
	char *p = malloc(bytes);

	if (!p) {
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
	memset(p, 0, bytes);
	return p;
}

/* A repeatable sequence: splitmix64. */
static inline uint64_t bench_random(void)
{
	uint64_t z = bench_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* In [0, 1). */
static inline double bench_uniform(void)
{
	return (double)(bench_random() >> 11) * 0x1p-53;
}

static inline double *bench_doubles(size_t n)
{
	double *a = bench_alloc(n * sizeof(*a));

	for (size_t i = 0; i < n; i++)
		a[i] = bench_uniform();
	return a;
}

static inline float *bench_floats(size_t n)
{
	float *a = bench_alloc(n * sizeof(*a));

	for (size_t i = 0; i < n; i++)
		a[i] = (float)bench_uniform();
	return a;
}

static inline unsigned char *bench_bytes(size_t n)
{
	unsigned char *a = bench_alloc(n);

	for (size_t i = 0; i < n; i++)
		a[i] = (unsigned char)(bench_random() >> 56);
	return a;
}

/* Adds the exact bits of BYTES at P to the checksum: FNV-1a over words. */
static inline void bench_sum(const void *p, size_t bytes)
{
	const unsigned char *b = p;
	uint64_t word;

	for (size_t n; bytes; bytes -= n, b += n) {
		n = bytes < sizeof(word) ? bytes : sizeof(word);
		word = 0;
		memcpy(&word, b, n);
		bench_hash = (bench_hash ^ word) * UINT64_C(0x100000001b3);
		bench_hash ^= bench_hash >> 32;
	}
}

static inline double bench_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline void bench_start(void)
{
	bench_cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	bench_wall = bench_clock(CLOCK_MONOTONIC);
}

static inline void bench_stop(void)
{
	bench_wall = bench_clock(CLOCK_MONOTONIC) - bench_wall;
	bench_cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - bench_cpu;
}

/* Prints the results; main() returns what this does. */
static inline int bench_end(void)
{
	printf("checksum %016llx\ntime %.9f s\ncpu %.9f s\n",
	       (unsigned long long)bench_hash, bench_wall, bench_cpu);
	return 0;
}

#endif
