/* Fails by itself. */
#include <stdio.h>

int main(void)
{
	fprintf(stderr, "no such luck\n");
	return 3;
}
