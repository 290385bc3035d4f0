/*
 * pids - how many tasks a container and its descendants may have.
 *
 * A birth is counted in the parent's container and in each ancestor but the root, before anybody
 * can see the child, and refused with EAGAIN where one of them would have more than its limit.  A
 * move is never refused, so the count may exceed the limit.  A zombie counts until it has been
 * waited for, though it has left its container by then: so the count lives as long as somebody is
 * counted there, perhaps longer than the container.
 *
 * A task that is forgotten leaves its place to the next one: each CPU keeps one place that is
 * counted in a container and all its ancestors though nobody has it, and a birth there takes it
 * without a look at ancestors that have no limit.  Before a count is shown, is the most there has
 * been, or makes a birth fail, all such places are given back.
 *
 *   pids.max       the limit: 0 to 4194304, or max
 *   pids.current   tasks, zombies among them
 *   pids.peak      the most there have been
 *   pids.events    "max N": births refused to members of this container, whosever limit it was;
 *                  poll(2) waits for the next
 *
 * The root has none of these files and is not counted.  The first refusal in a container is logged.
 *
 * Locking: counts are atomic.  A task's own charge changes with its container, while
 * container_gate keeps forks out.
 *
 *   [a] atomic    [I] immutable
 */
#include "kernel/container/framework.h"

#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/container/taskset.h"
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
	struct pids_count *limit;  /* [a] the first that has one, this or an ancestor; NULL: none */
	s64 tasks, peak, max;	   /* [a] tasks: with places that nobody has */
	bool gone;		   /* [a] the container is: nobody is born there */
	u64 refused;		   /* [a] */
	struct task_work report;   /* of the first refusal */
	struct container *where;   /* of the report, a reference */
	s64 found;		   /* [container_mutex] by the check */
};

struct pids {
	struct css css;
	struct pids_count *count; /* [I] */
};

/* A place that is counted, with its reference, and that nobody has. */
static struct {
	struct pids_count *in; /* [a] NULL: none */
} aligned_to(64) spare[NCPU];

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
		c->limit = c->parent->limit;
		refcount_get(&c->parent->refs);
	}
	container_of(css, struct pids, css)->count = c;
	return 0;
}

/* `end` is the first ancestor that keeps its count; NULL: all but the root change. */
static void uncharge(struct pids_count *c, const struct pids_count *end, s64 n)
{
	for (; c->parent && c != end; c = c->parent)
		__atomic_fetch_sub(&c->tasks, n, __ATOMIC_RELAXED);
}

static void place_return(struct pids_count *c)
{
	uncharge(c, NULL, 1);
	count_put(c);
}

/* Until the next task is forgotten, counts are what tasks there are.  False: they were before. */
static bool spares_return(void)
{
	bool any = false;

	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		struct pids_count *c = READ_ONCE(spare[cpu].in);

		if (c)
			c = __atomic_exchange_n(&spare[cpu].in, NULL, __ATOMIC_SEQ_CST);
		if (!c)
			continue;
		place_return(c);
		any = true;
	}
	return any;
}

/* Keeps the place of a task; any CPU's slot does. */
static void spare_keep(struct pids_count *c)
{
	struct pids_count *before = __atomic_exchange_n(&spare[cpu_id()].in, c, __ATOMIC_SEQ_CST);

	if (before)
		place_return(before);
	if (unlikely(READ_ONCE(c->gone)))
		(void)spares_return();
}

/* Has no ancestor more than its limit?  A place that is counted is within it, then. */
static bool is_within_limits(const struct pids_count *c)
{
	for (c = READ_ONCE(c->limit); unlikely(c); c = READ_ONCE(c->parent->limit))
		if (READ_ONCE(c->tasks) > READ_ONCE(c->max))
			return false;
	return true;
}

/* Takes a place in c, and its reference. */
static bool spare_take(struct pids_count *c)
{
	struct pids_count **at = &spare[cpu_id()].in, *wanted = c;

	return READ_ONCE(*at) == c && is_within_limits(c) &&
	       __atomic_compare_exchange_n(at, &wanted, NULL, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_RELAXED);
}

