/* pivot_root and chroot: what becomes of the root, and what is refused. */
#include "check.h"

#include <sched.h>
#include <sys/mount.h>

static long pivot(const char *new_root, const char *put_old)
{
	return syscall(SYS_pivot_root, new_root, put_old);
}

static bool there(const char *name)
{
	return !access(name, F_OK);
}

/* In a namespace of its own whose root is a mount on /tmp/p. */
static void inside(void)
{
	char cwd[64] = "";

	MUST(!chroot("/tmp/p") && !chdir("/"));
	MUST(!mkdir("/new", 0755) && !mount("new", "/new", "tmpfs", 0, ""));
	MUST(!mkdir("/new/old", 0755) && !mkdir("/new/dir", 0755) && !mkdir("/plain", 0755));
	CHECK_ERR(pivot("/plain", "/plain"), EBUSY, "what is no mount cannot become the root");
	CHECK_ERR(pivot("/new", "/plain"), EBUSY, "the old root cannot go into itself");
	CHECK_ERR(pivot("/new/dir", "/new/old"), EINVAL, "nor can a directory of a mount be it");
	CHECK_ERR(pivot("/none", "/new/old"), ENOENT, "there must be a directory");
	CHECK_ERR(pivot("/new", (const char *)8), EFAULT, "a wild pointer is EFAULT");
	MUST(close(creat("/new/file", 0644)) == 0);
	CHECK_ERR(pivot("/new", "/new/file"), ENOTDIR, "and one to put the old root on");
	CHECK_OK(pivot("/new", "/new/old"), "a mount becomes the root");
	CHECK(there("/dir") && there("/file") && !there("/plain"), "its files are at the top");
	CHECK(there("/old/plain"), "those of the old one are where it was put");
	CHECK(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/") && there("dir"),
	      "a working directory at the old root is at the new one");
	CHECK_OK(umount2("/old", MNT_DETACH), "the old root can be unmounted");
	CHECK(!there("/old/plain"), "and is gone");
	MUST(!mkdir("/two", 0755) && !mount("two", "/two", "tmpfs", 0, ""));
	CHECK_OK(chdir("/two"), "in the new root");
	CHECK_OK(pivot(".", "."), "it can be put under the next one, in the same place");
	CHECK_OK(umount2(".", MNT_DETACH), "and be taken away from there");
	CHECK(!there("/dir"), "which leaves the next one alone");
	MUST(!mkdir("/jail", 0755) && !mkdir("/jail/a", 0755) && !mkdir("/x", 0755));
	MUST(!mount("x", "/x", "tmpfs", 0, "") && !mkdir("/x/y", 0755) && !chroot("/jail"));
	CHECK_ERR(pivot("/a", "/a"), EBUSY, "a root that is no mount stays");
}

static void refused(void)
{
	MUST(!setresuid(1, 1, 1));
	CHECK_ERR(pivot("/", "/"), EPERM, "it is for root");
}

/* Prints its own sentences; the count comes back. */
static void run(void (*body)(void))
{
	int fds[2], status, count = 0;
	pid_t pid;

	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		check_count = 0;
		MUST(!unshare(CLONE_NEWNS));
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
		body();
		write(fds[1], &check_count, sizeof(check_count));
		_exit(0);
	}
	close(fds[1]);
	read(fds[0], &count, sizeof(count));
	close(fds[0]);
	check_count += count;
	MUST(waitpid(pid, &status, 0) == pid && EXITED(status, 0));
}

int main(void)
{
	CHECK_ERR(pivot("/tmp", "/tmp"), EINVAL, "the first root stays");
	MUST(!mkdir("/tmp/p", 0755) && !mount("p", "/tmp/p", "tmpfs", 0, ""));
	run(inside);
	run(refused);
	MUST(!umount("/tmp/p") && !rmdir("/tmp/p"));
	CHECK_END();
}
