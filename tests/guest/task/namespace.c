/* Namespaces of names and of mounts: clone, unshare, setns, /proc/PID/ns. */
#include "check.h"

#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/vfs.h>

#define DIR_NS "/tmp/nsdir"

static char stack[65536] __attribute__((aligned(16)));
#define TOP (stack + sizeof(stack))

static char *hostname(void)
{
	static struct utsname u;

	uname(&u);
	return u.nodename;
}

static char *file_text(const char *path)
{
	static char text[16384];
	int fd = open(path, O_RDONLY);
	ssize_t n, total = 0;

	while (fd >= 0 && (n = read(fd, text + total, sizeof(text) - 1 - total)) > 0)
		total += n;
	text[total] = '\0';
	close(fd);
	return text;
}

static char *link_text(const char *path)
{
	static char text[2][64];
	static int which;
	char *to = text[which ^= 1];
	ssize_t n = readlink(path, to, 63);

	to[n < 0 ? 0 : n] = '\0';
	return to;
}

static void drop_rights(void)
{
	MUST(!setgid(1000) && !setuid(1000));
}

/* --- unshare(2): what is not a namespace ---------------------------------------------------- */

static int close_fd(void *fd)
{
	if (unshare(CLONE_FILES))
		return 1;
	return close((int)(long)fd) ? 2 : 0;
}

static int change_dir(void *arg)
{
	if (unshare(CLONE_FS))
		return 1;
	return chdir("/proc") ? 2 : 0;
}

static void *wait_thread(void *arg)
{
	pause();
	return arg;
}

static int unshare_shared(void *flags)
{
	return unshare((int)(long)flags) ? errno : 0;
}

static void parts(void)
{
	int fd = open("/dev/null", O_RDONLY), status;
	pthread_t thread;
	char cwd[64];

	CHECK_OK(unshare(0), "unshare of nothing succeeds");
	waitpid(clone(close_fd, TOP, CLONE_FILES | SIGCHLD, (void *)(long)fd), &status, 0);
	CHECK(EXITED(status, 0) && fcntl(fd, F_GETFD) == 0,
	      "after unshare(CLONE_FILES) a close is not seen by others");
	MUST(!chdir("/"));
	waitpid(clone(change_dir, TOP, CLONE_FS | SIGCHLD, NULL), &status, 0);
	CHECK(EXITED(status, 0) && getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/"),
	      "after unshare(CLONE_FS) a chdir is not");
	CHECK_OK(unshare(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_SYSVSEM | CLONE_FILES |
			 CLONE_FS),
		 "what nobody shares can be unshared");
	CHECK_ERR(unshare(CLONE_PARENT), EINVAL, "other flags are EINVAL");
	CHECK_ERR(unshare(CLONE_VFORK), EINVAL, "CLONE_VFORK too");
	CHECK_ERR(syscall(SYS_unshare, 1ul << 32), EINVAL, "and those above 32 bits");
	waitpid(clone(unshare_shared, TOP, CLONE_VM | SIGCHLD, (void *)CLONE_VM), &status, 0);
	CHECK(EXITED(status, EINVAL), "shared memory is not given up");
	waitpid(clone(unshare_shared, TOP, CLONE_VM | CLONE_SIGHAND | SIGCHLD,
		      (void *)CLONE_SIGHAND),
		&status, 0);
	CHECK(EXITED(status, EINVAL), "nor are shared handlers");
	status = IN_CHILD({
		pthread_create(&thread, NULL, wait_thread, NULL);
		if (unshare(CLONE_THREAD) == 0 || errno != EINVAL)
			_exit(1);
		if (unshare(CLONE_VM) == 0 || errno != EINVAL)
			_exit(2);
		_exit(unshare(CLONE_FILES | CLONE_FS) ? 3 : 0);
	});
	CHECK(EXITED(status, 0), "a process of two threads cannot leave itself");
	close(fd);
}

/* --- rights ---------------------------------------------------------------------------------- */

