/*
 * Memory runs out: one process after the other that has taken much is killed; who has little stays,
 * and what was taken comes back.
 */
/* guest: timeout=120 */
#include "await.h"

#include <poll.h>
#include <sys/mount.h>
#include <sys/sysinfo.h>

#define MIB (1ul << 20)
/*
 * What is left to fight for: a sixteenth of it is more than the harness's shell has when all
 * get as much; the arguments of each are two MiB, more than that already.
 */
#define FIGHTERS  16
#define FOR_PAGES (48 * MIB)
#define FOR_ARGS  (16 * MIB)
#define ARGS	  18

static char word[120000];

static unsigned long free_memory(void)
{
	struct sysinfo info;

	return sysinfo(&info) ? 0 : info.freeram * info.mem_unit;
}

/* Fills a file until so much memory is left. */
static void fill(unsigned long rest)
{
	static char block[MIB];
	int fd = open("/tmp/full/file", O_CREAT | O_WRONLY | O_APPEND, 0644);

	MUST(fd >= 0);
	while (free_memory() > rest + MIB && write(fd, block, MIB) == (ssize_t)MIB)
		;
	close(fd);
}

static void unfill(void)
{
	umount("/tmp/full");
	rmdir("/tmp/full");
}

static void take(void)
{
	for (;;) {
		char *at =
			mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (size_t i = 0; at != MAP_FAILED && i < MIB; i += 4096)
			at[i] = 1;
	}
}

/* Becomes itself, over and over, with arguments of two MiB. */
static void become(void)
{
	char *argv[ARGS + 1];

	memset(word, 'x', sizeof(word) - 1);
	for (int i = 0; i < ARGS; i++)
		argv[i] = word;
	argv[0] = "again";
	argv[ARGS] = NULL;
	execv("/proc/self/exe", argv);
	_exit(0);
}

/* So many at once for two seconds, and until so many were killed; how many that is. */
static int fight(void (*with)(void), int enough)
{
	pid_t pid[FIGHTERS];
	int killed = 0, status;

	for (int i = 0; i < FIGHTERS; i++) {
		pid[i] = fork();
		if (!pid[i])
			with();
	}
	for (int ms = 0; ms < 2000 || killed < enough; ms += 10) {
		poll(NULL, 0, 10);
		for (int i = 0; i < FIGHTERS; i++)
			if (pid[i] > 0 && waitpid(pid[i], &status, WNOHANG) == pid[i]) {
				killed += KILLED(status, SIGKILL);
				pid[i] = 0;
			}
	}
	for (int i = 0; i < FIGHTERS; i++)
		if (pid[i] > 0)
			kill(pid[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return killed;
}

int main(int argc, char **argv)
{
	unsigned long before;

	if (!strcmp(argv[0], "again"))
		become();
	before = free_memory();
	mkdir("/tmp/full", 0755);
	MUST(!mount("none", "/tmp/full", "tmpfs", 0, "size=95%"));
	fill(FOR_PAGES);
	CHECK(fight(take, 1) > 0, "who takes all memory is killed");
	fill(FOR_ARGS);
	if (on_corral()) { /* Linux may kill the shell as well */
		pid_t shell = getppid();

		fight(become, 0);
		CHECK_EQ(getppid(), shell, "the arguments of an exec count for who gives them");
	}
	unfill();
	AWAIT(free_memory() + 4 * MIB > before);
	CHECK(true, "what was taken is free again");
	CHECK_END();
}
