/* Fails when PSR has built it, at the second size only. */
/* psr-bench sizes: 1, 2 */
#include <stdlib.h>

void __psr_enter_at(void) __attribute__((weak));

int main(int argc, char **argv)
{
	return argc > 1 && atoi(argv[1]) == 2 && __psr_enter_at != 0;
}