static void rights(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .flags = CLONE_NEWUTS };
	int status;

	status = IN_CHILD({
		drop_rights();
		if (unshare(CLONE_NEWUTS) == 0 || errno != EPERM)
			_exit(1);
		if (unshare(CLONE_NEWNS) == 0 || errno != EPERM)
			_exit(2);
		if (syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0) >= 0 || errno != EPERM)
			_exit(3);
		if (syscall(SYS_clone3, &args, sizeof(args)) >= 0 || errno != EPERM)
			_exit(4);
		int fd = open("/proc/self/ns/uts", O_RDONLY);
		if (fd < 0 || setns(fd, 0) == 0 || errno != EPERM)
			_exit(5);
		if (readlink("/proc/1/ns/uts", stack, 64) >= 0 || errno != EACCES)
			_exit(6);
	});
	CHECK(EXITED(status, 0), "namespaces need CAP_SYS_ADMIN");
	CHECK_ERR(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0), EINVAL,
		  "CLONE_NEWNS excludes CLONE_FS");
	if (!on_corral())
		return;
	CHECK_ERR(unshare(CLONE_NEWNET), EINVAL, "there are no network namespaces");
	CHECK_ERR(unshare(CLONE_NEWIPC), EINVAL, "nor IPC namespaces");
	CHECK_ERR(unshare(CLONE_NEWUSER), EINVAL, "nor user namespaces");
	CHECK_ERR(unshare(CLONE_NEWTIME), EINVAL, "nor time namespaces");
	CHECK_ERR(syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0), EINVAL,
		  "for clone neither");
	args.flags = CLONE_NEWUTS | CLONE_NEWTIME;
	CHECK_ERR(syscall(SYS_clone3, &args, sizeof(args)), EINVAL, "nor for clone3");
}

/* --- names ----------------------------------------------------------------------------------- */

static int rename_host(void *arg)
{
	if (sethostname("inner", 5) || setdomainname("there", 5))
		return 1;
	if (strcmp(file_text("/proc/sys/kernel/hostname"), "inner\n"))
		return 2;
	if (strcmp(file_text("/proc/sys/kernel/domainname"), "there\n"))
		return 3;
	return strcmp(hostname(), "inner") ? 4 : 0;
}

static void names(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .flags = CLONE_NEWUTS };
	int status, ready[2];
	pid_t pid;

	MUST(!sethostname("outer", 5));
	waitpid(clone(rename_host, TOP, CLONE_NEWUTS | SIGCHLD, NULL), &status, 0);
	CHECK(EXITED(status, 0), "a task with a new namespace names its host");
	CHECK_STR(hostname(), "outer", "others do not see that name");
	CHECK_STR(file_text("/proc/sys/kernel/hostname"), "outer\n", "nor in /proc/sys");
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(strcmp(hostname(), "outer") ? 1 : rename_host(NULL));
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "a new namespace begins with the names of the old, by clone3 too");
	MUST(!pipe(ready));
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWUTS) || rename_host(NULL))
			_exit(1);
		MUST(write(ready[1], "x", 1) == 1);
		pause();
	}
	MUST(read(ready[0], stack, 1) == 1);
	CHECK_STR(hostname(), "outer", "unshare(CLONE_NEWUTS) does the same");

	char path[64];
	int fd, own = open("/proc/self/ns/uts", O_RDONLY);
	struct stat a, b;

	snprintf(path, sizeof(path), "/proc/%d/ns/uts", pid);
	CHECK(strcmp(link_text("/proc/self/ns/uts"), link_text(path)),
	      "links of two namespaces differ");
	CHECK_STR(link_text("/proc/self/ns/uts"), link_text("/proc/1/ns/uts"),
		  "those of one are the same");
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && !fstat(fd, &a) && !stat(path, &b) && a.st_ino == b.st_ino &&
		      a.st_dev == b.st_dev && S_ISREG(a.st_mode),
	      "such a link can be opened, and has one number");
	snprintf(stack, 64, "uts:[%lu]", (unsigned long)a.st_ino);
	CHECK_STR(link_text(path), stack, "which its text tells");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK_ERR(setns(fd, CLONE_NEWNS), EINVAL, "setns checks the kind");
	CHECK_ERR(setns(ready[0], 0), EINVAL, "and that it is a namespace");
	CHECK_ERR(setns(-1, 0), EBADF, "and that it is open");
	CHECK(!setns(fd, CLONE_NEWUTS) && !strcmp(hostname(), "inner"),
	      "an open file keeps the namespace, and setns enters it");
	CHECK(!setns(own, 0) && !strcmp(hostname(), "outer"), "and there is a way back");
	CHECK_STR(link_text("/proc/self/ns/pid"), "pid:[4026531836]",
		  "the first pid namespace has Linux's number");
	int pids = open("/proc/self/ns/pid", O_RDONLY);
	CHECK_OK(setns(pids, CLONE_NEWPID), "a task may enter the pid namespace that it is in");
	close(pids);
	CHECK_EQ(ioctl(fd, 0xb703), CLONE_NEWUTS, "NS_GET_NSTYPE tells the kind");
	struct statfs fs;
	CHECK(!fstatfs(fd, &fs) && fs.f_type == 0x6e736673, "it lies in an nsfs");
	CHECK_ERR(read(fd, stack, 1), EINVAL, "and cannot be read");
	close(fd);
	close(own);
	close(ready[0]);
	close(ready[1]);
	MUST(!sethostname("corral", 6));
}

