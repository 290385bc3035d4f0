/* Reading /proc while memory runs out: each allocation on the way fails once.
   guest: only=corral */
#include "check.h"

#include <dirent.h>

static char text[65536];

static void use(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	while (read(fd, text, sizeof(text)) > 0)
		;
	while (syscall(SYS_getdents64, fd, text, sizeof(text)) > 0)
		;
	fstat(fd, &st);
	readlink(path, text, sizeof(text));
	close(fd);
}

static long left(int fd)
{
	char number[16] = "";

	return pread(fd, number, sizeof(number) - 1, 0) > 0 ? atol(number) : -1;
}

int main(void)
{
	static const char *const paths[] = {
		"/proc",
		"/proc/self/stat",
		"/proc/self/status",
		"/proc/self/maps",
		"/proc/self/smaps",
		"/proc/self/fd",
		"/proc/self/fd/0",
		"/proc/self/fdinfo/0",
		"/proc/self/exe",
		"/proc/self/mounts",
		"/proc/self/mountinfo",
		"/proc/self/cmdline",
		"/proc/self/environ",
		"/proc/self/task",
		"/proc/thread-self/children",
		"/proc/self/limits",
		"/proc/self/cgroup",
		"/proc/cpuinfo",
		"/proc/meminfo",
		"/proc/interrupts",
		"/proc/slabinfo",
		"/proc/sys/kernel/random/uuid",
		"/sys/devices/system/node/node0/meminfo",
	};
	int fail = open("/proc/thread-self/fail-nth", O_RDWR), rounds = 0;
	char number[16];

	MUST(fail >= 0);
	left(fail);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		for (int n = 1; n < 500; n++) {
			int length = snprintf(number, sizeof(number), "%d", n);
			long rest;

			MUST(pwrite(fail, number, length, 0) == length);
			use(paths[i]);
			rest = left(fail);
			/* This write may be what fails. */
			if (pwrite(fail, "0", 1, 0) != 1)
				MUST(pwrite(fail, "0", 1, 0) == 1);
			rounds++;
			if (rest > 0)
				break;
		}
	}
	CHECK(rounds > (int)(sizeof(paths) / sizeof(*paths)), "each allocation has failed once");
	CHECK(open("/proc/self/stat", O_RDONLY) >= 0, "and /proc is still there");
	CHECK_END();
}
