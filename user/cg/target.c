/*
 * target.c - "CONTROLLERS:PATH": one container in each hierarchy that has one of the controllers.
 */
#include "cg.h"

static void add(struct target **list, struct hierarchy *h, const char *path)
{
	struct target *target;

	path += strspn(path, "/");
	for (; *list; list = &(*list)->next) {
		if ((*list)->h == h && !strcmp((*list)->path + 1, path))
			return;
	}
	target = *list = allocate(sizeof(*target));
	target->h = h;
	target->path = join("/%s", path);
	target->dir = join("%s%s", h->where, *path ? target->path : "");
}

static void explain(const char *controller)
{
	for (struct subsystem *s = subsystems_read(); s; s = s->next) {
		if (!strcmp(s->name, controller))
			usage_error("%s: mounted nowhere; try mount -t cgroup -o %s none DIRECTORY",
				    controller, controller);
	}
	usage_error("%s: no such controller in /proc/cgroups", controller);
}

void targets_add(struct target **list, struct hierarchy *all, const char *text)
{
	char *copy = join("%s", text), *path = strchr(copy, ':'), *rest = copy, *part;

	if (!path || path == copy)
		usage_error("%s: not of the form CONTROLLERS:PATH", text);
	*path++ = '\0';
	while ((part = strsep(&rest, ","))) {
		struct hierarchy *h = hierarchy_find(all, part);

		if (!strcmp(part, "*")) {
			for (h = all; h; h = h->next)
				add(list, h, path);
		} else if (h) {
			add(list, h, path);
		} else {
			explain(part);
		}
	}
	free(copy);
}

bool target_move(const struct target *target, const char *file, long number)
{
	char *path = join("%s/%s", target->dir, file), text[24];
	bool moved;

	snprintf(text, sizeof(text), "%ld", number);
	moved = !file_write(path, text);
	if (!moved)
		complain("%s: process %s: %s", path, text, strerror(errno));
	free(path);
	return moved;
}
