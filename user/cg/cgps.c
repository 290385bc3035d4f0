/*
 * cgps.c - processes with the containers that they are in.
 */
#include "cg.h"

#include <ctype.h>
#include <dirent.h>
#include <unistd.h>

static bool threads, roots, below;
static struct target *filter;

/* path is where or, with --recursive, below it. */
static bool inside(const char *path, const char *where)
{
	size_t n = strlen(where);

	while (n && where[n - 1] == '/')
		n--;
	if (strncmp(path, where, n))
		return false;
	return below ? !path[n] || path[n] == '/' : !path[n] || (!n && !path[1]);
}

/* groups is the text of /proc/PID/cgroup; all of the filter's targets have it. */
static bool wanted(const char *groups)
{
	for (struct target *t = filter; t; t = t->next) {
		char *copy = join("%s", groups), *rest = copy, *line;
		bool found = false;

		while (!found && (line = strsep(&rest, "\n"))) {
			strsep(&line, ":");
			found = line && !strcmp(strsep(&line, ":"), t->h->label) && line &&
				inside(line, t->path);
		}
		free(copy);
		if (!found)
			return false;
	}
	return true;
}

static void groups_print(const char *groups)
{
	char *copy = join("%s", groups), *rest = copy, *line;
	const char *blank = "";

	while ((line = strsep(&rest, "\n"))) {
		char *label, *path;

		strsep(&line, ":");
		label = line ? strsep(&line, ":") : NULL;
		path = line;
		if (!path || !*label || (!roots && !path[1] && !want_json))
			continue;
		if (want_json)
			json_string(label, path);
		else
			printf("%s%s:%s", blank, label, printable(path));
		blank = " ";
	}
	if (!want_json)
		puts(*blank ? "" : "-");
	free(copy);
}

static void task_print(const char *dir, long number)
{
	char *path = join("%s/cgroup", dir), *groups = file_read(path);
	char *stat_path = join("%s/stat", dir), *stat = file_read(stat_path);
	char *open = stat ? strchr(stat, '(') : NULL, *close = stat ? strrchr(stat, ')') : NULL;
	char state;
	long parent;

	if (groups && open && close && sscanf(close + 1, " %c %ld", &state, &parent) == 2 &&
	    wanted(groups)) {
		*close = '\0';
		if (want_json) {
			json_open(NULL, '{');
			json_number("pid", number);
			json_number("ppid", parent);
			json_string("state", (char[]){ state, '\0' });
			json_string("command", open + 1);
			json_open("groups", '{');
		} else {
			printf("%5ld %5ld %c %-15s ", number, parent, state, printable(open + 1));
		}
		groups_print(groups);
		if (want_json) {
			json_close('}');
			json_close('}');
		}
	}
	free(path);
	free(stat_path);
	free(groups);
	free(stat);
}

/* Of each numbered entry of dir, in order; what has ended meanwhile is left out. */
static int by_number(const struct dirent **a, const struct dirent **b)
{
	long x = atol((*a)->d_name), y = atol((*b)->d_name);

	return (x > y) - (x < y);
}

static int is_number(const struct dirent *entry)
{
	return isdigit((unsigned char)entry->d_name[0]);
}

static void tasks_print(const char *dir, bool processes)
{
	struct dirent **list;
	int n = scandir(dir, &list, is_number, by_number);

	if (n < 0 && processes)
		complain_errno(dir);
	for (int i = 0; i < n; i++) {
		char *path = join("%s/%s", dir, list[i]->d_name);

		if (processes && threads) {
			char *below_it = join("%s/task", path);

			tasks_print(below_it, false);
			free(below_it);
		} else {
			task_print(path, atol(list[i]->d_name));
		}
		free(path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static int ps_main(int argc, char **argv)
{
	static const struct option longs[] = { { "threads", no_argument, NULL, 'T' },
					       { "all", no_argument, NULL, 'a' },
					       { "recursive", no_argument, NULL, 'r' },
					       OPTIONS_COMMON };
	struct hierarchy *all = hierarchies_read();
	int c;

	while ((c = option_next(argc, argv, ":g:Tarh", longs)) != -1) {
		threads |= c == 'T';
		roots |= c == 'a';
		below |= c == 'r';
		if (c == 'g')
			targets_add(&filter, all, optarg);
	}
	if (optind < argc)
		usage_error("%s: not an option", argv[optind]);
	for (struct target *t = filter; t; t = t->next)
		if (access(t->dir, F_OK))
			complain_errno(t->dir);
	if (want_json)
		json_open(NULL, '[');
	else
		puts("  PID  PPID S COMMAND         CONTAINERS");
	tasks_print("/proc", true);
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command cgps = { "cgps", ps_main,
			      "cgps [-aTr] [-g CONTROLLERS:PATH]...\n"
			      "Lists processes with their containers; - stands for all roots.\n"
			      "  -a, --all            the roots, too\n"
			      "  -g CONTROLLERS:PATH  only who is in there\n"
			      "  -r, --recursive      or below\n"
			      "  -T, --threads        each thread\n"
			      "  --json               an array of objects\n" };
