/*
 * log.c - the kernel's log (kernel/lib/log.h).  It lies here and not beside its header because it
 * needs a lock, the clock and the console, and everything below those wants to log too.
 *
 * The text of all records goes round in one ring of bytes; a second ring describes the records.
 * Positions and sequence numbers only grow; their remainder is the place in the ring.  A new record
 * pushes out the oldest ones until both rings have room.
 *
 * Locking: log_lock guards all of it and the console, so that lines do not mix.  A panic may come
 * while this CPU or a stopped one holds it: from then on the lock is tried and not waited for.
 */
#include "kernel/lib/log.h"

#include "arch/boot.h"
#include "arch/clock.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

#define LOG_RECORDS 1024
#define STAMP_WIDTH 15 /* of a time below 100000 seconds */

struct log_entry {
	u64 ns;
	u64 start; /* position of the text */
	u16 len;
	u8 level;
	u8 facility;
};

static struct spinlock log_lock = SPINLOCK_INIT(RANK_LOG);
static char log_text[LOG_SIZE];			  /* [log_lock] */
static struct log_entry log_entries[LOG_RECORDS]; /* [log_lock] */
static u64 log_end;				  /* [log_lock] position behind the last text */
static u64 log_first, log_last;		/* [log_lock] records first .. last - 1 are kept */
static char log_line[LOG_TEXT_MAX + 1]; /* [log_lock] where a record is formatted */

static void (*log_console)(const char *text, size_t n);
static void (*log_notify)(void);

int log_console_level = 7;
bool log_restricted = true; /* as Debian builds its kernel */
int panic_seconds;
u32 log_limit_seconds = 5, log_limit_burst = 10;
enum log_programs log_programs;

/* False: a panic is going on and somebody else, who may never run again, has the lock. */
static bool log_enter(void)
{
	while (!spin_trylock(&log_lock)) {
		if (panic_active())
			return false;
		cpu_relax();
	}
	return true;
}

static void log_leave(bool locked)
{
	if (locked)
		spin_unlock(&log_lock);
}

/* After something was added. */
static void log_leave_notify(bool locked)
{
	void (*notify)(void) = READ_ONCE(log_notify);

	log_leave(locked);
	if (notify && !panic_active())
		notify();
}

static struct log_entry *entry_of(u64 seq)
{
	return &log_entries[seq % LOG_RECORDS];
}

static void copy_in(u64 at, const char *text, size_t n)
{
	size_t start = at % LOG_SIZE, before_wrap = min(n, LOG_SIZE - start);

	memcpy(log_text + start, text, before_wrap);
	memcpy(log_text, text + before_wrap, n - before_wrap);
}

static void copy_out(char *text, u64 at, size_t n)
{
	size_t start = at % LOG_SIZE, before_wrap = min(n, LOG_SIZE - start);

	memcpy(text, log_text + start, before_wrap);
	memcpy(text + before_wrap, log_text, n - before_wrap);
}

static void append(enum log_level level, unsigned facility, u64 ns, const char *text, size_t n)
{
	while (log_first < log_last && (log_last - log_first == LOG_RECORDS ||
					log_end + n - entry_of(log_first)->start > LOG_SIZE))
		log_first++;
	copy_in(log_end, text, n);
	*entry_of(log_last++) = (struct log_entry){
		.ns = ns, .start = log_end, .len = (u16)n, .level = level, .facility = (u8)facility
	};
	log_end += n;
}

static void write_console(void *unused, const char *text, size_t n)
{
	void (*console)(const char *text, size_t n) = log_console ?: console_write_polled;

	console(text, n);
}

/* What "[%5lu.%06lu] " makes of seconds and microseconds, written backwards before `end`; format()
   takes more of the stack than all that a message needs behind it. */
static char *stamp_before(char *end, u64 us)
{
	char *at = end;

	*--at = ' ';
	*--at = ']';
	for (int i = 0; i < 6; i++, us /= 10)
		*--at = (char)('0' + us % 10);
	*--at = '.';
	do {
		*--at = (char)('0' + us % 10);
		us /= 10;
	} while (us);
	while (end - at < STAMP_WIDTH - 1)
		*--at = ' ';
	*--at = '[';
	return at;
}

