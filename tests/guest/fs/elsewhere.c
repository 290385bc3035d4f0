/* Names that are mount points in another namespace: what removing and renaming them does there. */
#include "check.h"

#include <sched.h>
#include <sys/mount.h>

#define TOP "/tmp/elsewhere"

static struct stat st;
static char text[16384];

/* A process with mounts of its own, which answers a letter with what it sees. */
static int questions[2], answers[2];
static pid_t other;

static bool mounted(const char *source)
{
	int fd = open("/proc/self/mounts", O_RDONLY);
	ssize_t n, total = 0;
	char line[64];

	while ((n = read(fd, text + total, sizeof(text) - 1 - total)) > 0)
		total += n;
	close(fd);
	text[total] = '\0';
	snprintf(line, sizeof(line), "%s ", source);
	return strstr(text, line) != NULL;
}

static void make_file(const char *name)
{
	MUST(!close(open(name, O_CREAT | O_WRONLY, 0600)));
}

/* Bind mounts show the source of what they show. */
static bool is_point(const char *name)
{
	mounted("");
	return strstr(text, name) != NULL;
}

static void serve(void)
{
	char question, byte;
	int fd;

	MUST(!unshare(CLONE_NEWNS));
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	MUST(!mount("removed", TOP "/removed", "tmpfs", 0, NULL));
	MUST(!mkdir(TOP "/removed/in", 0755));
	MUST(!mount("below", TOP "/removed/in", "tmpfs", 0, NULL));
	MUST(!mount("twice", TOP "/removed", "tmpfs", 0, NULL));
	make_file(TOP "/removed/file");
	fd = open(TOP "/removed/file", O_RDWR);
	MUST(write(fd, "x", 1) == 1);
	MUST(!mount("replaced", TOP "/replaced", "tmpfs", 0, NULL));
	MUST(!mount("renamed", TOP "/renamed", "tmpfs", 0, NULL));
	MUST(!mount("left", TOP "/left", "tmpfs", 0, NULL));
	MUST(!mount(TOP "/bound", TOP "/file", NULL, MS_BIND, NULL));
	MUST(write(answers[1], "r", 1) == 1);
	while (read(questions[0], &question, 1) == 1) {
		bool yes = false;

		if (question == 'd')
			yes = !mounted("removed") && !mounted("twice") && !mounted("below");
		else if (question == 'f')
			yes = pread(fd, &byte, 1, 0) == 1 && byte == 'x';
		else if (question == 'n')
			yes = stat(TOP "/removed", &st) == -1 && errno == ENOENT;
		else if (question == 'm')
			yes = !stat(TOP "/removed", &st) && !mounted("removed");
		else if (question == 'r')
			yes = !mounted("replaced");
		else if (question == 'k')
			yes = mounted("renamed " TOP "/moved");
		else if (question == 'x')
			yes = mounted("left " TOP "/right");
		else if (question == 'u')
			yes = !is_point(TOP "/file");
		else if (question == 'b')
			yes = rmdir(TOP "/right") == -1 && errno == EBUSY &&
			      rename(TOP "/moved", TOP "/y") == -1 && errno == EBUSY;
		MUST(write(answers[1], yes ? "y" : "n", 1) == 1);
	}
	_exit(0);
}

static bool sees(char question)
{
	char said;

	MUST(write(questions[1], &question, 1) == 1 && read(answers[0], &said, 1) == 1);
	return said == 'y';
}

static void start(void)
{
	char byte;

	MUST(!pipe(questions) && !pipe(answers));
	other = fork();
	if (!other) {
		close(questions[1]);
		serve();
	}
	close(questions[0]);
	MUST(read(answers[0], &byte, 1) == 1);
}

static void end(void)
{
	close(questions[1]);
	MUST(waitpid(other, NULL, 0) == other);
	close(answers[0]);
	close(answers[1]);
}

int main(void)
{
	static const char *const dirs[] = { "removed", "replaced", "renamed",
					    "left",    "right",	   "full" };
	char name[64];

	MUST(!mkdir(TOP, 0755) && !mount("top", TOP, "tmpfs", 0, NULL));
	for (unsigned i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(name, sizeof(name), TOP "/%s", dirs[i]);
		MUST(!mkdir(name, 0755));
	}
	make_file(TOP "/file");
	make_file(TOP "/bound");
	start();
	CHECK_OK(rmdir(TOP "/removed"), "a mount point of another namespace can be removed");
	CHECK(sees('d'), "the mounts on it are gone there, with those below");
	CHECK(sees('n'), "and so is the name");
	CHECK(sees('f'), "an open file in one stays");
	MUST(!mkdir(TOP "/removed", 0755));
	CHECK(sees('m'), "a new directory of that name is seen there");
	make_file(TOP "/full/file");
	CHECK_ERR(rename(TOP "/replaced", TOP "/full"), ENOTEMPTY, "a rename that fails");
	CHECK(!sees('r'), "leaves the mounts");
	CHECK_OK(rename(TOP "/removed", TOP "/replaced"), "one can be replaced by a rename");
	CHECK(sees('r'), "which takes the mount away");
	CHECK_OK(rename(TOP "/renamed", TOP "/moved"), "one can be renamed");
	CHECK(sees('k'), "and its mount goes along");
	CHECK_OK(syscall(SYS_renameat2, AT_FDCWD, TOP "/left", AT_FDCWD, TOP "/right", 2),
		 "one can change places with another");
	CHECK(sees('x'), "and its mount goes along as well");
	CHECK(sees('b'), "for who has them mounted they are busy");
	CHECK_OK(unlink(TOP "/file"), "a file that something is bound to there can be removed");
	CHECK(sees('u'), "which takes the mount away too");
	end();
	CHECK_OK(umount(TOP), "nothing is busy when the namespace has ended");
	MUST(!rmdir(TOP));
	CHECK_END();
}
