/*
 * fork.c - clone(2), clone3(2), fork(2), vfork(2): a new task, in a process of its own or as one
 * more thread.
 *
 * Everything that can fail is done first, on a child that nobody can find.  Then, with the locks of
 * the tree and of the parent's process held, a last look whether the parent has to die or to stop
 * first; what follows cannot fail.  A signal to the parent's group that came meanwhile reaches the
 * child too: see sigbirth.c.
 *
 * Differs from Linux: no cgroup descriptor.
 */
#include "arch/uaccess.h"
#include "kernel/abi/clone.h"
#include "kernel/abi/errno.h"
#include "kernel/task/account.h"
#include "kernel/task/create.h"
#include "kernel/task/exe.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/pidfd.h"

/* A clone under way. */
struct birth {
	const struct clone_args_kernel *args;
	u64 flags;
	struct task *parent, *child;
	struct signal_birth *signals;
	struct file *pidfd;
	int pidfd_number;
};

static int check_flags(const struct clone_args_kernel *a, const struct task *parent)
{
	u64 flags = a->flags;

	if (flags & CLONE_INTO_CGROUP)
		return -EINVAL;
	if ((flags & CLONE_FS) && (flags & (CLONE_NEWNS | CLONE_NEWUSER)))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & CLONE_THREAD) &&
	    ((flags & (CLONE_NEWUSER | CLONE_NEWPID)) || parent->spaces->pids != parent->pid->ns))
		return -EINVAL;
	if ((flags & CLONE_PARENT) && READ_ONCE(parent->process->unkillable))
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_DETACHED | CLONE_THREAD)))
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID) && a->pidfd == a->parent_tid)
		return -EINVAL;
	return 0;
}

/* threads-max, and RLIMIT_NPROC of a user who is not privileged. */
static int check_counts(struct task *parent)
{
	parent->over_nproc = false;
	if (task_count() >= READ_ONCE(threads_max))
		return -EAGAIN;
	if (parent->account != &account_root &&
	    READ_ONCE(parent->account->tasks) >= task_limit(RLIMIT_NPROC) &&
	    !cred_capable(parent->cred, CAP_SYS_RESOURCE) &&
	    !cred_capable(parent->cred, CAP_SYS_ADMIN))
		return -EAGAIN;
	return 0;
}

static int copy_process(const struct birth *b)
{
	struct process *from = b->parent->process, *p;

	if (b->flags & CLONE_THREAD) {
		b->child->process = process_get(from);
		return 0;
	}
	p = process_create(b->child, from);
	if (!p)
		return -ENOMEM;
	p->exit_signal = b->flags & CLONE_PARENT ? from->exit_signal : b->args->exit_signal;
	if (p->exit_signal >= NSIG)
		p->exit_signal = 0;
	if (b->flags & CLONE_SIGHAND) {
		refcount_get(&from->sighand->refs);
		p->sighand = from->sighand;
	} else {
		p->sighand = sighand_create(from->sighand);
		if (!p->sighand)
			return -ENOMEM;
		if (b->flags & CLONE_CLEAR_SIGHAND)
			sighand_reset_for_exec(p->sighand);
	}
	if (from->exe)
		p->exe = exe_get(from->exe);
	return 0;
}

static int copy_files(const struct birth *b)
{
	struct task *parent = b->parent, *child = b->child;

	if (b->flags & CLONE_FILES) {
		fdtable_get(parent->files);
		child->files = parent->files;
	} else {
		child->files = fdtable_copy(parent->files);
	}
	if (b->flags & CLONE_FS) {
		refcount_get(&parent->fs->refs);
		child->fs = parent->fs;
	} else {
		child->fs = fs_context_copy(parent->fs);
	}
	return child->files && child->fs ? 0 : -ENOMEM;
}

static int copy_namespaces(const struct birth *b)
{
	struct namespaces *s = namespaces_copy(b->flags, b->child->fs);

	if (IS_ERR(s))
		return (int)PTR_ERR(s);
	b->child->spaces = s;
	return 0;
}

static int copy_pid(const struct birth *b)
{
	struct pid *p = pid_alloc(b->child->spaces->pids, b->args->tids, b->args->tid_count);

	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	b->child->pid = p;
	return 0;
}

static int copy_vm(const struct birth *b)
{
	struct vm *vm = b->parent->vm;

	if (b->flags & CLONE_VM)
		vm_get(vm);
	else
		vm = vm_fork(vm);
	if (!vm)
		return -ENOMEM;
	b->child->vm = vm;
	b->child->thread.arch.pt = &vm->pt;
	return 0;
}

/* Registers; before everything else that is kept in the architecture's part. */
static int copy_context(const struct birth *b, const struct trap_frame *frame)
{
	const struct clone_args_kernel *a = b->args;
	struct task *child = b->child;
	struct arch_thread *arch = &child->thread.arch;
	int ret = context_init_user(arch, child->thread.stack, frame, &b->parent->thread.arch);

	if (ret < 0)
		return ret;
	context_frame(arch)->rax = 0;
	if (a->stack)
		context_frame(arch)->rsp = a->stack;
	if (a->flags & CLONE_SETTLS) {
		if (a->tls >= USER_END)
			return -EPERM;
		arch->fs_base = a->tls;
	}
	if (a->flags & CLONE_CHILD_SETTID) {
		child->set_child_tid = a->child_tid;
		arch->alert |= ALERT_WORK;
	}
	if (a->flags & CLONE_CHILD_CLEARTID)
		child->clear_child_tid = a->child_tid;
	return 0;
}

