/*
 * Paths that were walked before: the same text from different places, different texts for the same
 * place, and texts that are nearly the same.
 */
#include "walked.h"

#include <sys/mount.h>

/* --- where walks start -----------------------------------------------------------------------*/

static void test_starts(void)
{
	unsigned long one, two;
	int fd;

	MUST(!mkdir(TOP "/one/sub-sub", 0755) && !mkdir(TOP "/one/two/sub-sub", 0755));
	one = make(TOP "/one/sub-sub/f");
	two = make(TOP "/one/two/sub-sub/f");
	MUST(!chdir(TOP "/one") && look("sub-sub/f") == one && !chdir("two"));
	CHECK(look("sub-sub/f") == two, "the same text leads elsewhere from another directory");
	fd = open(TOP "/one", O_RDONLY | O_DIRECTORY);
	CHECK(look_at(fd, "sub-sub/f", 0) == one, "and from a descriptor");
	close(fd);
	MUST(!unlink("sub-sub/f") && !unlink(TOP "/one/sub-sub/f") && !rmdir(TOP "/one/sub-sub"));
	MUST(!rmdir("sub-sub") && look("./././././."));
	CHECK(!rmdir(TOP "/one/two") && look("./././././.") && !look("sub-sub/f"),
	      "a removed directory leads to itself alone");
	MUST(!chdir(TOP "/one"));
	for (int i = 0, bad = 0; i < 20; i++) {
		MUST(!mkdir(TOP "/one/two", 0755) && !chdir(TOP "/one/two") && !mkdir("in", 0755));
		two = make("in/ffffffff");
		bad += look("in/ffffffff") != two || unlink("in/ffffffff") || rmdir("in");
		bad += rmdir(TOP "/one/two") || !look("./././././.") || look("in/ffffffff");
		two = look("./././././.");
		MUST(!chdir(TOP "/one"));
		bad += look("./././././.") == two;
		MUST(!mkdir(TOP "/one/two", 0700) && !chdir(TOP "/one/two"));
		bad += told_user("./././././.") != EACCES;
		MUST(!rmdir(TOP "/one/two") && !chdir(TOP "/one"));
		if (i == 19)
			CHECK_EQ(bad, 0, "nor does one that comes after it lead there");
	}
	MUST(!mkdir(TOP "/one/two", 0755) && !chdir("/"));
}

#define MANY 300

/* The same text from many directories, and from many mounts of one. */
static void test_many_starts(void)
{
	unsigned long f[MANY];
	char name[64];
	int bad = 0, fd, n;

	MUST(!chdir(TOP));
	for (int i = 0; i < MANY; i++) {
		n = snprintf(name, sizeof(name), TOP "/%d", i);
		MUST(!mkdir(name, 0755) && !chdir(name));
		strcpy(name + n, "/same-text");
		f[i] = make(name);
		bad += look("./same-text") != f[i];
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), TOP "/%d", i);
		MUST(!chdir(name));
		bad += look("./same-text") != f[i];
		MUST(!unlink("same-text") && !rmdir(name));
	}
	CHECK_EQ(bad, 0, "one text leads from each directory to what is in it");

	MUST(!mount("none", TOP "/one", "tmpfs", 0, NULL) && !mkdir(TOP "/in", 0755));
	f[0] = make(TOP "/in/same-text");
	f[1] = make(TOP "/over");
	for (int i = bad = 0; i < MANY / 2; i++) {
		n = snprintf(name, sizeof(name), TOP "/one/%d", i);
		MUST(!mkdir(name, 0755) && !mount(TOP "/in", name, NULL, MS_BIND, NULL));
		strcpy(name + n, "/same-text");
		MUST(i % 2 == 0 || !mount(TOP "/over", name, NULL, MS_BIND, NULL));
	}
	for (int i = 0; i < MANY / 2; i++) {
		snprintf(name, sizeof(name), TOP "/one/%d", i);
		fd = open(name, O_RDONLY | O_DIRECTORY);
		bad += look_at(fd, "./same-text", 0) != f[i % 2];
		close(fd);
	}
	CHECK_EQ(bad, 0, "and from each mount of one directory to what is on it there");
	MUST(!umount2(TOP "/one", MNT_DETACH) && !unlink(TOP "/in/same-text"));
	MUST(!unlink(TOP "/over") && !rmdir(TOP "/in") && !chdir("/"));
}

/* --- spellings -------------------------------------------------------------------------------*/

