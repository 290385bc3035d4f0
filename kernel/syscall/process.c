/*
 * process.c - system calls that make, replace, end and wait for tasks.
 */
#include "arch/uaccess.h"
#include "kernel/abi/clone.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/pidfd.h"
#include "kernel/task/wait.h"
#include "kernel/task/walk.h"

#define CLONE_LEGACY 0xfffffffful

static struct trap_frame *current_frame(void)
{
	return context_frame(&thread_current()->arch);
}

long sys_fork(void)
{
	const struct clone_args_kernel args = CLONE_ARGS_FORK;

	return task_clone(&args, current_frame());
}

long sys_vfork(void)
{
	const struct clone_args_kernel args = { .flags = CLONE_VFORK | CLONE_VM,
						.exit_signal = SIGCHLD };

	return task_clone(&args, current_frame());
}

long sys_clone(u64 flags, u64 stack, s32 __user *parent_tid, s32 __user *child_tid, u64 tls)
{
	const struct clone_args_kernel args = {
		.flags = flags & CLONE_LEGACY & ~(u64)CSIGNAL,
		.pidfd = parent_tid,
		.child_tid = child_tid,
		.parent_tid = parent_tid,
		.exit_signal = flags & CSIGNAL,
		.stack = stack,
		.tls = tls,
	};

	return task_clone(&args, current_frame());
}

