/*
 * account.h - what all tasks of one real user id use together, for RLIMIT_NPROC,
 * RLIMIT_SIGPENDING and descriptors in messages.
 */
#pragma once
#include "kernel/lib/list.h"
#include "kernel/lib/refcount.h"

struct account {
	struct refcount refs; /* tasks with this real uid */
	u32 uid;	      /* [I] */
	u32 tasks;	      /* [a] tasks of it, zombies included */
	u32 signals;	      /* [a] queued signals and POSIX timers (RLIMIT_SIGPENDING) */
	u32 files;	      /* [a] descriptors on their way through sockets */
	struct list hash;     /* [accounts] */
};

extern struct account account_root; /* never freed */

struct account *account_find(u32 uid); /* made when there is none; a reference; NULL: no memory */
struct account *account_get(struct account *u);
void account_put(struct account *u);

static inline void account_add_task(struct account *u)
{
	__atomic_fetch_add(&u->tasks, 1, __ATOMIC_RELAXED);
}

static inline void account_remove_task(struct account *u)
{
	__atomic_fetch_sub(&u->tasks, 1, __ATOMIC_RELAXED);
}
