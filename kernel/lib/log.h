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

/* From any context, interrupts and panics too.  Keeps the last 64 KiB.  No trailing newline needed.
 */
void log_print(enum log_level level, const char *fmt, ...) printf_like(2, 3);

#define log_info(...)  log_print(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_print(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_print(LOG_ERR, __VA_ARGS__)

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
