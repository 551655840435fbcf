/* psr-bench sizes: 1000 300000, 30000 5000 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void axpy(double *y, const double *x, double a, long n)
{
	for (long i = 0; i < n; i++)
		y[i] += a * x[i];
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 1,
	     reps = argc > 2 ? atol(argv[2]) : 1;
	double *x = calloc(n, sizeof(*x)), *y = calloc(n, sizeof(*y));
	clock_t start = clock();

	for (long i = 0; i < n; i++)
		x[i] = i;
	for (long r = 0; r < reps; r++)
		axpy(y, x, 0.5, n);
	printf("last %g\n", y[n - 1]);
	printf("Time: %g ms\n", 1e3 * (clock() - start) / CLOCKS_PER_SEC);
	return 0;
}
