/*
 * time.c - reading and setting clocks, and sleeping by them.
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/sched/realtime.h"
#include "kernel/sched/wait.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/clock.h"
#include "kernel/task/itimer.h"
#include "kernel/task/task.h"

struct timezone {
	s32 minutes_west, dst;
};

static u64 timezone; /* [a] struct timezone: the kernel keeps it for who asks, no more */

static inline int write_ns(struct timespec __user *out, u64 ns)
{
	u64 seconds = ns / NS_PER_SEC;

	if (put_user((s64)seconds, &out->tv_sec) ||
	    put_user((s64)(ns - seconds * NS_PER_SEC), &out->tv_nsec))
		return -EFAULT;
	return 0;
}

long sys_clock_gettime(int clock, struct timespec __user *out)
{
	u64 ns;

	if (clock_read(clock, &ns))
		return -EINVAL;
	return write_ns(out, ns);
}

long sys_clock_getres(int clock, struct timespec __user *out)
{
	u64 ns;

	if (clock_resolution(clock, &ns))
		return -EINVAL;
	return out ? write_ns(out, ns) : 0;
}

static long set_wall(const struct timespec *ts)
{
	if (!timespec_valid(ts))
		return -EINVAL;
	if (!cred_capable(task_current()->cred, CAP_SYS_TIME))
		return -EPERM;
	return realtime_set(timespec_ns(ts));
}

long sys_clock_settime(int clock, const struct timespec __user *in)
{
	struct timespec ts;
	u64 unused;

	if (clock < 0 && clock_kind(clock) == CLOCK_CPU)
		return clock_read(clock, &unused) ?: -EPERM;
	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (copy_from_user(&ts, in, sizeof(ts)))
		return -EFAULT;
	return set_wall(&ts);
}

long sys_gettimeofday(struct timeval __user *tv, void __user *tz)
{
	u64 ns = time_realtime(), seconds = ns / NS_PER_SEC, zone = READ_ONCE(timezone);

	if (tv && (put_user((s64)seconds, &tv->tv_sec) ||
		   put_user((s64)((ns - seconds * NS_PER_SEC) / NS_PER_USEC), &tv->tv_usec)))
		return -EFAULT;
	return tz ? put_user(zone, (u64 __user *)tz) : 0;
}

long sys_settimeofday(const struct timeval __user *user_tv, const void __user *user_tz)
{
	struct timezone tz;
	struct timeval tv;
	struct timespec ts;

	if (user_tv) {
		if (copy_from_user(&tv, user_tv, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
			return -EINVAL;
		ts = (struct timespec){ tv.tv_sec, tv.tv_usec * (s64)NS_PER_USEC };
	}
	if (user_tz && copy_from_user(&tz, user_tz, sizeof(tz)))
		return -EFAULT;
	if (user_tv && ts.tv_sec < 0)
		return -EINVAL;
	if (!cred_capable(task_current()->cred, CAP_SYS_TIME))
		return -EPERM;
	if (user_tz) {
		if (tz.minutes_west > 15 * 60 || tz.minutes_west < -15 * 60)
			return -EINVAL;
		WRITE_ONCE(timezone, *(u64 *)&tz);
	}
	return user_tv ? set_wall(&ts) : 0;
}

long sys_time(s64 __user *out)
{
	s64 seconds = (s64)(time_realtime() / NS_PER_SEC);

	if (out && put_user(seconds, out))
		return -EFAULT;
	return seconds;
}

/* --- sleeping -------------------------------------------------------------------------------- */

/* Until the process has used so much CPU time.  It cannot do so faster than all CPUs together, so
   the sleeper looks again when it might have. */
static int sleep_cpu(int clock, u64 deadline)
{
	u64 now, step;
	int result = clock_read(clock, &now);

	while (!result && now < deadline) {
		step = max((deadline - now) / (u64)bits_count(sched_online()), NS_PER_MSEC);
		result = sleep_until(clock_after(step));
		if (!result)
			result = clock_read(clock, &now);
	}
	return result;
}

/* deadline on the scale of the clock; wall: that is the wall clock.  0 or -ERESTARTSYS. */
static int sleep_on(int clock, bool wall, u64 deadline)
{
	if (clock_kind(clock) == CLOCK_CPU)
		return sleep_cpu(clock, deadline);
	return wall ? realtime_sleep_until(deadline) : sleep_until(deadline);
}

static long sleep_relative(int clock, u64 deadline, struct timespec __user *left);

static long sleep_restart(struct restart *r)
{
	return sleep_relative((int)r->args[0], r->args[1], (struct timespec __user *)r->args[2]);
}

/* A relative sleep that is interrupted tells what is left, and can go on. */
static long sleep_relative(int clock, u64 deadline, struct timespec __user *left)
{
	struct restart *r = &task_current()->restart;
	int result = sleep_on(clock, false, deadline);
	u64 now;

	if (result != -ERESTARTSYS)
		return result;
	now = clock_now();
	if (clock_kind(clock) == CLOCK_CPU && clock_read(clock, &now))
		return -EINTR;
	if (now >= deadline)
		return 0;
	if (left && write_ns(left, deadline - now))
		return -EFAULT;
	*r = (struct restart){ sleep_restart, { (u64)clock, deadline, (u64)left } };
	return -ERESTART_RESTARTBLOCK;
}

long sys_nanosleep(const struct timespec __user *req, struct timespec __user *rem)
{
	return sys_clock_nanosleep(CLOCK_MONOTONIC, 0, req, rem);
}

long sys_clock_nanosleep(int clock, int flags, const struct timespec __user *req,
			 struct timespec __user *rem)
{
	struct timespec ts;
	u64 now = 0;
	int result;

	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return -EOPNOTSUPP;
	result = clock_check_timer(clock);
	if (result && result != -EPERM)
		return result;
	if (copy_from_user(&ts, req, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	if (result)
		return result;
	if (flags & TIMER_ABSTIME) {
		result = sleep_on(clock, clock_kind(clock) == CLOCK_WALL, timespec_ns(&ts));
		return result == -ERESTARTSYS ? -ERESTARTNOHAND : result;
	}
	if (clock_kind(clock) != CLOCK_CPU)
		return sleep_relative(clock, clock_after(timespec_ns(&ts)), rem);
	result = clock_read(clock, &now);
	if (result)
		return result;
	return sleep_relative(clock, now + min(timespec_ns(&ts), (u64)INT64_MAX - now), rem);
}