static int copy_pidfd(struct birth *b)
{
	struct task *parent = b->parent;

	if (!(b->flags & CLONE_PIDFD))
		return 0;
	b->pidfd = pidfd_create(b->child->pid, 0);
	if (IS_ERR(b->pidfd)) {
		int ret = (int)PTR_ERR(b->pidfd);

		b->pidfd = NULL;
		return ret;
	}
	b->pidfd_number = fd_reserve(parent->files, 0, (u32)task_limit(RLIMIT_NOFILE), true);
	if (b->pidfd_number < 0)
		return b->pidfd_number;
	return put_user(b->pidfd_number, b->args->pidfd);
}

/* What sched_setscheduler's SCHED_RESET_ON_FORK asks for. */
static void reset_policy(struct task *parent, struct task *child)
{
	struct thread *t = &child->thread;

	if (likely(!parent->reset_on_fork))
		return;
	if (t->rt_priority)
		thread_set_policy(t, SCHED_OTHER, 0);
	if (t->nice < 0)
		thread_set_nice(t, 0);
}

static int copy_all(struct birth *b, const struct trap_frame *frame)
{
	int ret = copy_context(b, frame);

	signal_init_task(b->child, b->parent, b->flags);
	if (ret == 0)
		ret = copy_files(b);
	if (ret == 0)
		ret = copy_namespaces(b);
	if (ret == 0)
		ret = copy_pid(b);
	if (ret == 0)
		ret = copy_process(b);
	if (ret == 0)
		ret = copy_pidfd(b);
	if (ret == 0)
		ret = copy_vm(b);
	return ret;
}

static void undo(struct birth *b)
{
	struct task *child = b->child;

	if (b->pidfd) {
		if (b->pidfd_number >= 0)
			fd_release(b->parent->files, b->pidfd_number);
		file_put(b->pidfd);
	}
	if (child->vm)
		vm_put(child->vm);
	if (child->files)
		fdtable_put(child->files);
	if (child->fs)
		fs_context_put(child->fs);
	if (child->spaces)
		namespaces_put(child->spaces);
	if (child->process && !(b->flags & CLONE_THREAD) && child->process->exe)
		exe_put(child->process->exe);
	task_destroy(child);
}

/* The last thing that may refuse, and then nothing can. */
static int publish(const void *birth)
{
	const struct birth *b = birth;
	struct process *from = b->parent->process;
	int ret = 0;

	spin_lock(&task_tree_lock);
	spin_lock(&from->lock);
	if (unlikely(b->child->pid->level) && pid_namespace_ended_locked(b->child->pid->ns)) {
		ret = -ENOMEM;
	} else if ((ret = signal_birth_end_locked(b->signals, b->child)) < 0) {
		/* nothing has happened */
	} else if (b->flags & CLONE_THREAD) {
		task_publish_locked(b->child);
	} else {
		struct process *p = b->child->process;
		bool sibling = b->flags & CLONE_PARENT;

		process_publish_locked(p, sibling ? from->parent : from,
				       sibling ? from->creator : b->parent);
		task_publish_locked(b->child);
	}
	spin_unlock(&from->lock);
	spin_unlock(&task_tree_lock);
	return ret;
}

/* Until the child has given up its parent's memory, or a fatal signal. */
static void vfork_wait(struct task *child, struct waitq *done)
{
	int killed;

	task_current()->vfork_waiting = true;
	killed = wait_event_killable(done, !READ_ONCE(child->vfork_pending));
	WRITE_ONCE(task_current()->vfork_waiting, false);
	spin_lock(&task_tree_lock); /* the child is not in the middle of waking us */
	child->vfork_done = NULL;
	spin_unlock(&task_tree_lock);
	(void)killed;
	task_put(child);
}

static long start(const struct birth *b)
{
	struct task *child = b->child;
	s32 nr = pid_seen(child->pid);
	bool vfork = b->flags & CLONE_VFORK;
	struct waitq done;

	if (b->pidfd)
		fd_install(b->parent->files, b->pidfd_number, b->pidfd);
	if (b->flags & CLONE_PARENT_SETTID)
		(void)!put_user(nr, b->args->parent_tid);
	if (vfork) {
		waitq_init(&done);
		child->vfork_done = &done;
		child->vfork_pending = true;
		task_get(child);
	}
	thread_start(&child->thread);
	if (vfork)
		vfork_wait(child, &done);
	return nr;
}

/* The child comes into its containers and among the tasks. */
static int join(const struct birth *b)
{
	if (unlikely(b->flags & NAMESPACES_SUPPORTED))
		return container_clone(b->parent, b->child, publish, b);
	return container_fork(b->parent, b->child, publish, b);
}

static int make(struct birth *b, const struct trap_frame *frame)
{
	int ret;

	b->child = task_create(b->parent);
	if (IS_ERR(b->child))
		return (int)PTR_ERR(b->child);
	ret = copy_all(b, frame);
	if (ret == 0) {
		reset_policy(b->parent, b->child);
		ret = join(b);
	}
	if (ret < 0)
		undo(b);
	return ret;
}

long task_clone(const struct clone_args_kernel *args, const struct trap_frame *frame)
{
	struct signal_birth signals;
	struct birth b = {
		.args = args,
		.flags = args->flags,
		.parent = task_current(),
		.signals = &signals,
		.pidfd_number = -1,
	};
	int ret = check_flags(args, b.parent);

	if (ret == 0)
		ret = signal_birth_begin(&signals, b.flags & CLONE_THREAD);
	if (ret < 0)
		return ret;
	ret = check_counts(b.parent);
	if (ret == 0)
		ret = make(&b, frame);
	if (ret < 0) {
		signal_birth_cancel(&signals);
		return ret;
	}
	return start(&b);
}
