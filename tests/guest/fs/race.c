/*
 * Names that come and go under many hands: processes that create, link, rename, remove, mount and
 * look at the same few names for a while, after which nothing is left behind.
 */
#include "check.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#define WORKERS 6
static int rounds = 2500; /* or as many as the first argument says */

static const char top[] = "/tmp/race";

static unsigned seed;

static unsigned any(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* One of a few paths, up to three deep. */
static const char *path(char *buf)
{
	static const char *const names[] = { "a", "b", "c",
					     "a-name-that-does-not-fit-in-forty-bytes-of-room" };
	int n = sprintf(buf, "%s", top);

	for (unsigned depth = 1 + any(3); depth; depth--)
		n += sprintf(buf + n, "/%s", names[any(4)]);
	return buf;
}

static void list(const char *name)
{
	DIR *d = opendir(name);

	while (d && readdir(d))
		;
	if (d)
		closedir(d);
}

static void file(const char *name)
{
	char bytes[5000] = "";
	int fd = open(name, O_RDWR | O_CREAT, 0644);

	if (fd < 0)
		return;
	if ((write(fd, bytes, 1 + any(sizeof(bytes))) < 0 && errno != ENOSPC) ||
	    ftruncate(fd, any(9000)) < 0)
		_exit(1);
	if (any(3) == 0)
		unlink(name);
	if (pread(fd, bytes, sizeof(bytes), 0) < 0)
		_exit(1);
	close(fd);
}

static void inside(const char *name)
{
	char cwd[4096], other[512];
	struct stat st;

	if (chdir(name))
		return;
	if (!getcwd(cwd, sizeof(cwd)) && errno != ENOENT)
		_exit(1);
	mkdir("a", 0755);
	file("b");
	stat("../../a", &st);
	list(".");
	rmdir("a");
	chdir(path(other));
	chdir("/");
}

static void step(bool mounts)
{
	char one[512], two[512], text[512];
	struct stat st;

	path(one);
	path(two);
	switch (any(mounts ? 18 : 16)) {
	case 0:
	case 1:
	case 2:
		mkdir(one, 0755);
		break;
	case 3:
		rmdir(one);
		break;
	case 4:
		unlink(one);
		break;
	case 5:
		link(one, two);
		break;
	case 6:
		symlink(two, one);
		break;
	case 7:
	case 8:
		rename(one, two);
		break;
	case 9:
		syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, two, 1 + any(2));
		break;
	case 10:
		list(one);
		break;
	case 11:
		stat(one, &st);
		readlink(two, text, sizeof(text));
		break;
	case 12:
		inside(one);
		break;
	case 13:
		close(syscall(SYS_openat, AT_FDCWD, one, O_TMPFILE | O_RDWR, 0600));
		break;
	case 16:
		if (!mount(any(2) ? "none" : two, one, "tmpfs", any(2) ? MS_BIND : 0, NULL))
			umount2(one, any(2) ? MNT_DETACH : 0);
		break;
	case 17:
		umount2(one, MNT_DETACH);
		break;
	default:
		file(one);
	}
}

static unsigned long files_used(void)
{
	struct statfs fs;

	MUST(!statfs(top, &fs));
	return fs.f_files - fs.f_ffree;
}

static unsigned long blocks_used(void)
{
	struct statfs fs;

	MUST(!statfs(top, &fs));
	return fs.f_blocks - fs.f_bfree;
}

/* Empties the working directory: paths may have grown beyond what a call takes. */
static void empty(void)
{
	DIR *d = opendir(".");
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		while (!umount2(e->d_name, MNT_DETACH | UMOUNT_NOFOLLOW))
			;
		if (!unlink(e->d_name))
			continue;
		if (rmdir(e->d_name) && !chdir(e->d_name)) {
			closedir(d);
			empty();
			MUST(!chdir(".."));
			d = opendir(".");
		}
	}
	if (d)
		closedir(d);
}

static void clean_up(void)
{
	MUST(!chdir(top));
	empty();
	MUST(!chdir("/"));
}

static void storm(bool mounts, const char *sentence)
{
	int status, good = 0;

	for (int i = 0; i < WORKERS; i++) {
		if (fork())
			continue;
		seed = 77 * i + mounts;
		for (int round = 0; round < rounds; round++)
			step(mounts);
		_exit(0);
	}
	for (int i = 0; i < WORKERS; i++)
		good += wait(&status) > 0 && EXITED(status, 0);
	CHECK_EQ(good, WORKERS, sentence);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = atoi(argv[1]);
	mkdir(top, 0755);
	MUST(!mount("none", top, "tmpfs", 0, "size=16m"));
	storm(false, "names may change under many hands");
	clean_up();
	CHECK_EQ(files_used(), 1, "all files that have gone are given back");
	CHECK_EQ(blocks_used(), 0, "and all their pages");
	storm(true, "and with mounts upon them");
	clean_up();
	CHECK_EQ(files_used(), 1, "again no file is left");
	CHECK_EQ(blocks_used(), 0, "nor a page");
	CHECK_OK(umount(top), "the file system is not busy");
	rmdir(top);
	CHECK_END();
}
