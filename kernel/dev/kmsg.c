/*
 * kmsg.c - /dev/kmsg: the kernel's log a record a read, and a way to write to it.
 *
 * A read gives "level,sequence,microseconds,-;text\n" with unprintable bytes as \xNN; each open has
 * its own place.  A write is one record; "<N>" in front chooses level and facility.
 * Ten writes in five seconds are taken from an open file, others are only counted.
 *
 * Waking readers: a record may be logged with any lock held, so the log can wake nobody by itself.
 * Where interrupts are on no lock is held and it is done at once; otherwise a flag is left, which a
 * timer looks at that runs only while somebody waits.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "fs/poll.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/log.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/timer.h"

#define WRITE_MAX   976
#define LOOK_NS	    (200 * NS_PER_MSEC)
#define DEFAULT	    LOG_WARN
#define FROM_USER   1
#define ESCAPED_MAX (4 * LOG_TEXT_MAX + 64)

struct kmsg {
	struct mutex lock; /* a record is read by one only */
	u64 cursor;	   /* [l] */
	struct log_limit limit;
	struct log_record record;
	char text[ESCAPED_MAX];
};

static struct waitq readers = WAITQ_INIT(readers);
static struct timer look_timer;
static bool looking; /* [a] look_timer is on its way */
static bool left;    /* [a] records came and nobody was woken */

static void note_record(void)
{
	if (irq_enabled())
		waitq_wake_n(&readers, ~0u, POLLIN | POLLRDNORM);
	else
		WRITE_ONCE(left, true);
}

static void look(struct timer *t)
{
	if (__atomic_exchange_n(&left, false, __ATOMIC_RELAXED))
		waitq_wake_n(&readers, ~0u, POLLIN | POLLRDNORM);
	if (waitq_busy(&readers))
		timer_start(t, clock_now() + LOOK_NS);
	else
		__atomic_store_n(&looking, false, __ATOMIC_SEQ_CST);
}

/* Somebody is about to wait. */
static void start_looking(void)
{
	if (!__atomic_exchange_n(&looking, true, __ATOMIC_SEQ_CST))
		timer_start(&look_timer, clock_now() + LOOK_NS);
}

/* A timer that ended just before the waiter was in the queue is started by the next round. */
int kmsg_wait(u64 cursor)
{
	int error;

	do {
		start_looking();
		error = wait_event_interruptible_until(&readers, log_newest() > cursor,
						       clock_now() + 5 * LOOK_NS);
	} while (error == -ETIMEDOUT);
	return error;
}

static int kmsg_open(struct inode *inode, struct file *f)
{
	struct kmsg *k;

	if (f->can_read && log_restricted && !cred_capable(f->cred, CAP_SYSLOG) &&
	    !cred_capable(f->cred, CAP_SYS_ADMIN))
		return -EPERM;
	k = kmalloc(sizeof(*k));
	if (!k)
		return -ENOMEM;
	mutex_init(&k->lock, RANK_FILE);
	k->cursor = log_oldest();
	k->limit = (struct log_limit){};
	f->private = k;
	return 0;
}

static void kmsg_release(struct file *f)
{
	struct kmsg *k = f->private;

	if (k->limit.left_out)
		log_warn("%s: %u output lines suppressed due to ratelimiting",
			 thread_current()->name, k->limit.left_out);
	kfree(k);
}

static void show(const struct log_record *r, struct text *out)
{
	text_printf(out, "%u,%lu,%lu,-;", r->facility << 3 | r->level, r->seq, r->ns / NS_PER_USEC);
	for (u16 i = 0; i < r->len; i++) {
		u8 c = (u8)r->text[i];

		if (c < ' ' || c >= 127 || c == '\\')
			text_printf(out, "\\x%02x", c);
		else
			text_char(out, (char)c);
	}
	text_char(out, '\n');
}

static ssize_t read_record(struct kmsg *k, struct io *io)
{
	struct text out;
	int found = log_next(&k->cursor, &k->record);

	if (found <= 0)
		return found ?: -EAGAIN;
	text_init(&out, k->text, sizeof(k->text));
	show(&k->record, &out);
	if (out.len > io->left)
		return -EINVAL;
	return io_put(io, out.buf, out.len) == out.len ? (ssize_t)out.len : -EFAULT;
}

static ssize_t kmsg_read(struct file *f, struct io *io, u64 *pos)
{
	struct kmsg *k = f->private;
	ssize_t n;
	int error;

	for (;;) {
		mutex_lock(&k->lock);
		n = read_record(k, io);
		mutex_unlock(&k->lock);
		if (n != -EAGAIN || (READ_ONCE(f->flags) & O_NONBLOCK))
			return n;
		error = kmsg_wait(READ_ONCE(k->cursor));
		if (error)
			return error;
	}
}

/* "<N>" at the start: its length, and what it says; 0: there is none. */
static size_t parse_level(const char *text, size_t n, unsigned *level, unsigned *facility)
{
	unsigned value = 0;
	size_t i = 1;

	if (n < 3 || text[0] != '<')
		return 0;
	for (; i < n && i < 5 && text[i] >= '0' && text[i] <= '9'; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	if (i == 1 || i == n || text[i] != '>')
		return 0;
	*level = value & 7;
	*facility = value >> 3 ?: FROM_USER;
	return i + 1;
}

static ssize_t kmsg_write(struct file *f, struct io *io, u64 *pos)
{
	enum log_programs programs = READ_ONCE(log_programs);
	struct kmsg *k = f->private;
	unsigned level = DEFAULT, facility = FROM_USER;
	size_t len = io->left, skip;
	char *text;

	if (len > WRITE_MAX)
		return -EINVAL;
	if (programs == LOG_PROGRAMS_OFF ||
	    (programs == LOG_PROGRAMS_LIMITED && !log_limited(&k->limit)))
		return (ssize_t)len;
	text = kmalloc(len + 1);
	if (!text)
		return -ENOMEM;
	if (io_get(io, text, len) != len) {
		kfree(text);
		return -EFAULT;
	}
	skip = parse_level(text, len, &level, &facility);
	log_write(level, facility, text + skip, len - skip);
	kfree(text);
	return (ssize_t)len;
}

static u32 kmsg_poll(struct file *f, struct poll_table *table)
{
	struct kmsg *k = f->private;
	u64 cursor = READ_ONCE(k->cursor);

	poll_wait(table, &readers);
	if (table && table->queue)
		start_looking();
	if (cursor >= log_newest())
		return 0;
	return POLLIN | POLLRDNORM | (cursor && cursor < log_oldest() ? POLLERR | POLLPRI : 0);
}

static s64 kmsg_seek(struct file *f, s64 offset, int whence)
{
	struct kmsg *k = f->private;

	if (offset)
		return -ESPIPE;
	if (whence != SEEK_SET && whence != SEEK_END && whence != SEEK_DATA)
		return -EINVAL;
	mutex_lock(&k->lock);
	k->cursor = whence == SEEK_SET	  ? log_oldest()
		    : whence == SEEK_DATA ? max(log_cleared, log_oldest())
					  : log_newest();
	mutex_unlock(&k->lock);
	return 0;
}

const struct file_ops kmsg_ops = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
	.write = kmsg_write,
	.poll = kmsg_poll,
	.seek = kmsg_seek,
	.flags = FILE_NO_POS,
};

u64 log_cleared;

void kmsg_init(void)
{
	timer_init(&look_timer, look);
	log_set_notify(note_record);
}
