/*
 * event.c - epoll_*, eventfd*, timerfd_*.
 */
#include "arch/clock.h"
#include "arch/uaccess.h"
#include "fs/epoll.h"
#include "fs/eventfd.h"
#include "fs/timerfd.h"
#include "kernel/sched/realtime.h"
#include "kernel/syscall/descriptor.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

/* --- eventfd -----------------------------------------------------------------------------------
 */

long sys_eventfd2(u32 count, int flags)
{
	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	return descriptor_give(eventfd_create(count, (u32)flags, task_current()->cred),
			       flags & EFD_CLOEXEC);
}

long sys_eventfd(u32 count)
{
	return sys_eventfd2(count, 0);
}

/* --- timerfd -----------------------------------------------------------------------------------
 */

long sys_timerfd_create(int clock, int flags)
{
	if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK))
		return -EINVAL;
	switch (clock) {
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		if (!cred_capable(task_current()->cred, CAP_WAKE_ALARM))
			return -EPERM;
		break;
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
		break;
	default:
		return -EINVAL;
	}
	return descriptor_give(timerfd_create(clock, (u32)flags, task_current()->cred),
			       flags & TFD_CLOEXEC);
}

/* The timerfd behind a descriptor, with a reference; ERR_PTR. */
static struct file *get_timerfd(int fd)
{
	struct file *f = fd_get_open(task_current()->files, fd);

	if (!f)
		return ERR_PTR(-EBADF);
	if (file_is_timerfd(f))
		return f;
	file_put(f);
	return ERR_PTR(-EINVAL);
}

long sys_timerfd_settime(int fd, int flags, const struct itimerspec __user *in,
			 struct itimerspec __user *old)
{
	struct itimerspec set, was;
	struct file *f;

	if (copy_from_user(&set, in, sizeof(set)))
		return -EFAULT;
	if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) ||
	    !timespec_valid(&set.it_value) || !timespec_valid(&set.it_interval))
		return -EINVAL;
	f = get_timerfd(fd);
	if (IS_ERR(f))
		return PTR_ERR(f);
	timerfd_set(f, (u32)flags, &set, &was);
	file_put(f);
	return old ? copy_to_user(old, &was, sizeof(was)) : 0;
}

long sys_timerfd_gettime(int fd, struct itimerspec __user *out)
{
	struct file *f = get_timerfd(fd);
	struct itimerspec now;

	if (IS_ERR(f))
		return PTR_ERR(f);
	timerfd_get(f, &now);
	file_put(f);
	return copy_to_user(out, &now, sizeof(now));
}

/* --- epoll ---------------------------------------------------------------------------------------
 */

long sys_epoll_create1(int flags)
{
	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	return descriptor_give(epoll_create(task_current()->cred), flags & EPOLL_CLOEXEC);
}

long sys_epoll_create(int size)
{
	return size > 0 ? sys_epoll_create1(0) : -EINVAL;
}

static long control(int epfd, int op, int fd, const struct epoll_event *event)
{
	struct fdtable *files = task_current()->files;
	struct file *ef = fd_get_open(files, epfd), *f;
	long result = -EBADF;

	if (!ef)
		return -EBADF;
	f = fd_get_open(files, fd);
	if (f) {
		if (!f->ops->poll)
			result = -EPERM;
		else if (f == ef || !epoll_of(ef))
			result = -EINVAL;
		else
			result = epoll_control(epoll_of(ef), op, fd, f, event);
		file_put(f);
	}
	file_put(ef);
	return result;
}

long sys_epoll_ctl(int epfd, int op, int fd, const void __user *event)
{
	struct epoll_event e = {};

	if (op != EPOLL_CTL_DEL && copy_from_user(&e, event, sizeof(e)))
		return -EFAULT;
	return control(epfd, op, fd, &e);
}

static long wait_until(int epfd, void __user *events, int max, u64 deadline)
{
	struct file *f;
	long count = -EINVAL;

	if (max <= 0 || max > INT32_MAX / (int)sizeof(struct epoll_event))
		return -EINVAL;
	if (!user_range_ok(events, (u64)max * sizeof(struct epoll_event)))
		return -EFAULT;
	f = fd_get_open(task_current()->files, epfd);
	if (!f)
		return -EBADF;
	if (epoll_of(f))
		count = epoll_wait(epoll_of(f), events, max, deadline);
	file_put(f);
	return count;
}

static u64 deadline_from_ms(int ms)
{
	if (ms < 0)
		return WAIT_FOREVER;
	return ms ? clock_after((u64)ms * NS_PER_MSEC) : 0;
}

long sys_epoll_wait(int epfd, void __user *events, int max, int timeout_ms)
{
	return wait_until(epfd, events, max, deadline_from_ms(timeout_ms));
}

/* Under the caller's signal mask; NULL: his own. */
static long wait_masked(int epfd, void __user *events, int max, u64 deadline,
			const struct sigset __user *mask, size_t size)
{
	long count = signal_mask_begin(mask, size);

	if (count)
		return count;
	count = wait_until(epfd, events, max, deadline);
	signal_mask_end(count == -EINTR);
	return count;
}

long sys_epoll_pwait(int epfd, void __user *events, int max, int timeout_ms,
		     const struct sigset __user *mask, size_t size)
{
	return wait_masked(epfd, events, max, deadline_from_ms(timeout_ms), mask, size);
}

long sys_epoll_pwait2(int epfd, void __user *events, int max, const struct timespec __user *timeout,
		      const struct sigset __user *mask, size_t size)
{
	u64 deadline = WAIT_FOREVER;
	struct timespec ts;

	if (timeout) {
		if (copy_from_user(&ts, timeout, sizeof(ts)))
			return -EFAULT;
		if (!timespec_valid(&ts))
			return -EINVAL;
		deadline = ts.tv_sec | ts.tv_nsec ? clock_after(timespec_ns(&ts)) : 0;
	}
	return wait_masked(epfd, events, max, deadline, mask, size);
}