/* --- mounts ---------------------------------------------------------------------------------- */

static int mount_inside(void *arg)
{
	char cwd[64];

	if (!getcwd(cwd, sizeof(cwd)) || strcmp(cwd, DIR_NS))
		return 1;
	if (mount("inner", DIR_NS "/a", "tmpfs", 0, NULL) || mkdir(DIR_NS "/a/new", 0755))
		return 2;
	if (!strstr(file_text("/proc/self/mounts"), "inner " DIR_NS "/a tmpfs"))
		return 3;
	if (umount(DIR_NS "/b"))
		return 4;
	if (strstr(file_text("/proc/mounts"), DIR_NS "/b "))
		return 5;
	if (mkdir("made", 0755))
		return 6;
	return access(DIR_NS "/made", F_OK) ? 7 : 0;
}

static void mounts(void)
{
	int status, ready[2], fd, own;
	char path[64], cwd[64];
	pid_t pid;

	mkdir(DIR_NS, 0755);
	MUST(!mount("none", DIR_NS, "tmpfs", 0, NULL));
	MUST(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(!mkdir(DIR_NS "/a", 0755) && !mkdir(DIR_NS "/b", 0755));
	MUST(!mount("second", DIR_NS "/b", "tmpfs", 0, NULL) && !chdir(DIR_NS));
	waitpid(clone(mount_inside, TOP, CLONE_NEWNS | SIGCHLD, NULL), &status, 0);
	CHECK(EXITED(status, 0), "a task with a new namespace mounts and unmounts there");
	CHECK_ERR(access(DIR_NS "/a/new", F_OK), ENOENT, "others do not see what it mounted");
	CHECK(strstr(file_text("/proc/self/mounts"), "second " DIR_NS "/b tmpfs") != NULL,
	      "and still have what it unmounted");
	CHECK_OK(access(DIR_NS "/made", F_OK), "the files are the same");
	CHECK_OK(umount(DIR_NS "/b"), "a mount is not busy for a namespace that has ended");
	MUST(!chdir("/"));

	MUST(!pipe(ready));
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount("inner", DIR_NS "/a", "tmpfs", 0, NULL) ||
		    mkdir(DIR_NS "/a/new", 0755))
			_exit(1);
		MUST(write(ready[1], "x", 1) == 1);
		pause();
	}
	MUST(read(ready[0], stack, 1) == 1);
	snprintf(path, sizeof(path), "/proc/%d/mounts", pid);
	CHECK(strstr(file_text(path), "inner " DIR_NS "/a ") != NULL,
	      "/proc/PID/mounts shows that task's mounts");
	CHECK(!strstr(file_text("/proc/self/mounts"), "inner "), "and the reader's own do not");
	snprintf(path, sizeof(path), "/proc/%d/root" DIR_NS "/a/new", pid);
	CHECK_OK(access(path, F_OK), "its root leads into its mounts");
	snprintf(path, sizeof(path), "/proc/%d/root" DIR_NS "/a", pid);
	CHECK_ERR(umount(path), EINVAL, "which cannot be changed from outside");
	CHECK_ERR(mount("x", path, "tmpfs", 0, NULL), EINVAL, "nor added to");
	CHECK_OK(umount(DIR_NS), "a mount that was copied can be unmounted here");
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	fd = open(path, O_RDONLY);
	own = open("/proc/self/ns/mnt", O_RDONLY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	status = IN_CHILD({
		if (setns(fd, 0) || access(DIR_NS "/a/new", F_OK) || !getcwd(cwd, sizeof(cwd)))
			_exit(1);
		if (strcmp(cwd, "/"))
			_exit(2);
		if (setns(own, CLONE_NEWNS))
			_exit(3);
		_exit(access(DIR_NS "/a", F_OK) ? 0 : 4);
	});
	CHECK(EXITED(status, 0),
	      "setns enters the mounts of a task that has ended, and leaves them");
	waitpid(clone(unshare_shared, TOP, CLONE_FS | SIGCHLD, (void *)CLONE_NEWNS), &status, 0);
	CHECK(EXITED(status, 0), "unshare(CLONE_NEWNS) gives up CLONE_FS by itself");
	close(fd);
	close(own);
	close(ready[0]);
	close(ready[1]);
	rmdir(DIR_NS);
}

