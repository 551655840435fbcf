/* psr-bench sizes: A 1 , B 2 3 */
#include <stdio.h>

int add(int a, int b);

int main(int argc, char **argv)
{
	printf("%d %s\n", add(argc, N), argv[1]);
	return 0;
}
