/*
 * Many processes that fork, map memory, pass bytes through pipes and signal each other, for a
 * bounded time; and a fork bomb.  Afterwards nothing of it is left.
 */
/* guest: timeout=120 */
#include "await.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

static volatile sig_atomic_t over, hits;

static void stop(int sig)
{
	over = 1;
}

static void count(int sig)
{
	hits++;
}

static int tasks(void)
{
	struct sysinfo info;

	return sysinfo(&info) ? -1 : info.procs;
}

static void *touch(void *arg)
{
	for (int i = 0; i < 20; i++) {
		char *at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				-1, 0);

		for (int j = 0; at != MAP_FAILED && j < 1 << 16; j += 4096)
			at[j] = j;
		mprotect(at, 8192, PROT_READ);
		munmap(at, 1 << 16);
	}
	return NULL;
}

/* One round of each; false when something that must work did not. */
static bool round_of_all(void)
{
	int fds[2], status;
	char block[3000], back[3000];
	pthread_t thread;
	pid_t pid;

	memset(block, getpid(), sizeof(block));
	if (pipe(fds))
		return false;
	pid = fork();
	if (pid < 0)
		return close(fds[0]) || close(fds[1]) || errno == EAGAIN || errno == ENOMEM;
	if (!pid) {
		close(fds[0]);
		touch(NULL);
		write(fds[1], block, sizeof(block));
		kill(getppid(), SIGUSR1);
		_exit(3);
	}
	close(fds[1]);
	if (!pthread_create(&thread, NULL, touch, NULL))
		pthread_join(thread, NULL);
	size_t got = 0;
	for (ssize_t n; got < sizeof(back);) {
		n = read(fds[0], back + got, sizeof(back) - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += n;
	}
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return got == sizeof(back) && !memcmp(block, back, sizeof(back)) && EXITED(status, 3);
}

static void storm(int workers, int seconds)
{
	int before = tasks(), good = 0, rounds_fds[2];
	long rounds = 0, total = 0;
	pid_t pid[64];

	MUST(!pipe(rounds_fds));
	for (int i = 0; i < workers; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			bool fine = true;

			signal(SIGALRM, stop);
			signal(SIGUSR1, count);
			alarm(seconds);
			for (rounds = 0; fine && !over; rounds++)
				fine = round_of_all();
			write(rounds_fds[1], &rounds, sizeof(rounds));
			_exit(fine ? 0 : 1);
		}
	}
	for (int i = 0; i < workers; i++) {
		int status = -1;

		waitpid(pid[i], &status, 0);
		read(rounds_fds[0], &rounds, sizeof(rounds));
		total += rounds;
		good += EXITED(status, 0);
	}
	close(rounds_fds[0]);
	close(rounds_fds[1]);
	printf("%ld rounds by %d workers\n", total, workers);
	fflush(stdout);
	CHECK_EQ(good, workers, "no worker of the storm saw anything wrong");
	AWAIT(tasks() <= before);
	CHECK(true, "and no task is left of it");
}

static void bomb(void)
{
	struct rlimit limit = { 200, 200 };
	int status, before = tasks();
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		MUST(!setrlimit(RLIMIT_NPROC, &limit) && !setresgid(1001, 1001, 1001) &&
		     !setresuid(1001, 1001, 1001));
		for (;;)
			if (fork() < 0)
				usleep(1000);
	}
	AWAIT(tasks() >= before + 150);
	CHECK(true, "a fork bomb of a user grows to its limit");
	status = IN_CHILD(execl("/bin/true", "true", NULL));
	CHECK(EXITED(status, 0), "while root still starts programs");
	while (tasks() > before + 1) {
		/* All of a user's tasks at once, so that none has time to fork again. */
		status = IN_CHILD(MUST(!setresuid(1001, 1001, 1001)); kill(-1, SIGKILL));
		while (waitpid(-1, &status, WNOHANG) > 0)
			;
		usleep(10000);
	}
	CHECK(true, "and kills it");
}

int main(int argc, char **argv)
{
	storm(argc > 1 ? atoi(argv[1]) : 8, argc > 2 ? atoi(argv[2]) : 2);
	bomb();
	CHECK_END();
}