static void pids_destroy(struct css *css)
{
	struct pids_count *c = count_of(css);

	/* Pairs with spare_keep: one of the two sees what the other has done. */
	__atomic_store_n(&c->gone, true, __ATOMIC_SEQ_CST);
	(void)spares_return();
	count_put(c);
}

static void note_peak(struct pids_count *c)
{
	s64 tasks = READ_ONCE(c->tasks), peak = READ_ONCE(c->peak);

	while (tasks > peak && !__atomic_compare_exchange_n(&c->peak, &peak, tasks, true,
							    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* Some count is higher than it was, if places that nobody has are no part of it. */
static noinline void note_peaks(struct pids_count *c, const struct pids_count *end)
{
	(void)spares_return();
	for (; c->parent && c != end; c = c->parent)
		note_peak(c);
}

/* The first ancestor that would have more than its limit, which is not counted; NULL: none. */
static struct pids_count *charge(struct pids_count *c, s64 n, bool limited)
{
	struct pids_count *at;
	bool high = false;

	for (at = c; at->parent; at = at->parent) {
		s64 tasks = __atomic_add_fetch(&at->tasks, n, __ATOMIC_RELAXED);

		if (limited && tasks > READ_ONCE(at->max)) {
			__atomic_fetch_sub(&at->tasks, n, __ATOMIC_RELAXED);
			break;
		}
		high |= tasks > READ_ONCE(at->peak);
	}
	if (unlikely(high))
		note_peaks(c, at);
	return at->parent ? at : NULL;
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
	spare_keep(c);
}

/* On the refused task's way to user mode, where it can wait for the tree. */
static void report(struct task_work *w)
{
	static struct log_limit limit = { .name = "cgroup: pids" };
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
		log_info_limited(&limit, "cgroup: fork rejected by pids controller in %s", path);
	}
	kfree(path);
	container_put(c->where);
	count_put(c);
}

/* The ancestor that has no room for one more, and nothing has changed; NULL: it is counted. */
static struct pids_count *charge_limited(struct pids_count *c)
{
	struct pids_count *full = charge(c, 1, true);

	if (likely(!full))
		return NULL;
	uncharge(c, full, 1);
	if (!spares_return())
		return full;
	full = charge(c, 1, true);
	if (full)
		uncharge(c, full, 1);
	return full;
}

static int pids_can_fork(struct task *parent, struct task *child)
{
	struct css *css = task_css(parent, SUBSYS_pids);
	struct pids_count *c = count_of(css), *full;
	bool first;

	if (likely(spare_take(c))) {
		child->containers.pids = c;
		return 0;
	}
	full = charge_limited(c);
	if (likely(!full)) {
		count_note(child, c);
		return 0;
	}
	first = __atomic_fetch_add(&c->refused, 1, __ATOMIC_RELAXED) == 0;
	css_notify(css);
	if (first && parent == task_current()) {
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
	(void)spares_return();
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

/* Parents come first. */
static void limits_find(struct css *top)
{
	struct css *at;

	css_for_each_descendant(at, top, SUBSYS_pids)
	{
		struct pids_count *c = count_of(at);

		WRITE_ONCE(c->limit, c->max == UNLIMITED ? c->parent->limit : c);
	}
}

static int write_max(struct css *css, char *text)
{
	s64 max = UNLIMITED;
	int error;

	text = str_trim(text);
	if (strcmp(text, "max")) {
		error = parse_s64(text, &max);
		if (error || max < 0 || max > PIDS_MAX)
			return container_refuse(error ?: -EINVAL, "a limit is 0 to %ld, or max",
						(s64)PIDS_MAX);
	}
	WRITE_ONCE(count_of(css)->max, max);
	limits_find(css);
	return 0;
}

static void show_current(struct css *css, struct text *out)
{
	(void)spares_return();
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
	{ "events", show_events, .no_root = true, .notifies = true },
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
