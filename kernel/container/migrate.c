/*
 * migrate.c - moving tasks between containers, in four stages (Heo 2014).
 *
 *   add_source   names the css_sets that tasks will leave
 *   prepare      finds or makes the set that each turns into: the only stage that allocates
 *   migrate      collects the tasks, asks the subsystems, moves all, tells the subsystems
 *   finish       lets go of the sets, on success and on failure alike
 *
 * Until migrate commits, nothing that others can see has changed.
 *
 * add_source counts how many tasks each set will lose.  One that loses all of them is collected as
 * the list that it is; of others they are picked out by a second walk.
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

#define SETTLE_BATCH 64 /* tasks for which a run queue is held at most */

struct migration {
	struct container *to;
	struct list sources; /* css_set.mg_source; each pinned, and so is its mg_to */
	struct taskset tasks;
	u64 count;		 /* tasks in it */
	struct css_set *visited; /* last: neighbours mostly share theirs */
	u32 *going;		 /* where those of it are counted */
	u32 staying;		 /* those that are there already */
};

u64 migrate_asked[SUBSYS_COUNT], migrate_moved[SUBSYS_COUNT], migrate_cancelled[SUBSYS_COUNT];

static void add_source(struct migration *m, struct css_set *set)
{
	struct container *from;

	assert_held(&css_set_lock);
	m->visited = set;
	m->going = &set->mg_going;
	if (!list_empty(&set->mg_source))
		return;
	from = css_set_container(set, m->to->hierarchy);
	if (from == m->to) {
		m->going = &m->staying;
		return;
	}
	assert(!set->mg_from && !set->mg_to && list_empty(&set->mg_tasks) &&
	       list_empty(&set->mg_node));
	css_set_get(set);
	set->mg_from = from;
	list_add_tail(&set->mg_source, &m->sources);
	trace("add_source: set %u", set->id);
}

/* What sources turn into where that is there already. */
static void find_targets(struct migration *m)
{
	struct css_set *set;

	list_for_each (set, &m->sources, mg_source)
		set->mg_to = css_set_find(set, set->mg_from, m->to);
}

static int prepare(struct migration *m)
{
	struct css_set *set;
	bool fresh = false;

	list_for_each (set, &m->sources, mg_source) {
		if (!set->mg_to) {
			/* Two sources may turn into one. */
			set->mg_to = fresh ? css_set_find_or_create(set, set->mg_from, m->to)
					   : css_set_create(set, set->mg_from, m->to);
			fresh = true;
		}
		if (!set->mg_to) {
			trace("prepare: no memory for what set %u turns into", set->id);
			return -ENOMEM;
		}
		trace("prepare: set %u turns into set %u", set->id, set->mg_to->id);
	}
	return 0;
}

static void let_go(struct css_set *set)
{
	if (css_set_drop(set))
		css_set_free(set);
}

/* The list of the sets is not looked at any more. */
static void put_back(struct list *sets)
{
	struct css_set *set, *next;

	list_for_each_safe (set, next, sets, mg_node) {
		list_splice_tail(&set->mg_tasks, &set->tasks);
		list_init(&set->mg_node);
	}
}

static void finish(struct migration *m)
{
	struct css_set *set, *next;

	spin_lock(&css_set_lock);
	put_back(&m->tasks.from);
	put_back(&m->tasks.to);
	list_for_each_safe (set, next, &m->sources, mg_source) {
		if (set->mg_to)
			let_go(set->mg_to);
		set->mg_from = NULL;
		set->mg_to = NULL;
		set->mg_going = 0;
		list_init(&set->mg_source);
		let_go(set);
	}
	spin_unlock(&css_set_lock);
}

/* Those of the sets of which others stay. */
static always_inline void collect(struct migration *m, struct task *t)
{
	struct css_set *set = t->containers.set;

	if (t->exiting || list_empty(&t->containers.node) || !set->mg_going)
		return;
	list_move_tail(&t->containers.node, &set->mg_tasks);
	set->mg_going--;
	trace("collect: task %d of set %u", task_tid(t), set->id);
}

