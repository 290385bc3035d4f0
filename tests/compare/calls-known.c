/*
 * Which system calls there are: each number with six arguments of -1, in a child of its own.
 *
 * Only whether the answer is ENOSYS is printed.  No child has a terminal, so that none is hung up.
 */
#include "answer.h"

#define LAST 462

static void knows(int number)
{
	int status;
	pid_t child = fork();

	MUST(child >= 0);
	if (!child) {
		setsid();
		_exit(syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) == -1 && errno == ENOSYS);
	}
	MUST(waitpid(child, &status, 0) == child);
	answer(WIFEXITED(status) && WEXITSTATUS(status) == 1 ? "not there" : "there", "call %d",
	       number);
}

int main(void)
{
	topic("known");
	for (int number = 0; number <= LAST; number++)
		/* pause and exit tell nothing; vfork and rt_sigreturn would tell the child's story
		 */
		if (number != SYS_pause && number != SYS_exit && number != SYS_exit_group &&
		    number != SYS_vfork && number != SYS_fork && number != SYS_rt_sigreturn)
			knows(number);
	return 0;
}
