/*
 * migrate.c - moving tasks between containers, in four stages (Heo 2014).
 *
 *   add_source   names the css_sets that tasks will leave
 *   prepare      finds or makes the set that each turns into: the only stage that allocates
 *   migrate      collects the tasks, asks the subsystems, moves all, tells the subsystems
 *   finish       puts the tasks where they are now and lets go of the sets, whatever has happened
 *
 * Until migrate commits, nothing that others can see has changed.
 *
 * add_source counts how many tasks each set will lose.  One that loses all of them is collected as
 * the list that it is; of others they are picked out by a second walk.  A task that is collected
 * stays on its old set's mg_tasks until finish.
 *
 * Locking: container_mutex throughout.  container_gate is closed meanwhile, so no task is born,
 * begins to exit or changes its process.  css_set_lock covers each walk over tasks; no subsystem is
 * called and nothing is allocated under it.
 */
#include "kernel/container/debug.h"
#include "kernel/container/framework.h"
#include "kernel/container/taskset.h"

#include "kernel/abi/errno.h"
#include "kernel/container/hold.h"
#include "kernel/container/trace.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/trace.h"
#include "kernel/task/task.h"

#define SETTLE_BATCH 64 /* tasks for which a run queue's lock is held at most */

struct migration {
	struct container *to;
	struct taskset tasks;	 /* its sets are pinned, and so is what each turns into */
	struct css_set **end;	 /* of their chain */
	u64 count;		 /* tasks in it */
	u64 asked;		 /* bit per subsys_id: those that were asked for them */
	bool moved;		 /* they have been */
	struct css_set *visited; /* last: neighbours mostly share theirs */
	u32 *going;		 /* where those of it are counted */
	u32 staying;		 /* those that are there already */
};

u64 migrate_asked[SUBSYS_COUNT], migrate_moved[SUBSYS_COUNT], migrate_cancelled[SUBSYS_COUNT];

/* Where those of its tasks that are to move are counted. */
static always_inline u32 *add_source(struct migration *m, struct css_set *set)
{
	struct container *from;

	assert_held(&css_set_lock);
	if (set->mg_from)
		return &set->mg_going;
	from = css_set_leaves(set, m->to);
	if (from == m->to)
		return &m->staying;
	assert(!set->mg_to && !set->mg_next && list_empty(&set->mg_tasks));
	set->pins++;
	set->mg_from = from;
	*m->end = set;
	m->end = &set->mg_next;
	trace("add_source: set %u", set->id);
	return &set->mg_going;
}

static int prepare(struct migration *m)
{
	struct css_set *set, *target;

	assert_held(&css_set_lock);
	for (set = m->tasks.sets; set; set = set->mg_next) {
		target = css_set_find(set, set->mg_from, m->to);
		if (!target)
			target = css_set_create(set, set->mg_from, m->to);
		if (!target) {
			trace("prepare: no memory for what set %u turns into", set->id);
			return -ENOMEM;
		}
		target->pins++;
		set->mg_to = target;
		trace("prepare: set %u turns into set %u", set->id, target->id);
	}
	return 0;
}

static always_inline void unpin(struct css_set *set)
{
	set->pins--;
	css_set_drop(set);
}

static void finish(struct migration *m)
{
	struct css_set *set, *target, *next;

	spin_lock(&css_set_lock);
	for (set = m->tasks.sets; set; set = next) {
		next = set->mg_next;
		target = set->mg_to;
		list_splice_tail(&set->mg_tasks, m->moved ? &target->tasks : &set->tasks);
		set->mg_next = NULL;
		set->mg_from = NULL;
		set->mg_to = NULL;
		set->mg_going = 0;
		if (likely(target))
			unpin(target);
		unpin(set);
	}
	spin_unlock(&css_set_lock);
}

/* Of a set of which others may stay. */
static always_inline void collect(struct migration *m, struct task *t)
{
	struct css_set *set = t->containers.set;

	if (t->exiting || list_empty(&t->containers.node) || !set->mg_going)
		return;
	list_move_tail(&t->containers.node, &set->mg_tasks);
	set->mg_going--;
	m->count++;
	trace("collect: task %d of set %u", task_tid(t), set->id);
}

/* All tasks of a set: its list as it is. */
static void collect_whole(struct migration *m, struct css_set *set)
{
	struct task *t;

	m->count += set->mg_going;
	list_splice_tail(&set->tasks, &set->mg_tasks);
	set->mg_going = 0;
	if (unlikely(READ_ONCE(trace_on)))
		list_for_each (t, &set->mg_tasks, containers.node)
			trace("collect: task %d of set %u", task_tid(t), set->id);
}

/* False: what some of the sets lose is to be picked out. */
static bool collect_sets(struct migration *m)
{
	struct css_set *set;
	bool all = true;

	for (set = m->tasks.sets; set; set = set->mg_next) {
		if (!set->mg_going)
			continue;
		if (set->mg_going == set->task_count)
			collect_whole(m, set);
		else
			all = false;
	}
	return all;
}

