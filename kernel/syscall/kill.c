/*
 * kill.c - sending signals to tasks, processes and groups: kill(2) and its relatives.
 *
 * Signal 0 asks whether one may send.  Errors come in Linux's order: nobody there (ESRCH), no such
 * signal (EINVAL), no right (EPERM).
 */
#include "arch/uaccess.h"
#include "fs/fd.h"
#include "fs/procfs/procfs.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/pidfd.h"
#include "kernel/task/task.h"

/* Information of kill(2) and tkill(2). */
static void own_info(struct siginfo *info, int signo, int code)
{
	struct task *t = task_current();

	*info = (struct siginfo){ .signo = signo, .code = code };
	info->kill.pid = t->process->pid->own;
	info->kill.uid = t->cred->uid;
}

enum target { TO_TASK, TO_PROCESS };

static inline int may_send(struct task *t, int signo, const struct siginfo *info, bool tree_locked)
{
	if (signo < 0 || signo >= NSIG)
		return -EINVAL;
	if (info->code > 0) /* only a process itself may send itself such */
		return 0;
	if (t->process == task_current()->process)
		return 0;
	return tree_locked ? signal_permission_locked(t, signo) : signal_permission(t, signo);
}

static inline int send(struct task *t, enum target target, int signo, const struct siginfo *info)
{
	int result = may_send(t, signo, info, false);

	if (result || !signo)
		return result;
	return target == TO_TASK ? signal_send_task(t, signo, info)
				 : signal_send_process(t->process, signo, info);
}

static int send_locked(struct process *p, int signo, const struct siginfo *info)
{
	int result = p->leader ? may_send(p->leader, signo, info, true) : -ESRCH;

	if (result || !signo)
		return result;
	return signal_send_member(p, signo, info);
}

/* pid may be any thread's. */
static inline int send_pid(s32 pid, int signo, const struct siginfo *info)
{
	struct task *t;
	int result;

	if (pid == task_current()->pid->own)
		return send(task_current(), TO_PROCESS, signo, info);
	t = task_find(pid);
	if (!t)
		return -ESRCH;
	result = send(t, TO_PROCESS, signo, info);
	task_put(t);
	return result;
}

/* nr 0: the caller's group. */
static int send_group(s32 nr, int signo, const struct siginfo *info)
{
	int result = -ESRCH;
	bool sent = false;
	struct process *p;
	struct pgrp *g;
	struct pid *pid;

	spin_lock(&task_tree_lock);
	pid = nr ? pid_find_locked(task_view(), nr) : NULL;
	g = nr ? (pid ? pid->pgrp : NULL) : task_current()->process->pgrp;
	if (g) {
		list_for_each (p, &g->processes, in_pgrp) {
			result = send_locked(p, signo, info);
			sent |= !result;
		}
	}
	spin_unlock(&task_tree_lock);
	return sent ? 0 : result;
}

/* Everybody whom the caller can see but init and itself.  With the tree locked throughout nobody
   can be born who is missed. */
static int send_all(int signo, const struct siginfo *info)
{
	struct process *self = task_current()->process;
	bool found = false;
	int result = 0, one;
	struct task *t;

	spin_lock(&task_tree_lock);
	for (s32 nr = 2; (t = pid_next_task_locked(task_view(), &nr)); nr++) {
		if (t->process == self || t->process->leader != t)
			continue;
		found = true;
		one = send_locked(t->process, signo, info);
		if (one != -EPERM)
			result = one;
	}
	spin_unlock(&task_tree_lock);
	return found ? result : -ESRCH;
}

long sys_kill(s32 pid, int signo)
{
	struct siginfo info;

	own_info(&info, signo, SI_USER);
	if (pid > 0)
		return send_pid(pid, signo, &info);
	if (pid == INT32_MIN)
		return -ESRCH;
	return pid == -1 ? send_all(signo, &info) : send_group(-pid, signo, &info);
}

