/*
 * Paths that were walked before: whatever changes on their way, the next walk comes to what is
 * there now.
 */
#include "walked.h"

#include <linux/fs.h>
#include <sched.h>
#include <sys/mount.h>

static long exchange(const char *a, const char *b)
{
	return syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

/* Prints its own sentences; the count comes back. */
static void run(void (*body)(void))
{
	int fds[2], count = 0;

	MUST(!pipe(fds));
	MUST(IN_CHILD(check_count = 0; body(); MUST(write(fds[1], &check_count, 4) == 4)) == 0);
	MUST(read(fds[0], &count, sizeof(count)) == sizeof(count));
	close(fds[0]);
	close(fds[1]);
	check_count += count;
}

/* --- names -----------------------------------------------------------------------------------*/

static void test_directories(void)
{
	unsigned long f = make(FILE_), other;

	MUST(look(FILE_) == f);
	CHECK(!rename(TOP "/one", TOP "/uno") && !look(FILE_) && look(TOP "/uno/two/f") == f,
	      "a directory on the way gets another name");
	MUST(!mkdir(TOP "/one", 0755) && !mkdir(TOP "/one/two", 0755));
	other = make(FILE_);
	CHECK(look(FILE_) == other && other != f, "and another one its name");
	CHECK(!exchange(TOP "/one", TOP "/uno") && look(FILE_) == f &&
		      look(TOP "/uno/two/f") == other,
	      "two directories change places");
	CHECK(!exchange(TOP "/one/two", TOP "/uno/two") && look(FILE_) == other &&
		      look(TOP "/uno/two/f") == f,
	      "two with different directories above them");
	MUST(!mkdir(TOP "/empty", 0755) && look(TOP "/one/two") && look(TOP "/empty"));
	MUST(!unlink(FILE_));
	other = look(TOP "/empty");
	CHECK(!rename(TOP "/empty", TOP "/one/two") && look(TOP "/one/two") == other &&
		      !look(TOP "/empty"),
	      "a directory replaces another");
	f = look(TOP "/one/two");
	CHECK(!rmdir(TOP "/one/two") && !look(TOP "/one/two") && !mkdir(TOP "/one/two", 0755) &&
		      look(TOP "/one/two") != f,
	      "one is removed and made again");
	MUST(!unlink(TOP "/uno/two/f") && !rmdir(TOP "/uno/two") && !rmdir(TOP "/uno"));
}

static void test_files(void)
{
	unsigned long f = make(FILE_), g;

	MUST(look(FILE_) == f);
	CHECK(!unlink(FILE_) && !look(FILE_), "a file is removed");
	f = make(FILE_);
	CHECK(look(FILE_) == f, "and made again");
	CHECK(!rename(FILE_, FILE_ "2") && !look(FILE_) && look(FILE_ "2") == f,
	      "a file gets another name");
	g = make(FILE_);
	MUST(look(FILE_) == g);
	CHECK(!exchange(FILE_, FILE_ "2") && look(FILE_) == f && look(FILE_ "2") == g,
	      "two files change places");
	CHECK(!rename(FILE_ "2", FILE_) && look(FILE_) == g && !look(FILE_ "2"),
	      "one replaces another");
	MUST(look(TOP "/./one/two/f") == g && look(TOP "//one/two//f") == g);
	CHECK(look(FILE_) == g && !unlink(FILE_) && !look(TOP "/./one/two/f") &&
		      !look(TOP "//one/two//f") && !look(FILE_),
	      "one that was come to by several spellings is removed");
	g = make(FILE_);
	MUST(!link(FILE_, FILE_ "2") && look(FILE_) == g && look(FILE_ "2") == g);
	CHECK(!unlink(FILE_) && !look(FILE_) && look(FILE_ "2") == g,
	      "of two names of a file one is removed");
	MUST(!unlink(FILE_ "2"));
}

/* --- rights ----------------------------------------------------------------------------------*/

static void test_rights(void)
{
	int fd = open(TOP "/one", O_RDONLY | O_DIRECTORY), other;

	make(FILE_);
	MUST(look(FILE_) && !told_user(FILE_));
	CHECK(!chmod(TOP "/one", 0700) && told_user(FILE_) == EACCES && look(FILE_),
	      "a directory that is closed lets nobody else through");
	CHECK(!chmod(TOP "/one", 0711) && look(FILE_) && !told_user(FILE_),
	      "and everybody when it is opened");
	CHECK(!fchmod(fd, 0744) && told_user(FILE_) == EACCES, "closed by fchmod");
	MUST(!fchmod(fd, 0755) && look(FILE_));
	CHECK(!chmod(TOP "/one/two", 0770) && told_user(FILE_) == EACCES && look(FILE_),
	      "a directory for a group lets no others through");
	MUST(!chown(TOP "/one/two", 1000, 0));
	CHECK(!told_user(FILE_), "but its owner");
	CHECK(!chmod(TOP "/one/two", 0077) && told_user(FILE_) == EACCES,
	      "or everybody but its owner");
	MUST(!chmod(TOP "/one/two", 0755) && !chown(TOP "/one/two", 0, 0));

	MUST(!chdir(TOP "/one") && look("two/.//././f"));
	CHECK(!chmod(TOP "/one", 0700) && told_user("two/.//././f") == EACCES,
	      "where a walk starts may be closed, too");
	MUST(!chmod(TOP "/one", 0755) && !chdir("/"));

	umask(077);
	MUST(!mkdir(TOP "/mine", 0777));
	umask(022);
	make(TOP "/mine/secret");
	CHECK(look(TOP "/mine/secret") && told_user(TOP "/mine/secret") == EACCES,
	      "one that was made closed is as closed for who comes second");
	other = open(TOP "/mine", O_PATH);
	CHECK(look_at(other, "./././secret", 0) && told_user_at(other, "./././secret") == EACCES,
	      "and for who has a descriptor of it");
	close(other);
	close(fd);
	MUST(!unlink(TOP "/mine/secret") && !rmdir(TOP "/mine") && !unlink(FILE_));
}

/* --- mounts ----------------------------------------------------------------------------------*/

static void test_mounts(void)
{
	unsigned long f = make(FILE_), g, h;
	int fd;

	MUST(look(FILE_) == f);
	CHECK(!mount("none", TOP "/one", "tmpfs", 0, NULL) && !look(FILE_),
	      "something is mounted on the way");
	MUST(!mkdir(TOP "/one/two", 0755));
	g = make(FILE_);
	MUST(look(FILE_) == g);
	CHECK(!mount("none", TOP "/one", "tmpfs", 0, NULL) && !look(FILE_), "and upon that");
	CHECK(!umount(TOP "/one") && look(FILE_) == g, "which is taken away");
	CHECK(!umount2(TOP "/one", MNT_DETACH) && look(FILE_) == f, "and so is the first");

	g = make(TOP "/g");
	CHECK(!mount(TOP "/g", FILE_, NULL, MS_BIND, NULL) && look(FILE_) == g,
	      "a file is mounted on the end");
	CHECK(!umount(FILE_) && look(FILE_) == f, "and taken away");
	h = look(TOP "/one/two");
	CHECK(!mount("none", TOP "/one/two", "tmpfs", 0, NULL) && look(TOP "/one/two") != h,
	      "a directory is");
	CHECK(!umount(TOP "/one/two") && look(TOP "/one/two") == h && look(FILE_) == f,
	      "and taken away");

	MUST(!mkdir(TOP "/bind", 0755) && !look(TOP "/bind/two/f"));
	CHECK(!mount(TOP "/one", TOP "/bind", NULL, MS_BIND, NULL) && look(TOP "/bind/two/f") == f,
	      "a directory is bound elsewhere");
	CHECK(!rename(TOP "/one/two/f", TOP "/one/two/f2") && !look(TOP "/bind/two/f") &&
		      !look(FILE_) && look(TOP "/bind/two/f2") == f,
	      "what changes there changes for both");
	MUST(!rename(TOP "/one/two/f2", TOP "/one/two/f") && look(FILE_) == f);
	MUST(look(TOP "/bind/two/f") == f && !mkdir(TOP "/moved", 0755));
	CHECK(!mount(TOP "/bind", TOP "/moved", NULL, MS_MOVE, NULL) && !look(TOP "/bind/two/f") &&
		      look(TOP "/moved/two/f") == f,
	      "a mount is moved");
	fd = open(TOP "/moved", O_RDONLY | O_DIRECTORY);
	CHECK(!umount2(TOP "/moved", MNT_DETACH) && !look(TOP "/moved/two/f"), "and goes");
	CHECK(look_at(fd, "two/././f", 0) == f, "while who is in it can still walk there");
	close(fd);
	MUST(!rmdir(TOP "/moved") && !rmdir(TOP "/bind") && !unlink(TOP "/g") && !unlink(FILE_));
}

static int ready[2], back[2];

/* Beside its father, in a namespace of its own. */
static void elsewhere(void)
{
	char c = 0;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		_exit(1);
	if (!look(FILE_) || mount("none", TOP "/one", "tmpfs", 0, NULL) || look(FILE_))
		_exit(2);
	if (mkdir(TOP "/one/two", 0755) || make(FILE_) != look(FILE_))
		_exit(3);
	if (write(ready[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
		_exit(4);
	_exit(look(FILE_) ? 0 : 5);
}

static void test_namespaces(void)
{
	unsigned long f = make(FILE_), there = 0;
	char path[64], c = 0;
	pid_t pid;
	int ns, status;

	MUST(look(FILE_) == f && !pipe(ready) && !pipe(back));
	pid = fork();
	if (!pid)
		elsewhere();
	close(ready[1]);
	CHECK(read(ready[0], &c, 1) == 1 && look(FILE_) == f,
	      "the same text leads elsewhere in another namespace of mounts");
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	ns = open(path, O_RDONLY);
	status = IN_CHILD(MUST(look(FILE_) == f && !setns(ns, CLONE_NEWNS)); there = look(FILE_);
			  _exit(there && there != f ? 0 : 1));
	CHECK(EXITED(status, 0), "and for who enters it");
	MUST(!unlink(FILE_) && !look(FILE_));
	CHECK(write(back[1], &c, 1) == 1 && waitpid(pid, &status, 0) == pid && EXITED(status, 0),
	      "where it still leads when the file here has gone");
	close(ns);
	close(ready[0]);
	close(back[0]);
	close(back[1]);
}

/* --- roots -----------------------------------------------------------------------------------*/

static void pivot(void)
{
	unsigned long f;

	MUST(!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(!mount("none", TOP "/one", "tmpfs", 0, NULL) && !chroot(TOP "/one") && !chdir("/"));
	MUST(!mkdir("/new", 0755) && !mount("none", "/new", "tmpfs", 0, NULL));
	MUST(!mkdir("/two-two-two", 0755) && !mkdir("/new/two-two-two", 0755));
	make("/two-two-two/f");
	f = make("/new/two-two-two/f");
	MUST(!mkdir("/new/old", 0755) && look("/two-two-two/f") != f);
	CHECK(!syscall(SYS_pivot_root, "/new", "/new/old") && look("/two-two-two/f") == f,
	      "another mount becomes the root");
	CHECK(look("/old/two-two-two/f") && !umount2("/old", MNT_DETACH) &&
		      !look("/old/two-two-two/f"),
	      "and the old one goes");
}

static void jail(void)
{
	unsigned long outer, inner;

	MUST(!mkdir(TOP "/one/tmp", 0755) && !mkdir(TOP "/one/tmp/walked", 0755));
	outer = make(TOP "/same");
	inner = make(TOP "/one" TOP "/same");
	MUST(look(TOP "/same") == outer && !chroot(TOP "/one"));
	CHECK(look(TOP "/same") == inner, "the same text leads elsewhere from another root");
	MUST(!chroot(".") && look(TOP "/same") == outer);
	MUST(!unlink(TOP "/one" TOP "/same") && !unlink(TOP "/same"));
	MUST(!rmdir(TOP "/one/tmp/walked") && !rmdir(TOP "/one/tmp"));
}

/* --- file systems that make their names up ---------------------------------------------------*/

static void test_made_up(void)
{
	char path[64];
	pid_t pid = fork();
	unsigned long first;

	if (!pid)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	MUST(look(path));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(!look(path), "the directory of a process goes with it");
	first = make(TOP "/version");
	MUST(look("/proc/version"));
	CHECK(!mount(TOP "/version", "/proc/version", NULL, MS_BIND, NULL) &&
		      look("/proc/version") == first,
	      "a made-up file is covered");
	CHECK(!umount("/proc/version") && look("/proc/version") > 1 &&
		      look("/proc/version") != first,
	      "and shown again");

	MUST(!mount("none", TOP "/one/two", "cgroup", 0, "none,name=walked"));
	MUST(!mkdir(TOP "/one/two/box", 0755) && look(TOP "/one/two/box/tasks"));
	first = look(TOP "/one/two/box/tasks");
	CHECK(first > 1 && !rmdir(TOP "/one/two/box") && !look(TOP "/one/two/box/tasks"),
	      "the files of a container go with it");
	CHECK(!mkdir(TOP "/one/two/box", 0755) && look(TOP "/one/two/box/tasks") > 1 &&
		      look(TOP "/one/two/box/tasks") != first,
	      "one of the same name has files of its own");
	CHECK(!chmod(TOP "/one/two/box", 0700) && told_user(TOP "/one/two/box/tasks") == EACCES,
	      "and can be closed");
	MUST(!rmdir(TOP "/one/two/box") && !umount(TOP "/one/two"));
	MUST(!unlink(TOP "/version"));
}

int main(void)
{
	umask(022);
	MUST(!mkdir(TOP, 0755) && !mkdir(TOP "/one", 0755) && !mkdir(TOP "/one/two", 0755));
	test_directories();
	test_files();
	test_rights();
	test_mounts();
	test_namespaces();
	run(pivot);
	run(jail);
	test_made_up();
	MUST(!rmdir(TOP "/one/two") && !rmdir(TOP "/one") && !rmdir(TOP));
	CHECK_END();
}
