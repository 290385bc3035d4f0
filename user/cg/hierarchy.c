/*
 * hierarchy.c - which hierarchies there are and where they are mounted: /proc/self/cgroup has their
 * numbers and labels, /proc/self/mounts their places, /proc/cgroups all subsystems.
 */
#include "cg.h"

bool label_has(const char *label, const char *part)
{
	size_t n = strlen(part);

	for (const char *at = label; n && (at = strstr(at, part)); at += n) {
		if ((at == label || at[-1] == ',') && (!at[n] || at[n] == ','))
			return true;
	}
	return false;
}

/* The options of a mount name all that the label does. */
static bool options_match(const char *options, const char *label)
{
	char *copy = join("%s", label), *rest = copy, *part;
	bool match = true;

	while (match && (part = strsep(&rest, ",")))
		match = label_has(options, part);
	free(copy);
	return match;
}

/* \040 and its like stand for blanks in a path. */
static void unescape(char *text)
{
	char *to = text;

	for (char *from = text; *from; to++) {
		if (*from == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool is_ours(const char *type)
{
	return !strcmp(type, "cgroup") || !strcmp(type, "container") || !strcmp(type, "cpuset");
}

static void place_add(struct hierarchy *h, const char *where, const char *options)
{
	struct place **at = &h->places;

	while (*at)
		at = &(*at)->next;
	*at = allocate(sizeof(**at));
	(*at)->where = join("%s", where);
	if (h->where)
		return;
	h->where = (*at)->where;
	h->noprefix = label_has(options, "noprefix");
}

/* Fills in where h is mounted; false if nowhere. */
static bool mount_find(struct hierarchy *h, const char *mounts)
{
	char *copy = join("%s", mounts), *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *save, *where, *type, *options;

		if (!strtok_r(line, " ", &save) || !(where = strtok_r(NULL, " ", &save)) ||
		    !(type = strtok_r(NULL, " ", &save)) || !(options = strtok_r(NULL, " ", &save)))
			continue;
		if (!is_ours(type) || !options_match(options, h->label))
			continue;
		unescape(where);
		place_add(h, where, options);
	}
	free(copy);
	return h->where;
}

/* Puts h where its number belongs. */
static void insert(struct hierarchy **list, struct hierarchy *h)
{
	while (*list && (*list)->id < h->id)
		list = &(*list)->next;
	h->next = *list;
	*list = h;
}

struct hierarchy *hierarchies_read(void)
{
	char *mine = file_read("/proc/self/cgroup"), *mounts = file_read("/proc/self/mounts");
	struct hierarchy *all = NULL;
	char *rest = mine, *line;

	if (!mine)
		die("/proc/self/cgroup: %s", strerror(errno));
	if (!mounts)
		die("/proc/self/mounts: %s", strerror(errno));
	while ((line = strsep(&rest, "\n"))) {
		char *id = strsep(&line, ":"), *label = line ? strsep(&line, ":") : NULL;
		struct hierarchy *h;

		if (!label || !*label)
			continue;
		h = allocate(sizeof(*h));
		h->id = atoi(id);
		h->label = join("%s", label);
		if (mount_find(h, mounts))
			insert(&all, h);
	}
	free(mine);
	free(mounts);
	return all;
}

struct hierarchy *hierarchy_find(struct hierarchy *all, const char *part)
{
	while (all && !label_has(all->label, part))
		all = all->next;
	return all;
}

struct subsystem *subsystems_read(void)
{
	char *table = file_read("/proc/cgroups"), *rest = table, *line;
	struct subsystem *all = NULL, **end = &all;

	if (!table)
		die("/proc/cgroups: %s", strerror(errno));
	while ((line = strsep(&rest, "\n"))) {
		char name[64];
		unsigned id;
		struct subsystem *s;

		if (*line == '#' || sscanf(line, "%63s %u", name, &id) != 2)
			continue;
		s = allocate(sizeof(*s));
		s->name = join("%s", name);
		s->hierarchy = id;
		*end = s;
		end = &s->next;
	}
	free(table);
	return all;
}

void hierarchy_json(const struct hierarchy *h)
{
	char *copy = join("%s", h->label), *rest = copy, *part;
	const char *name = NULL;

	json_number("id", h->id);
	json_open("subsystems", '[');
	while ((part = strsep(&rest, ","))) {
		if (!strncmp(part, "name=", 5))
			name = part + 5;
		else
			json_string(NULL, part);
	}
	json_close(']');
	json_string("name", name);
	json_string("mount", h->where);
	free(copy);
}