/* tgid 0: any process's. */
static long send_thread(s32 tgid, s32 tid, int signo, const struct siginfo *info)
{
	struct task *t = task_find(tid);
	long result = -ESRCH;

	if (!t)
		return -ESRCH;
	if (!tgid || pid_seen(t->process->pid) == tgid)
		result = send(t, TO_TASK, signo, info);
	task_put(t);
	return result;
}

long sys_tgkill(s32 tgid, s32 tid, int signo)
{
	struct siginfo info;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	own_info(&info, signo, SI_TKILL);
	return send_thread(tgid, tid, signo, &info);
}

long sys_tkill(s32 tid, int signo)
{
	struct siginfo info;

	if (tid <= 0)
		return -EINVAL;
	own_info(&info, signo, SI_TKILL);
	return send_thread(0, tid, signo, &info);
}

/* Information that a program made itself.  What lies behind the known part must be empty unless
   the code is one of the kernel's. */
static int read_info(struct siginfo *info, int signo, const struct siginfo_user __user *user)
{
	struct siginfo_user given;

	if (copy_from_user(&given, user, sizeof(given)))
		return -EFAULT;
	*info = given.known;
	info->signo = signo;
	if (info->code < -7 || info->code > SI_KERNEL) {
		for (unsigned i = 0; i < sizeof(given.rest); i++)
			if (given.rest[i])
				return -E2BIG;
	}
	return 0;
}

/* Nobody may pretend to another that the kernel or kill(2) sent it. */
static bool is_forged(const struct siginfo *info)
{
	return info->code >= 0 || info->code == SI_TKILL;
}

long sys_rt_sigqueueinfo(s32 pid, int signo, const struct siginfo_user __user *user)
{
	struct siginfo info;
	int result = read_info(&info, signo, user);

	if (result)
		return result;
	if (is_forged(&info) && pid != task_current()->process->pid->own)
		return -EPERM;
	return send_pid(pid, signo, &info);
}

long sys_rt_tgsigqueueinfo(s32 tgid, s32 tid, int signo, const struct siginfo_user __user *user)
{
	struct siginfo info;
	int result = read_info(&info, signo, user);

	if (result)
		return result;
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	if (is_forged(&info) && tid != task_current()->pid->own)
		return -EPERM;
	return send_thread(tgid, tid, signo, &info);
}

static long send_pidfd(struct pid *pid, int signo, const struct siginfo_user __user *user)
{
	struct siginfo info;
	struct task *t;
	long result;

	if (user) {
		result = read_info(&info, signo, user);
		if (result)
			return result;
		if (get_user(info.signo, &user->known.signo))
			return -EFAULT;
		if (info.signo != signo)
			return -EINVAL;
		if (is_forged(&info) && pid != task_current()->process->pid)
			return -EPERM;
	} else {
		own_info(&info, signo, SI_USER);
	}
	spin_lock(&task_tree_lock);
	t = pid->task ? task_get(pid->task) : NULL;
	spin_unlock(&task_tree_lock);
	if (!t)
		return -ESRCH;
	result = send(t, TO_PROCESS, signo, &info);
	task_put(t);
	return result;
}

/* Whom a pidfd or an open directory /proc/PID stands for, with a reference. */
static struct pid *find_receiver(int fd)
{
	struct file *f = fd_get(task_current()->files, fd);
	struct pid *pid;

	if (!f)
		return ERR_PTR(-EBADF);
	pid = pidfd_pid(f) ?: proc_directory_pid(f);
	if (pid)
		pid_get(pid);
	file_put(f);
	return pid ?: ERR_PTR(-EBADF);
}

long sys_pidfd_send_signal(int pidfd, int signo, const struct siginfo_user __user *info, u32 flags)
{
	struct pid *pid;
	long result;

	if (flags)
		return -EINVAL;
	pid = find_receiver(pidfd);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	result = pid_seen(pid) ? send_pidfd(pid, signo, info) : -EINVAL;
	pid_put(pid);
	return result;
}
