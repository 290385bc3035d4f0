/*
 * What the tests of containers share: pids written, membership.
 */
#pragma once
#include "text.h"

#include <sys/mount.h>

__attribute__((unused)) static int group_write_pid(const char *path, pid_t pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	return text_write(path, number);
}

/* Mounts subsystems that nobody else has.  On Linux a hierarchy whose last container was removed
   just before it was unmounted lives on, until it is mounted and unmounted again. */
__attribute__((unused)) static int group_mount(const char *where, const char *subsystems)
{
	char names[64], *rest, *name;
	int ret;

	for (;;) {
		ret = mount("none", where, "cgroup", 0, subsystems);
		if (!ret || errno != EBUSY || on_corral())
			return ret;
		snprintf(names, sizeof(names), "%s", subsystems);
		for (rest = names; (name = strsep(&rest, ","));)
			if (!mount("none", where, "cgroup", 0, name))
				umount(where);
		usleep(10000);
	}
}

/* How many ids the file lists. */
__attribute__((unused)) static int group_count(const char *path)
{
	int n = 0;

	if (text_read(path) < 0)
		return -1;
	for (char *c = text; *c; c++)
		n += *c == '\n';
	return n;
}

/* The framework's own examination; true where there is none (Linux).  What it says is in
 * text. */
__attribute__((unused)) static bool group_selfcheck(void)
{
	const char *at = "/tmp/selfcheck";
	bool good;

	mkdir(at, 0700);
	if (mount("none", at, "cgroup", 0, "debug"))
		return errno == EINVAL;
	good = text_read("/tmp/selfcheck/debug.selfcheck") > 0 && !strcmp(text, "ok\n");
	umount(at);
	rmdir(at);
	return good;
}
