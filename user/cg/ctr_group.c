/*
 * ctr_group.c - the containers of ctr run: made, listed, removed.
 *
 * They are called ctr.NAME and lie in the root of each hierarchy that has cpuset or pids.  A
 * hierarchy that is mounted nowhere is mounted below /run/ctr until its last container goes.  All
 * of it happens with /run/ctr/lock held, and the program enters before that is let go: so an empty
 * ctr.NAME that is seen with the lock held is a relic, and is swept away.
 */
#include "ctr.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void lock(struct ctr *ctr)
{
	mkdir("/run", 0755);
	mkdir(CTR_RUN, 0755);
	ctr->lock = open(CTR_RUN "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (ctr->lock < 0 || flock(ctr->lock, LOCK_EX))
		die(CTR_RUN "/lock: %s", strerror(errno));
}

void ctr_unlock(struct ctr *ctr)
{
	close(ctr->lock);
}

static struct hierarchy *subsystem_mount(const char *name)
{
	struct hierarchy *h = hierarchy_find(hierarchies_read(), name);
	char *where;

	if (h)
		return h;
	where = join(CTR_RUN "/%s", name);
	if ((mkdir(where, 0755) && errno != EEXIST) || mount(name, where, "cgroup", 0, name))
		die("%s: mounting %s: %s", where, name, strerror(errno));
	h = hierarchy_find(hierarchies_read(), name);
	if (!h)
		die("%s: not in /proc/self/mounts", where);
	return h;
}

/* Calls with the directory of each ctr.NAME in h. */
static void relics_each(const struct hierarchy *h, void (*with)(const char *dir))
{
	DIR *list = opendir(h->where);
	struct dirent *entry;

	while (list && (entry = readdir(list))) {
		char *dir;

		if (strncmp(entry->d_name, "ctr.", 4))
			continue;
		dir = join("%s/%s", h->where, entry->d_name);
		with(dir);
		free(dir);
	}
	if (list)
		closedir(list);
}

static bool remove_empty(struct group *g)
{
	rmdir(g->dir);
	return false;
}

static void sweep(const char *dir)
{
	struct hierarchy h = { .where = (char *)dir };

	tree_free(tree_read(&h, "/", remove_empty));
}

static void set(const char *dir, const struct hierarchy *h, const char *name, const char *value)
{
	char *file = group_file(h, dir, name);

	if (file_write(file, value))
		die("%s: \"%s\": %s", file, value, strerror(errno));
	free(file);
}

/* What a cpuset needs before tasks may enter: what the hierarchy has, unless it was chosen. */
static void set_or_inherit(const struct target *t, const char *name, const char *value)
{
	char *above = group_file(t->h, t->h->where, name), *all = file_read(above);

	if (!all)
		die("%s: %s", above, strerror(errno));
	set(t->dir, t->h, name, value ? value : all);
	free(above);
	free(all);
}

static struct ctr *making; /* for whom remove_made takes back what was made */

static void remove_made(void)
{
	if (making)
		ctr_groups_remove(making);
}

void ctr_groups_create(struct ctr *ctr)
{
	static const char *const subsystems[] = { "cpuset", "pids" };
	bool wanted[] = { ctr->cpus || ctr->mems, ctr->pids };

	lock(ctr);
	making = ctr;
	atexit(remove_made);
	for (int i = 0; i < 2; i++) {
		struct hierarchy *h = wanted[i] ? subsystem_mount(subsystems[i]) : NULL;
		char *text = join("%s:ctr.%s", subsystems[i], ctr->name);

		if (h) {
			relics_each(h, sweep);
			targets_add(&ctr->groups, h, text);
		}
		free(text);
	}
	for (struct target *t = ctr->groups; t; t = t->next) {
		if (mkdir(t->dir, 0755)) {
			t->dir = NULL; /* somebody else's */
			die("%s/ctr.%s: %s", t->h->where, ctr->name, strerror(errno));
		}
		if (label_has(t->h->label, "cpuset")) {
			set_or_inherit(t, "cpuset.cpus", ctr->cpus);
			set_or_inherit(t, "cpuset.mems", ctr->mems);
		}
		if (label_has(t->h->label, "pids") && ctr->pids)
			set(t->dir, t->h, "pids.max", ctr->pids);
	}
	making = NULL;
}

static void end(long number, void *unused)
{
	kill(number, SIGKILL);
}

static bool kill_and_remove(struct group *g)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	char *procs = join("%s/cgroup.procs", g->dir);

	while (rmdir(g->dir) && errno == EBUSY) {
		if (numbers_each(procs, end, NULL) > 0)
			nanosleep(&moment, NULL);
	}
	free(procs);
	return false;
}

/* Takes the lock if create has let it go; its failure leaves the lock to be closed by exit. */
void ctr_groups_remove(struct ctr *ctr)
{
	if (ctr != making)
		lock(ctr);
	for (struct target *t = ctr->groups; t; t = t->next) {
		if (t->dir)
			tree_free(tree_read(t->h, t->path, kill_and_remove));
		if (!strncmp(t->h->where, CTR_RUN "/", sizeof(CTR_RUN))) {
			struct group *g = tree_read(t->h, "/", NULL);

			if (g && !g->child && !umount(t->h->where))
				rmdir(t->h->where);
		}
	}
	ctr_unlock(ctr);
}

static struct hierarchy *listed;

static void print(const char *dir)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems", "pids.current",
					     "pids.max" };
	char *procs = join("%s/cgroup.procs", dir);
	long count = numbers_each(procs, NULL, NULL);

	if (want_json) {
		json_open(NULL, '{');
		json_string("name", strrchr(dir, '/') + 5);
		json_string("directory", dir);
		json_number("processes", count);
	} else {
		printf("%-15s %3ld %s", strrchr(dir, '/') + 5, count, dir);
	}
	for (int i = 0; i < 4; i++) {
		char *path = group_file(listed, dir, files[i]), *text = file_read(path);

		if (text && want_json)
			json_value(files[i], text);
		else if (text)
			printf(" %s=%s", files[i], text);
		free(path);
		free(text);
	}
	if (want_json)
		json_close('}');
	else
		putchar('\n');
	free(procs);
}

int ctr_list(void)
{
	if (want_json)
		json_open(NULL, '[');
	for (listed = hierarchies_read(); listed; listed = listed->next)
		relics_each(listed, print);
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}
