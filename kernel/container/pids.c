/*
 * pids - how many tasks a container and its descendants may have.
 *
 * A birth is counted in the parent's container and in each ancestor but the root, before anybody
 * can see the child, and refused with EAGAIN where one of them would have more than its limit.  A
 * move is never refused, so the count may exceed the limit.  A zombie counts until it has been
 * waited for, though it has left its container by then: so the count lives as long as somebody is
 * counted there, perhaps longer than the container.
 *
 *   pids.max       the limit: 0 to 4194304, or max
 *   pids.current   tasks, zombies among them
 *   pids.peak      the most there have been
 *   pids.events    "max N": births refused to members of this container, whosever limit it was
 *
 * The root has none of these files and is not counted.  The first refusal in a container is logged.
 *
 * Locking: counts are atomic.  A task's own charge changes with its container, while
 * container_gate keeps forks out.
 *
 *   [a] atomic    [I] immutable
 */
#include "kernel/container/framework.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/task.h"

#define PIDS_MAX  4194304
#define UNLIMITED (PIDS_MAX + 1)
#define PATH_SIZE 512

struct pids_count {
	struct refcount refs;	   /* the container, children's counts, tasks that are counted */
	struct pids_count *parent; /* [I] a reference; NULL: the root, where nothing is counted */
	s64 tasks, peak, max;	   /* [a] */
	u64 refused;		   /* [a] */
	struct task_work report;   /* of the first refusal */
	struct container *where;   /* of the report, a reference */
	s64 found;		   /* [container_mutex] by the check */
};

struct pids {
	struct css css;
	struct pids_count *count; /* [I] */
};

static struct pids_count *count_of(struct css *css)
{
	return container_of(css, struct pids, css)->count;
}

static void count_put(struct pids_count *c)
{
	while (c && refcount_put(&c->refs)) {
		struct pids_count *parent = c->parent;

		kfree(c);
		c = parent;
	}
}

static int pids_create(struct css *css)
{
	struct pids_count *c = kzalloc(sizeof(*c));

	if (!c)
		return -ENOMEM;
	refcount_init(&c->refs, 1);
	c->max = UNLIMITED;
	if (css->parent) {
		c->parent = count_of(css->parent);
		refcount_get(&c->parent->refs);
	}
	container_of(css, struct pids, css)->count = c;
	return 0;
}

static void pids_destroy(struct css *css)
{
	count_put(count_of(css));
}

