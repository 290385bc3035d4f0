/*
 * What the tests of the freezer share: a hierarchy with the groups a and a/b.
 */
#pragma once
#include "../await.h"
#include "group.h"
#include "stat.h"

#define ROOT "/tmp/freezer"

__attribute__((unused)) static bool reads(const char *path, const char *expected)
{
	return text_read(path) > 0 && !strcmp(text, expected);
}

/* True, sooner or later. */
static bool becomes(const char *path, const char *expected)
{
	AWAIT(reads(path, expected));
	return true;
}

static bool freeze(const char *group)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s/freezer.state", group);
	return !text_write(path, "FROZEN") && becomes(path, "FROZEN\n");
}

static void thaw(const char *group)
{
	char path[64];

	snprintf(path, sizeof(path), ROOT "/%s/freezer.state", group);
	text_write(path, "THAWED");
}

static void freezer_mount(void)
{
	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "freezer"));
	MUST(!mkdir(ROOT "/a", 0755) && !mkdir(ROOT "/a/b", 0755));
}

static void freezer_umount(void)
{
	CHECK(!rmdir(ROOT "/a/b") && !rmdir(ROOT "/a"), "the groups can be removed");
	MUST(!umount(ROOT));
	rmdir(ROOT);
}
