/*
 * cgget.c - cgget reads the files of containers, cgset writes them.
 */
#include "cg.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

struct word {
	struct word *next;
	const char *text;
};

static void words_add(struct word **list, const char *text)
{
	while (*list)
		list = &(*list)->next;
	*list = allocate(sizeof(**list));
	(*list)->text = text;
}

static bool words_have(const struct word *list, const char *text)
{
	while (list && strcmp(list->text, text))
		list = list->next;
	return list;
}

static struct hierarchy *all;

/* The first hierarchy that has a container of this path. */
static struct hierarchy *container_find(const char *path)
{
	for (struct hierarchy *h = all; h; h = h->next) {
		char *dir = join("%s/%s", h->where, path);
		bool there = !access(dir, F_OK);

		free(dir);
		if (there)
			return h;
	}
	die("%s: no such container in any hierarchy", path);
}

/* The hierarchy that has the variable's subsystem; of cgroup.procs and its like, any with the
   container. */
static struct hierarchy *variable_find(const char *name, const char *path)
{
	char *subsystem = join("%.*s", (int)strcspn(name, "."), name);
	struct hierarchy *h;

	if (!strchr(name, '.') || !strcmp(subsystem, "cgroup"))
		h = container_find(path);
	else
		h = hierarchy_find(all, subsystem);
	if (!h)
		usage_error("%s: no hierarchy with %s is mounted", name, subsystem);
	free(subsystem);
	return h;
}

/* --- cgget --- */

static bool no_header, values_only;
static struct word *shown; /* of this container, in JSON, whose names must not come twice */

