/*
 * What the programs about containers share: a place to mount at, and questions to each control
 * file.
 */
#pragma once
#include "answer.h"

#include <dirent.h>

#define AT "/tmp/compare.control"

/* What is written to each file. */
static const char *const texts[] = {
	"",
	"\n",
	"0",
	"1",
	"2",
	"-1",
	" 1",
	"1 ",
	"1\n",
	"1\n\n",
	"\n1",
	"x",
	"1x",
	"0x1",
	"010",
	"08",
	"+1",
	"1 2",
	"1\n2",
	"1.5",
	"99999",
	"4194304",
	"max",
	"4294967296",
	"2147483648",
	"18446744073709551615",
	"18446744073709551616",
	"THAWED",
	"a",
};

static char four[5000];

/* On Linux a hierarchy ends some time after umount, and one whose child was removed just before it
   not until it is mounted once more; before that its subsystems are not to be had. */
__attribute__((unused)) static void free_all(void)
{
	char *line, *rest, *list, options[256];
	bool busy = true;

	for (int patience = 256, round = 1; busy; round++) {
		char text[1024];
		bool lingers = round % patience == 0;

		busy = false;
		snprintf(text, sizeof(text), "%s", file_text("/proc/self/cgroup"));
		for (rest = text; (line = strsep(&rest, "\n"));) {
			if (atoi(line) <= 0)
				continue;
			busy = true;
			strsep(&line, ":");
			list = strsep(&line, ":");
			snprintf(options, sizeof(options), "%s%s",
				 strncmp(list, "name=", 5) ? "" : "none,", list);
			if (lingers && !mount("none", AT, "cgroup", 0, options))
				umount(AT);
		}
		if (lingers)
			patience *= 2;
		if (busy)
			usleep(1000);
	}
}

/* --- the files of each subsystem, and what they say to what is written
 * ----------------------------*/

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(const char *at, char **names)
{
	DIR *dir = opendir(at);
	struct dirent *d;
	int n = 0;

	while ((d = readdir(dir)))
		if (d->d_name[0] != '.')
			names[n++] = strdup(d->d_name);
	closedir(dir);
	qsort(names, n, sizeof(*names), by_name);
	return n;
}

static bool depends_on_time(const char *name)
{
	return strstr(name, "usage") || strstr(name, "stat") || strstr(name, "cpuacct.load") ||
	       !strcmp(name, "tasks") || !strcmp(name, "cgroup.procs") || strstr(name, "peak");
}

static void ask_file(const char *at, const char *name)
{
	const char *path = words("%s/%s", at, name);
	struct stat st;
	char was[4096];

	path = strdup(path);
	MUST(!stat(path, &st));
	answer(words("%o uid %d links %d size %d", st.st_mode, st.st_uid, (int)st.st_nlink,
		     (int)st.st_size),
	       "stat");
	if (!strcmp(name, "tasks") || !strcmp(name, "cgroup.procs") ||
	    !strcmp(name, "container.transfer") || !strcmp(name, "cpuacct.load"))
		return;
	if (!depends_on_time(name))
		answer(file_text(path), "text");
	snprintf(was, sizeof(was), "%s", file_text(path));
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *said = file_put(path, texts[i]);

		answer(words("%s, then %s", said, depends_on_time(name) ? "" : file_text(path)),
		       "write \"%s\"", texts[i]);
		file_put(path, was);
	}
	for (int length = 4095; length <= 4097; length++) {
		memset(four, '1', length);
		four[length] = '\0';
		answer(file_put(path, four), "write of %d bytes", length);
		file_put(path, was);
	}
}

__attribute__((unused)) static void files_of(const char *option)
{
	char *names[100];
	int n;

	free_all();
	MUST(!mount("none", AT, "cgroup", 0, option) && !mkdir(AT "/child", 0755));
	for (int child = 0; child < 2; child++) {
		const char *at = child ? AT "/child" : AT;

		n = list(at, names);
		for (int i = 0; i < n; i++) {
			if (!strcmp(names[i], "child"))
				continue;
			topic("%s, %s, %s", option, child ? "child" : "root", names[i]);
			ask_file(at, names[i]);
		}
	}
	MUST(!rmdir(AT "/child") && !umount(AT));
	free_all();
}
