/* Names: directories, links, renames, symbolic links, the *at calls, getdents64. */
#include "check.h"

#include <dirent.h>
#include <sys/sysmacros.h>

#define DIR_ "/tmp/name"

static struct stat st, st2;
static char text[8192];

static void make(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	MUST(fd >= 0 && write(fd, path, strlen(path)) > 0);
	close(fd);
}

static nlink_t links(const char *path)
{
	return stat(path, &st) ? 0 : st.st_nlink;
}

static bool exists(const char *path)
{
	return !lstat(path, &st);
}

static void directories(void)
{
	CHECK_OK(mkdir("d", 0755), "mkdir makes a directory");
	CHECK(!stat("d", &st) && S_ISDIR(st.st_mode) && st.st_nlink == 2, "with two links");
	nlink_t before = links(".");
	mkdir("d/e", 0755);
	CHECK(links("d") == 3 && links(".") == before, "and one more for each directory in it");
	CHECK_ERR(mkdir("d", 0755), EEXIST, "twice is EEXIST");
	CHECK_ERR(mkdir("x/y", 0755), ENOENT, "without a parent ENOENT");
	CHECK_ERR(rmdir("d"), ENOTEMPTY, "a full one is not removed");
	CHECK_ERR(rmdir("d/."), EINVAL, "nor . itself");
	CHECK_ERR(rmdir("d/.."), ENOTEMPTY, "nor ..");
	CHECK_ERR(unlink("d/e"), EISDIR, "unlink is not for directories");
	CHECK_OK(rmdir("d/e"), "rmdir removes an empty one");
	CHECK_EQ(links("d"), 2, "with its link");
	make("f");
	CHECK_ERR(rmdir("f"), ENOTDIR, "rmdir is not for files");
	CHECK_ERR(rmdir("/"), EBUSY, "the root is busy");
	MUST(!chdir("d") && !rmdir("../d"));
	CHECK_ERR(open("new", O_CREAT | O_RDWR, 0600), ENOENT,
		  "nothing is created in a removed directory");
	CHECK_ERR((long)getcwd(text, 100) == 0 ? -1L : 0L, ENOENT, "which has no path");
	MUST(!chdir(DIR_));
	CHECK_OK(mkdir("d/", 0755), "mkdir takes a slash at the end");
	CHECK_OK(rmdir("d///"), "rmdir several");
	unlink("f");
	CHECK(getcwd(text, sizeof(text)) && !strcmp(text, DIR_), "getcwd tells the path");
	CHECK_ERR(syscall(SYS_getcwd, text, 3), ERANGE, "if there is room");
	CHECK_ERR(chdir("/etc/passwd"), ENOTDIR, "chdir wants a directory");
}

static void hard_links(void)
{
	make("a");
	CHECK_OK(link("a", "b"), "link gives a second name");
	CHECK(!stat("a", &st) && !stat("b", &st2) && st.st_ino == st2.st_ino && st.st_nlink == 2,
	      "to the same file");
	CHECK_ERR(link("a", "b"), EEXIST, "a taken name is EEXIST");
	CHECK_ERR(link("none", "c"), ENOENT, "no file is ENOENT");
	mkdir("d", 0755);
	CHECK_ERR(link("d", "c"), EPERM, "a directory is EPERM");
	CHECK_ERR(link("a", "/run/c"), EXDEV, "another file system is EXDEV");
	CHECK_OK(unlink("a"), "unlink takes one name away");
	CHECK_EQ(links("b"), 1, "and leaves the other");
	CHECK_ERR(unlink("a"), ENOENT, "a second time ENOENT");
	CHECK_ERR(unlink("b/"), ENOTDIR, "a file with a slash is ENOTDIR");
	unlink("b");
	rmdir("d");
}

static void renames(void)
{
	make("a");
	stat("a", &st2);
	CHECK_OK(rename("a", "b"), "rename renames");
	CHECK(!exists("a") && !stat("b", &st) && st.st_ino == st2.st_ino, "the same file");
	make("c");
	CHECK_OK(rename("b", "c"), "it replaces what is there");
	CHECK(!stat("c", &st) && st.st_ino == st2.st_ino && !exists("b"), "at once");
	CHECK_OK(rename("c", "c"), "onto itself it does nothing");
	link("c", "d");
	CHECK(!rename("c", "d") && exists("c") && exists("d"),
	      "nor onto another name of the same file");
	unlink("d");
	mkdir("x", 0755);
	mkdir("x/y", 0755);
	mkdir("z", 0755);
	CHECK_ERR(rename("x", "x/y/in"), EINVAL, "a directory does not go into itself");
	CHECK_ERR(rename("c", "x"), EISDIR, "a file does not replace a directory");
	CHECK_ERR(rename("x", "c"), ENOTDIR, "nor a directory a file");
	CHECK_ERR(rename("z", "x"), ENOTEMPTY, "nor any a full directory");
	CHECK(!rename("x/y", "z") && links("x") == 2 && links("z") == 2,
	      "an empty one is replaced");
	mkdir("x/n", 0755);
	CHECK(!rename("x/n", "z/n") && links("x") == 2 && links("z") == 3,
	      "links follow a directory that moves");
	CHECK(!stat("z/n/..", &st) && !stat("z", &st2) && st.st_ino == st2.st_ino,
	      "and so does ..");
	CHECK_ERR(rename("none", "c"), ENOENT, "no file is ENOENT");
	CHECK_ERR(rename("c", "/run/c"), EXDEV, "another file system is EXDEV");
	CHECK_ERR(rename("x/.", "q"), EBUSY, "a path that ends with . is EBUSY");
	make("e");
	CHECK_ERR(syscall(SYS_renameat2, AT_FDCWD, "c", AT_FDCWD, "e", 1), EEXIST,
		  "RENAME_NOREPLACE keeps what is there");
	stat("c", &st);
	CHECK(!syscall(SYS_renameat2, AT_FDCWD, "c", AT_FDCWD, "e", 2) && !stat("e", &st2) &&
		      st.st_ino == st2.st_ino && exists("c"),
	      "RENAME_EXCHANGE exchanges");
	CHECK_ERR(syscall(SYS_renameat2, AT_FDCWD, "c", AT_FDCWD, "e", 3), EINVAL, "not both");
	system("rm -r " DIR_ "/*");
}

