/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* loaders LIBRARY...: one thread for each loads, uses and unloads it, over
 * and over, while the main thread forks. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *load(void *path)
{
	long total = 0;

	for (int i = 0; i < 8; i++) {
		void *lib = dlopen(path, RTLD_NOW);
		long (*work)(int) =
		    lib ? (long (*)(int))dlsym(lib, "library_work") : NULL;

		if (!work) {
			fprintf(stderr, "%s\n", dlerror());
			abort();
		}
		total += work(800); /* long enough to wake */
		dlclose(lib);
	}
	return (void *)total;
}

int main(int argc, char **argv)
{
	pthread_t t[16];
	long total = 0;
	int status;

	for (int i = 1; i < argc && i < 16; i++)
		if (pthread_create(&t[i], NULL, load, argv[i]))
			abort();
	for (int i = 0; i < 50; i++) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		if (waitpid(child, &status, 0) != child || status)
			abort();
		usleep(2000);
	}
	for (int i = 1; i < argc && i < 16; i++) {
		void *part;

		pthread_join(t[i], &part);
		total += (long)part;
	}
	printf("%ld\n", total);
	return 0;
}