/* Each line of the record with its time in front. */
static void print(void (*write)(void *arg, const char *text, size_t n), void *arg, u64 ns,
		  const char *text, size_t n)
{
	static char buffer[32]; /* [log_lock] */
	char *end = buffer + sizeof(buffer);
	const char *stamp = stamp_before(end, ns / NS_PER_USEC);

	while (n) {
		const char *newline = memchr(text, '\n', n);
		size_t len = newline ? (size_t)(newline - text) : n;

		write(arg, stamp, (size_t)(end - stamp));
		write(arg, text, len);
		write(arg, "\n", 1);
		len += newline != NULL;
		text += len;
		n -= len;
	}
}

/* log_lock is held, or a panic goes on without it. */
static void record(enum log_level level, unsigned facility, const char *text, size_t n)
{
	u64 ns = clock_now();

	n = min(n, (size_t)LOG_TEXT_MAX);
	while (n && text[n - 1] == '\n')
		n--;
	if (!n)
		return;
	append(level, facility, ns, text, n);
	if ((int)level < log_console_level || panic_active())
		print(write_console, NULL, ns, text, n);
}

void log_print(enum log_level level, const char *fmt, ...)
{
	bool locked = log_enter();
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = (size_t)format_va(log_line, sizeof(log_line), fmt, args);
	va_end(args);
	record(level, 0, log_line, min(n, sizeof(log_line) - 1));
	log_leave_notify(locked);
}

bool log_limited(struct log_limit *l)
{
	u64 now = clock_now(), seconds = READ_ONCE(log_limit_seconds);
	bool locked = log_enter(), allowed,
	     over = !l->begin || now - l->begin > seconds * NS_PER_SEC;
	u32 left_out = over && l->name ? l->left_out : 0;

	if (over) {
		l->begin = now;
		l->written = 0;
		if (l->name)
			l->left_out = 0;
	}
	allowed = !seconds || l->written < READ_ONCE(log_limit_burst);
	*(allowed ? &l->written : &l->left_out) += 1;
	log_leave(locked);
	if (left_out)
		log_warn("%s: %u callbacks suppressed", l->name, left_out);
	return allowed;
}

void log_write(enum log_level level, unsigned facility, const char *text, size_t n)
{
	bool locked = log_enter();

	record(level, facility, text, n);
	log_leave_notify(locked);
}

void log_init(void)
{
	char value[16];
	s64 seconds;
	u64 level;

	if (boot_option("quiet", value, sizeof(value)))
		log_console_level = 4;
	if (boot_option("debug", value, sizeof(value)))
		log_console_level = 10;
	if (boot_option("loglevel", value, sizeof(value)) && parse_u64(value, &level) == 0 &&
	    level > 0)
		log_console_level = (int)min(level, 15ul);
	if (boot_option("panic", value, sizeof(value)) && parse_s64(value, &seconds) == 0 &&
	    seconds == (int)seconds)
		panic_seconds = (int)seconds;
}

int log_next(u64 *cursor, struct log_record *out)
{
	bool locked = log_enter();
	int result = 0;

	if (*cursor < log_first) {
		/* 0 stands for the oldest; any other place was real and is lost. */
		result = *cursor ? -EPIPE : 0;
		*cursor = log_first;
	}
	if (!result && *cursor < log_last) {
		const struct log_entry *e = entry_of(*cursor);

		out->seq = (*cursor)++;
		out->ns = e->ns;
		out->level = e->level;
		out->facility = e->facility;
		out->len = e->len;
		copy_out(out->text, e->start, e->len);
		result = 1;
	}
	log_leave(locked);
	return result;
}

u64 log_oldest(void)
{
	return READ_ONCE(log_first);
}

u64 log_newest(void)
{
	return READ_ONCE(log_last);
}

size_t log_unread(u64 cursor, size_t extra)
{
	bool locked = log_enter();
	size_t bytes = 0;

	cursor = max(cursor, log_first);
	for (; cursor < log_last; cursor++)
		bytes += entry_of(cursor)->len + extra;
	log_leave(locked);
	return bytes;
}

void log_set_console(void (*write)(const char *text, size_t n))
{
	bool locked = log_enter();

	log_console = write;
	log_leave(locked);
}

void log_replay(void (*write)(void *arg, const char *text, size_t n), void *arg)
{
	bool locked = log_enter();

	for (u64 seq = log_first; seq < log_last; seq++) {
		const struct log_entry *e = entry_of(seq);

		copy_out(log_line, e->start, e->len);
		if (e->level < log_console_level)
			print(write, arg, e->ns, log_line, e->len);
	}
	log_leave(locked);
}

void log_set_notify(void (*notify)(void))
{
	WRITE_ONCE(log_notify, notify);
}
