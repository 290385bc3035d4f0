/*
 * pid.c - the tables of numbers, one for each pid namespace.
 *
 * Numbers are given out in rising order from the last one on and begin again at RESERVED_PIDS, so
 * that one that has just been freed is not soon in use again (as Linux).
 *
 * Nearly all have a number in the first namespace only; the others' structures are longer by one
 * struct pid_number for each further namespace.
 *
 * Locking: task_tree_lock for the tables and for what a number names.
 */
#include "kernel/task/pid.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/task/cred.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/task.h"

#define RESERVED_PIDS 300 /* those below are given out only before the first wrap */
#define THREADS_MIN   20
#define THREAD_COST   16384 /* Linux's figure for a stack: tasks may take an eighth of memory */
#define PIDS_PER_CPU  1024

u32 pid_max = PID_MAX_DEFAULT;
u32 threads_max;

static struct slab_cache *pid_cache; /* those of the first namespace; others are kmalloc'd */

/* --- numbers ---------------------------------------------------------------------------------*/

/* The next free number, or -EAGAIN.  task_tree_lock held. */
static s32 number_next(const struct pid_namespace *ns)
{
	u32 limit = READ_ONCE(pid_max);
	s32 last = ns->last;
	u64 nr = limit;

	if (last + 1u < limit)
		nr = radix_first_free(&ns->pids, last + 1u, limit);
	if (nr >= limit)
		nr = radix_first_free(&ns->pids, last < RESERVED_PIDS ? 1 : RESERVED_PIDS, limit);
	return nr < limit ? (s32)nr : -EAGAIN;
}

/* May the running task choose that number?  In the order in which Linux looks. */
static int number_check(const struct pid_namespace *ns, s32 nr)
{
	if (nr < 1 || nr >= (s32)READ_ONCE(pid_max) || (nr != 1 && !ns->started))
		return -EINVAL;
	if (!task_capable(CAP_CHECKPOINT_RESTORE) && !task_capable(CAP_SYS_ADMIN))
		return -EPERM;
	return radix_get(&ns->pids, nr) ? -EEXIST : 0;
}

/* Takes one in ns for p: the next, or the one that is wanted.  The number or -errno. */
static s32 number_take(struct pid_namespace *ns, struct pid *p, const s32 *wanted)
{
	s32 nr = likely(!wanted) ? number_next(ns) : *wanted;
	int error = likely(!wanted) ? min(nr, 0) : number_check(ns, nr);

	if (unlikely(ns->ended))
		error = error ?: -ENOMEM;
	if (!error)
		error = radix_set(&ns->pids, nr, p);
	if (error)
		return error;
	ns->count++;
	if (likely(!wanted))
		ns->last = nr;
	return nr;
}

/* False: it was free already. */
static bool number_free(struct pid_namespace *ns, s32 nr)
{
	if (!radix_clear(&ns->pids, nr))
		return false;
	ns->count--;
	if (unlikely(ns->count <= 2)) {
		if (ns->ended && ns->init) /* waits in pid_namespace_end */
			waitq_wake_all(&ns->init->wait_child);
		if (!ns->count && !ns->started) /* the next one is to be its init again */
			ns->last = 0;
	}
	return true;
}

static s32 *number_slot(struct pid *p, const struct pid_namespace *ns)
{
	return ns->level ? &p->inner[ns->level - 1].nr : &p->nr;
}

/* Numbers from p's own namespace outwards; all or none.  task_tree_lock held. */
static int numbers_take(struct pid *p, const s32 *wanted, u32 count)
{
	struct pid_namespace *ns, *undo;
	u32 i = 0;
	s32 nr;

	for (ns = p->ns; ns; ns = ns->parent, i++) {
		nr = number_take(ns, p, i < count ? &wanted[i] : NULL);
		if (nr < 0) {
			for (undo = p->ns; undo != ns; undo = undo->parent)
				number_free(undo, *number_slot(p, undo));
			return nr;
		}
		*number_slot(p, ns) = nr;
	}
	p->own = *number_slot(p, p->ns);
	return 0;
}

