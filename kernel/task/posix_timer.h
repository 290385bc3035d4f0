/*
 * posix_timer.h - timers made by timer_create(2).
 *
 * A timer belongs to a process.  When it expires it queues one signal, allocated with the timer;
 * expirations until that signal is taken are counted as overruns, and only then does the next
 * period begin: a timer costs no more than its signals.
 */
#pragma once
#include "kernel/abi/signal.h"
#include "kernel/abi/time.h"
#include "kernel/lib/types.h"

struct posix_timer;
struct process;
struct sigevent;

void posix_timer_init(void);

/* The running process's timers.  -EINVAL: no such timer, or bad arguments; -EAGAIN: no memory. */
/* own_value: the signal carries the timer's number. */
int posix_timer_create(s32 clock, const struct sigevent *event, bool own_value, s32 *id) must_check;
int posix_timer_set(s32 id, int flags, const struct itimerspec *in,
		    struct itimerspec *old) must_check;
int posix_timer_get(s32 id, struct itimerspec *out) must_check;
int posix_timer_overrun(s32 id) must_check;
int posix_timer_delete(s32 id) must_check;
/* exec, exit: all of them.  May sleep. */
void posix_timer_delete_all(struct process *p);

/* Its signal has been taken from the queue: fills in the overrun, starts the next period.
   process->lock held. */
void posix_timer_taken(struct posix_timer *timer, struct siginfo *info);
/* From the tick: fires those on CPU clocks that are due.  process->lock held. */
void posix_timer_tick(struct process *p);