/* Tells those before `refused` that nothing comes of it; the one that refuses cleans up by itself.
 */
static void cancel(struct migration *m, int refused)
{
	int id;

	for_each_bit(id, m->asked) migrate_cancelled[id] += m->count;
	for (id = 0; id < refused; id++) {
		if (!m->to->css[id])
			continue;
		trace("cancel_attach: %s", subsystems[id]->name);
		if (subsystems[id]->cancel_attach)
			subsystems[id]->cancel_attach(m->to->css[id], &m->tasks);
	}
}

static noinline int ask_subsystem(struct migration *m, int id)
{
	struct css *css = m->to->css[id];
	int error = debug_fail_attach(id, &m->tasks);

	migrate_asked[id] += m->count;
	m->asked |= BIT(id);
	if (!error && subsystems[id]->can_attach)
		error = subsystems[id]->can_attach(css, &m->tasks);
	if (error)
		trace("can_attach: %s refuses (error %d)", subsystems[id]->name, -error);
	else
		trace("can_attach: %s agrees, first task %d of %lu", subsystems[id]->name,
		      task_tid(taskset_first(&m->tasks)), m->count);
	return error;
}

/* can_attach of each subsystem; where one refuses, those before it are told.  Who has nothing to
   say is asked only where somebody watches. */
static int ask(struct migration *m)
{
	u64 whom = m->to->hierarchy->subsys;
	int id, error;

	if (likely(!READ_ONCE(trace_on) && !debug_fail_nth))
		whom &= subsys_asked;
	for_each_bit(id, whom)
	{
		error = ask_subsystem(m, id);
		if (!error)
			continue;
		cancel(m, id);
		return error;
	}
	return 0;
}

static void trace_change(struct css_set *from, struct list *tasks)
{
	struct task *t;

	list_for_each (t, tasks, containers.node) {
		trace("migrate: task %d from set %u to set %u", task_tid(t), from->id,
		      from->mg_to->id);
		sched_trace(TRACE_ATTACH, &t->thread, from->mg_to->id);
	}
}

static void change_set(struct thread *t, void *set)
{
	task_of(t)->containers.set = set;
}

/* Points all on a list to another set; how many they are.  Neighbours of one run queue go under one
   hold of its lock, SETTLE_BATCH at most. */
static always_inline u32 change_pointers(struct list *tasks, struct css_set *to)
{
	struct task *t = list_first(tasks, struct task, containers.node);
	u32 count = 0;

	while (&t->containers.node != tasks) {
		struct spinlock *lock = thread_settle_lock(&t->thread);
		u32 limit = count + SETTLE_BATCH;
		int cpu = t->thread.cpu;

		do {
			if (unlikely(!thread_is_settled(&t->thread)))
				thread_settle_locked(&t->thread, change_set, to);
			t->containers.set = to;
			t = list_next(t, containers.node);
		} while (++count != limit && &t->containers.node != tasks && t->thread.cpu == cpu);
		spin_unlock(lock);
	}
	return count;
}

/* All on a list of a set belong to what that set turns into.  False: there is none. */
static always_inline bool change_tasks(struct css_set *from, struct list *tasks)
{
	struct css_set *to = from->mg_to;
	u32 count;

	if (list_empty(tasks))
		return false;
	if (unlikely(READ_ONCE(trace_on) || READ_ONCE(sched_trace_on)))
		trace_change(from, tasks);
	count = change_pointers(tasks, to);
	from->task_count -= count;
	to->task_count += count;
	to->joined = true;
	return true;
}

static void tell(struct migration *m)
{
	u64 whom = m->to->hierarchy->subsys;
	int id;

	for_each_bit(id, m->asked) migrate_moved[id] += m->count;
	if (likely(!READ_ONCE(trace_on)))
		whom &= subsys_told;
	for_each_bit(id, whom)
	{
		trace("attach: %s, first task %d of %lu", subsystems[id]->name,
		      task_tid(taskset_first(&m->tasks)), m->count);
		if (subsystems[id]->attach)
			subsystems[id]->attach(m->to->css[id], &m->tasks);
	}
}

static void commit(struct migration *m)
{
	struct css_set *set;

	spin_lock(&css_set_lock);
	for (set = m->tasks.sets; set; set = set->mg_next) {
		if (change_tasks(set, &set->mg_tasks))
			set->mg_from->releasable = true;
	}
	m->moved = true;
	spin_unlock(&css_set_lock);
	tell(m);
}

static int migrate(struct migration *m)
{
	int error = 0;

	if (m->count) {
		error = ask(m);
		hold_at("commit");
		if (!error) {
			commit(m);
		} else {
			trace("rollback: the tasks stay where they are");
			sched_trace(TRACE_ROLLBACK, thread_current(), (u32)-error);
		}
		hold_at("finish");
	}
	return error;
}

