/*
 * What each call on a path answers for each kind of path, for root and for another user.
 */
#include "answer.h"

#include <ftw.h>
#include <sched.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define DIR "/tmp/compare.path"

static char buffer[4096], long_name[300], long_path[5000];

static const char *const paths[] = { "file",
				     "private",
				     "program",
				     "dir",
				     "empty",
				     "locked",
				     "locked/file",
				     "sticky/file",
				     "link",
				     "dirlink",
				     "dangling",
				     "loop",
				     "fifo",
				     "null",
				     "missing",
				     "missing/x",
				     "file/",
				     "file/x",
				     "dir/",
				     "dir/.",
				     "dir/..",
				     "link/",
				     "dirlink/",
				     "dangling/",
				     "missing/",
				     "",
				     ".",
				     "..",
				     "/",
				     "mounted",
				     "readonly/file",
				     "readonly/new",
				     "/proc/self/exe",
				     "/proc/self/status",
				     "/proc/self/fd",
				     "/proc/nothing",
				     "control/tasks",
				     "control/new",
				     "control/child",
				     long_name,
				     long_path };

static void put(const char *name, mode_t mode, uid_t owner)
{
	int fd = open(name, O_CREAT | O_RDWR, 0600);

	MUST(fd >= 0 && write(fd, "text", 4) == 4 && !fchmod(fd, mode));
	MUST(!fchown(fd, owner, owner) && !close(fd));
}

/* What stays: the mounts.  What each call may change is made by build, and taken away again. */
static void mount_all(void)
{
	MUST(!mkdir(DIR, 0755) && !mount("none", DIR, "tmpfs", 0, "mode=777") && !chdir(DIR));
	MUST(!mkdir("mounted", 0755) && !mount("none", "mounted", "tmpfs", 0, NULL));
	MUST(!mkdir("readonly", 0755) && !mount("none", "readonly", "tmpfs", 0, NULL));
	put("readonly/file", 0644, 0);
	MUST(!mount("none", "readonly", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL));
	MUST(!mkdir("control", 0755) && !mount("none", "control", "cgroup", 0, "none,name=path"));
}

static void build(void)
{
	put("file", 0644, 0);
	put("private", 0600, 0);
	put("program", 0755, 1000);
	MUST(!mkdir("dir", 0755) && !mkdir("dir/sub", 0755) && !mkdir("empty", 0777));
	MUST(!mkdir("locked", 0700) && !mkdir("sticky", 0755) && !chmod("sticky", 01777));
	put("locked/file", 0644, 0);
	put("sticky/file", 0666, 0);
	MUST(!symlink("file", "link") && !symlink("dir", "dirlink") && !symlink("no", "dangling"));
	MUST(!symlink("loop", "loop") && !mkfifo("fifo", 0644));
	MUST(!mknod("null", S_IFCHR | 0644, makedev(1, 3)));
	MUST(!mkdir("control/child", 0755));
}

static int wipe(const char *path, const struct stat *st, int type, struct FTW *at)
{
	remove(path); /* the mounts stay */
	return 0;
}

static void tear_down(void)
{
	nftw(DIR, wipe, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	rmdir("control/new");
	rmdir("control/child");
	chmod("control/tasks", 0644);
	chown("control/tasks", 0, 0);
	chmod("control", 0755);
	chown("control", 0, 0);
	chmod("mounted", 01777);
	chown("mounted", 0, 0);
	chmod(DIR, 0777);
	chown(DIR, 0, 0);
}

static const char *stat_words(const char *path, int flags)
{
	struct stat st;

	if (fstatat(AT_FDCWD, path, &st, flags))
		return error_name(errno);
	return words("%o links %d uid %d%s", st.st_mode, (int)st.st_nlink, st.st_uid,
		     S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) ? words(" size %d", (int)st.st_size)
								: "");
}

static const char *link_words(const char *path)
{
	ssize_t n = readlink(path, buffer, sizeof(buffer) - 1);

	if (n < 0)
		return error_name(errno);
	buffer[n] = '\0';
	return buffer;
}

