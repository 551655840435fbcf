/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <string>

int main()
{
	return std::string("abc").size() == 3 ? 0 : 1;
}