/* --- what can be moved: a task, a process, all of a container ------------------------------- */

struct movers {
	struct task *task; /* with `whole`: its process */
	bool whole;
	struct container *from; /* instead of task: all its members */
};

typedef void (*visit_fn)(struct migration *m, struct task *t);

static always_inline void visit_process(struct migration *m, struct process *p, visit_fn visit)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	list_for_each (t, &p->tasks, in_process)
		visit(m, t);
	spin_unlock(&task_tree_lock);
}

/* A visit may move the task to another list of its set. */
static always_inline void visit_container(struct migration *m, struct container *c, visit_fn visit)
{
	struct css_set_link *link;
	struct task *t, *next;

	list_for_each (link, &c->links, of_container)
		list_for_each_safe (t, next, &link->set->tasks, containers.node)
			visit(m, t);
}

/* Made twice, once for each visit: there may be very many tasks. */
static always_inline void visit_all(struct migration *m, const struct movers *who, visit_fn visit)
{
	assert_held(&css_set_lock);
	if (who->from)
		visit_container(m, who->from, visit);
	else
		visit_process(m, who->task->process, visit);
}

static always_inline void count_one(struct migration *m, struct task *t)
{
	if (likely(!list_empty(&t->containers.node))) /* or it has left */
		*add_source(m, t->containers.set) = !t->exiting;
}

static always_inline void count_going(struct migration *m, struct task *t)
{
	struct css_set *set = t->containers.set;

	if (list_empty(&t->containers.node))
		return;
	if (unlikely(set != m->visited)) {
		m->visited = set;
		m->going = add_source(m, set);
	}
	if (likely(!t->exiting))
		++*m->going;
}

/* The walk over a taskset begins with the leader of a process. */
static void leader_first(const struct process *p)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	t = p->leader;
	if (t && !t->exiting && t->containers.set->mg_going)
		list_move(&t->containers.node, &t->containers.set->tasks);
	spin_unlock(&task_tree_lock);
}

static noinline void collect_all(struct migration *m, const struct movers *who)
{
	if (who->whole)
		leader_first(who->task->process);
	if (!collect_sets(m))
		visit_all(m, who, collect);
}

static noinline void count_all(struct migration *m, const struct movers *who)
{
	m->visited = NULL;
	visit_all(m, who, count_going);
}

/* Those that have begun to exit are not asked for; when a container is emptied they go along, so
   that it can be removed at once. */
static noinline void move_exiting(struct migration *m)
{
	struct css_set *set;

	spin_lock(&css_set_lock);
	for (set = m->tasks.sets; set; set = set->mg_next)
		if (change_tasks(set, &set->tasks))
			list_splice_tail(&set->tasks, &set->mg_to->tasks);
	spin_unlock(&css_set_lock);
}

/* Nothing happens to the sets while the gate is closed and the mutex held. */
static inline void hold_unlocked(const char *point)
{
#ifdef DEBUG
	spin_unlock(&css_set_lock);
	hold_at(point);
	spin_lock(&css_set_lock);
#endif
}

static always_inline void migration_init(struct migration *m, struct container *to)
{
	m->to = to;
	m->tasks.sets = NULL;
	m->end = &m->tasks.sets;
	m->count = 0;
	m->asked = 0;
	m->moved = false;
}

static noinline int move_all(struct container *to, struct task *t, bool whole,
			     struct container *from)
{
	const struct movers who = { t, whole, from };
	const bool many = whole || from;
	struct migration m;
	int error;

	assert(mutex_held(&container_mutex));
	migration_init(&m, to);
	hold_at("begin");
	gate_close(&container_gate);
	spin_lock(&css_set_lock);
	if (many)
		count_all(&m, &who);
	else
		count_one(&m, t);
	error = prepare(&m);
	hold_unlocked("collect");
	if (!error && many)
		collect_all(&m, &who);
	else if (!error)
		collect(&m, t);
	spin_unlock(&css_set_lock);
	if (!error)
		error = migrate(&m);
	if (!error && from)
		move_exiting(&m);
	finish(&m);
	gate_open(&container_gate);
	return error;
}

int container_attach(struct container *to, struct task *t, bool whole_process)
{
	return move_all(to, t, whole_process, NULL);
}

int container_transfer(struct container *to, struct container *from)
{
	if (to->hierarchy != from->hierarchy)
		return -EXDEV;
	return move_all(to, NULL, false, from);
}

static struct task *first_from(struct taskset *ts, struct css_set *set)
{
	while (set && list_empty(&set->mg_tasks))
		set = set->mg_next;
	if (!set)
		return NULL;
	ts->end = &set->mg_tasks;
	return list_first(&set->mg_tasks, struct task, containers.node);
}

struct task *taskset_first(struct taskset *ts)
{
	return first_from(ts, ts->sets);
}

struct task *taskset_next_set(struct taskset *ts)
{
	return first_from(ts, list_entry(ts->end, struct css_set, mg_tasks)->mg_next);
}
