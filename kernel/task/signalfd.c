/*
 * signalfd.c - taking signals by reading a file: signalfd(2).
 *
 * A read takes signals that are pending for the reader, whoever made the file.  They should be
 * blocked: what is not is handled before a read sees it.
 *
 * Locking: the mask is one word.  Who waits does so in one queue for all such files, because a file
 * may be watched longer than a process lives; nobody wakes it while there is no such file.
 */
#include "kernel/task/signalfd.h"

#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/task/sigqueue.h"
#include "kernel/task/task.h"

struct signalfd {
	u64 mask; /* [a] */
};

struct signalfd_siginfo { /* Linux ABI */
	u32 signo;
	s32 error, code;
	u32 pid, uid;
	s32 fd;
	u32 tid, band, overrun, trapno;
	s32 status, value;
	u64 pointer, utime, stime, addr;
	u16 addr_lsb, pad;
	s32 syscall;
	u64 call_addr;
	u32 arch;
	u8 rest[28];
};
static_assert(sizeof(struct signalfd_siginfo) == 128, "as Linux has it");

u32 signalfd_count;
static struct waitq waiters = WAITQ_INIT(waiters);

void signalfd_wake(void)
{
	waitq_wake_n(&waiters, ~0u, POLLIN | POLLRDNORM);
}

static void fill(struct signalfd_siginfo *out, const struct siginfo *in)
{
	*out = (struct signalfd_siginfo){ .signo = (u32)in->signo,
					  .error = in->err,
					  .code = in->code };
	if (in->code == SI_TIMER) {
		out->tid = (u32)in->timer.timer_id;
		out->overrun = (u32)in->timer.overrun;
		out->pointer = in->timer.value;
		out->value = (s32)in->timer.value;
	} else if (in->signo == SIGCHLD && in->code > 0) {
		out->pid = (u32)in->child.pid;
		out->uid = in->child.uid;
		out->status = in->child.status;
		out->utime = (u64)in->child.utime;
		out->stime = (u64)in->child.stime;
	} else if (in->code > 0 && (in->signo == SIGSEGV || in->signo == SIGBUS ||
				    in->signo == SIGILL || in->signo == SIGFPE)) {
		out->addr = in->fault.addr;
	} else if (in->code <= 0) {
		out->pid = (u32)in->kill.pid;
		out->uid = in->kill.uid;
		if (in->code != SI_USER && in->code != SI_TKILL) {
			out->pointer = in->kill.value;
			out->value = (s32)in->kill.value;
		}
	}
}

static u64 pending(u64 mask)
{
	struct task *t = task_current();

	return (READ_ONCE(t->pending.set.bits) | READ_ONCE(t->process->pending.set.bits)) & mask;
}

/* 1: *info is filled in; 0: none is pending. */
static int take(const struct signalfd *s, struct siginfo *info)
{
	struct task *t = task_current();
	struct sigset set = { READ_ONCE(s->mask) };
	int signo;

	spin_lock(&t->process->lock);
	signo = signal_take(&set, info);
	signal_recheck(t);
	spin_unlock(&t->process->lock);
	return signo != 0;
}

static ssize_t signalfd_read(struct file *f, struct io *io, u64 *pos)
{
	struct signalfd *s = f->private;
	struct signalfd_siginfo out;
	struct siginfo info;
	ssize_t done = 0;
	int error;

	if (io->left < sizeof(out))
		return -EINVAL;
	while (io->left >= sizeof(out)) {
		if (take(s, &info)) {
			fill(&out, &info);
			if (io_put(io, &out, sizeof(out)) != sizeof(out))
				return done ?: -EFAULT;
			done += sizeof(out);
			continue;
		}
		if (done || (READ_ONCE(f->flags) & O_NONBLOCK))
			return done ?: -EAGAIN;
		error = wait_event_interruptible(&waiters, pending(READ_ONCE(s->mask)));
		if (error)
			return error;
	}
	return done;
}

static u32 signalfd_poll(struct file *f, struct poll_table *table)
{
	struct signalfd *s = f->private;

	poll_wait(table, &waiters);
	return pending(READ_ONCE(s->mask)) ? POLLIN : 0;
}

static void signalfd_release(struct file *f)
{
	__atomic_fetch_sub(&signalfd_count, 1, __ATOMIC_SEQ_CST);
	kfree(f->private);
}

static s64 signalfd_seek(struct file *f, s64 offset, int whence)
{
	return 0;
}

static void signalfd_show(struct file *f, struct text *out)
{
	text_printf(out, "sigmask:\t%016lx\n", READ_ONCE(((struct signalfd *)f->private)->mask));
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.poll = signalfd_poll,
	.seek = signalfd_seek,
	.show = signalfd_show,
	.release = signalfd_release,
	.flags = FILE_NO_POS | FILE_NO_PREAD,
};

struct file *signalfd_create(u64 mask, u32 flags, const struct cred *cred)
{
	struct signalfd *s = kmalloc(sizeof(*s));
	struct file *f;

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->mask = mask;
	/* Before anybody can look for signals: then one that comes wakes him. */
	__atomic_fetch_add(&signalfd_count, 1, __ATOMIC_SEQ_CST);
	f = file_create_anonymous("signalfd", &signalfd_ops, NULL, s, O_RDWR | flags, cred);
	if (IS_ERR(f)) {
		__atomic_fetch_sub(&signalfd_count, 1, __ATOMIC_SEQ_CST);
		kfree(s);
	}
	return f;
}

bool signalfd_change(struct file *f, u64 mask)
{
	if (f->ops != &signalfd_ops)
		return false;
	WRITE_ONCE(((struct signalfd *)f->private)->mask, mask);
	signalfd_wake();
	return true;
}
