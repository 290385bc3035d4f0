/*
 * container.h - what a subsystem sees of the container framework.
 *
 * A subsystem is one file: a struct that begins with a css, a table of files and a table of
 * callbacks.  The framework owns the tree, the memory, the locking, the membership of tasks and the
 * file system; a subsystem owns its numbers.  What it hears of, in the order of a container's life:
 *
 *     mkdir                   create
 *     a file read, written    show, write of that file
 *     a pid written to tasks  can_attach, then attach; or cancel_attach where another refuses
 *     fork                    can_fork, then fork; or cancel_fork where something else fails
 *     a slice of CPU time     charge_cpu
 *     exit, and wait          exit, release
 *     rmdir                   destroy
 *
 * The root's state is made at boot and stays, whether the subsystem is mounted or not.  To begin
 * with read freezer.c, which uses most of this, or ns.c, which is the shortest.
 */
#pragma once
#include "kernel/container/hooks.h"
#include "kernel/lib/types.h"

struct container;
struct task;
struct taskset; /* the tasks of one migration: taskset.h */
struct text;

/* The one list of subsystems, in the order in which they are called. */
#define FOR_EACH_SUBSYS(X) X(cpuset) X(cpu) X(cpuacct) X(devices) X(freezer) X(pids) X(ns) X(debug)

enum subsys_id {
#define X(s) SUBSYS_##s,
	FOR_EACH_SUBSYS(X)
#undef X
		SUBSYS_COUNT
};

/* The state of one subsystem in one container (Menage: container_subsys_state). */
struct css {
	struct container *container; /* [container_mutex] the root's changes at mount and umount */
	struct css *parent;	     /* [I] same subsystem; NULL at the root */
};

/* show and write run under container_mutex and may sleep.  Without the one, the file cannot be
   read; without the other, not be written. */
struct container_file {
	const char *name;				 /* without the subsystem's prefix */
	void (*show)(struct css *css, struct text *out); /* text remembers overflow */
	/* The whole text as it was written, NUL behind it; it may be changed.  0 or -errno. */
	int (*write)(struct css *css, char *text);
	bool no_root;	/* the root directory does not have it */
	bool root_only; /* no other has it */
	bool notifies;	/* poll tells of changes: css_notify */
};

/*
 * Every callback is optional.  Those of a container's life and of migrations run under
 * container_mutex and may sleep.  Those of a task's life run in who forks, ends or waits, do not
 * sleep, and hear of every task, whether the subsystem is mounted or not.
 *
 * A migration: can_attach of each subsystem of the hierarchy, which may refuse; then the move,
 * which cannot fail; then attach.  Where one refuses, cancel_attach of those that had agreed.
 */
struct container_subsys {
	const char *name;
	bool only_by_name;		    /* not meant by the mount option `all` */
	size_t state_size;		    /* zeroed by the framework for each container */
	const struct container_file *files; /* ends with an empty entry */
	int (*create)(struct css *css);	    /* 0 or -errno; undone by destroy */
	void (*destroy)(struct css *css);
	int (*can_attach)(struct css *to, struct taskset *tasks);
	void (*cancel_attach)(struct css *to, struct taskset *tasks);
	void (*attach)(struct css *to, struct taskset *tasks);
	/* A new container, made for a task that gets namespaces, before the task comes. */
	void (*post_clone)(struct css *css);
	/* The child will join the containers of the parent, who stays where it is until then.
	   0 or -errno; undone by cancel_fork. */
	int (*can_fork)(struct task *parent, struct task *child);
	void (*cancel_fork)(struct task *child);
	void (*fork)(struct task *child); /* child is linked and visible */
	void (*exit)(struct task *t);	  /* still a member */
	void (*release)(struct task *t);  /* has been waited for; spinlocks held */
	/* For debug.selfcheck.  Are the figures from root down those of the members, and do those
	   of each container fit its parent's?  Gate closed, css_set_lock held. */
	bool (*check)(struct css *root);
	/* What is wrong with a member, or NULL.  The same locks. */
	const char *(*examine)(struct css *css, const struct task *t);
	/* A slice of a task in this container has ended at `now`; what its ancestors (css->parent)
	   get of it is for the subsystem to do.  IRQs off. */
	void (*charge_cpu)(struct css *css, u64 ns, enum cpu_mode mode, u64 now);
};

#define X(s) extern const struct container_subsys s##_subsys;
FOR_EACH_SUBSYS(X)
#undef X

extern const struct container_subsys *const subsystems[SUBSYS_COUNT];

/* css.c: the state of a subsystem in t's container.  Its own task may ask where it cannot be moved
   (fork callbacks); others hold css_set_lock. */
struct css *task_css(const struct task *t, enum subsys_id id);

/* Calls fn for each member of the container, css_set_lock held. */
void css_for_each_task(struct css *css, void (*fn)(struct task *t, void *arg), void *arg);

/* Calls fn, which may sleep, for each member that is there when it begins, and perhaps for some
   that are born meanwhile.  container_mutex and no spinlock held. */
void css_visit_tasks(struct css *css, void (*fn)(struct task *t, void *arg), void *arg);

/* The css behind `at` in the tree below `top`, parents before children; NULL: that was the last. */
struct css *css_next_descendant(struct css *at, struct css *top, enum subsys_id id);
bool css_has_children(const struct css *css);
/* Whoever polls a file of this container that `notifies` is to read it again.  Any context. */
void css_notify(struct css *css);

/* With top itself.  container_mutex. */
#define css_for_each_descendant(at, top, id) \
	for (at = (top); at; at = css_next_descendant(at, top, id))

/* At boot, before the first task. */
void container_init(void);
