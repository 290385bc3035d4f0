/*
 * pid_namespace.c - the life of a set of numbers: its making, its init, its end.
 *
 * A namespace is held by those who have a number in it, by tasks whose children shall be in it, by
 * its /proc and by the namespaces inside it.
 *
 * When its init ends, no numbers are given out any more, everybody else in it is killed, whatever
 * is a child of init is reaped, and init waits until its own number is the only one left.  One that
 * was forked into the namespace from outside has a parent outside, who has to wait for it first.
 *
 * Locking: task_tree_lock.
 */
#include "kernel/task/pid_namespace.h"

#include "fs/file.h"
#include "fs/mount.h"
#include "kernel/abi/clone.h"
#include "kernel/abi/errno.h"
#include "kernel/mem/slab.h"
#include "kernel/task/exit.h"

#define BATCH 64 /* tasks killed with the lock held */

static void free_namespaces(struct namespace *base);
static long open_parent(struct namespace *base);

static const struct namespace_kind kind = {
	.name = "pid",
	.flag = CLONE_NEWPID,
	.free = free_namespaces,
	.open_parent = open_parent,
};

struct pid_namespace pid_first = {
	.base = { .refs = REFCOUNT_INIT(1), .id = NAMESPACE_ID_PID, .kind = &kind },
};

struct pid_namespace *pid_namespace_create(struct pid_namespace *parent)
{
	struct pid_namespace *ns;

	if (parent->level == PID_LEVEL_MAX)
		return ERR_PTR(-ENOSPC);
	ns = kzalloc(sizeof(*ns));
	if (!ns)
		return ERR_PTR(-ENOMEM);
	namespace_init(&ns->base, &kind, 0);
	pid_namespace_get(parent);
	ns->parent = parent;
	ns->level = parent->level + 1;
	return ns;
}

/* With it goes each one around it that nobody else holds. */
static void free_namespaces(struct namespace *base)
{
	struct pid_namespace *ns = container_of(base, struct pid_namespace, base), *parent;

	do {
		parent = ns->parent;
		radix_destroy(&ns->pids);
		kfree(ns);
		ns = parent;
	} while (ns->level && refcount_put(&ns->base.refs));
}

bool pid_namespace_is_inside(const struct pid_namespace *inner, const struct pid_namespace *ns)
{
	while (inner->level > ns->level)
		inner = inner->parent;
	return inner == ns;
}

bool pid_namespace_ended_locked(const struct pid_namespace *ns)
{
	assert_held(&task_tree_lock);
	for (; ns->level; ns = ns->parent)
		if (ns->ended)
			return true;
	return false;
}

/* A descriptor of a file that stands for it. */
static long open_file(struct namespace *base)
{
	struct fdtable *files = task_current()->files;
	struct path place;
	struct file *f;
	int fd = namespace_place(base, &place);

	if (fd < 0)
		return fd;
	f = file_open_path(&place, O_RDONLY, task_current()->cred);
	path_put(&place);
	if (IS_ERR(f))
		return PTR_ERR(f);
	fd = fd_reserve(files, 0, (u32)task_limit(RLIMIT_NOFILE), true);
	if (fd < 0)
		file_put(f);
	else
		fd_install(files, fd, f);
	return fd;
}

static long open_parent(struct namespace *base)
{
	struct pid_namespace *ns = container_of(base, struct pid_namespace, base)->parent;

	if (!ns || !pid_namespace_is_inside(ns, task_view()))
		return -EPERM;
	return open_file(&ns->base);
}

/* --- numbers -----------------------------------------------------------------------------------*/

s32 pid_namespace_last(void)
{
	return READ_ONCE(task_view()->last);
}

void pid_namespace_set_last(s32 nr)
{
	spin_lock(&task_tree_lock);
	task_view()->last = nr;
	spin_unlock(&task_tree_lock);
}

/* --- init --------------------------------------------------------------------------------------*/

void pid_namespace_start_locked(struct process *p)
{
	struct pid_namespace *ns = p->pid->ns;

	assert_held(&task_tree_lock);
	ns->init = p;
	ns->started = true;
	p->unkillable = true;
}

/* Children that have ended, or will, vanish by themselves from now on, whatever signal their end
   was to send. */
static void disown_children(struct process *p)
{
	struct process *child, *next;

	spin_lock(&task_tree_lock);
	p->pid->ns->ended = true;
	spin_lock(&p->lock);
	spin_lock(&p->sighand->lock);
	sighand_set_plain_locked(p->sighand, SIGCHLD, SIG_IGN);
	spin_unlock(&p->sighand->lock);
	spin_unlock(&p->lock);
	list_for_each_safe (child, next, &p->children, sibling) {
		child->exit_signal = SIGCHLD;
		if (child->zombie)
			process_reap_locked(child);
	}
	spin_unlock(&task_tree_lock);
	mount_drop_ended();
}

/* Some of the others, from *nr on; false: those were all. */
static bool kill_some(struct process *init, s32 *nr)
{
	struct task *t = NULL;

	spin_lock(&task_tree_lock);
	for (int i = 0; i < BATCH; i++, ++*nr) {
		t = pid_next_task_locked(init->pid->ns, nr);
		if (!t)
			break;
		if (t->process != init)
			(void)signal_send_process(t->process, SIGKILL, NULL);
	}
	spin_unlock(&task_tree_lock);
	return t;
}

void pid_namespace_end(struct task *t)
{
	struct process *p = t->process;
	struct pid_namespace *ns = p->pid->ns;
	u32 own = p->leader == t ? 1 : 2; /* the leader's number stays with the process */
	s32 nr = 2;

	disown_children(p);
	while (kill_some(p, &nr))
		sched_relax();
	wait_event(&p->wait_child, READ_ONCE(ns->count) <= own);
	spin_lock(&task_tree_lock);
	spin_lock(&p->lock);
	if (ns->reboot)
		p->exit_status = ns->reboot;
	spin_unlock(&p->lock);
	spin_unlock(&task_tree_lock);
}

noreturn void pid_namespace_reboot(s32 signo)
{
	struct pid_namespace *ns = task_view();

	spin_lock(&task_tree_lock);
	ns->reboot = signo;
	if (ns->init)
		(void)signal_send_process(ns->init, SIGKILL, NULL);
	spin_unlock(&task_tree_lock);
	task_exit(0);
}
