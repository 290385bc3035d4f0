/*
 * task.c - the life of tasks and processes as objects, and finding them.
 *
 * A task is held by two references: that it runs (given up on the stack of whoever runs after it)
 * and that its number names it (given up when it is reaped).  It holds its process.
 *
 * Locking: task_tree_lock for numbers and lists; process->lock for what tasks hand out to others.
 */
#include "fs/mount.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/account.h"
#include "kernel/task/create.h"
#include "kernel/task/itimer.h"
#include "kernel/task/pid_namespace.h"

struct spinlock task_tree_lock = SPINLOCK_INIT(RANK_TASK_TREE);
struct process *init_process;

static struct slab_cache *task_cache, *process_cache;
static u32 tasks_total; /* [task tree] */

void task_caches_init(void)
{
	task_cache = slab_create("task", sizeof(struct task), 64);
	process_cache = slab_create("process", sizeof(struct process), 64);
}

u32 task_count(void)
{
	return READ_ONCE(tasks_total);
}

static void task_release(struct thread *t)
{
	task_put(task_of(t));
}

struct task *task_create(const struct task *from)
{
	struct task *t = slab_zalloc(task_cache);

	if (!t)
		return ERR_PTR(-ENOMEM);
	if (thread_init(&t->thread, from ? &from->thread : NULL) < 0)
		goto out_task;
	t->thread.release = task_release;
	refcount_init(&t->refs, 2);
	list_init(&t->in_process);
	list_init(&t->containers.node);
	sigpending_init(&t->pending);
	t->cred = from ? cred_get(from->cred) : cred_get(&cred_root);
	t->account = from ? account_get(from->account) : &account_root;
	account_add_task(t->account);
	t->mce_kill = from ? from->mce_kill : 0;
	t->io_flusher = from && from->io_flusher;
	t->timer_slack = from ? from->timer_slack : 50000;
	t->personality = from ? from->personality : 0;
	return t;

out_task:
	slab_free(task_cache, t);
	return ERR_PTR(-ENOMEM);
}

static void task_free(struct task *t)
{
	if (t->process)
		process_put(t->process);
	sigpending_flush(&t->pending);
	cred_put(t->cred);
	account_remove_task(t->account);
	account_put(t->account);
	thread_destroy(&t->thread);
	if (t->pid)
		pid_put(t->pid);
	slab_free(task_cache, t);
}

void task_put(struct task *t)
{
	if (refcount_put(&t->refs))
		task_free(t);
}

struct process *process_create(struct task *t, struct process *from)
{
	struct process *p = slab_zalloc(process_cache);

	if (!p)
		return NULL;
	refcount_init(&p->refs, 1);
	spin_init(&p->lock, RANK_SIGNAL);
	list_init(&p->tasks);
	list_init(&p->children);
	list_init(&p->sibling);
	list_init(&p->in_pgrp);
	waitq_init(&p->wait_child);
	waitq_init(&p->wait_exec);
	p->pid = pid_get(t->pid);
	p->leader = t;
	spin_lock(&from->lock);
	memcpy(p->limits, from->limits, sizeof(p->limits));
	p->oom_score_adj = from->oom_score_adj;
	p->dumpable = from->dumpable;
	p->dump_filter = from->dump_filter;
	spin_unlock(&from->lock);
	signal_init_process(p);
	t->process = p;
	return p;
}

struct process *process_get(struct process *p)
{
	refcount_get(&p->refs);
	return p;
}

void process_put(struct process *p)
{
	if (!refcount_put(&p->refs))
		return;
	sigpending_flush(&p->pending);
	if (p->sighand)
		sighand_put(p->sighand);
	pid_put(p->pid);
	slab_free(process_cache, p);
}

void task_destroy(struct task *t)
{
	if (t->pid) {
		pid_get(t->pid);
		pid_cancel(t->pid);
	}
	task_free(t);
}

