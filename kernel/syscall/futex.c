/*
 * futex.c - futex(2) and robust lists.
 */
#include "kernel/task/futex.h"

#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/sched/realtime.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define ROBUST_HEAD_SIZE 24

static bool has_timeout(int command)
{
	return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI ||
	       command == FUTEX_LOCK_PI2;
}

/* FUTEX_WAIT's time is relative, the others' absolute. */
static int read_deadline(int command, const struct timespec __user *timeout, u64 *deadline)
{
	struct timespec ts;

	*deadline = WAIT_FOREVER;
	if (!timeout || !has_timeout(command))
		return 0;
	if (copy_from_user(&ts, timeout, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	*deadline = timespec_ns(&ts);
	if (command == FUTEX_WAIT)
		*deadline = clock_after(*deadline);
	return 0;
}

long sys_futex(u32 __user *addr, int op, u32 value, u64 timeout, u32 __user *addr2, u32 value3)
{
	int command = op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	struct futex_wait w = {
		.addr = addr,
		.value = value,
		.bitset = command == FUTEX_WAIT_BITSET ? value3 : FUTEX_BITSET_ANY,
		.shared = !(op & FUTEX_PRIVATE_FLAG),
		.realtime = (op & FUTEX_CLOCK_REALTIME) || command == FUTEX_LOCK_PI,
	};
	s32 count = (s32)value, count2 = (s32)timeout;
	int result;

	if ((op & FUTEX_CLOCK_REALTIME) && command != FUTEX_WAIT_BITSET &&
	    command != FUTEX_LOCK_PI2)
		return -ENOSYS;
	result = read_deadline(command, (const struct timespec __user *)timeout, &w.deadline);
	if (result)
		return result;
	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		return futex_wait(&w);
	case FUTEX_WAKE:
		return futex_wake(addr, w.shared, count, FUTEX_BITSET_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(addr, w.shared, count, value3);
	case FUTEX_REQUEUE:
		return futex_requeue(addr, addr2, w.shared, count, count2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(addr, addr2, w.shared, count, count2, &value3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(addr, addr2, w.shared, count, count2, value3);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return futex_lock(&w, false);
	case FUTEX_TRYLOCK_PI:
		return futex_lock(&w, true);
	case FUTEX_UNLOCK_PI:
		return futex_unlock(addr, w.shared);
	default:
		return -ENOSYS;
	}
}

long sys_set_robust_list(void __user *head, size_t len)
{
	if (len != ROBUST_HEAD_SIZE)
		return -EINVAL;
	task_current()->robust_list = head;
	return 0;
}

/* As ptrace's right to look, without ptrace: the same user in every respect, or the capability. */
static bool may_look(struct task *t)
{
	const struct cred *mine = task_current()->cred, *other;
	bool same;

	if (t->process == task_current()->process || cred_capable(mine, CAP_SYS_PTRACE))
		return true;
	other = task_get_cred(t);
	same = mine->uid == other->uid && mine->uid == other->euid && mine->uid == other->suid &&
	       mine->gid == other->gid && mine->gid == other->egid && mine->gid == other->sgid;
	cred_put(other);
	return same;
}

long sys_get_robust_list(s32 pid, u64 __user *head, u64 __user *len)
{
	struct task *t = pid ? task_find(pid) : task_get(task_current());
	u64 list;
	bool may;

	if (!t)
		return -ESRCH;
	may = may_look(t);
	list = (u64)READ_ONCE(t->robust_list);
	task_put(t);
	if (!may)
		return -EPERM;
	if (put_user((u64)ROBUST_HEAD_SIZE, len))
		return -EFAULT;
	return put_user(list, head);
}