static int opened(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void test_spellings(void)
{
	unsigned long f = make(FILE_), g = make(TOP "/one/g"), link;

	MUST(look(FILE_) == f);
	CHECK(look(TOP "//one/./two///f") == f, "slashes and dots change nothing");
	CHECK(opened(FILE_ "/", O_RDONLY) == ENOTDIR && opened(FILE_ "/", O_RDONLY) == ENOTDIR &&
		      opened(FILE_ "/", O_RDONLY) == ENOTDIR,
	      "a slash behind a file is ENOTDIR however often");
	CHECK(look(TOP "/one/two/") == look(TOP "/one/two"), "not behind a directory");
	CHECK(look(FILE_) && opened(FILE_, O_RDONLY | O_DIRECTORY) == ENOTDIR &&
		      !opened(TOP "/one/two", O_RDONLY | O_DIRECTORY),
	      "O_DIRECTORY wants a directory of a known path, too");
	CHECK(look(FILE_) && chdir(FILE_) && errno == ENOTDIR, "so does chdir");
	CHECK(look(FILE_) && opened(FILE_, O_TMPFILE | O_WRONLY) == ENOTDIR, "and O_TMPFILE");
	CHECK(look(FILE_) && !look(FILE_ "/more") && errno == ENOTDIR, "nothing is below a file");

	MUST(!symlink("two", TOP "/one/link") && !symlink("f", TOP "/one/two/flink"));
	MUST(!symlink("g", TOP "/one/two/away"));
	CHECK(look(TOP "/one/link/f") == f && look(TOP "/one/two/flink") == f,
	      "links are followed");
	link = look_at(AT_FDCWD, TOP "/one/two/flink", AT_SYMLINK_NOFOLLOW);
	CHECK(link > 1 && link != f && look(TOP "/one/two/flink") == f &&
		      opened(TOP "/one/two/flink", O_RDONLY | O_NOFOLLOW) == ELOOP &&
		      !opened(TOP "/one/two/flink", O_RDONLY),
	      "or not, as each walk asks");
	MUST(!rename(TOP "/one/two/away", TOP "/one/two/flink"));
	CHECK(!look(TOP "/one/two/flink"), "another link leads elsewhere");
	MUST(!unlink(TOP "/one/link") && !symlink(".", TOP "/one/link"));
	CHECK(look(TOP "/one/link/g") == g && !look(TOP "/one/link/f"), "on the way, too");

	CHECK(look(TOP "/one/two/../g") == g && look(TOP "/one/../one/g") == g, "dots lead up");
	MUST(!rename(TOP "/one/two", TOP "/two"));
	CHECK(!look(TOP "/one/two/../g") && look(TOP "/two/../one/g") == g,
	      "from where the directory is now");
	MUST(!rename(TOP "/two", TOP "/one/two") && !unlink(TOP "/one/link"));
	MUST(!mkdir(TOP "/one/side", 0755) && look(TOP "/one/side/../g") == g);
	CHECK(!rmdir(TOP "/one/side") && !look(TOP "/one/side/../g"), "and only if it is there");
	MUST(!unlink(TOP "/one/two/flink") && !unlink(FILE_) && !unlink(TOP "/one/g"));
}

/* Paths of any length, and two of each that differ in one byte. */
static void test_lengths(void)
{
	char path[512] = TOP "/", other[512];
	int bad = 0, at = strlen(path);

	MUST(chdir(TOP) == 0);
	for (int len = 1; len < 120; len++) {
		unsigned long a, b;

		for (int i = 0; i < len; i++)
			path[at + i] = len % 3 ? 'a' + i % 26 : "\xff\x80\x81z"[i % 4];
		path[at + len] = '\0';
		memcpy(other, path, sizeof(path));
		other[at + (len * 7) % len] = '_';
		if (len % 2)
			other[at + len - 1] = '~';
		a = make(path);
		b = make(other);
		bad += look(path) != a || look(other) != b || look(path) != a;
		bad += look(path + at) != a || look(other + at) != b;
		bad += unlink(path) || look(path) || look(path + at) || look(other) != b;
		bad += unlink(other) || look(other) || look(other + at);
	}
	CHECK_EQ(bad, 0, "paths of all lengths lead where they say, byte by byte");
	MUST(!chdir("/"));
}

/* So many that there are some of the same place in any table. */
static void test_many_texts(void)
{
	static const char *const forms[] = { TOP "/%03d", TOP "/%03d-and-the-same-end",
					     TOP "/the-same-start-and-%03d" };
	unsigned long files[MANY];
	char path[128];
	int bad = 0;

	for (int form = 0; form < 3; form++) {
		for (int i = 0; i < MANY; i++) {
			snprintf(path, sizeof(path), forms[form], i);
			files[i] = make(path);
			bad += look(path) != files[i];
		}
		for (int i = 0; i < MANY; i++) {
			snprintf(path, sizeof(path), forms[form], i);
			bad += look(path) != files[i] || unlink(path) || look(path);
		}
	}
	CHECK_EQ(bad, 0, "many names that are alike lead to many files");
}

int main(void)
{
	umask(022);
	MUST(!mkdir(TOP, 0755) && !mkdir(TOP "/one", 0755) && !mkdir(TOP "/one/two", 0755));
	test_starts();
	test_many_starts();
	test_spellings();
	test_lengths();
	test_many_texts();
	MUST(!rmdir(TOP "/one/two") && !rmdir(TOP "/one") && !rmdir(TOP));
	CHECK_END();
}
