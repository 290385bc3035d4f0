/*
 * epoll.h - watching many files at once.
 *
 * An epoll is a set of items, one for each pair of file and descriptor number; those on which
 * something may have happened stand in its ready list.  epoll.c is about that list, epoll_ctl.c
 * about which items there are.
 *
 *   [t] epoll_tree (one mutex)   [l] epoll->lock   [r] epoll->ready_lock   [I] immutable
 */
#pragma once
#include "fs/poll.h"
#include "kernel/abi/epoll.h"
#include "kernel/lib/rbtree.h"
#include "kernel/sched/mutex.h"

struct cred;
struct file;
struct text;

struct epoll {
	struct mutex lock;	    /* held while items are looked at, and to change [t] */
	struct spinlock ready_lock; /* rank EPOLL; the watched epoll's before the watching one's */
	struct list ready;	    /* [r] struct epoll_item.in_ready */
	struct list watchers; /* [r, t] struct epoll_item.in_watched: epolls that watch this */
	u32 watcher_count;    /* [t] */
	struct waitq wait;    /* epoll_wait and poll sleep here; rank EPOLL_WAITQ */
	struct rbtree items;  /* [l, t] by file and descriptor */
	struct file *file;    /* [I] no reference */
	u64 visit;	      /* [t] the last walk that came by */
	u32 height;	      /* [t] what that walk found */
};

/* Links an item to one wait queue of its file. */
struct epoll_link {
	struct waiter waiter;	 /* [lock of queue] */
	struct waitq *queue;	 /* [I] */
	struct epoll_item *item; /* [I] */
	struct epoll_link *next; /* [l] */
};

#define EPOLL_INLINE 2

struct epoll_item {
	struct rbnode node;	/* [l, t] */
	struct epoll *ep;	/* [I] */
	struct file *file;	/* [I] no reference: the file's end takes the item away */
	int fd;			/* [I] */
	struct list in_file;	/* [t] of file->epoll_items */
	struct list in_ready;	/* [r] */
	struct list in_watched; /* [r of the watched epoll, t] when the file is one */
	u32 events;	/* [l; the callbacks read it] without the flags: nothing is wanted */
	u64 data;	/* [l] */
	u32 link_count; /* [l] used of `first` */
	struct epoll_link first[EPOLL_INLINE];
	struct epoll_link *links; /* [l] the others */
};

/* One reference; ERR_PTR. */
struct file *epoll_create(const struct cred *cred);
struct epoll *epoll_of(struct file *f); /* NULL: it is none */

/* epoll_ctl(2) behind its checks of descriptors and user memory.  -EEXIST, -ENOENT, -EINVAL,
   -ELOOP, -EPERM, -ENOMEM. */
int epoll_control(struct epoll *ep, int op, int fd, struct file *f,
		  const struct epoll_event *event) must_check;

/* epoll_wait(2): the number of events stored; -EINTR, -EFAULT. */
long epoll_wait(struct epoll *ep, struct epoll_event __user *out, int max, u64 deadline);

/* For /proc/PID/fdinfo: a line for each item. */
void epoll_show(struct file *f, struct text *out);

/* From file_put, before the file's release: nobody watches it any more. */
void epoll_forget_file(struct file *f);

/* Between the two files. */
void epoll_item_wake(struct epoll_item *item);
u32 epoll_item_poll(struct epoll_item *item, struct poll_table *table);
bool epoll_callback(struct waiter *w, u32 key);
void epoll_remove_all(struct epoll *ep);
