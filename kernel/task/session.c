/*
 * session.c - process groups and sessions: setpgid(2), setsid(2).
 *
 * A group lives as long as it has members, zombies included, and keeps its number for that time;
 * a session as long as it has groups.  A terminal may hold a group that has lost its last member.
 *
 * Locking: task_tree_lock for all of it.
 */
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

static struct slab_cache *pgrp_cache;

struct pgrp *pgrp_get(struct pgrp *g)
{
	refcount_get(&g->refs);
	return g;
}

struct session *session_get(struct session *s)
{
	refcount_get(&s->refs);
	return s;
}

void session_put(struct session *s)
{
	if (!refcount_put(&s->refs))
		return;
	pid_put(s->pid);
	kfree(s);
}

void pgrp_put(struct pgrp *g)
{
	if (!refcount_put(&g->refs))
		return;
	session_put(g->session);
	pid_put(g->pid);
	slab_free(pgrp_cache, g);
}

/* A group that nobody is in yet, for the number and the session; its one reference is the caller's.
 */
static void pgrp_start_locked(struct pgrp *g, struct pid *pid, struct session *s)
{
	refcount_init(&g->refs, 1);
	g->pid = pid_get(pid);
	g->session = session_get(s);
	list_init(&g->processes);
	list_init(&g->in_session);
	list_add_tail(&g->in_session, &s->pgrps);
	pid->pgrp = g;
}

static void session_end_locked(struct session *s)
{
	s->pid->session = NULL;
	pid_release_locked(s->pid);
}

void pgrp_leave_locked(struct process *p)
{
	struct pgrp *g = p->pgrp;

	assert_held(&task_tree_lock);
	list_del(&p->in_pgrp);
	if (list_empty(&g->processes)) {
		g->pid->pgrp = NULL;
		list_del(&g->in_session);
		if (list_empty(&g->session->pgrps))
			session_end_locked(g->session);
		pid_release_locked(g->pid);
	}
	p->pgrp = NULL;
	pgrp_put(g);
}

void pgrp_join_locked(struct process *p, struct pgrp *g)
{
	assert_held(&task_tree_lock);
	pgrp_get(g); /* before the leave, which may be of the same group */
	list_add_tail(&p->in_pgrp, &g->processes);
	p->pgrp = g;
}

static void pgrp_change_locked(struct process *p, struct pgrp *g)
{
	if (p->pgrp == g)
		return;
	pgrp_leave_locked(p);
	pgrp_join_locked(p, g);
}

struct pgrp *process_get_pgrp(struct process *p)
{
	struct pgrp *g;

	spin_lock(&task_tree_lock);
	g = p->pgrp ? pgrp_get(p->pgrp) : NULL;
	spin_unlock(&task_tree_lock);
	return g;
}

s32 process_pgid(struct process *p, const struct pid_namespace *ns)
{
	s32 nr;

	spin_lock(&task_tree_lock);
	nr = p->pgrp ? pid_number(p->pgrp->pid, ns) : 0;
	spin_unlock(&task_tree_lock);
	return nr;
}

s32 process_sid(struct process *p, const struct pid_namespace *ns)
{
	s32 nr;

	spin_lock(&task_tree_lock);
	nr = p->pgrp ? pid_number(p->pgrp->session->pid, ns) : 0;
	spin_unlock(&task_tree_lock);
	return nr;
}

/* May the running task move p at all?  The order of the checks is Linux's. */
static int may_change(struct process *self, struct process *p)
{
	if (p != self) {
		if (p->parent != self)
			return -ESRCH;
		if (p->pgrp->session != self->pgrp->session)
			return -EPERM;
		if (p->leader->exec_done)
			return -EACCES;
	}
	return p->pgrp->session->leader == p ? -EPERM : 0;
}

/* *fresh is used up when a new group has to be made. */
static int set_pgid_locked(struct process *self, s32 pid, s32 pgid, struct pgrp **fresh)
{
	struct pid *target = pid_find_locked(task_view(), pid), *group;
	struct process *p;
	struct pgrp *g;
	int ret;

	if (!target || !target->task)
		return -ESRCH;
	p = target->task->process;
	if (p->leader != target->task)
		return -EINVAL;
	if (!p->pgrp)
		return -ESRCH;
	ret = may_change(self, p);
	if (ret < 0)
		return ret;
	group = pgid == pid ? target : pid_find_locked(task_view(), pgid);
	g = group ? group->pgrp : NULL;
	if (g && g->session == self->pgrp->session) {
		pgrp_change_locked(p, g);
		return 0;
	}
	if (g || pgid != pid)
		return -EPERM;
	g = *fresh;
	*fresh = NULL;
	pgrp_start_locked(g, target, p->pgrp->session);
	pgrp_change_locked(p, g);
	pgrp_put(g);
	return 0;
}

int session_set_pgid(s32 pid, s32 pgid)
{
	struct process *self = task_current()->process;
	struct pgrp *fresh;
	int ret;

	pid = pid ? pid : self->pid->own;
	pgid = pgid ? pgid : pid;
	if (pgid < 0)
		return -EINVAL;
	fresh = slab_alloc(pgrp_cache);
	if (!fresh)
		return -ENOMEM;
	spin_lock(&task_tree_lock);
	ret = set_pgid_locked(self, pid, pgid, &fresh);
	spin_unlock(&task_tree_lock);
	if (fresh)
		slab_free(pgrp_cache, fresh);
	return ret;
}

s32 session_create(void)
{
	struct process *self = task_current()->process;
	struct session *s = kzalloc(sizeof(*s));
	struct pgrp *g = slab_alloc(pgrp_cache);
	int ret = s && g ? -EPERM : -ENOMEM;
	bool may = false;

	if (s && g) {
		refcount_init(&s->refs, 1);
		list_init(&s->pgrps);
		spin_lock(&task_tree_lock);
		may = self->pgrp->session->leader != self && !self->pid->pgrp;
		if (may) {
			s->pid = pid_get(self->pid);
			s->leader = self;
			self->pid->session = s;
			pgrp_start_locked(g, self->pid, s);
			pgrp_change_locked(self, g);
		}
		spin_unlock(&task_tree_lock);
	}
	if (may) {
		session_put(s);
		pgrp_put(g);
		return self->pid->own;
	}
	if (g)
		slab_free(pgrp_cache, g);
	kfree(s);
	return ret;
}

void session_init(void)
{
	pgrp_cache = slab_create("pgrp", sizeof(struct pgrp), 0);
}
