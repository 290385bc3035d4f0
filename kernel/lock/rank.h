/*
 * rank.h - the order of all locks, outermost first.
 *
 * Whoever holds a lock may take only locks with a greater rank.  A debug build checks every
 * acquisition and panics with the locks held.  Two locks of one rank may be held together only
 * where spin_lock_nested() or mutex_lock_nested() says so, in the order that the comment gives.
 */
#pragma once
#include "kernel/lib/types.h"

enum lock_rank {
	/* Sleeping locks (kernel/sched/mutex.h). */
	RANK_POSITION = 1, /* fs/file.c: an open file's position, held throughout read and write */
	RANK_FLIGHT,	   /* fs/unix/flight.c: the end of files in messages, any files */
	RANK_MOUNT,	   /* fs/mount.c: the mount tree */
	RANK_RENAME,	   /* fs: one cross-directory rename at a time */
	RANK_INODE,	   /* one inode; nested: parent before child, else by address */
	RANK_CONTAINER,	   /* container_mutex: hierarchies, containers, subsystem state */
	RANK_GATE,	   /* kernel/container/fork.c: births, ends, exec against migrations */
	RANK_EPOLL_TREE,   /* fs/epoll.c: which epoll watches which file */
	RANK_EPOLL_SET,	   /* one epoll; nested: the watching one before the watched one */
	RANK_FILE,	   /* one pipe or FIFO; user memory is copied under it */
	RANK_ZAP,	   /* pages of files on their way out of all page tables */
	RANK_VM,	   /* one address space */
	RANK_MAPPING,	   /* page cache of one inode, its regions */
	RANK_OTHER_MUTEX,  /* innermost sleeping locks that guard one object */

	/* Spinning locks (kernel/lock/spinlock.h), interrupts off. */
	RANK_DENTRY,	  /* fs/dentry.c: names, parents, mount points */
	RANK_CSS_SET,	  /* css_set_lock: task lists of css_sets */
	RANK_FILE_LOCK,	  /* fs/lock.c: all advisory locks */
	RANK_TASK_TREE,	  /* pids, parents, children, groups, sessions */
	RANK_SIGNAL,	  /* per process: signals, threads, exit state */
	RANK_FILES,	  /* one table of file descriptors */
	RANK_FUTEX,	  /* one futex bucket; two in address order */
	RANK_TTY,	  /* one terminal: settings, input */
	RANK_PIPE,	  /* counters of eventfd and timerfd */
	RANK_WAITQ,	  /* one wait queue */
	RANK_EPOLL,	  /* ready list of an epoll, taken by callbacks of wait queues; nested: the
			     watched epoll before the one that watches it */
	RANK_EPOLL_WAITQ, /* who sleeps in an epoll */
	RANK_RUNQ,	  /* one run queue; two in CPU order */
	RANK_TIMER,	  /* timers of one CPU */
	RANK_SLAB,
	RANK_PAGE,
	RANK_LEAF, /* small locks under which nothing else is taken */
	RANK_LOG,
	RANK_UART, /* a serial port: the log prints with its lock held */
};

/* The sleeping locks that one thread holds; the spinning ones are kept per CPU.  Debug builds only.
 */
struct held_locks {
#ifdef DEBUG
	u32 count; /* [o] */
	struct {
		const void *lock;
		const char *name;
		u64 ip; /* who took it */
		u16 rank;
	} lock[16]; /* [o] in the order of acquisition */
#else
	u8 unused[0];
#endif
};

/* The address that the calling function returns to. */
#define CALLER_IP ((u64)__builtin_return_address(0))

#ifdef DEBUG
/* Panics when a lock of this rank must not be taken by who holds `held`: a greater rank is held
   already, or one of the same rank and not `nested`, or this very lock.  Call before waiting. */
void rank_check(const struct held_locks *held, const void *lock, u16 rank, const char *name, u64 ip,
		bool nested);
/* Notes the lock as held; call once it is taken. */
void rank_acquire(struct held_locks *held, const void *lock, u16 rank, const char *name, u64 ip);
/* Panics when it is not held.  Any order of release will do. */
void rank_release(struct held_locks *held, const void *lock, const char *name);
bool rank_held(const struct held_locks *held, const void *lock);
/* One log line for each lock held; `who` begins it. */
void rank_show(const struct held_locks *held, const char *who);
#else
static inline void rank_show(const struct held_locks *held, const char *who)
{
	(void)held;
	(void)who;
}
#endif