s32 pid_number_search(const struct pid *p, const struct pid_namespace *ns)
{
	const struct pid_number *n;

	if (!ns->level)
		return p->nr;
	n = &p->inner[ns->level - 1];
	return ns->level <= p->level && n->ns == ns ? n->nr : 0;
}

/* --- structures ------------------------------------------------------------------------------*/

static struct pid *create(struct pid_namespace *ns)
{
	struct pid *p = likely(!ns->level)
				? slab_alloc(pid_cache)
				: kmalloc(sizeof(*p) + ns->level * sizeof(struct pid_number));

	if (!p)
		return NULL;
	*p = (struct pid){ .ns = ns, .level = ns->level };
	refcount_init(&p->refs, 1);
	waitq_init(&p->ended);
	pid_namespace_get(ns);
	for (; ns->level; ns = ns->parent)
		p->inner[ns->level - 1].ns = ns;
	return p;
}

void pid_put(struct pid *p)
{
	if (!refcount_put(&p->refs))
		return;
	if (likely(!p->level)) {
		slab_free(pid_cache, p);
		return;
	}
	pid_namespace_put(p->ns);
	kfree(p);
}

struct pid *pid_alloc(struct pid_namespace *ns, const s32 *wanted, u32 count)
{
	struct pid *p;
	int error;

	if (count > ns->level + 1)
		return ERR_PTR(-EINVAL);
	p = create(ns);
	if (!p)
		return ERR_PTR(-ENOMEM);
	spin_lock(&task_tree_lock);
	error = numbers_take(p, wanted, count);
	spin_unlock(&task_tree_lock);
	if (!error)
		return p;
	pid_put(p);
	return ERR_PTR(error);
}

void pid_cancel(struct pid *p)
{
	spin_lock(&task_tree_lock);
	pid_release_locked(p);
	spin_unlock(&task_tree_lock);
	pid_put(p);
}

void pid_release_locked(struct pid *p)
{
	struct pid_namespace *ns = p->ns;

	assert_held(&task_tree_lock);
	if (!p->nr || p->task || p->pgrp || p->session)
		return;
	while (ns && number_free(ns, *number_slot(p, ns)))
		ns = ns->parent;
}

/* --- finding ---------------------------------------------------------------------------------*/

struct pid *pid_find_locked(struct pid_namespace *ns, s32 nr)
{
	assert_held(&task_tree_lock);
	return nr > 0 ? radix_get(&ns->pids, nr) : NULL;
}

struct pid *pid_find(struct pid_namespace *ns, s32 nr)
{
	struct pid *p;

	spin_lock(&task_tree_lock);
	p = pid_find_locked(ns, nr);
	if (p)
		refcount_get(&p->refs);
	spin_unlock(&task_tree_lock);
	return p;
}

struct pid *pid_get(struct pid *p)
{
	refcount_get(&p->refs);
	return p;
}

struct task *pid_get_task(struct pid *p)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	t = p->task ? task_get(p->task) : NULL;
	spin_unlock(&task_tree_lock);
	return t;
}

struct task *pid_next_task_locked(const struct pid_namespace *ns, s32 *nr)
{
	u64 index = *nr < 0 ? 0 : *nr;
	struct pid *p;

	assert_held(&task_tree_lock);
	for (; (p = radix_next(&ns->pids, &index)); index++) {
		if (p->task) {
			*nr = (s32)index;
			return p->task;
		}
	}
	return NULL;
}

void pid_init(void)
{
	struct page_stats pages;
	u64 threads;

	pid_cache = slab_create("pid", sizeof(struct pid), 0);
	page_stats(&pages, NODES_ALL);
	threads = pages.total * PAGE_SIZE / (THREAD_COST * 8);
	threads_max = (u32)min(max(threads, (u64)THREADS_MIN), (u64)PID_MAX_LIMIT);
	pid_max = max(pid_max, (u32)cpu_count() * PIDS_PER_CPU);
}

u64 pid_tables(void)
{
	u64 n;

	spin_lock(&task_tree_lock);
	n = radix_tables(&pid_first.pids);
	spin_unlock(&task_tree_lock);
	return n;
}
