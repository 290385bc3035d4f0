/*
 * poll.c - poll, ppoll, select, pselect6.
 *
 * All four ask each file once, entering its queues in a poll set, and then sleep and ask again
 * until something is ready.  Time-outs are kept as one absolute deadline; what remains of it is
 * written back by all but poll, as on Linux.
 */
#include "fs/poll.h"

#include "arch/uaccess.h"
#include "kernel/abi/time.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/realtime.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

#define ALWAYS	   (POLLERR | POLLHUP)
#define SELECT_IN  (POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR)
#define SELECT_OUT (POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR)
#define SELECT_EX  POLLPRI

#define POLL_ON_STACK	8
#define SELECT_ON_STACK 4 /* words of one of the six sets */

static int deadline_from_timespec(const struct timespec __user *timeout, u64 *deadline)
{
	struct timespec ts;

	*deadline = WAIT_FOREVER;
	if (!timeout)
		return 0;
	if (copy_from_user(&ts, timeout, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	/* Zero: ask once.  A deadline in the past saves reading the clock twice. */
	*deadline = ts.tv_sec | ts.tv_nsec ? clock_after(timespec_ns(&ts)) : 0;
	return 0;
}

/* Nanoseconds left until the deadline, or 0. */
static u64 time_left(u64 deadline)
{
	u64 now = clock_now();

	return deadline > now ? deadline - now : 0;
}

/* A result that could not be told the remaining time must not be restarted with the old one. */
static long finish_timespec(long result, struct timespec __user *timeout, u64 deadline)
{
	u64 left = time_left(deadline);
	struct timespec ts = timespec_of(left);

	if (!timeout || deadline == WAIT_FOREVER)
		return result;
	if (copy_to_user(timeout, &ts, sizeof(ts)) && result == -ERESTARTNOHAND)
		return -EINTR;
	return result;
}

/* --- poll ---------------------------------------------------------------------------------- */

static u32 poll_one(struct poll_set *set, const struct pollfd *p)
{
	u32 wanted = (u16)p->events | ALWAYS;
	struct file *f;
	u32 ready;

	if (p->fd < 0)
		return 0;
	f = fd_get_open(task_current()->files, p->fd);
	if (!f)
		return POLLNVAL;
	ready = poll_set_file(set, f) & wanted;
	file_put(f);
	return ready;
}

/* The number of entries with something to tell, or -errno. */
static long poll_loop(struct pollfd *fds, u32 count, u64 deadline)
{
	struct poll_set set;
	long ready = 0;
	int error;

	poll_set_init(&set);
	for (;;) {
		for (u32 i = 0; i < count; i++) {
			u32 events = poll_one(&set, &fds[i]);

			fds[i].revents = (s16)events;
			if (events) {
				ready++;
				set.table.queue = NULL;
			}
		}
		if (ready || !deadline)
			break;
		error = poll_set_wait(&set, deadline);
		if (error) {
			ready = error == -ETIMEDOUT ? 0 : error;
			break;
		}
	}
	poll_set_end(&set);
	return ready;
}

static int write_revents(struct pollfd __user *user, const struct pollfd *fds, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (put_user(fds[i].revents, &user[i].revents))
			return -EFAULT;
	return 0;
}

static long poll_files(struct pollfd __user *user, u32 count, u64 deadline)
{
	struct pollfd few[POLL_ON_STACK], *fds = few;
	long ready;

	if (count > task_limit(RLIMIT_NOFILE))
		return -EINVAL;
	if (count > POLL_ON_STACK) {
		fds = kmalloc_array(count, sizeof(*fds));
		if (!fds)
			return -ENOMEM;
	}
	if (!user_range_ok(user, count * sizeof(*fds)) ||
	    copy_from_user(fds, user, count * sizeof(*fds)))
		ready = -EFAULT;
	else
		ready = poll_loop(fds, count, deadline);
	if (ready >= 0 && write_revents(user, fds, count))
		ready = -EFAULT;
	if (fds != few)
		kfree(fds);
	return ready;
}

static long poll_restart(struct restart *r)
{
	long ready = poll_files((struct pollfd __user *)r->args[0], (u32)r->args[1], r->args[2]);

	return ready == -ERESTARTSYS ? -ERESTART_RESTARTBLOCK : ready;
}

long sys_poll(struct pollfd __user *fds, u32 count, int timeout_ms)
{
	u64 ms = (u64)timeout_ms, deadline = WAIT_FOREVER;
	struct restart *r = &task_current()->restart;
	long ready;

	if (timeout_ms >= 0)
		deadline = ms ? clock_after(ms * NS_PER_MSEC) : 0;
	ready = poll_files(fds, count, deadline);
	if (ready != -ERESTARTSYS)
		return ready;
	r->fn = poll_restart;
	r->args[0] = (u64)fds;
	r->args[1] = count;
	r->args[2] = deadline;
	return -ERESTART_RESTARTBLOCK;
}

/* What ppoll and pselect6 do alike behind their wait. */
static long finish_masked(long ready, struct timespec __user *timeout, u64 deadline)
{
	signal_mask_end(ready == -ERESTARTSYS);
	if (ready == -ERESTARTSYS)
		ready = -ERESTARTNOHAND;
	return finish_timespec(ready, timeout, deadline);
}

long sys_ppoll(struct pollfd __user *fds, u32 count, struct timespec __user *timeout,
	       const struct sigset __user *mask, size_t size)
{
	u64 deadline;
	int error = deadline_from_timespec(timeout, &deadline);

	if (!error)
		error = signal_mask_begin(mask, size);
	if (error)
		return error;
	return finish_masked(poll_files(fds, count, deadline), timeout, deadline);
}

/* --- select -------------------------------------------------------------------------------- */

enum { SET_IN, SET_OUT, SET_EX, SETS };

struct select {
	u32 n;		   /* descriptors below n are looked at */
	u32 words;	   /* of each set */
	u64 *wanted[SETS]; /* bits that the caller set */
	u64 *ready[SETS];  /* the answer */
};

static const u32 select_events[SETS] = { SELECT_IN, SELECT_OUT, SELECT_EX };

/* The bits found ready for one descriptor; -EBADF. */
static long select_one(struct poll_set *set, struct select *s, u32 fd)
{
	struct file *f = fd_get_open(task_current()->files, (int)fd);
	long count = 0;
	u32 ready;

	if (!f)
		return -EBADF;
	ready = poll_set_file(set, f);
	file_put(f);
	for (int i = 0; i < SETS; i++) {
		if (bitmap_test(s->wanted[i], fd) && (ready & select_events[i])) {
			bitmap_set(s->ready[i], fd);
			count++;
		}
	}
	if (count)
		set->table.queue = NULL;
	return count;
}

static long select_all(struct poll_set *set, struct select *s)
{
	long total = 0;

	for (u32 word = 0; word < s->words; word++) {
		u64 bits = s->wanted[SET_IN][word] | s->wanted[SET_OUT][word] |
			   s->wanted[SET_EX][word];
		u32 bit;

		for_each_bit(bit, bits)
		{
			long found =
				word * 64 + bit < s->n ? select_one(set, s, word * 64 + bit) : 0;

			if (found < 0)
				return found;
			total += found;
		}
	}
	return total;
}

static long select_loop(struct select *s, u64 deadline)
{
	struct poll_set set;
	long ready;

	poll_set_init(&set);
	for (;;) {
		ready = select_all(&set, s);
		if (ready || !deadline)
			break;
		ready = poll_set_wait(&set, deadline);
		if (ready) {
			ready = ready == -ETIMEDOUT ? 0 : ready;
			break;
		}
	}
	poll_set_end(&set);
	return ready;
}

/* Bits at and above n in the last word belong to the caller and are not asked for. */
static long select_copied(struct select *s, u64 __user *const user[SETS], u64 deadline)
{
	size_t bytes = s->words * 8;
	long ready;

	for (int i = 0; i < SETS; i++) {
		memset(s->wanted[i], 0, bytes);
		memset(s->ready[i], 0, bytes);
		if (user[i] && copy_from_user(s->wanted[i], user[i], bytes))
			return -EFAULT;
	}
	ready = select_loop(s, deadline);
	if (ready < 0)
		return ready;
	for (int i = 0; i < SETS; i++)
		if (user[i] && copy_to_user(user[i], s->ready[i], bytes))
			return -EFAULT;
	return ready;
}

static long select_files(int n, u64 __user *in, u64 __user *out, u64 __user *except, u64 deadline)
{
	u64 __user *const user[SETS] = { in, out, except };
	u64 few[2 * SETS * SELECT_ON_STACK], *sets = few;
	struct select s;
	long ready;

	if (n < 0)
		return -EINVAL;
	s.n = min((u32)n, READ_ONCE(task_current()->files->size));
	s.words = (s.n + 63) / 64;
	if (s.words > SELECT_ON_STACK) {
		sets = kmalloc_array(2 * SETS * s.words, sizeof(u64));
		if (!sets)
			return -ENOMEM;
	}
	for (int i = 0; i < SETS; i++) {
		s.wanted[i] = sets + (2 * i) * s.words;
		s.ready[i] = sets + (2 * i + 1) * s.words;
	}
	ready = select_copied(&s, user, deadline);
	if (sets != few)
		kfree(sets);
	return ready;
}

long sys_select(int n, u64 __user *in, u64 __user *out, u64 __user *except,
		struct timeval __user *timeout)
{
	u64 deadline = WAIT_FOREVER, left;
	struct timespec ts;
	struct timeval tv;
	long ready;

	if (timeout) {
		if (copy_from_user(&tv, timeout, sizeof(tv)))
			return -EFAULT;
		tv.tv_sec += tv.tv_usec / 1000000;
		tv.tv_usec %= 1000000;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		ts = (struct timespec){ tv.tv_sec, tv.tv_usec * (s64)NS_PER_USEC };
		deadline = tv.tv_sec | tv.tv_usec ? clock_after(timespec_ns(&ts)) : 0;
	}
	ready = select_files(n, in, out, except, deadline);
	if (ready == -ERESTARTSYS)
		ready = -ERESTARTNOHAND;
	if (timeout && deadline != WAIT_FOREVER) {
		left = time_left(deadline);
		tv = (struct timeval){ (s64)(left / NS_PER_SEC),
				       (s64)(left % NS_PER_SEC / NS_PER_USEC) };
		if (copy_to_user(timeout, &tv, sizeof(tv)) && ready == -ERESTARTNOHAND)
			ready = -EINTR;
	}
	return ready;
}

long sys_pselect6(int n, u64 __user *in, u64 __user *out, u64 __user *except,
		  struct timespec __user *timeout, const void __user *mask)
{
	struct pselect_mask m = {};
	u64 deadline;
	int error;

	if (mask && copy_from_user(&m, mask, sizeof(m)))
		return -EFAULT;
	error = deadline_from_timespec(timeout, &deadline);
	if (!error)
		error = signal_mask_begin((const struct sigset __user *)m.mask, m.size);
	if (error)
		return error;
	return finish_masked(select_files(n, in, out, except, deadline), timeout, deadline);
}
