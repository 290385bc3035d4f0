/*
 * cgtree.c - hierarchies as trees, with tasks, usage and limits.
 */
#include "cg.h"

enum kind { PLAIN, NANOSECONDS, BYTES };

/* What is shown of a container that has the file; "word usage/limit". */
static const struct field {
	const char *word, *usage, *limit;
	enum kind kind;
	const char *dull; /* not worth a word */
} fields[] = {
	{ "cpu", "cpuacct.usage", NULL, NANOSECONDS, NULL },
	{ "shares", "cpu.shares", NULL, PLAIN, "1024" },
	{ "quota", "cpu.cfs_quota_us", "cpu.cfs_period_us", PLAIN, "-1" },
	{ "cpus", "cpuset.cpus", NULL, PLAIN, "" },
	{ "mems", "cpuset.mems", NULL, PLAIN, "" },
	{ "pids", "pids.current", "pids.max", PLAIN, NULL },
	{ "memory", "memory.usage_in_bytes", NULL, BYTES, NULL },
	{ "state", "freezer.state", NULL, PLAIN, "THAWED" },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static bool with_tasks;
static const struct hierarchy *tree; /* the one that is printed */

/* NULL if the container has no such file. */
static char *value(const struct group *g, const char *name)
{
	char *path, *text;

	if (!name)
		return NULL;
	path = group_file(tree, g->dir, name);
	text = file_read(path);
	free(path);
	return text;
}

/* Time is read of a container after those below it, so that it is never less than theirs. */
static bool usage_read(struct group *g)
{
	char *path = group_file(tree, g->dir, "cpuacct.usage");

	number_read(path, &g->usage);
	free(path);
	return true;
}

static void field_print(const struct field *field, const struct group *g)
{
	char *usage = value(g, field->usage), *limit = value(g, field->limit);

	if (!usage || (field->dull && !strcmp(usage, field->dull)))
		;
	else if (field->kind == NANOSECONDS)
		printf("  %s %.3fs", field->word, g->usage / 1e9);
	else if (field->kind == BYTES)
		printf("  %s %lldK", field->word, atoll(usage) / 1024);
	else
		printf("  %s %s%s%s", field->word, usage, limit ? "/" : "", limit ? limit : "");
	free(usage);
	free(limit);
}

static void task_print(long number, void *indent)
{
	char *path = join("/proc/%ld/comm", number), *name = file_read(path);

	printf("%s    %ld %s\n", (char *)indent, number, name ? printable(name) : "(gone)");
	free(path);
	free(name);
}

static void tasks_print(const struct group *g, char *indent)
{
	char *path = join("%s/tasks", g->dir);

	numbers_each(path, task_print, indent);
	free(path);
}

/* indent is what stands before the lines below g, label the beginning of its own. */
static void group_print(const struct group *g, const char *label, const char *indent)
{
	char *below = join("%s%s", indent, g->child ? "|" : " ");
	int width = printf("%s", label);

	printf("%*s%ld task%s", width < 32 ? 32 - width : 2, "", g->tasks,
	       g->tasks == 1 ? "" : "s");
	for (size_t i = 0; i < FIELDS; i++)
		field_print(&fields[i], g);
	putchar('\n');
	if (with_tasks)
		tasks_print(g, below);
	for (const struct group *child = g->child; child; child = child->next) {
		char *name = join("%s%s %s", indent, child->next ? "|--" : "`--",
				  strrchr(child->path, '/') + 1);
		char *deeper = join("%s%s   ", indent, child->next ? "|" : " ");

		group_print(child, printable(name), deeper);
		free(name);
		free(deeper);
	}
	free(below);
}

static void task_json(long number, void *unused)
{
	json_number(NULL, number);
}

static void group_json(const struct group *g)
{
	char *tasks = join("%s/tasks", g->dir);

	json_open(NULL, '{');
	json_string("path", g->path);
	json_number("tasks", g->tasks);
	if (with_tasks) {
		json_open("members", '[');
		numbers_each(tasks, task_json, NULL);
		json_close(']');
	}
	for (size_t i = 0; i < FIELDS; i++) {
		char *usage = value(g, fields[i].usage), *limit = value(g, fields[i].limit);

		if (usage && fields[i].kind == NANOSECONDS)
			json_number(fields[i].usage, g->usage);
		else if (usage)
			json_value(fields[i].usage, usage);
		if (limit)
			json_value(fields[i].limit, limit);
		free(usage);
		free(limit);
	}
	json_open("children", '[');
	for (const struct group *child = g->child; child; child = child->next)
		group_json(child);
	json_close(']');
	json_close('}');
	free(tasks);
}

static void hierarchy_print(const struct hierarchy *h)
{
	struct group *root;

	tree = h;
	root = tree_read(h, "/", usage_read);
	if (!root) {
		complain_errno(h->where);
	} else if (want_json) {
		json_open(NULL, '{');
		hierarchy_json(h);
		json_open("tree", '[');
		group_json(root);
		json_close(']');
		json_close('}');
	} else {
		char *label = join("%s on %s", h->label, h->where);

		group_print(root, label, "");
		free(label);
	}
	tree_free(root);
}

static int tree_main(int argc, char **argv)
{
	static const struct option longs[] = { { "pids", no_argument, NULL, 'p' }, OPTIONS_COMMON };
	struct hierarchy *all = hierarchies_read(), *h;
	int c;

	while ((c = option_next(argc, argv, ":ph", longs)) != -1)
		with_tasks |= c == 'p';
	for (int i = optind; i < argc; i++) {
		if (!hierarchy_find(all, argv[i]))
			usage_error("%s: in no hierarchy that is mounted", argv[i]);
	}
	if (want_json)
		json_open(NULL, '[');
	for (h = all; h; h = h->next) {
		bool wanted = optind == argc;

		for (int i = optind; i < argc; i++)
			wanted |= label_has(h->label, argv[i]);
		if (wanted)
			hierarchy_print(h);
	}
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command cgtree = {
	"cgtree", tree_main,
	"cgtree [-p] [CONTROLLER]...\n"
	"Draws the hierarchies that are mounted, or those of the controllers, as trees:\n"
	"each container with its tasks, and usage/limit where they say something.\n"
	"  -p, --pids  with the numbers and names of the tasks\n"
	"  --json      an array of hierarchies; values are named as their files\n"
};
