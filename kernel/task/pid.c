/*
 * pid.c - the table of numbers.
 *
 * Numbers are given out in rising order from the last one on and begin again at RESERVED_PIDS, so
 * that one that has just been freed is not soon in use again (as Linux).
 *
 * Locking: task_tree_lock for the table and for what a number names.
 */
#include "kernel/task/pid.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/mem/page.h"
#include "kernel/mem/radix.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define RESERVED_PIDS 300 /* those below are given out only before the first wrap */
#define THREADS_MIN   20
#define THREAD_COST   16384 /* Linux's figure for a stack: tasks may take an eighth of memory */
#define PIDS_PER_CPU  1024

u32 pid_max = PID_MAX_DEFAULT;
u32 threads_max;

static struct slab_cache *pid_cache;
static struct radix pids; /* [task tree] struct pid by number */
static s32 last;	  /* [task tree] */

/* The next free number, or -EAGAIN.  task_tree_lock held. */
static s32 number_find(void)
{
	u32 limit = READ_ONCE(pid_max);
	u64 nr = limit;

	if (last + 1u < limit)
		nr = radix_first_free(&pids, last + 1u, limit);
	if (nr >= limit)
		nr = radix_first_free(&pids, last < RESERVED_PIDS ? 1 : RESERVED_PIDS, limit);
	return nr < limit ? (s32)nr : -EAGAIN;
}

struct pid *pid_alloc(void)
{
	struct pid *p = slab_alloc(pid_cache);
	int ret;

	if (!p)
		return ERR_PTR(-ENOMEM);
	*p = (struct pid){ 0 };
	refcount_init(&p->refs, 1);
	waitq_init(&p->ended);
	spin_lock(&task_tree_lock);
	ret = p->nr = number_find();
	if (ret > 0)
		ret = radix_set(&pids, ret, p);
	if (ret == 0)
		last = p->nr;
	spin_unlock(&task_tree_lock);
	if (ret == 0)
		return p;
	slab_free(pid_cache, p);
	return ERR_PTR(ret);
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
	assert_held(&task_tree_lock);
	if (p->nr && !p->task && !p->pgrp && !p->session)
		radix_clear(&pids, p->nr);
}

struct pid *pid_find_locked(s32 nr)
{
	assert_held(&task_tree_lock);
	return nr > 0 ? radix_get(&pids, nr) : NULL;
}

struct pid *pid_find(s32 nr)
{
	struct pid *p;

	spin_lock(&task_tree_lock);
	p = pid_find_locked(nr);
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

void pid_put(struct pid *p)
{
	if (refcount_put(&p->refs))
		slab_free(pid_cache, p);
}

struct task *pid_get_task(struct pid *p)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	t = p->task ? task_get(p->task) : NULL;
	spin_unlock(&task_tree_lock);
	return t;
}

struct task *pid_next_task_locked(s32 *nr)
{
	u64 index = *nr < 0 ? 0 : *nr;
	struct pid *p;

	assert_held(&task_tree_lock);
	for (; (p = radix_next(&pids, &index)); index++) {
		if (p->task) {
			*nr = p->nr;
			return p->task;
		}
	}
	return NULL;
}

u32 pid_last(void)
{
	return READ_ONCE(last);
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
	n = radix_tables(&pids);
	spin_unlock(&task_tree_lock);
	return n;
}