/* All tasks of a set: its list as it is. */
static void collect_whole(struct css_set *set)
{
	struct task *t;

	list_splice_tail(&set->tasks, &set->mg_tasks);
	set->mg_going = 0;
	if (unlikely(READ_ONCE(trace_on)))
		list_for_each (t, &set->mg_tasks, containers.node)
			trace("collect: task %d of set %u", task_tid(t), set->id);
}

/* Puts the sets that lose tasks into order; false: what some of them lose is to be picked out. */
static bool collect_sets(struct migration *m)
{
	struct css_set *set;
	bool all = true;

	list_for_each (set, &m->sources, mg_source) {
		if (!set->mg_going)
			continue;
		m->count += set->mg_going;
		list_add_tail(&set->mg_node, &m->tasks.from);
		if (list_empty(&set->mg_to->mg_node))
			list_add_tail(&set->mg_to->mg_node, &m->tasks.to);
		if (set->mg_going == set->task_count)
			collect_whole(set);
		else
			all = false;
	}
	return all;
}

/* Tells those before `refused` that nothing comes of it; the one that refuses cleans up by itself.
 */
static void cancel(struct migration *m, int refused)
{
	migrate_cancelled[refused] += m->count;
	for (int id = 0; id < refused; id++) {
		if (!m->to->css[id])
			continue;
		migrate_cancelled[id] += m->count;
		trace("cancel_attach: %s", subsystems[id]->name);
		if (subsystems[id]->cancel_attach)
			subsystems[id]->cancel_attach(m->to->css[id], &m->tasks);
	}
}

static int ask_subsystem(struct migration *m, int id)
{
	struct css *css = m->to->css[id];
	int error = debug_fail_attach(id, &m->tasks);

	if (!error && subsystems[id]->can_attach)
		error = subsystems[id]->can_attach(css, &m->tasks);
	migrate_asked[id] += m->count;
	if (error)
		trace("can_attach: %s refuses (error %d)", subsystems[id]->name, -error);
	else
		trace("can_attach: %s agrees, first task %d of %lu", subsystems[id]->name,
		      task_tid(taskset_next(&m->tasks, NULL)), m->count);
	return error;
}