void task_publish_locked(struct task *t)
{
	struct process *p = t->process;

	assert_held(&task_tree_lock);
	t->pid->task = t;
	list_add_tail(&t->in_process, &p->tasks);
	p->task_count++;
	__atomic_fetch_add(&p->live, 1, __ATOMIC_RELAXED);
	tasks_total++;
}

void process_publish_locked(struct process *p, struct process *parent, struct task *creator)
{
	assert_held(&task_tree_lock);
	p->parent = parent;
	p->parent_seen = pid_number(parent->pid, p->pid->ns);
	p->creator = creator;
	list_add_tail(&p->sibling, &parent->children);
	pgrp_join_locked(p, parent->pgrp);
	if (unlikely(p->pid->own == 1))
		pid_namespace_start_locked(p);
}

void task_unlink_locked(struct task *t)
{
	struct process *p = t->process;
	u64 time[CPU_MODES];

	assert_held(&task_tree_lock);
	assert_held(&p->lock);
	task_time(t, time);
	for (int i = 0; i < CPU_MODES; i++)
		p->ended_time[i] += time[i];
	p->ended_faults += t->thread.faults;
	for (int i = 0; i < 2; i++)
		p->ended_switches[i] += t->thread.switches[i];
	io_count_add(&p->ended_io, &t->io);
	list_del(&t->in_process);
	if (p->leader == t)
		p->leader = NULL;
	container_release(t);
	WRITE_ONCE(t->pid->task, NULL);
	if (unlikely(t->pid->covered))
		mount_note_ended();
	pid_release_locked(t->pid);
	tasks_total--;
}

struct task *task_find_in(struct pid_namespace *ns, s32 tid)
{
	struct task *t = NULL;
	struct pid *pid;

	spin_lock(&task_tree_lock);
	pid = pid_find_locked(ns, tid);
	if (pid && pid->task)
		t = task_get(pid->task);
	spin_unlock(&task_tree_lock);
	return t;
}

struct task *task_find(s32 tid)
{
	return task_find_in(task_view(), tid);
}

struct task *process_get_leader(struct process *p)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	t = p->leader ? task_get(p->leader) : NULL;
	spin_unlock(&task_tree_lock);
	return t;
}

struct task *task_next(struct pid_namespace *ns, s32 *tid)
{
	struct task *t;

	spin_lock(&task_tree_lock);
	t = pid_next_task_locked(ns, tid);
	if (t)
		task_get(t);
	spin_unlock(&task_tree_lock);
	return t;
}

struct vm *task_get_vm(struct task *t)
{
	struct vm *vm;

	spin_lock(&t->process->lock);
	vm = t->vm;
	if (vm)
		vm_get(vm);
	spin_unlock(&t->process->lock);
	return vm;
}

struct fdtable *task_get_files(struct task *t)
{
	struct fdtable *files;

	spin_lock(&t->process->lock);
	files = t->files;
	if (files)
		fdtable_get(files);
	spin_unlock(&t->process->lock);
	return files;
}

/* The context is only looked at: a reference to it would tell its owner that he shares it. */
bool task_get_place(struct task *t, bool root, struct path *out)
{
	struct fs_context *fs;

	spin_lock(&t->process->lock);
	fs = t->fs;
	if (fs) {
		spin_lock(&fs->lock);
		*out = root ? fs->root : fs->cwd;
		path_get(out);
		spin_unlock(&fs->lock);
	}
	spin_unlock(&t->process->lock);
	return fs;
}

s32 task_umask(struct task *t)
{
	s32 mask;

	spin_lock(&t->process->lock);
	mask = t->fs ? (s32)READ_ONCE(t->fs->umask) : -1;
	spin_unlock(&t->process->lock);
	return mask;
}

const struct cred *task_get_cred(struct task *t)
{
	const struct cred *c;

	spin_lock(&t->process->lock);
	c = cred_get(t->cred);
	spin_unlock(&t->process->lock);
	return c;
}
