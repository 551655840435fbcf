/* Never ends, nor does its child. */
#include <unistd.h>

int main(void)
{
	fork();
	for (;;)
		pause();
}