/* can_attach of each subsystem; where one refuses, those before it are told. */
static int ask(struct migration *m)
{
	int id;

	for_each_bit(id, m->to->hierarchy->subsys)
	{
		int error = ask_subsystem(m, id);

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

/* Points all on a list to another set; how many they are. */
static u32 change_pointers(struct list *tasks, struct css_set *to)
{
	struct runq *locked = NULL;
	struct task *t;
	int cpu = -1; /* whose run queue is locked */
	u32 count = 0;

	list_for_each (t, tasks, containers.node) {
		if (unlikely(t->thread.cpu != cpu)) {
			locked = thread_settle_lock(locked, &t->thread);
			cpu = t->thread.cpu;
		}
		if (likely(thread_is_settled(&t->thread)))
			t->containers.set = to;
		else
			thread_settle_locked(locked, &t->thread, change_set, to);
		if (++count % SETTLE_BATCH == 0) {
			thread_settle_end(locked);
			locked = NULL;
			cpu = -1;
		}
	}
	thread_settle_end(locked);
	return count;
}

/* All on a list of a set go last on a list of what that set turns into, and their references with
   them: sources stay pinned until finish, so none reaches zero here. */
static void change_tasks(struct css_set *from, struct list *tasks, struct list *list)
{
	struct css_set *to = from->mg_to;
	u32 count;

	if (list_empty(tasks))
		return;
	if (unlikely(READ_ONCE(trace_on) || READ_ONCE(sched_trace_on)))
		trace_change(from, tasks);
	count = change_pointers(tasks, to);
	list_splice_tail(tasks, list);
	from->task_count -= count;
	to->task_count += count;
	to->joined = true;
	refcount_get_many(&to->refs, count);
	bug_if(refcount_put_many(&from->refs, count));
}

static void commit(struct migration *m)
{
	struct css_set *set;
	int id;

	spin_lock(&css_set_lock);
	list_for_each (set, &m->tasks.from, mg_node) {
		change_tasks(set, &set->mg_tasks, &set->mg_to->mg_tasks);
		set->mg_from->releasable = true;
	}
	m->tasks.moved = true;
	spin_unlock(&css_set_lock);
	for_each_bit(id, m->to->hierarchy->subsys)
	{
		migrate_moved[id] += m->count;
		trace("attach: %s, first task %d of %lu", subsystems[id]->name,
		      task_tid(taskset_next(&m->tasks, NULL)), m->count);
		if (subsystems[id]->attach)
			subsystems[id]->attach(m->to->css[id], &m->tasks);
	}
}

static int migrate(struct migration *m)
{
	int error = 0;

	if (!list_empty(&m->tasks.from)) {
		error = ask(m);
		hold_at("commit");
		if (!error)
			commit(m);
		if (error) {
			trace("rollback: the tasks stay where they are");
			sched_trace(TRACE_ROLLBACK, thread_current(), (u32)-error);
		}
		hold_at("finish");
	}
	return error;
}

/* --- what can be moved: a task, a process, all of a container ------------------------------- */

struct movers {
	struct container *to;
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
	else if (who->whole)
		visit_process(m, who->task->process, visit);
	else
		visit(m, who->task);
}

static always_inline void count_going(struct migration *m, struct task *t)
{
	struct css_set *set = t->containers.set;

	if (list_empty(&t->containers.node)) /* has left */
		return;
	if (set != m->visited)
		add_source(m, set);
	*m->going += !t->exiting;
}

/* taskset_next begins with the leader of a process. */
static void leader_first(const struct process *p)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	t = p->leader;
	if (t && !t->exiting && t->containers.set->mg_going)
		list_move(&t->containers.node, &t->containers.set->tasks);
	spin_unlock(&task_tree_lock);
}

static void collect_all(struct migration *m, const struct movers *who)
{
	if (who->whole)
		leader_first(who->task->process);
	if (!collect_sets(m))
		visit_all(m, who, collect);
}

/* Those that have begun to exit are not asked for; when a container is emptied they go along, so
   that it can be removed at once. */
static void move_exiting(struct migration *m)
{
	struct css_set *set;

	spin_lock(&css_set_lock);
	list_for_each (set, &m->sources, mg_source)
		change_tasks(set, &set->tasks, &set->mg_to->tasks);
	spin_unlock(&css_set_lock);
}

static int move_all(const struct movers *who)
{
	struct migration m = { .to = who->to };
	int error;

	assert(mutex_held(&container_mutex));
	list_init(&m.sources);
	taskset_init(&m.tasks);
	hold_at("begin");
	gate_close(&container_gate);
	spin_lock(&css_set_lock);
	visit_all(&m, who, count_going);
	find_targets(&m);
	spin_unlock(&css_set_lock);
	error = prepare(&m);
	hold_at("collect");
	if (!error) {
		spin_lock(&css_set_lock);
		collect_all(&m, who);
		spin_unlock(&css_set_lock);
		error = migrate(&m);
	}
	if (!error && who->from)
		move_exiting(&m);
	finish(&m);
	gate_open(&container_gate);
	return error;
}

int container_attach(struct container *to, struct task *t, bool whole_process)
{
	return move_all(&(struct movers){ .to = to, .task = t, .whole = whole_process });
}

int container_transfer(struct container *to, struct container *from)
{
	if (to->hierarchy != from->hierarchy)
		return -EXDEV;
	return move_all(&(struct movers){ .to = to, .from = from });
}

static struct task *taskset_next_set(const struct taskset *ts, struct task *t)
{
	const struct list *sets = ts->moved ? &ts->to : &ts->from;
	struct css_set *set = t ? list_next(t->containers.set, mg_node)
				: list_first(sets, struct css_set, mg_node);

	for (; &set->mg_node != sets; set = list_next(set, mg_node))
		if (!list_empty(&set->mg_tasks))
			return list_first(&set->mg_tasks, struct task, containers.node);
	return NULL;
}

struct task *taskset_next(const struct taskset *ts, struct task *t)
{
	if (t && t->containers.node.next != &t->containers.set->mg_tasks)
		return list_next(t, containers.node);
	return taskset_next_set(ts, t);
}
