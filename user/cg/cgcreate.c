/*
 * cgcreate.c - cgcreate makes containers, cgdelete removes them.
 */
#include "cg.h"

#include <dirent.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

struct rights {
	bool owner_set;
	uid_t user;
	gid_t group;
	long mode; /* -1: as it is */
};

static struct rights tasks_rights = { .mode = -1 }, file_rights = { .mode = -1 };
static long directory_mode = -1;

/* The number of a group in /etc/group (grp.h has another struct group than cg.h); -1: none. */
static long group_find(const char *name)
{
	char *table = file_read("/etc/group"), *rest = table, *line;
	long number = -1;

	while (number < 0 && (line = strsep(&rest, "\n"))) {
		if (strcmp(strsep(&line, ":"), name) || !line)
			continue;
		strsep(&line, ":");
		number = line ? atol(line) : -1;
	}
	free(table);
	return number;
}

/* "USER:GROUP", names or numbers. */
static void owner_parse(const char *text, struct rights *rights)
{
	char *copy = join("%s", text), *group = strchr(copy, ':');
	struct passwd *pw;
	long known;

	if (group)
		*group++ = '\0';
	pw = getpwnam(copy);
	rights->owner_set = true;
	rights->user = pw ? pw->pw_uid : (uid_t)number_parse(copy, 0, 65535, "a user's number is");
	known = group ? group_find(group) : -1;
	rights->group = known >= 0 ? (gid_t)known
			: group	   ? (gid_t)number_parse(group, 0, 65535, "a group's number is")
			: pw	   ? pw->pw_gid
				   : (gid_t)-1;
	free(copy);
}

static long mode_parse(const char *text)
{
	char *end;
	long mode = strtol(text, &end, 8);

	if (end == text || *end || mode < 0 || mode > 07777)
		usage_error("%s: a mode is an octal number", text);
	return mode;
}

static void rights_set(const char *path, const struct rights *rights)
{
	if (rights->owner_set && chown(path, rights->user, rights->group))
		complain_errno(path);
	if (rights->mode >= 0 && chmod(path, rights->mode))
		complain_errno(path);
}

static void rights_set_all(const char *dir)
{
	DIR *list = opendir(dir);
	struct dirent *entry;

	while (list && (entry = readdir(list))) {
		char *path = join("%s/%s", dir, entry->d_name);

		if (entry->d_type == DT_REG)
			rights_set(path,
				   strcmp(entry->d_name, "tasks") ? &file_rights : &tasks_rights);
		free(path);
	}
	if (list)
		closedir(list);
	if (file_rights.owner_set && chown(dir, file_rights.user, file_rights.group))
		complain_errno(dir);
	if (directory_mode >= 0 && chmod(dir, directory_mode))
		complain_errno(dir);
}

/* The container and those above it; what is there already stays. */
static bool create(const struct target *target)
{
	char *dir = join("%s", target->dir);
	bool made = true;

	for (char *at = dir + strlen(target->h->where) + 1; made && *at;) {
		char *end = at + strcspn(at, "/"), was = *end;

		*end = '\0';
		made = !mkdir(dir, 0755) || errno == EEXIST;
		if (!made)
			complain_errno(dir);
		*end = was;
		at = end + (was == '/');
		if (!*at)
			break;
	}
	free(dir);
	if (made)
		rights_set_all(target->dir);
	return made;
}

static void report(const char *what, const struct target *target)
{
	if (!want_json)
		return;
	json_open(NULL, '{');
	json_string(what, target->path);
	json_string("directory", target->dir);
	json_close('}');
}

static int create_main(int argc, char **argv)
{
	static const struct option longs[] = { { "tperm", required_argument, NULL, 's' },
					       { "dperm", required_argument, NULL, 'd' },
					       { "fperm", required_argument, NULL, 'f' },
					       OPTIONS_COMMON };
	struct hierarchy *all = hierarchies_read();
	struct target *targets = NULL;
	int c;

	while ((c = option_next(argc, argv, ":g:a:t:d:f:s:h", longs)) != -1) {
		switch (c) {
		case 'g':
			targets_add(&targets, all, optarg);
			break;
		case 'a':
			owner_parse(optarg, &file_rights);
			break;
		case 't':
			owner_parse(optarg, &tasks_rights);
			break;
		case 'd':
			directory_mode = mode_parse(optarg);
			break;
		case 'f':
			file_rights.mode = mode_parse(optarg);
			break;
		case 's':
			tasks_rights.mode = mode_parse(optarg);
			break;
		}
	}
	if (!targets || optind < argc)
		usage_error("which containers? -g CONTROLLERS:PATH");
	if (want_json)
		json_open(NULL, '[');
	for (; targets; targets = targets->next) {
		if (create(targets))
			report("created", targets);
	}
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command cgcreate = {
	"cgcreate", create_main,
	"cgcreate [-t USER:GROUP] [-a USER:GROUP] [-d MODE] [-f MODE] [-s MODE]\n"
	"         -g CONTROLLERS:PATH...\n"
	"Makes containers, and those above them that are missing.\n"
	"  -g CONTROLLERS:PATH  where; \"*\" stands for all controllers that are mounted\n"
	"  -t USER:GROUP        owns the file tasks: may move tasks in\n"
	"  -a USER:GROUP        owns the directory and its other files\n"
	"  -d, -f, -s MODE      octal modes of the directory, its files, the file tasks\n"
	"  --json               tells what was made\n"
};

/* --- cgdelete --- */

static bool recursive;

/* Moves who is in there to the parent, as libcgroup does. */
static void move_up(long number, void *parent)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	if (file_write(parent, text) && errno != ESRCH)
		complain("%s: process %s: %s", (char *)parent, text, strerror(errno));
}

static bool remove_one(struct group *g)
{
	char *tasks = join("%s/tasks", g->dir), *above = join("%s/../tasks", g->dir);
	int ret;

	while (g->tasks > 0 && numbers_each(tasks, move_up, above) > 0 && !failures)
		;
	ret = rmdir(g->dir);
	if (ret)
		complain_errno(g->dir);
	free(tasks);
	free(above);
	return !ret;
}

static bool delete (const struct target *target)
{
	struct group *g;
	bool whole;

	if (!target->path[1]) {
		complain("%s: the root of a hierarchy stays", target->dir);
		return false;
	}
	g = tree_read(target->h, target->path, recursive ? remove_one : NULL);
	if (!g) {
		if (!failures)
			complain_errno(target->dir);
		return false;
	}
	whole = recursive || remove_one(g);
	tree_free(g);
	return whole;
}

static int delete_main(int argc, char **argv)
{
	static const struct option longs[] = { { "recursive", no_argument, NULL, 'r' },
					       OPTIONS_COMMON };
	struct hierarchy *all = hierarchies_read();
	struct target *targets = NULL;
	int c;

	while ((c = option_next(argc, argv, ":g:rh", longs)) != -1) {
		if (c == 'g')
			targets_add(&targets, all, optarg);
		else if (c == 'r')
			recursive = true;
	}
	for (; optind < argc; optind++)
		targets_add(&targets, all, argv[optind]);
	if (!targets)
		usage_error("which containers? -g CONTROLLERS:PATH");
	if (want_json)
		json_open(NULL, '[');
	for (; targets; targets = targets->next) {
		if (delete (targets))
			report("deleted", targets);
	}
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command cgdelete = { "cgdelete", delete_main,
				  "cgdelete [-r] [-g] CONTROLLERS:PATH...\n"
				  "Removes containers; their tasks move to the parent.\n"
				  "  -r, --recursive  with all below\n"
				  "  --json           tells what was removed\n" };