static bool show(const struct hierarchy *h, const char *dir, const char *name)
{
	char *path, *text;

	if (want_json && words_have(shown, name))
		return true;
	path = group_file(h, dir, name);
	text = file_read(path);
	words_add(&shown, join("%s", name));
	if (!text)
		complain_errno(path);
	else if (want_json)
		json_value(name, text);
	else if (values_only)
		puts(text);
	else
		printf("%s: ", name);
	/* The further lines of a long value are set in. */
	for (char *c = text; c && *c && !want_json && !values_only; c++) {
		putchar(*c);
		if (*c == '\n')
			putchar('\t');
	}
	if (text && !want_json && !values_only)
		putchar('\n');
	free(path);
	free(text);
	return text;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The file belongs to one of the controllers, or to any if NULL, and not to the framework. */
static bool is_setting(const struct hierarchy *h, const char *name, const char *controllers)
{
	char *subsystem = join("%.*s", (int)strcspn(name, "."), name);
	bool setting;

	if (h->noprefix)
		setting = *name != '.' && strcmp(subsystem, "cgroup") && strcmp(name, "tasks") &&
			  strcmp(name, "notify_on_release") && strcmp(name, "release_agent");
	else
		setting = label_has(controllers ? controllers : h->label, subsystem);
	free(subsystem);
	return setting;
}

/* All files of the controllers (of all if NULL) that can be read. */
static void show_all(const struct hierarchy *h, const char *dir, const char *controllers)
{
	struct dirent **list;
	struct stat st;
	int n = scandir(dir, &list, NULL, by_name);

	if (n < 0 && (controllers || errno != ENOENT))
		complain_errno(dir);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		char *path = join("%s/%s", dir, name);
		bool wanted = is_setting(h, name, controllers) && !stat(path, &st) &&
			      S_ISREG(st.st_mode) && (st.st_mode & 0444);

		if (wanted)
			show(h, dir, name);
		free(path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void header(const char *path)
{
	if (want_json)
		json_open(path, '{');
	else if (!no_header)
		printf("%s:\n", path);
}

static void footer(void)
{
	if (want_json)
		json_close('}');
	else if (!no_header)
		putchar('\n');
}

static void get_path(const char *path, struct word *variables, struct word *controllers)
{
	shown = NULL;
	header(path);
	for (struct word *v = variables; v; v = v->next) {
		struct hierarchy *h = variable_find(v->text, path);
		char *dir = join("%s/%s", h->where, path + strspn(path, "/"));

		show(h, dir, v->text);
		free(dir);
	}
	for (struct word *c = controllers; c; c = c->next) {
		struct target *targets = NULL;
		char *text = join("%s:%s", c->text, path);

		targets_add(&targets, all, text);
		if (!strcmp(c->text, "*"))
			container_find(path);
		for (; targets; targets = targets->next)
			show_all(targets->h, targets->dir, strcmp(c->text, "*") ? c->text : NULL);
		free(text);
	}
	footer();
}

/* A container that was asked for, in one word or in several. */
struct request {
	struct request *next;
	const char *path;
	struct word *controllers;
};

static void request_add(struct request **list, const char *path, const char *controller)
{
	while (*list && strcmp((*list)->path, path))
		list = &(*list)->next;
	if (!*list) {
		*list = allocate(sizeof(**list));
		(*list)->path = path;
	}
	if (controller && !words_have((*list)->controllers, controller))
		words_add(&(*list)->controllers, controller);
}

static int get_main(int argc, char **argv)
{
	static const struct option longs[] = { { "variable", required_argument, NULL, 'r' },
					       { "values-only", no_argument, NULL, 'v' },
					       { "all", no_argument, NULL, 'a' },
					       OPTIONS_COMMON };
	struct word *variables = NULL, *controllers = NULL;
	struct request *requests = NULL;
	const char *colon;
	int c;

	all = hierarchies_read();
	while ((c = option_next(argc, argv, ":nvar:g:h", longs)) != -1) {
		if (c == 'n')
			no_header = true;
		else if (c == 'v')
			values_only = true;
		else if (c == 'a')
			words_add(&controllers, "*");
		else if (c == 'r')
			words_add(&variables, optarg);
		else if (c == 'g' && (colon = strchr(optarg, ':')))
			request_add(&requests, colon + 1,
				    join("%.*s", (int)(colon - optarg), optarg));
		else if (c == 'g')
			words_add(&controllers, optarg);
	}
	if (optind == argc && !requests)
		usage_error("which container?");
	if (!variables && !controllers)
		words_add(&controllers, "*");
	for (struct request *r = requests; r && variables; r = r->next)
		r->controllers =
			NULL; /* they said in which hierarchy, which the variables do too */
	for (; optind < argc; optind++) {
		request_add(&requests, argv[optind], NULL);
		for (struct word *word = controllers; word; word = word->next)
			request_add(&requests, argv[optind], word->text);
	}
	if (want_json)
		json_open(NULL, '{');
	for (; requests; requests = requests->next)
		get_path(requests->path, variables, requests->controllers);
	if (want_json) {
		json_close('}');
		json_end();
	}
	return finish();
}

const struct command cgget = {
	"cgget", get_main,
	"cgget [-nv] [-r NAME]... [-g CONTROLLER]... [-a] PATH...\n"
	"cgget [-nv] [-r NAME]... -g CONTROLLER:PATH...\n"
	"Prints the files of containers, all of them unless told which.\n"
	"  -r, --variable NAME  this file, such as pids.max\n"
	"  -g CONTROLLER        the files of this controller\n"
	"  -a, --all            the files of all controllers\n"
	"  -n                   no line with the container's path\n"
	"  -v, --values-only    no names\n"
	"  --json               an object for each container, its files by name\n"
};

/* --- cgset --- */

static void write_value(const char *file, const char *value)
{
	if (file_write(file, value)) {
		complain("%s: \"%s\": %s", file, value, strerror(errno));
	} else if (want_json) {
		json_open(NULL, '{');
		json_string("file", file);
		json_value("value", value);
		json_close('}');
	}
}

static void set_one(const char *path, const char *name, const char *value)
{
	struct hierarchy *h = variable_find(name, path);
	char *dir = join("%s/%s", h->where, path + strspn(path, "/"));
	char *file = group_file(h, dir, name);

	write_value(file, value);
	free(dir);
	free(file);
}

/* All that can be read and written, but for members and what only a root has. */
static void copy(const char *from, const char *to)
{
	bool there = false;

	container_find(from);
	for (struct hierarchy *h = all; h; h = h->next) {
		char *dir = join("%s/%s", h->where, from + strspn(from, "/"));
		char *target = join("%s/%s", h->where, to + strspn(to, "/"));
		DIR *list = opendir(dir);
		struct dirent *entry;
		struct stat st;

		there |= list && !access(target, F_OK);
		while (list && (entry = readdir(list))) {
			const char *name = entry->d_name;
			char *file = join("%s/%s", dir, name);
			char *goal = join("%s/%s", target, name);
			char *value = NULL, *old = NULL;

			if (strchr(name, '.') && !stat(file, &st) && S_ISREG(st.st_mode) &&
			    (st.st_mode & 0600) == 0600 && strncmp(name, "cgroup.", 7))
				value = file_read(file);
			if (value)
				old = file_read(goal);
			if (old && strcmp(old, value))
				write_value(goal, value);
			free(file);
			free(goal);
			free(value);
			free(old);
		}
		if (list)
			closedir(list);
		free(dir);
		free(target);
	}
	if (!there)
		complain("%s: no such container in a hierarchy that has %s", to, from);
}

static int set_main(int argc, char **argv)
{
	static const struct option longs[] = { { "copy-from", required_argument, NULL, 'c' },
					       OPTIONS_COMMON };
	struct word *values = NULL;
	const char *from = NULL;
	int c;

	all = hierarchies_read();
	while ((c = option_next(argc, argv, ":r:h", longs)) != -1) {
		if (c == 'c')
			from = optarg;
		else if (c == 'r' && !strchr(optarg, '='))
			usage_error("%s: not of the form NAME=VALUE", optarg);
		else if (c == 'r')
			words_add(&values, optarg);
	}
	if (!values == !from)
		usage_error("which values? either -r NAME=VALUE or --copy-from PATH");
	if (optind == argc)
		usage_error("which container?");
	if (want_json)
		json_open(NULL, '[');
	for (; optind < argc; optind++) {
		if (from)
			copy(from, argv[optind]);
		for (struct word *v = values; v; v = v->next) {
			char *name = join("%.*s", (int)strcspn(v->text, "="), v->text);

			set_one(argv[optind], name, strchr(v->text, '=') + 1);
			free(name);
		}
	}
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command cgset = {
	"cgset", set_main,
	"cgset -r NAME=VALUE... PATH...\n"
	"cgset --copy-from PATH PATH...\n"
	"Writes files of containers.\n"
	"  -r NAME=VALUE     such as pids.max=20\n"
	"  --copy-from PATH  the settings of that one, in all hierarchies that have both\n"
	"  --json            tells what was written\n"
};