static int set_both(void *arg)
{
	return setns((int)(long)arg, CLONE_NEWNS) ? errno : 0;
}

static void by_pidfd(void)
{
	int status, ready[2], fd;
	pid_t pid;

	MUST(!pipe(ready));
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWUTS | CLONE_NEWNS) || sethostname("third", 5))
			_exit(1);
		MUST(write(ready[1], "x", 1) == 1);
		pause();
	}
	MUST(read(ready[0], stack, 1) == 1);
	fd = syscall(SYS_pidfd_open, pid, 0);
	CHECK_ERR(setns(fd, 0), EINVAL, "setns by pidfd wants to know the kinds");
	status = IN_CHILD({
		if (setns(fd, CLONE_NEWUTS | CLONE_NEWNS) || strcmp(hostname(), "third"))
			_exit(1);
		char path[64];
		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
		_exit(strcmp(link_text(path), link_text("/proc/self/ns/mnt")) ? 2 : 0);
	});
	CHECK(EXITED(status, 0), "and enters several at once");
	close(fd);
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	fd = open(path, O_RDONLY);
	waitpid(clone(set_both, TOP, CLONE_FS | SIGCHLD, (void *)(long)fd), &status, 0);
	CHECK(EXITED(status, EINVAL), "who shares its root cannot enter mounts");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	close(ready[0]);
	close(ready[1]);
}

/* --- many at once ---------------------------------------------------------------------------- */

static void storm(void)
{
	int good = 0, status;

	for (int i = 0; i < 8; i++)
		if (!fork()) {
			for (int n = 0; n < 40; n++) {
				pid_t pid = syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWUTS | SIGCHLD,
						    0, 0, 0, 0);
				if (!pid)
					_exit(mount("x", "/tmp", "tmpfs", 0, NULL) ||
					      open("/tmp/f", O_CREAT | O_RDWR, 0644) < 0 ||
					      unshare(CLONE_NEWNS) || umount("/tmp"));
				if (pid < 0 || waitpid(pid, &status, 0) < 0 || !EXITED(status, 0))
					_exit(1);
			}
			_exit(0);
		}
	while (wait(&status) > 0)
		good += EXITED(status, 0);
	CHECK_EQ(good, 8, "namespaces come and go on all CPUs");
}

int main(void)
{
	parts();
	rights();
	names();
	mounts();
	by_pidfd();
	storm();
	CHECK_END();
}
