/* Answers differently when PSR has built it. */
#include <stdio.h>

void __psr_enter_at(void) __attribute__((weak));

int main(void)
{
	printf("built by PSR: %d\n", __psr_enter_at != 0);
	return 0;
}
