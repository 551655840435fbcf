/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <string>

#include "scale.h"

std::string scale_two(float *y, size_t n)
{
	scale_add(y, y, 1, n);
	return std::to_string(n);
}
