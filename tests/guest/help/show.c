/* Prints what exec handed over: arguments, environment, auxiliary vector, descriptors, signals. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	struct sigaction action;
	sigset_t blocked;
	unsigned id[6];

	for (int i = 0; i < argc; i++)
		printf("arg %d %s\n", i, argv[i]);
	for (char **e = environ; *e; e++)
		printf("env %s\n", *e);
	for (int fd = 3; fd < 20; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("fd %d\n", fd);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (int sig = 1; sig < 32; sig++) {
		if (!sigaction(sig, NULL, &action) && action.sa_handler != SIG_DFL)
			printf("signal %d %s\n", sig,
			       action.sa_handler == SIG_IGN ? "ignored" : "caught");
		if (sigismember(&blocked, sig) == 1)
			printf("blocked %d\n", sig);
	}
	getresuid(&id[0], &id[1], &id[2]);
	getresgid(&id[3], &id[4], &id[5]);
	printf("ids %u %u %u %u %u %u\n", id[0], id[1], id[2], id[3], id[4], id[5]);
	printf("aux pagesz %lu entry %d phdr %d random %d uid %ld secure %lu execfn %s\n",
	       getauxval(AT_PAGESZ), getauxval(AT_ENTRY) != 0, getauxval(AT_PHDR) != 0,
	       getauxval(AT_RANDOM) != 0, (long)getauxval(AT_UID), getauxval(AT_SECURE),
	       (char *)getauxval(AT_EXECFN));
	return 0;
}
