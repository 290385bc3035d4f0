/*
 * A change that has returned is seen by the next walk, while others walk the same path all the
 * time: names that change places, a directory that is closed and opened, mounts that come and go.
 */
#include "check.h"

#include <linux/fs.h>
#include <sys/mount.h>

#define TOP    "/tmp/walked-race"
#define ROUNDS 300
#define MOUNTS 30 /* unmounting takes Linux long */

static const char *const paths[] = { TOP "/a/below/file", TOP "/b/below/file",
				     TOP "/shut/below/file", TOP "/over/below/file",
				     TOP "/comes-and-goes" };

static ino_t number_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static void walk_for_ever(void)
{
	for (;;)
		for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
			int fd = open(paths[i], O_RDONLY);

			if (fd >= 0)
				close(fd);
		}
}

static void change_places(void)
{
	ino_t a = number_of(paths[0]), b = number_of(paths[1]), swap;

	for (int i = 0; i < ROUNDS; i++) {
		if (syscall(SYS_renameat2, AT_FDCWD, TOP "/a", AT_FDCWD, TOP "/b", RENAME_EXCHANGE))
			_exit(1);
		swap = a;
		a = b;
		b = swap;
		if (number_of(paths[0]) != a || number_of(paths[1]) != b)
			_exit(2);
	}
}

static void close_and_open(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (chmod(TOP "/shut", 0700) || seteuid(1000))
			_exit(1);
		if (number_of(paths[2]) || errno != EACCES)
			_exit(2);
		if (seteuid(0) || chmod(TOP "/shut", 0755) || seteuid(1000) ||
		    !number_of(paths[2]) || seteuid(0))
			_exit(3);
	}
}

static void cover(void)
{
	for (int i = 0; i < MOUNTS; i++) {
		if (mount("none", TOP "/over", "tmpfs", 0, NULL))
			_exit(1);
		if (number_of(paths[3]))
			_exit(2);
		if (umount2(TOP "/over", MNT_DETACH))
			_exit(3);
		if (!number_of(paths[3]))
			_exit(4);
	}
}

static void come_and_go(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct stat st;
		int fd = open(paths[4], O_CREAT | O_EXCL | O_WRONLY, 0644);

		if (fd < 0 || fstat(fd, &st) || number_of(paths[4]) != st.st_ino)
			_exit(1);
		if (unlink(paths[4]) || number_of(paths[4]))
			_exit(2);
		close(fd);
	}
}

static void (*const changes[])(void) = { change_places, close_and_open, cover, come_and_go };
static const char *const sentences[] = {
	"directories that change places are seen where they are",
	"a directory that is closed lets nobody through, and one that is opened everybody",
	"what is mounted is seen, and what is unmounted is not",
	"a file that is made is there, and one that is removed is not",
};
#define CHANGES 4

static void make_all(void)
{
	static const char *const dirs[] = { "/a", "/b", "/shut", "/over" };
	char path[64];

	MUST(!mkdir(TOP, 0755));
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), TOP "%s", dirs[i]);
		MUST(!mkdir(path, 0755));
		strcat(path, "/below");
		MUST(!mkdir(path, 0755) && !close(open(paths[i], O_CREAT | O_WRONLY, 0644)));
	}
}

static void remove_all(void)
{
	char path[64];

	for (int i = 0; i < 4; i++) {
		strcpy(path, paths[i]);
		MUST(!unlink(path));
		*strrchr(path, '/') = '\0';
		MUST(!rmdir(path));
		*strrchr(path, '/') = '\0';
		MUST(!rmdir(path));
	}
	MUST(!rmdir(TOP));
}

int main(void)
{
	pid_t walkers[2], pids[CHANGES];
	int status;

	umask(022);
	make_all();
	for (int i = 0; i < 2; i++)
		if (!(walkers[i] = fork()))
			walk_for_ever();
	for (int i = 0; i < CHANGES; i++) {
		if (!(pids[i] = fork())) {
			changes[i]();
			_exit(0);
		}
	}
	for (int i = 0; i < CHANGES; i++) {
		MUST(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK_EQ(status, 0, sentences[i]);
	}
	for (int i = 0; i < 2; i++) {
		kill(walkers[i], SIGKILL);
		waitpid(walkers[i], NULL, 0);
	}
	remove_all();
	CHECK_END();
}
