/*
 * order.c - in which order a tmpfs lists its names, and what becomes of a directory's links.
 */
#include "check.h"

#include <dirent.h>
#include <sys/mount.h>

/* The names but for the dots, each with a blank behind it. */
static const char *names(DIR *d)
{
	static char text[256];
	struct dirent *e;

	text[0] = 0;
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			strcat(strcat(text, e->d_name), " ");
	return text;
}

static const char *list(void)
{
	DIR *d = opendir(".");
	const char *text = names(d);

	closedir(d);
	return text;
}

static void touch(const char *name)
{
	int fd = creat(name, 0644);

	MUST(fd >= 0);
	close(fd);
}

static void test_order(void)
{
	touch("a");
	touch("b");
	touch("c");
	CHECK_STR(list(), "c b a ", "the newest name is listed first");
	MUST(!rename("a", "a2"));
	CHECK_STR(list(), "a2 c b ", "a new name makes a file the newest");
	MUST(!rename("b", "a2"));
	CHECK_STR(list(), "a2 c ", "so does the name of another");
	MUST(!mkdir("d", 0755));
	touch("d/x");
	MUST(!rename("d/x", "x"));
	CHECK_STR(list(), "x d a2 c ", "so does a move from another directory");
	MUST(!link("c", "l") && !unlink("c"));
	CHECK_STR(list(), "l x d a2 ", "a link is a new name");
	MUST(!syscall(SYS_renameat2, AT_FDCWD, "a2", AT_FDCWD, "d", 2));
	CHECK_STR(list(), "d a2 l x ", "an exchange makes both new");
}

static void test_while_reading(void)
{
	DIR *d = opendir(".");
	struct dirent *e;
	int count = 0;

	readdir(d);
	readdir(d);
	MUST((e = readdir(d)));
	touch("later");
	CHECK(!strstr(names(d), "later"), "what is made while a directory is read comes too late");
	rewinddir(d);
	CHECK(strstr(names(d), "later"), "it is there when reading begins again");
	closedir(d);
	d = opendir(".");
	while ((e = readdir(d)) && count < 100) {
		char name[300];

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s+", e->d_name);
		MUST(!rename(e->d_name, name));
		count++;
	}
	closedir(d);
	CHECK_EQ(count, 5, "each name is met once although all of them are changed");
}

static void test_links(void)
{
	struct stat st;
	int fd;

	MUST(!mkdir("gone", 0755));
	fd = open("gone", O_RDONLY);
	MUST(!rmdir("gone") && !fstat(fd, &st));
	CHECK_EQ(st.st_nlink, 0, "a removed directory has no links");
	close(fd);
	MUST(!mkdir("from", 0755) && !mkdir("to", 0755));
	fd = open("to", O_RDONLY);
	MUST(!rename("from", "to") && !fstat(fd, &st));
	CHECK_EQ(st.st_nlink, 0, "nor has one that was replaced");
	close(fd);
}

int main(void)
{
	MUST(!mkdir("/tmp/order", 0755) && !mount("order", "/tmp/order", "tmpfs", 0, NULL));
	MUST(!chdir("/tmp/order"));
	test_order();
	test_while_reading();
	test_links();
	MUST(!chdir("/") && !umount("/tmp/order") && !rmdir("/tmp/order"));
	CHECK_END();
}