/* A structure that may be longer than we know, if the rest is zero.  -E2BIG, -EFAULT. */
static int read_clone_args(struct clone_args *a, const void __user *user, size_t size)
{
	const u8 __user *rest = (const u8 __user *)user + sizeof(*a);
	u8 byte;

	*a = (struct clone_args){ 0 };
	if (copy_from_user(a, user, min(size, sizeof(*a))))
		return -EFAULT;
	for (; size > sizeof(*a); size--) {
		if (get_user(byte, rest++))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}

static bool clone_args_ok(const struct clone_args *a, size_t size)
{
	if (a->set_tid_size > PID_LEVEL_MAX || !a->set_tid != !a->set_tid_size)
		return false;
	if ((a->exit_signal & ~(u64)CSIGNAL) || a->exit_signal >= NSIG)
		return false;
	if ((a->flags & CLONE_INTO_CGROUP) &&
	    (a->cgroup > INT32_MAX || size < CLONE_ARGS_SIZE_VER2))
		return false;
	if (a->flags & ~(CLONE_LEGACY | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP))
		return false;
	if (a->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
		return false;
	if ((a->flags & CLONE_SIGHAND) && (a->flags & CLONE_CLEAR_SIGHAND))
		return false;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return false;
	if (!a->stack != !a->stack_size)
		return false;
	return user_range_ok((const void __user *)a->stack, a->stack_size);
}

long sys_clone3(const void __user *user, size_t size)
{
	struct clone_args_kernel args;
	s32 tids[PID_LEVEL_MAX];
	struct clone_args a;
	int ret;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	ret = read_clone_args(&a, user, size);
	if (ret < 0)
		return ret;
	if (!clone_args_ok(&a, size))
		return -EINVAL;
	if (a.set_tid &&
	    copy_from_user(tids, (void __user *)a.set_tid, a.set_tid_size * sizeof(tids[0])))
		return -EFAULT;
	args = (struct clone_args_kernel){
		.flags = a.flags,
		.pidfd = (s32 __user *)a.pidfd,
		.child_tid = (s32 __user *)a.child_tid,
		.parent_tid = (s32 __user *)a.parent_tid,
		.exit_signal = (u32)a.exit_signal,
		.stack = a.stack + a.stack_size,
		.tls = a.tls,
		.tids = tids,
		.tid_count = (u32)a.set_tid_size,
	};
	return task_clone(&args, current_frame());
}

static long exec_at(int dir, const char __user *user_name, const u64 __user *argv,
		    const u64 __user *envp, int flags)
{
	const struct exec_args args = { .user_argv = argv, .user_envp = envp };
	char *name = task_path(user_name, flags & AT_EMPTY_PATH);
	long ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = task_exec(dir, name, flags, &args, current_frame());
	kfree(name);
	return ret;
}

long sys_execve(const char __user *name, const u64 __user *argv, const u64 __user *envp)
{
	return exec_at(AT_FDCWD, name, argv, envp, 0);
}

long sys_execveat(int dir, const char __user *name, const u64 __user *argv, const u64 __user *envp,
		  int flags)
{
	return exec_at(dir, name, argv, envp, flags);
}

long sys_exit(int status)
{
	task_exit((status & 0xff) << 8);
}

long sys_exit_group(int status)
{
	task_exit_group((status & 0xff) << 8);
}

static int put_rusage(struct rusage __user *out, const struct usage *u)
{
	struct rusage r;

	usage_to_rusage(u, &r);
	return copy_to_user(out, &r, sizeof(r));
}

/* With a reference; 0: the caller's. */
static struct pid *pid_of_group(s32 nr)
{
	struct pgrp *g;
	struct pid *p;

	if (nr)
		return pid_find(task_view(), nr);
	g = process_get_pgrp(task_current()->process);
	p = pid_get(g->pid);
	pgrp_put(g);
	return p;
}

long sys_wait4(s32 pid, s32 __user *status, int options, struct rusage __user *usage)
{
	struct wait_query q = { .options = (u32)options | WEXITED };
	long ret;

	if ((u32)options & ~(WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE | WALL))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid > 0) {
		q.type = P_PID;
		q.pid = pid_find(task_view(), pid);
	} else if (pid != -1) {
		q.type = P_PGID;
		q.pid = pid_of_group(-pid);
	}
	ret = process_wait(&q);
	if (q.pid)
		pid_put(q.pid);
	if (ret < 0 || !q.found)
		return ret;
	ret = q.found;
	if (status && put_user(q.status, status))
		ret = -EFAULT;
	if (ret > 0 && usage && put_rusage(usage, &q.usage))
		ret = -EFAULT;
	return ret;
}

/* What waitid's first two arguments mean.  q->pid gets a reference. */
static int waitid_target(struct wait_query *q, int type, s32 id, bool *nonblock)
{
	u32 flags;

	q->type = type;
	switch (type) {
	case P_ALL:
		return 0;
	case P_PID:
		if (id <= 0)
			return -EINVAL;
		q->pid = pid_find(task_view(), id);
		return 0;
	case P_PGID:
		if (id < 0)
			return -EINVAL;
		q->pid = pid_of_group(id);
		return 0;
	case P_PIDFD:
		if (id < 0)
			return -EINVAL;
		q->type = P_PID;
		q->pid = pidfd_find(id, &flags);
		if (IS_ERR(q->pid))
			return (int)PTR_ERR(q->pid);
		*nonblock = flags & O_NONBLOCK;
		return 0;
	}
	return -EINVAL;
}

static int put_waitid(struct siginfo __user *out, const struct wait_query *q)
{
	struct siginfo info = { 0 };

	if (q->found) {
		info.signo = SIGCHLD;
		info.code = q->code;
		info.child.pid = q->found;
		info.child.uid = q->uid;
		info.child.status = q->value;
	}
	/* As Linux: up to si_status, the rest is left alone. */
	return copy_to_user(out, &info, offsetof(struct siginfo, child.utime));
}

static long wait_id(struct wait_query *q, int type, s32 id, struct rusage __user *usage)
{
	u32 options = q->options;
	bool nonblock = false;
	long ret;

	if ((q->options &
	     ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | WNOTHREAD | WCLONE | WALL)) ||
	    !(q->options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	ret = waitid_target(q, type, id, &nonblock);
	if (ret < 0)
		return ret;
	if (nonblock)
		q->options |= WNOHANG;
	ret = process_wait(q);
	if (q->pid)
		pid_put(q->pid);
	if (ret < 0)
		return ret;
	if (!q->found && nonblock && !(options & WNOHANG))
		return -EAGAIN;
	return q->found && usage ? put_rusage(usage, &q->usage) : 0;
}

/* *info is written even when the call fails, as on Linux. */
long sys_waitid(int type, s32 id, struct siginfo __user *info, int options,
		struct rusage __user *usage)
{
	struct wait_query q = { .options = (u32)options };
	long ret = wait_id(&q, type, id, usage);

	return info && ret != -ERESTARTSYS && put_waitid(info, &q) ? -EFAULT : ret;
}

long sys_pidfd_open(s32 pid, u32 flags)
{
	return pidfd_open(pid, flags);
}

long sys_set_tid_address(s32 __user *tid)
{
	struct task *t = task_current();

	t->clear_child_tid = tid;
	return t->pid->own;
}
