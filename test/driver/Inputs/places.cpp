// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions with sites and, behind each, one without.
#include <stdexcept>
#include <stdio.h>
#include <stdlib.h>
#include <string>

#ifdef SECOND
#define RUN run_second
#define KIND static
#else
#define RUN  run_all
#define KIND
#endif

extern "C" double run_all(double *x, int n), run_second(double *x, int n);

extern "C" {
__attribute__((noinline)) KIND void site_plain(double *x, const double *y, int n)
{
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 3 + y[i];
}

__attribute__((noinline)) KIND int after_plain(int x)
{
	return x * 7919 % 104729;
}

// A jump table.
__attribute__((noinline)) KIND double site_switch(double *x, int n, int what)
{
	switch (what) {
	case 0: puts("none"); break;
	case 1: x[0] = 17; break;
	case 2: abort();
	case 3: n = after_plain(n) % 100; break;
	case 4: x[1] = atof("2.5"); break;
	case 5: fflush(stdout); break;
	default: break;
	}
	for (int i = 0; i < n; i++)
		x[i] += 0.5 * x[i];
	return x[0];
}

__attribute__((noinline)) KIND int after_switch(int x)
{
	return x * 7907 % 104711;
}

// Landing pads.
__attribute__((noinline)) KIND int site_catches(double *x, int n, const char *text)
{
	std::string s(text);

	try {
		for (int i = 0; i < n; i++)
			x[i] *= x[i];
		return std::stoi(s) + (int)x[0];
	} catch (const std::invalid_argument &) {
		s += "1";
		return (int)s.size();
	}
}

__attribute__((noinline)) KIND int after_catches(int x)
{
	return x * 7901 % 104707;
}
}

// Mostly other code than loops.
extern "C" {
#define MORE(i) \
	if (what & (1 << i)) { \
		x[i] = atof("1.5") + i; \
		fflush(stdout); \
		n += after_plain(n) % 3; \
	}
__attribute__((noinline)) KIND double site_within(double *x, int n, int what)
{
	MORE(0) MORE(1) MORE(2) MORE(3) MORE(4) MORE(5) MORE(6) MORE(7)
	for (int i = 0; i < n; i++)
		x[i] += 0.5 * x[i];
	MORE(8) MORE(9) MORE(10) MORE(11) MORE(12) MORE(13)
	return x[0];
}

__attribute__((noinline)) KIND int after_within(int x)
{
	return x * 7877 % 104693;
}
}

// In front of all, in a section of the user's.
extern "C" {
__attribute__((noinline, section(".text.startup"))) KIND void
site_section(double *x, int n)
{
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 0.75 + 1;
}

__attribute__((noinline, section(".text.startup"))) KIND int
after_section(int x)
{
	return x * 7873 % 104683;
}
}

// COMDAT, of both files.
template <class T>
__attribute__((noinline)) void site_template(T *x, const T *y, int n)
{
	for (int i = 0; i < n; i++)
		x[i] = x[i] * 3 + y[i];
}

template <class T>
__attribute__((noinline)) double within_template(T *x, int n, int what)
{
	MORE(0) MORE(1) MORE(2) MORE(3) MORE(4) MORE(5) MORE(6) MORE(7)
	for (int i = 0; i < n; i++)
		x[i] += (T)0.5 * x[i];
	return (double)x[0];
}

template <class T> __attribute__((noinline)) int after_template(T x)
{
	return (int)x * 7883 % 104701;
}

extern "C" __attribute__((noinline)) double RUN(double *x, int n)
{
	site_plain(x, x + n, n);
	site_switch(x, n, after_plain(n) % 2 + 3);
	site_catches(x, n, "12x");
	site_within(x, n / 2, n);
	site_section(x, n - after_section(n) % 10);
	within_template(x, n / 2, n);
	site_template(x, x + n, n);
	site_template((float *)x, (float *)(x + n), n);
	return x[n / 2] + after_template(n) + after_template((float)n) +
	       after_switch(n) + after_catches(n) + after_within(n);
}

#ifndef SECOND
int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000;
	double *x = (double *)calloc(2 * (size_t)n, sizeof(*x));

	for (int i = 0; x && i < 2 * n; i++)
		x[i] = i % 13 * 0.25;
	printf("%a\n", x ? run_all(x, n) + run_second(x, n) : 0);
	free(x);
	return 0;
}
#endif
