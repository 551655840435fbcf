/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * team WHAT: nests on several threads, where a program does what threads must
 * not disturb. Prints what it computed, which does not depend on the threads;
 * how many there were goes to descriptor 9.
 */
#include <dlfcn.h>
#include <fenv.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define N 300

static double a[N * N], b[N * N];

__attribute__((noinline)) static void nest(int n, const double *x, double *y)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			y[i * n + j] = y[i * n + j] + x[i * n + j] / 3;
}

static void begin(void)
{
	for (volatile int i = 0; i < N * N; i++) { /* no site */
		a[i] = i % 1000 / 7.0;
		b[i] = 0;
	}
}

static unsigned long hash(void)
{
	unsigned long h = 1, w;

	for (int i = 0; i < N * N; i++) {
		memcpy(&w, &b[i], sizeof(w));
		h = h * 31 + w;
	}
	return h;
}

static unsigned long compute(int rounds)
{
	begin();
	for (int r = 0; r < rounds; r++)
		nest(N, a, b);
	return hash();
}

static int threads(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "Threads: %d", &n);
	if (f)
		fclose(f);
	return n;
}

static void report(const char *who)
{
	dprintf(9, "%s: threads=%d\n", who, threads());
}

static int plain(void)
{
	printf("%lx\n", compute(20));
	report("plain");
	return 0;
}

/* The child has one thread, works, and has parallel regions of its own. */
static int forks(void)
{
	void (*region)(void (*)(void *), void *, unsigned, unsigned);
	void *lib;
	int status = 0;
	pid_t child;

	printf("%lx\n", compute(20));
	report("parent");
	fflush(stdout);
	child = fork();
	if (!child) {
		printf("%lx\n", compute(20));
		report("child");
		lib = dlopen("libgomp.so.1", RTLD_NOW);
		*(void **)&region = lib ? dlsym(lib, "GOMP_parallel") : NULL;
		if (region)
			region((void (*)(void *))(void *)hash, NULL, 2, 0);
		fflush(stdout);
		_exit(region ? 0 : 1);
	}
	waitpid(child, &status, 0);
	printf("%lx\n", compute(20));
	return status;
}

static sigjmp_buf out;
static volatile int jumps, elsewhere, handled;

static void jump(int sig)
{
	(void)sig;
	handled++;
	if (syscall(SYS_gettid) != getpid())
		elsewhere = 1;
	siglongjmp(out, 1);
}

/*
 * What a nest has begun has ended when a handler leaves it, on whose thread
 * alone handlers run. (On one thread handlers interrupt it, and tear it.)
 */
static int signals(void)
{
	struct itimerval often = {{0, 700}, {0, 700}}, never = {0};
	struct sigaction sa = {.sa_handler = jump};
	volatile int torn = 0;
	unsigned long w, v;

	begin();
	nest(N, a, b);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (jumps < 200) {
		if (sigsetjmp(out, 1)) {
			jumps++;
			/* All have had the same number of rounds. */
			memcpy(&w, &b[700], sizeof(w));
			memcpy(&v, &b[50700], sizeof(v));
			torn += w != v;
			continue;
		}
		for (;;)
			nest(N, a, b);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	printf("torn=%d elsewhere=%d handled=%d\n", torn, elsewhere,
	       handled >= 200);
	report("signals");
	return 0;
}

/* Rounding is the caller's; exceptions become his. */
static int rounding(void)
{
	static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
				    FE_TOWARDZERO};

	for (int i = 0; i < 4; i++) {
		fesetround(modes[i]);
		printf("%lx\n", compute(20));
	}
	fesetround(FE_TONEAREST);
	begin();
	feclearexcept(FE_ALL_EXCEPT);
	a[N * N - 1] = 1e308;
	for (int r = 0; r < 20; r++) {
		b[N * N - 1] = 1.7e308;
		nest(N, a, b);
		b[N * N - 1] = 1.7e308;
		a[N * N - 1] = 1.7e308;
	}
	printf("overflow=%d\n", !!fetestexcept(FE_OVERFLOW));
	report("rounding");
	return 0;
}

static void *last(void *unused)
{
	(void)unused;
	usleep(100000);
	return NULL;
}

/* The program ends with its last thread. */
static int leaves(void)
{
	pthread_t t;

	printf("%lx\n", compute(20));
	report("leaves");
	fflush(stdout);
	pthread_create(&t, NULL, last, NULL);
	pthread_exit(NULL);
}

/* Helpers that have gone come back. */
static int idles(void)
{
	printf("%lx\n", compute(20));
	report("before");
	sleep(3);
	report("idle");
	printf("%lx\n", compute(20));
	report("again");
	return 0;
}

static void *caller(void *sum)
{
	static double mine[4][N * N];
	unsigned long *out = sum;
	double *y = mine[*out];

	memset(y, 0, sizeof(mine[0]));
	for (int r = 0; r < 20; r++)
		nest(N, a, y);
	*out = 0;
	for (int i = 0; i < N * N; i++)
		*out = *out * 31 + (unsigned long)(y[i] * 1000);
	return NULL;
}

/* Threads of the program's own that meet the nest at once. */
static int several(void)
{
	unsigned long sums[4];
	pthread_t t[4];

	begin();
	for (unsigned long i = 0; i < 4; i++) {
		sums[i] = i;
		pthread_create(&t[i], NULL, caller, &sums[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		printf("%lx\n", sums[i]);
	}
	report("several");
	return 0;
}

#ifdef _OPENMP
/* In a region of the program's own it stays on the thread that it has. */
static int region(void)
{
	int most = 0;

	begin();
#pragma omp parallel num_threads(2)
	{
		static double mine[2][N * N];
		int self = 0;

#pragma omp critical
		self = most++;
		for (int r = 0; r < 20; r++)
			nest(N, a, mine[self]);
#pragma omp single
		report("within");
		memcpy(b, mine[0], self ? 0 : sizeof(b));
	}
	printf("%lx\n", hash());
	printf("%lx\n", compute(20));
	report("after");
	return 0;
}
#else
static int region(void)
{
	return 1;
}
#endif

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} all[] = {
	    {"plain", plain},	  {"forks", forks},   {"signals", signals},
	    {"rounding", rounding}, {"leaves", leaves}, {"idles", idles},
	    {"several", several},   {"region", region},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (argc > 1 && !strcmp(argv[1], all[i].name))
			return all[i].run();
	return 2;
}
