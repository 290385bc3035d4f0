/* Cpusets for tests whose subject is memory: paths are relative to where they are mounted. */
#pragma once
#include "text.h"

__attribute__((unused)) static void cpuset_write(const char *root, const char *file,
						 const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", root, file);
	MUST(!text_write(path, value));
}

/* A set of CPUs 0 to 3 and these nodes. */
__attribute__((unused)) static void cpuset_make(const char *root, const char *name,
						const char *mems)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	MUST(!mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/cpuset.cpus", name);
	cpuset_write(root, path, "0-3");
	snprintf(path, sizeof(path), "%s/cpuset.mems", name);
	cpuset_write(root, path, mems);
}
