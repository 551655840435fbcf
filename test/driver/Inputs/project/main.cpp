/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "scale.h"

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
	std::vector<float> x(n, 2), y(n, 1);
	double sum = 0;

	scale_add(y.data(), x.data(), 3, n);
	for (float f : y)
		sum += f;
	std::printf("%g\n", sum);
	return sum == 7.0 * (double)n ? 0 : 1;
}