static void symbolic_links(void)
{
	make("file");
	CHECK_OK(symlink("file", "link"), "symlink makes one");
	CHECK(!lstat("link", &st) && S_ISLNK(st.st_mode) && st.st_size == 4 &&
		      (st.st_mode & 0777) == 0777,
	      "lstat sees it");
	CHECK(!stat("link", &st) && S_ISREG(st.st_mode), "stat sees through it");
	CHECK(readlink("link", text, 100) == 4 && !memcmp(text, "file", 4), "readlink reads it");
	CHECK(readlink("link", text, 2) == 2, "as far as there is room");
	CHECK_ERR(readlink("file", text, 100), EINVAL, "readlink is for links");
	CHECK_ERR(syscall(SYS_readlink, "link", text, 0), EINVAL, "with room");
	CHECK_ERR(open("link", O_RDONLY | O_NOFOLLOW), ELOOP, "O_NOFOLLOW refuses it: ELOOP");
	CHECK_ERR(open("link", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST, "so does O_EXCL: EEXIST");
	symlink("two", "one");
	symlink("one", "two");
	CHECK_ERR(open("one", O_RDONLY), ELOOP, "a circle is ELOOP");
	mkdir("dir", 0755);
	make("dir/in");
	symlink("dir", "dlink");
	CHECK(!stat("dlink/in", &st) && !stat("dlink/", &st) && S_ISDIR(st.st_mode),
	      "links lead through directories");
	symlink(DIR_ "/dir", "absolute");
	CHECK(!stat("absolute/../file", &st), ".. is the parent of where a link leads");
	symlink("nowhere", "dangling");
	CHECK_ERR(stat("dangling", &st), ENOENT, "a link to nothing is ENOENT");
	int fd = open("dangling", O_CREAT | O_RDWR, 0600);
	CHECK(fd >= 0 && exists("nowhere"), "open creates what it leads to");
	close(fd);
	CHECK_ERR(mkdir("dangling", 0755), EEXIST, "mkdir does not");
	CHECK(!unlink("dangling") && exists("nowhere"), "unlink removes the link");
	CHECK(!link("link", "hard") && !lstat("hard", &st) && S_ISLNK(st.st_mode),
	      "link does not follow");
	CHECK(!rename("link", "moved") && exists("file") && readlink("moved", text, 100) == 4,
	      "nor does rename");
	CHECK_ERR(symlink("", "e"), ENOENT, "an empty link is ENOENT");
	CHECK_ERR(symlink("x", "file"), EEXIST, "a taken name is EEXIST");
	char chain[16] = "file", next[16];
	for (int i = 0; i < 41; i++) {
		snprintf(next, sizeof(next), "c%d", i);
		symlink(chain, next);
		strcpy(chain, next);
	}
	CHECK_OK(stat("c39", &st), "forty links in a row are followed");
	CHECK_ERR(stat("c40", &st), ELOOP, "not forty-one");
	system("rm -r " DIR_ "/*");
}

static void at_calls(void)
{
	int dir, fd, file;

	mkdir("d", 0755);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	make("plain");
	file = open("plain", O_RDONLY);
	fd = openat(dir, "f", O_CREAT | O_RDWR, 0600);
	CHECK(fd >= 0 && exists("d/f"), "openat starts from a directory");
	CHECK(openat(99, DIR_ "/d/f", O_RDONLY) >= 0, "which an absolute path does not need");
	CHECK_ERR(openat(99, "f", O_RDONLY), EBADF, "a relative one does: EBADF");
	CHECK_ERR(openat(file, "f", O_RDONLY), ENOTDIR, "and a file is none: ENOTDIR");
	CHECK(!mkdirat(dir, "s", 0755) && exists("d/s"), "mkdirat");
	CHECK(!symlinkat("f", dir, "l") && readlinkat(dir, "l", text, 10) == 1,
	      "symlinkat and readlinkat");
	CHECK(!fstatat(dir, "l", &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode),
	      "fstatat does not follow if asked");
	CHECK(!fstatat(fd, "", &st, AT_EMPTY_PATH) && S_ISREG(st.st_mode),
	      "or takes the descriptor itself");
	CHECK_ERR(fstatat(dir, "f", &st, 0x40), EINVAL, "unknown flags are EINVAL");
	CHECK(!linkat(dir, "f", AT_FDCWD, "hard", 0) && exists("hard"), "linkat");
	CHECK(!linkat(dir, "l", AT_FDCWD, "through", AT_SYMLINK_FOLLOW) && !lstat("through", &st) &&
		      S_ISREG(st.st_mode),
	      "which follows if asked");
	CHECK(!renameat(dir, "f", AT_FDCWD, "moved") && exists("moved"), "renameat");
	CHECK(!unlinkat(dir, "l", 0) && !exists("d/l"), "unlinkat");
	CHECK_ERR(unlinkat(dir, "s", 0), EISDIR, "which wants a flag for directories");
	CHECK_OK(unlinkat(dir, "s", AT_REMOVEDIR), "AT_REMOVEDIR");
	CHECK_ERR(unlinkat(dir, "s", 0x77), EINVAL, "and no other");
	CHECK(!fchmodat(dir, ".", 0700, 0) && !fchownat(dir, ".", 0, 0, 0) &&
		      !faccessat(dir, ".", R_OK, 0),
	      "fchmodat, fchownat and faccessat");
	CHECK(!mknodat(dir, "fifo", S_IFIFO | 0600, 0) && !lstat("d/fifo", &st) &&
		      S_ISFIFO(st.st_mode),
	      "mknodat");
	CHECK(!mknodat(dir, "null", S_IFCHR | 0600, makedev(1, 3)) && !lstat("d/null", &st) &&
		      S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3),
	      "with devices");
	CHECK_OK(fchdir(dir), "fchdir goes there");
	CHECK(getcwd(text, 100) && !strcmp(text, DIR_ "/d"), "getcwd agrees");
	CHECK_ERR(fchdir(file), ENOTDIR, "not to a file");
	MUST(!chdir(DIR_));
	close(fd);
	close(dir);
	close(file);
	system("rm -r " DIR_ "/*");
}

struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short length;
	unsigned char type;
	char name[];
};

static void listing(void)
{
	bool seen[300] = { false }, dot = false, dotdot = false, types = true, sane = true;
	int fd, n, count = 0, number;

	for (int i = 0; i < 300; i++) {
		snprintf(text, 64, "entry-%d", i);
		close(open(text, O_CREAT | O_WRONLY, 0600));
	}
	fd = open(".", O_RDONLY | O_DIRECTORY);
	while ((n = syscall(SYS_getdents64, fd, text, 1000)) > 0) {
		for (int at = 0; at < n;) {
			struct entry *e = (struct entry *)(text + at);

			sane &= e->length % 8 == 0 && e->length >= 24 && e->ino;
			if (!strcmp(e->name, "."))
				dot = e->type == DT_DIR;
			else if (!strcmp(e->name, ".."))
				dotdot = e->type == DT_DIR;
			else if (sscanf(e->name, "entry-%d", &number) == 1 && number >= 0 &&
				 number < 300) {
				types &= e->type == DT_REG && !seen[number];
				seen[number] = true;
			}
			count++;
			at += e->length;
		}
	}
	CHECK(n == 0 && sane, "getdents64 gives sound records");
	CHECK(dot && dotdot, "with . and ..");
	CHECK(count == 302 && types, "each entry once, with its type");
	CHECK_EQ(syscall(SYS_getdents64, fd, text, 1000), 0, "at the end 0");
	lseek(fd, 0, SEEK_SET);
	CHECK(syscall(SYS_getdents64, fd, text, 1000) > 0, "lseek starts again");
	CHECK_ERR(syscall(SYS_getdents64, fd, text, 10), EINVAL, "a buffer too small is EINVAL");
	CHECK_ERR(read(fd, text, 10), EISDIR, "read of a directory is EISDIR");
	/* Removing what was listed, while listing. */
	lseek(fd, 0, SEEK_SET);
	int removed = 0;
	while ((n = syscall(SYS_getdents64, fd, text, 500)) > 0)
		for (int at = 0; at < n; at += ((struct entry *)(text + at))->length)
			removed += !unlinkat(fd, ((struct entry *)(text + at))->name, 0);
	CHECK_EQ(removed, 300, "a directory can be emptied while it is listed");
	close(fd);
	fd = open("/etc/passwd", O_RDONLY);
	CHECK_ERR(syscall(SYS_getdents64, fd, text, 1000), ENOTDIR, "a file is ENOTDIR");
	close(fd);
}

int main(void)
{
	umask(022);
	system("rm -rf " DIR_);
	MUST(!mkdir(DIR_, 0755) && !chdir(DIR_));
	directories();
	hard_links();
	renames();
	symbolic_links();
	at_calls();
	listing();
	chdir("/");
	system("rm -rf " DIR_);
	CHECK_END();
}