static void note_peak(struct pids_count *c, s64 tasks)
{
	s64 peak = READ_ONCE(c->peak);

	while (tasks > peak && !__atomic_compare_exchange_n(&c->peak, &peak, tasks, true,
							    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* `end` is the first ancestor that keeps its count; NULL: all but the root change. */
static void uncharge(struct pids_count *c, const struct pids_count *end, s64 n)
{
	for (; c->parent && c != end; c = c->parent)
		__atomic_fetch_sub(&c->tasks, n, __ATOMIC_RELAXED);
}

/* The first ancestor that has more than its limit now; NULL: none. */
static struct pids_count *charge(struct pids_count *c, s64 n, bool limited)
{
	for (; c->parent; c = c->parent) {
		s64 tasks = __atomic_add_fetch(&c->tasks, n, __ATOMIC_RELAXED);

		if (limited && tasks > READ_ONCE(c->max)) {
			__atomic_fetch_sub(&c->tasks, n, __ATOMIC_RELAXED);
			return c;
		}
		note_peak(c, tasks);
	}
	return NULL;
}

/* Whose count the task is in from now on; the root's needs no reference. */
static void count_note(struct task *t, struct pids_count *c)
{
	if (c->parent)
		refcount_get(&c->refs);
	t->containers.pids = c->parent ? c : NULL;
}

static void forget(struct task *t)
{
	struct pids_count *c = t->containers.pids;

	if (!c)
		return;
	t->containers.pids = NULL;
	uncharge(c, NULL, 1);
	count_put(c);
}

/* On the refused task's way to user mode, where it can wait for the tree. */
static void report(struct task_work *w)
{
	struct pids_count *c = container_of(w, struct pids_count, report);
	char *path = kmalloc(PATH_SIZE);
	struct text text;

	text_init(&text, path, path ? PATH_SIZE - 1 : 0);
	mutex_lock(&container_mutex);
	if (!c->where->removed)
		container_show_path(c->where, &text);
	mutex_unlock(&container_mutex);
	if (text.len) {
		path[text.len] = 0;
		log_info("cgroup: fork rejected by pids controller in %s", path);
	}
	kfree(path);
	container_put(c->where);
	count_put(c);
}

static int pids_can_fork(struct task *parent, struct task *child)
{
	struct css *css = task_css(parent, SUBSYS_pids);
	struct pids_count *c = count_of(css), *full = charge(c, 1, true);

	if (likely(!full)) {
		count_note(child, c);
		return 0;
	}
	uncharge(c, full, 1);
	if (__atomic_fetch_add(&c->refused, 1, __ATOMIC_RELAXED) == 0 && parent == task_current()) {
		refcount_get(&c->refs);
		c->where = container_get(css->container);
		c->report.fn = report;
		task_add_work(parent, &c->report);
	}
	return -EAGAIN;
}

/* n tasks have left c. */
static void leave(struct pids_count *c, u32 n)
{
	if (!c || !n)
		return;
	uncharge(c, NULL, n);
	if (n > 1)
		bug_if(refcount_put_many(&c->refs, n - 1));
	count_put(c);
}

/* Neighbours mostly come from the same container, so they are counted together.  They leave before
   they arrive: what is above both containers never has more than it had. */
static void pids_attach(struct css *to, struct taskset *tasks)
{
	struct pids_count *c = count_of(to), *now = c->parent ? c : NULL, *from = NULL;
	u32 count = 0, run = 0;
	struct task *t;

	taskset_for_each(t, tasks)
	{
		if (unlikely(t->containers.pids != from)) {
			leave(from, run);
			from = t->containers.pids;
			run = 0;
		}
		t->containers.pids = now;
		run++;
		count++;
	}
	leave(from, run);
	if (!now)
		return;
	refcount_get_many(&now->refs, count);
	(void)charge(now, count, false);
}

/* Counts each task again, zombies too, in its container and the ancestors of that. */
static void find_tasks_locked(void)
{
	struct task *t;

	for (s32 tid = 1; (t = pid_next_task_locked(&pid_first, &tid)); tid++)
		for (struct pids_count *c = t->containers.pids; c && c->parent; c = c->parent)
			c->found++;
}

/* A task is forgotten under task_tree_lock: none disappears between the two counts. */
static bool pids_check(struct css *root)
{
	struct css *at;
	bool good = true;

	spin_lock(&task_tree_lock);
	css_for_each_descendant(at, root, SUBSYS_pids) count_of(at)->found = 0;
	find_tasks_locked();
	css_for_each_descendant(at, root, SUBSYS_pids) good &=
		count_of(at)->found == READ_ONCE(count_of(at)->tasks);
	spin_unlock(&task_tree_lock);
	return good;
}

static void show_max(struct css *css, struct text *out)
{
	s64 max = READ_ONCE(count_of(css)->max);

	if (max == UNLIMITED)
		text_string(out, "max\n");
	else
		text_printf(out, "%ld\n", max);
}

static int write_max(struct css *css, char *text)
{
	s64 max = UNLIMITED;
	int error;

	text = str_trim(text);
	if (strcmp(text, "max")) {
		error = parse_s64(text, &max);
		if (error)
			return error;
		if (max < 0 || max > PIDS_MAX)
			return -EINVAL;
	}
	WRITE_ONCE(count_of(css)->max, max);
	return 0;
}

static void show_current(struct css *css, struct text *out)
{
	text_printf(out, "%ld\n", READ_ONCE(count_of(css)->tasks));
}

static void show_peak(struct css *css, struct text *out)
{
	text_printf(out, "%ld\n", READ_ONCE(count_of(css)->peak));
}

static void show_events(struct css *css, struct text *out)
{
	text_printf(out, "max %lu\n", READ_ONCE(count_of(css)->refused));
}

static const struct container_file pids_files[] = {
	{ "max", show_max, write_max, .no_root = true },
	{ "current", show_current, .no_root = true },
	{ "events", show_events, .no_root = true },
	{ "peak", show_peak, .no_root = true },
	{},
};

const struct container_subsys pids_subsys = {
	.name = "pids",
	.state_size = sizeof(struct pids),
	.files = pids_files,
	.create = pids_create,
	.destroy = pids_destroy,
	.attach = pids_attach,
	.check = pids_check,
	.can_fork = pids_can_fork,
	.cancel_fork = forget,
	.release = forget,
};