static void enter(bool as_user, bool mounts)
{
	if (mounts)
		MUST(!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	if (as_user)
		MUST(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	errno = 0;
}

/* The answer, from a child, which may change itself; the tree is made anew after a call that may
   have changed it. */
static void say(const char *what, const char *said)
{
	answer(said, "%s", what);
	_exit(*said == 'E');
}

#define ASKED(WHAT, EXPRESSION, MOUNTS)         \
	({                                      \
		int asked = IN_CHILD({          \
			enter(as_user, MOUNTS); \
			say(WHAT, EXPRESSION);  \
		});                             \
		if (asked == 0) {               \
			tear_down();            \
			build();                \
		}                               \
	})
#define ASK(call)   ASKED(#call, result(call), false)
#define FILE(call)  ASKED(#call, opened(call), false)
#define MOUNT(call) ASKED(#call, result(call), true)

static void ask_opening(const char *path, bool as_user)
{
	FILE(open(path, O_RDONLY | O_NONBLOCK));
	FILE(open(path, O_WRONLY | O_NONBLOCK));
	FILE(open(path, O_RDWR | O_TRUNC | O_NONBLOCK));
	FILE(open(path, O_RDONLY | O_CREAT | O_NONBLOCK, 0644));
	FILE(open(path, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0644));
	FILE(open(path, O_RDONLY | O_DIRECTORY));
	FILE(open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
	FILE(open(path, O_PATH | O_NOFOLLOW));
	FILE(open(path, O_RDWR | O_TMPFILE, 0644));
	FILE(open(path, O_RDONLY | O_NOATIME | O_NONBLOCK));
	ASKED("stat", stat_words(path, 0), false);
	ASKED("lstat", stat_words(path, AT_SYMLINK_NOFOLLOW), false);
	ASK(access(path, R_OK));
	ASK(access(path, W_OK));
	ASK(access(path, X_OK));
	ASKED("readlink", link_words(path), false);
	ASK(chdir(path));
	ASK(chroot(path));
	ASK(execve(path, (char *[]){ "x", NULL }, (char *[]){ NULL }));
	ASK(statfs(path, (void *)buffer));
}

static void ask_changing(const char *path, bool as_user)
{
	ASK(mkdir(path, 0755));
	ASK(rmdir(path));
	ASK(unlink(path));
	ASK(mknod(path, S_IFREG | 0644, 0));
	ASK(mknod(path, S_IFCHR | 0644, makedev(1, 3)));
	ASK(symlink("target", path));
	ASK(link(path, "name"));
	ASK(linkat(AT_FDCWD, path, AT_FDCWD, "name", AT_SYMLINK_FOLLOW));
	ASK(link("file", path));
	ASK(rename(path, "name"));
	ASK(rename("file", path));
	ASK(rename("dir", path));
	ASK(syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, "file", 1));
	ASK(syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, "file", 2));
	ASK(truncate(path, 2));
	ASK(chmod(path, 0640));
	ASK(chown(path, 1000, 1000));
	ASK(lchown(path, 0, 1000));
	ASK(utimensat(AT_FDCWD, path, NULL, 0));
	ASK(utimensat(AT_FDCWD, path, (struct timespec[2]){ { 1 }, { 1 } }, AT_SYMLINK_NOFOLLOW));
	ASK(getxattr(path, "user.x", buffer, 8));
	ASK(setxattr(path, "user.x", "1", 1, XATTR_REPLACE));
	MOUNT(mount("none", path, "tmpfs", 0, NULL));
	MOUNT(mount(path, "dir", NULL, MS_BIND, NULL));
	MOUNT(umount(path));
	MOUNT(umount2(path, UMOUNT_NOFOLLOW));
}

int main(int argc, char **argv)
{
	if (argc && !strcmp(argv[0], "x"))
		return 0; /* by execve of /proc/self/exe */
	umask(022);
	mount_all();
	build();
	memset(long_name, 'n', 256);
	for (int i = 0; i < 4200; i += 2)
		memcpy(long_path + i, "./", 3);
	for (int as_user = 0; as_user < 2; as_user++)
		for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
			const char *name = paths[i] == long_name   ? "a name of 256 letters"
					   : paths[i] == long_path ? "a path of 4200 letters"
					   : *paths[i]		   ? paths[i]
								   : "(empty)";

			topic("%s%s", as_user ? "user, " : "", name);
			ask_opening(paths[i], as_user);
			ask_changing(paths[i], as_user);
		}
	tear_down();
	MUST(!chdir("/") && !umount(DIR "/mounted") && !umount(DIR "/readonly"));
	MUST(!umount(DIR "/control") && !umount(DIR) && !rmdir(DIR));
	/* Others ask as a user too. */
	MUST(!chown("/", 0, 0) && !chmod("/", 0755) && !chown("/tmp", 0, 0));
	MUST(!chmod("/tmp", 01777));
	return 0;
}
