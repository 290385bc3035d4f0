/*
 * timer.c - interval timers, alarm(2), and the calls of POSIX timers.
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/sched/realtime.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/itimer.h"
#include "kernel/task/posix_timer.h"
#include "kernel/task/signal.h"

static struct timeval timeval_of(u64 ns)
{
	return (struct timeval){ (s64)(ns / NS_PER_SEC), (s64)(ns % NS_PER_SEC / NS_PER_USEC) };
}

static int timeval_ns(const struct timeval *tv, u64 *ns)
{
	struct timespec ts = { tv->tv_sec, tv->tv_usec * (s64)NS_PER_USEC };

	if (tv->tv_sec < 0 || (u64)tv->tv_usec >= 1000000)
		return -EINVAL;
	*ns = timespec_ns(&ts);
	return 0;
}

static int write_itimer(struct itimerval __user *out, const struct itimer *it)
{
	struct itimerval v = { timeval_of(it->interval), timeval_of(it->value) };

	return copy_to_user(out, &v, sizeof(v));
}

long sys_getitimer(int which, struct itimerval __user *out)
{
	struct itimer it;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	itimer_get(which, &it);
	return write_itimer(out, &it);
}

long sys_setitimer(int which, const struct itimerval __user *in, struct itimerval __user *old)
{
	struct itimerval v = {};
	struct itimer new, was;

	if (in && copy_from_user(&v, in, sizeof(v)))
		return -EFAULT;
	if (timeval_ns(&v.it_value, &new.value) || timeval_ns(&v.it_interval, &new.interval))
		return -EINVAL;
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	itimer_set(which, &new, &was);
	return old ? write_itimer(old, &was) : 0;
}

long sys_alarm(u32 seconds)
{
	struct itimer new = { .value = seconds * NS_PER_SEC }, was;

	itimer_set(ITIMER_REAL, &new, &was);
	/* A running alarm never shows 0. */
	if (was.value && was.value < NS_PER_SEC)
		return 1;
	return (long)((was.value + NS_PER_SEC / 2) / NS_PER_SEC);
}

long sys_timer_create(int clock, const void __user *user, s32 __user *out)
{
	struct sigevent event = { .notify = SIGEV_SIGNAL, .signo = SIGALRM };
	s32 id;
	int result;

	if (user && copy_from_user(&event, user, sizeof(event)))
		return -EFAULT;
	result = posix_timer_create(clock, &event, !user, &id);
	if (result)
		return result;
	if (put_user(id, out)) {
		result = posix_timer_delete(id);
		return result ?: -EFAULT;
	}
	return 0;
}

long sys_timer_settime(s32 id, int flags, const struct itimerspec __user *in,
		       struct itimerspec __user *old)
{
	struct itimerspec new, was;
	int result;

	if (!in)
		return -EINVAL;
	if (copy_from_user(&new, in, sizeof(new)))
		return -EFAULT;
	result = posix_timer_set(id, flags, &new, &was);
	if (!result && old && copy_to_user(old, &was, sizeof(was)))
		return -EFAULT;
	return result;
}

long sys_timer_gettime(s32 id, struct itimerspec __user *out)
{
	struct itimerspec now;
	int result = posix_timer_get(id, &now);

	if (!result && copy_to_user(out, &now, sizeof(now)))
		return -EFAULT;
	return result;
}

long sys_timer_getoverrun(s32 id)
{
	return posix_timer_overrun(id);
}

long sys_timer_delete(s32 id)
{
	return posix_timer_delete(id);
}
