/*
 * log.h - the kernel's log: what /dev/kmsg and dmesg show, and the console unless `quiet`.
 */
#pragma once
#include "kernel/lib/types.h"

enum log_level {
	LOG_EMERG,
	LOG_ALERT,
	LOG_CRIT,
	LOG_ERR,
	LOG_WARN,
	LOG_NOTICE,
	LOG_INFO,
	LOG_DEBUG
};

#define LOG_SIZE     65536 /* bytes of text kept */
#define LOG_TEXT_MAX 1000  /* bytes of one record; longer ones are cut */

/* One record, copied out: too large for a kernel stack. */
struct log_record {
	u64 seq;     /* counts records since boot, from 0 */
	u64 ns;	     /* clock_now() when it was written */
	u8 level;    /* enum log_level */
	u8 facility; /* 0: the kernel; others: a program, through /dev/kmsg */
	u16 len;     /* bytes of text, without NUL or trailing newline */
	char text[LOG_TEXT_MAX];
};

/* From any context, interrupts and panics too.  No trailing newline needed; empty text is dropped.
   Before and after log_init() alike. */
void log_print(enum log_level level, const char *fmt, ...) printf_like(2, 3);

/* The same for text of a program that wrote to /dev/kmsg. */
void log_write(enum log_level level, unsigned facility, const char *text, size_t n);

/* For what a program can make the kernel say as often as it likes: of each kind log_limit_burst
   records in log_limit_seconds are written.  The rest is counted and told with the next one. */
struct log_limit {
	const char *name; /* [I] of whoever speaks; NULL: the owner tells how many were left out */
	u64 begin;	  /* below: the log's lock */
	u32 written, left_out;
};

bool log_limited(struct log_limit *l); /* false: this one is left out */
extern u32 log_limit_seconds, log_limit_burst;

/* What becomes of what programs write to /dev/kmsg (/proc/sys/kernel/printk_devkmsg). */
extern enum log_programs { LOG_PROGRAMS_LIMITED, LOG_PROGRAMS_ON, LOG_PROGRAMS_OFF } log_programs;

/* Reads `quiet`, `debug` and `loglevel=` from the command line. */
void log_init(void);

/* Reading: a cursor is the sequence number of the next record wanted; 0 is the oldest.
   1: *out filled in and the cursor moved on; 0: nothing new; -EPIPE: what the cursor pointed at is
   overwritten, it now points at the oldest record that is left. */
must_check int log_next(u64 *cursor, struct log_record *out);
u64 log_oldest(void); /* cursor of the oldest record kept */
u64 log_newest(void); /* cursor behind the last record */

/* Bytes of text from the cursor to the end, with `extra` for each line's prefix and newline. */
size_t log_unread(u64 cursor, size_t extra);

/* Records below this level go to the console (syslog(2), /proc/sys/kernel/printk). */
extern int log_console_level;

/* Only those with CAP_SYSLOG may read the log (/proc/sys/kernel/dmesg_restrict). */
extern bool log_restricted;

/* After a panic the machine waits so many seconds and restarts; 0: for ever; below 0: not at all.
   The option panic=, /proc/sys/kernel/panic. */
extern int panic_seconds;

/* Who prints on the console; NULL is console_write_polled().  Called with interrupts off. */
void log_set_console(void (*write)(const char *text, size_t n));

/* Prints what was logged up to now, for a console that has come later. */
void log_replay(void (*write)(void *arg, const char *text, size_t n), void *arg);

/* Called after each record, in any context and perhaps with spinlocks held: all it may do is to set
   a flag that is looked at later, where readers can be woken. */
void log_set_notify(void (*notify)(void));

#define log_info(...)  log_print(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_print(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_print(LOG_ERR, __VA_ARGS__)

#define log_info_limited(limit, ...)           \
	do {                                   \
		if (log_limited(limit))        \
			log_info(__VA_ARGS__); \
	} while (0)

/* A bug in the kernel: prints "panic: <reason>", registers, a backtrace of every CPU and the locks
   held, then acts on the panic= option. */
noreturn void panic(const char *fmt, ...) printf_like(1, 2);

/* True once some CPU panics: locks are ignored from then on. */
bool panic_active(void);

/* Always on. */
#define bug_if(cond)                                                   \
	do {                                                           \
		if (unlikely(cond))                                    \
			panic("%s:%d: %s", __FILE__, __LINE__, #cond); \
	} while (0)

/* In debug builds only. */
#ifdef DEBUG
#define assert(cond) bug_if(!(cond))
#else
#define assert(cond) ((void)sizeof(!(cond)))
#endif
