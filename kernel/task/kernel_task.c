/*
 * kernel_task.c - the first tasks, and those that never leave the kernel.
 *
 * The kernel itself is process 0: it has no task (CPUs idle on plain threads), but it is the parent
 * of pid 1 and of pid 2, kthreadd, and the member of group 0 and session 0 from which all others
 * descend.  Kernel tasks are children of kthreadd; they ignore all signals.
 */
#include "kernel/abi/clone.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/task/create.h"
#include "kernel/task/init.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/rlimit.h"
#include "kernel/task/wait.h"

struct process process_zero;
struct process *process_kthreadd;

static struct pid pid_zero = {
	.refs = REFCOUNT_INIT(1),
	.ns = &pid_first,
	.ended = WAITQ_INIT(pid_zero.ended),
};
static struct session session_zero = {
	.refs = REFCOUNT_INIT(1),
	.pid = &pid_zero,
	.pgrps = LIST_INIT(session_zero.pgrps),
};
static struct pgrp pgrp_zero = {
	.refs = REFCOUNT_INIT(1),
	.pid = &pid_zero,
	.session = &session_zero,
	.processes = LIST_INIT(pgrp_zero.processes),
};

static void zero_init(void)
{
	struct process *p = &process_zero;

	refcount_init(&p->refs, 1);
	spin_init(&p->lock, RANK_SIGNAL);
	list_init(&p->tasks);
	list_init(&p->children);
	list_init(&p->sibling);
	list_init(&p->in_pgrp);
	waitq_init(&p->wait_child);
	waitq_init(&p->wait_exec);
	list_init(&pgrp_zero.in_session);
	list_add_tail(&pgrp_zero.in_session, &session_zero.pgrps);
	pid_zero.pgrp = &pgrp_zero;
	pid_zero.session = &session_zero;
	p->pid = &pid_zero;
	p->parent = p;
	p->pgrp = &pgrp_zero;
	p->dumpable = 1;
	p->dump_filter = 0x33; /* as on Linux */
	rlimit_init(p->limits);
	signal_init_process(p);
	p->sighand = sighand_create(NULL);
	if (!p->sighand)
		panic("no memory for the first process");
	p->sighand->ignored.bits = ~0ul;
}

void task_init(struct mount_namespace *mounts)
{
	task_caches_init();
	pid_init();
	session_init();
	signal_init();
	namespaces_first.mounts = mounts;
	zero_init();
}

static void kernel_task_main(void *arg)
{
	struct task *t = arg;

	t->kernel_fn(t->kernel_arg);
	task_exit(0);
}

/* A task that will run fn(arg) in the kernel; not visible yet.  ERR_PTR. */
static struct task *create(const char *name, void (*fn)(void *), void *arg)
{
	struct task *t = task_create(NULL);
	struct process *p;
	struct pid *pid;

	if (IS_ERR(t))
		return t;
	pid = pid_alloc(&pid_first, NULL, 0);
	if (IS_ERR(pid)) {
		task_destroy(t);
		return ERR_PTR(PTR_ERR(pid));
	}
	t->pid = pid;
	p = process_create(t, &process_zero);
	if (!p) {
		task_destroy(t);
		return ERR_PTR(-ENOMEM);
	}
	p->exit_signal = SIGCHLD;
	t->altstack.flags = SS_DISABLE;
	t->spaces = namespaces_get(&namespaces_first);
	t->kernel_fn = fn;
	t->kernel_arg = arg;
	strcopy(t->thread.name, name, sizeof(t->thread.name));
	context_init_kernel(&t->thread.arch, t->thread.stack, kernel_task_main, t);
	return t;
}

static void publish(struct task *t, struct process *parent)
{
	spin_lock(&task_tree_lock);
	process_publish_locked(t->process, parent, parent->leader);
	task_publish_locked(t);
	spin_unlock(&task_tree_lock);
}

static void make_kernel(struct task *t)
{
	t->is_kernel = true;
	t->blocked.bits = ~0ul;
	refcount_get(&process_zero.sighand->refs);
	t->process->sighand = process_zero.sighand;
}

/* Makes it a child of kthreadd and starts it.  -errno: nothing has happened. */
static int join_kthreadd(struct task *t)
{
	struct task *parent = process_kthreadd->leader;
	int ret = container_fork_prepare(parent, t);

	if (ret < 0)
		return ret;
	publish(t, process_kthreadd);
	container_fork_commit(parent, t);
	thread_start(&t->thread);
	return 0;
}

static void destroy(struct task *t)
{
	namespaces_put(t->spaces);
	task_destroy(t);
}

struct task *task_create_kernel(const char *name, void (*fn)(void *), void *arg)
{
	struct task *t = create(name, fn, arg);
	int ret;

	if (IS_ERR(t))
		return t;
	make_kernel(t);
	ret = join_kthreadd(t);
	if (ret < 0) {
		destroy(t);
		return ERR_PTR(ret);
	}
	return t;
}

/* Reaps its children, which nobody else waits for. */
static void kthreadd(void *unused)
{
	struct wait_query q = { .type = P_ALL, .options = WEXITED | WALL };

	for (;;) {
		if (process_wait(&q) < 0)
			wait_event(&process_kthreadd->wait_child,
				   !list_empty(&process_kthreadd->children));
	}
}

/* What a task needs to become a program: handlers, descriptors, a place in the first mounts. */
static int make_program(struct task *t)
{
	struct mount *m = namespaces_first.mounts->root;
	struct path root = { m, m->root };

	t->process->sighand = sighand_create(NULL);
	t->files = fdtable_create();
	t->fs = fs_context_create(&root, &root, 022);
	if (!t->process->sighand || !t->files || !t->fs)
		return -ENOMEM;
	return 0;
}

struct task *task_create_program(const char *name, void (*fn)(void *), void *arg)
{
	struct task *t = create(name, fn, arg);
	int ret;

	if (IS_ERR(t))
		return t;
	ret = make_program(t);
	if (ret == 0)
		ret = join_kthreadd(t);
	if (ret < 0) {
		destroy(t);
		return ERR_PTR(ret);
	}
	return t;
}

struct task *task_create_init(void (*fn)(void *), void *arg)
{
	struct task *init = create("swapper", fn, arg), *daemon;

	if (IS_ERR(init))
		panic("no memory for the first process");
	if (make_program(init))
		panic("no memory for the first process");
	container_adopt_first(init);
	publish(init, &process_zero);
	init_process = init->process;
	daemon = create("kthreadd", kthreadd, NULL);
	if (IS_ERR(daemon))
		panic("no memory for kthreadd");
	make_kernel(daemon);
	process_kthreadd = daemon->process;
	container_adopt_first(daemon);
	publish(daemon, &process_zero);
	thread_start(&daemon->thread);
	thread_start(&init->thread);
	return init;
}
