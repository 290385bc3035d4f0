/*
 * What the tests of paths that were walked before share: walks that are made so often that the way
 * is known.
 */
#pragma once
#include "check.h"

#include <grp.h>

#define TOP   "/tmp/walked"
#define FILE_ TOP "/one/two/f"

/* What the path leads to, three times the same; 0: nothing; 1: once this and once that. */
__attribute__((unused)) static unsigned long look_at(int dir, const char *path, int flags)
{
	unsigned long first = 0, now;
	struct stat st;

	for (int i = 0; i < 3; i++) {
		now = fstatat(dir, path, &st, flags) ? 0 : st.st_dev << 40 ^ st.st_ino;
		if (i && now != first)
			return 1;
		first = now;
	}
	return first;
}

__attribute__((unused)) static unsigned long look(const char *path)
{
	return look_at(AT_FDCWD, path, 0);
}

/* A new file, without a walk to it. */
__attribute__((unused)) static unsigned long make(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
	struct stat st;

	MUST(fd >= 0 && !fstat(fd, &st));
	close(fd);
	return st.st_dev << 40 ^ st.st_ino;
}

/* What a user is told who walks there. */
static int told_user_at(int dir, const char *path)
{
	int status = IN_CHILD(MUST(!setgroups(0, NULL) && !setgid(1000) && !setuid(1000));
			      _exit(look_at(dir, path, 0) ? 0 : errno));

	return WEXITSTATUS(status);
}

__attribute__((unused)) static int told_user(const char *path)
{
	return told_user_at(AT_FDCWD, path);
}
