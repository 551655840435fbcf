/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A sum of few: by weights the scalar loop would rarely reach it. */
long revenue(const int *restrict day, const int *restrict quantity,
	     const int *restrict price, const int *restrict discount, long n,
	     int from, int to)
{
	long sum = 0;

	for (long i = 0; i < n; i++)
		if (day[i] >= from && day[i] < to && quantity[i] < 24)
			sum += (long)price[i] * discount[i];
	return sum;
}
