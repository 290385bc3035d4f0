/*
 * ls.c - lscgroup lists containers, lssubsys subsystems and where they are mounted.
 */
#include "cg.h"

static void group_list(const struct hierarchy *h, const struct group *g)
{
	if (want_json) {
		json_open(NULL, '{');
		json_string("controllers", h->label);
		json_string("path", g->path);
		json_string("directory", g->dir);
		json_number("tasks", g->tasks);
		json_close('}');
	} else {
		printf("%s:%s\n", h->label, g->path);
	}
	for (const struct group *child = g->child; child; child = child->next)
		group_list(h, child);
}

static int lscgroup_main(int argc, char **argv)
{
	static const struct option longs[] = { OPTIONS_COMMON };
	struct hierarchy *all = hierarchies_read();
	struct target *targets = NULL;
	int c;

	while ((c = option_next(argc, argv, ":g:h", longs)) != -1) {
		if (c == 'g')
			targets_add(&targets, all, optarg);
	}
	for (int i = optind; i < argc; i++)
		targets_add(&targets, all, argv[i]);
	if (!targets && all)
		targets_add(&targets, all, "*:/");
	if (want_json)
		json_open(NULL, '[');
	for (; targets; targets = targets->next) {
		struct group *g = tree_read(targets->h, targets->path, NULL);

		if (g)
			group_list(targets->h, g);
		else
			complain_errno(targets->dir);
		tree_free(g);
	}
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command lscgroup = {
	"lscgroup", lscgroup_main,
	"lscgroup [[-g] CONTROLLERS:PATH]...\n"
	"Lists all containers, or those from PATH on where the controllers are.\n"
	"  --json  with directory and number of tasks\n"
};

static bool all_subsystems, numbers, places, all_places;

static void subsystem_print(const char *label, unsigned id, const struct hierarchy *h)
{
	const struct place *place = h ? h->places : NULL;

	if (want_json) {
		json_open(NULL, '{');
		json_string("subsystems", label);
		json_number("hierarchy", id);
		json_string("mount", h ? h->where : NULL);
		json_open("mounts", '[');
		for (; place; place = place->next)
			json_string(NULL, place->where);
		json_close(']');
		json_close('}');
		return;
	}
	do {
		printf("%s", label);
		if (numbers)
			printf(" %u", id);
		if (places && place)
			printf(" %s", place->where);
		putchar('\n');
	} while (all_places && place && (place = place->next));
}

static int lssubsys_main(int argc, char **argv)
{
	static const struct option longs[] = { { "all", no_argument, NULL, 'a' },
					       { "hierarchies", no_argument, NULL, 'i' },
					       { "mount-points", no_argument, NULL, 'm' },
					       { "all-mount-points", no_argument, NULL, 'M' },
					       OPTIONS_COMMON };
	struct hierarchy *all = hierarchies_read();
	int c;

	while ((c = option_next(argc, argv, ":aimMh", longs)) != -1) {
		all_subsystems |= c == 'a';
		numbers |= c == 'i';
		places |= c == 'm' || c == 'M';
		all_places |= c == 'M';
	}
	if (want_json)
		json_open(NULL, '[');
	for (int i = optind; i < argc; i++) {
		struct hierarchy *h = hierarchy_find(all, argv[i]);

		if (h)
			subsystem_print(h->label, h->id, h);
		else
			complain("%s: in no hierarchy that is mounted", argv[i]);
	}
	if (all_subsystems && optind == argc) {
		for (struct subsystem *s = subsystems_read(); s; s = s->next) {
			if (!hierarchy_find(all, s->name))
				subsystem_print(s->name, s->hierarchy, NULL);
		}
	}
	for (struct hierarchy *h = optind < argc ? NULL : all; h; h = h->next)
		subsystem_print(h->label, h->id, h);
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command lssubsys = {
	"lssubsys", lssubsys_main,
	"lssubsys [-aimM] [CONTROLLER]...\n"
	"Lists the hierarchies that are mounted, by their controllers.\n"
	"  -a, --all               first the controllers that are mounted nowhere\n"
	"  -i, --hierarchies       with the number of the hierarchy\n"
	"  -m, --mount-points      with the place of the mount\n"
	"  -M, --all-mount-points  once for each place where it is mounted\n"
	"  --json                  all of this\n"
};
