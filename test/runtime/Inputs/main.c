/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
long library_work(int calls);

int main(void)
{
	return !library_work(1000);
}
