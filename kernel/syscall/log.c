/*
 * log.c - syslog(2): the kernel's log as text, and what of it the console shows.
 *
 * Each line reads "<priority>[seconds.micros] text".  All readers of SYSLOG_ACTION_READ share one
 * place in the log, which may be inside a record.
 */
#include "kernel/lib/log.h"
#include "arch/uaccess.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/mutex.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"

enum {
	ACTION_CLOSE,
	ACTION_OPEN,
	ACTION_READ,
	ACTION_READ_ALL,
	ACTION_READ_CLEAR,
	ACTION_CLEAR,
	ACTION_CONSOLE_OFF,
	ACTION_CONSOLE_ON,
	ACTION_CONSOLE_LEVEL,
	ACTION_SIZE_UNREAD,
	ACTION_SIZE_BUFFER,
};

#define LINES_SIZE 8192 /* of one record; more is cut */

struct printer {
	struct log_record record;
	char lines[LINES_SIZE];
};

static struct mutex reader_lock = MUTEX_INIT(reader_lock, RANK_FILE);
static u64 read_cursor;	   /* [reader_lock] */
static size_t read_inside; /* [reader_lock] bytes of that record that were read already */

static int saved_level = -1; /* [a] before ACTION_CONSOLE_OFF */

/* The record as text; its length. */
static size_t print(struct printer *p)
{
	const struct log_record *r = &p->record;
	const char *rest = r->text, *end = r->text + r->len;
	struct text out;

	text_init(&out, p->lines, sizeof(p->lines));
	while (rest < end) {
		const char *newline = memchr(rest, '\n', (size_t)(end - rest)) ?: end;

		text_printf(&out, "<%u>[%5lu.%06lu] ", r->facility << 3 | r->level,
			    r->ns / NS_PER_SEC, r->ns % NS_PER_SEC / NS_PER_USEC);
		text_write(&out, rest, (size_t)(newline - rest));
		text_char(&out, '\n');
		rest = newline + 1;
	}
	return out.len;
}

/* The next record printed into p; its length, 0 at the end.  What was lost is passed over. */
static size_t next(struct printer *p, u64 *cursor)
{
	int found;

	do
		found = log_next(cursor, &p->record);
	while (found == -EPIPE);
	return found > 0 ? print(p) : 0;
}

/* Bytes from the cursor to the end. */
static size_t size_from(struct printer *p, u64 cursor)
{
	size_t size = 0, n;

	while ((n = next(p, &cursor)) != 0) {
		size += n;
		sched_relax();
	}
	return size;
}

/* As many records as fit, at least a part of one.  reader_lock is held. */
static long read_some(struct printer *p, char __user *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		u64 cursor = read_cursor;
		size_t n = next(p, &cursor), left = n - min(n, read_inside);

		if (!n || (left > len - done && done))
			break;
		left = min(left, len - done);
		if (copy_to_user(buf + done, p->lines + read_inside, left))
			return (long)done ?: -EFAULT;
		done += left;
		read_inside += left;
		if (read_inside >= n) {
			read_cursor = cursor;
			read_inside = 0;
		}
	}
	return (long)done;
}

static long action_read(struct printer *p, char __user *buf, size_t len)
{
	long n;
	int error;

	do {
		error = kmsg_wait(READ_ONCE(read_cursor));
		if (error)
			return error;
		mutex_lock(&reader_lock);
		n = read_some(p, buf, len);
		mutex_unlock(&reader_lock);
	} while (n == 0);
	return n;
}

/* The last records that fit. */
static long action_read_all(struct printer *p, char __user *buf, size_t len)
{
	u64 cursor = max(READ_ONCE(log_cleared), log_oldest());
	size_t size = size_from(p, cursor), done = 0, n;

	while (size > len && (n = next(p, &cursor)) != 0)
		size -= min(n, size);
	while ((n = next(p, &cursor)) != 0 && done + n <= len) {
		if (copy_to_user(buf + done, p->lines, n))
			return -EFAULT;
		done += n;
		sched_relax();
	}
	return (long)done;
}

static long action_with_buffer(int type, char __user *buf, int len)
{
	struct printer *p;
	long result;

	if (!buf || len < 0)
		return -EINVAL;
	if (!len)
		return 0;
	if (!user_range_ok(buf, (size_t)len))
		return -EFAULT;
	p = kmalloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	result = type == ACTION_READ ? action_read(p, buf, (size_t)len)
				     : action_read_all(p, buf, (size_t)len);
	kfree(p);
	if (type == ACTION_READ_CLEAR && result >= 0)
		WRITE_ONCE(log_cleared, log_newest());
	return result;
}

static long action_size_unread(void)
{
	struct printer *p = kmalloc(sizeof(*p));
	size_t size;

	if (!p)
		return -ENOMEM;
	mutex_lock(&reader_lock);
	size = size_from(p, read_cursor);
	size -= min(size, read_inside);
	mutex_unlock(&reader_lock);
	kfree(p);
	return (long)size;
}

static long action_console(int type, int level)
{
	if (type == ACTION_CONSOLE_LEVEL && (level < 1 || level > 8))
		return -EINVAL;
	if (type == ACTION_CONSOLE_OFF) {
		if (saved_level < 0)
			saved_level = log_console_level;
		log_console_level = 1;
		return 0;
	}
	if (type == ACTION_CONSOLE_LEVEL)
		log_console_level = level;
	else if (saved_level >= 0)
		log_console_level = saved_level;
	saved_level = -1;
	return 0;
}

static bool may(int type)
{
	const struct cred *cred = task_current()->cred;

	return (!log_restricted && (type == ACTION_READ_ALL || type == ACTION_SIZE_BUFFER)) ||
	       cred_capable(cred, CAP_SYSLOG) || cred_capable(cred, CAP_SYS_ADMIN);
}

long sys_syslog(int type, char __user *buf, int len)
{
	if (!may(type))
		return -EPERM;
	switch (type) {
	case ACTION_CLOSE:
	case ACTION_OPEN:
		return 0;
	case ACTION_READ:
	case ACTION_READ_ALL:
	case ACTION_READ_CLEAR:
		return action_with_buffer(type, buf, len);
	case ACTION_CLEAR:
		WRITE_ONCE(log_cleared, log_newest());
		return 0;
	case ACTION_CONSOLE_OFF:
	case ACTION_CONSOLE_ON:
	case ACTION_CONSOLE_LEVEL:
		return action_console(type, len);
	case ACTION_SIZE_UNREAD:
		return action_size_unread();
	case ACTION_SIZE_BUFFER:
		return LOG_SIZE;
	default:
		return -EINVAL;
	}
}
