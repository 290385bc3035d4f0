/*
 * hooks.h - the moments at which lower layers report to their container.
 *
 * This is the only container header that sched, vm and task may include;
 * it names their types without knowing them.
 */
#pragma once
#include "kernel/lib/list.h"
#include "kernel/lib/types.h"

struct thread;
struct task;
struct css_set;
struct namespace;
struct pids_count;

/* What the framework keeps in a task: one pointer, one list node. */
struct task_containers {
	struct css_set *set; /* [css_set_lock to change; current may read its own] */
	struct list node;    /* [css_set_lock] in set->tasks or set->mg_tasks; unlinked: holds no
				reference to set */
	struct pids_count *pids; /* [gate] where pids.c counts this task; NULL: nowhere */
};

enum cpu_mode { CPU_USER, CPU_SYSTEM, CPU_MODES };

/* A slice of `ns` has just ended on this CPU.  IRQs off, run queue locked. */
void container_charge_cpu(struct thread *t, u64 ns, enum cpu_mode mode);

/* cpu.c.  t begins (or ends, weight below 0) to want a CPU.  Run queue locked. */
void container_load(struct thread *t, s64 weight);
/* t's weight as its containers' shares scale it, times 2^CONTAINER_WEIGHT_SHIFT.  Run queue locked.
 */
#define CONTAINER_WEIGHT_SHIFT 10
u64 container_weight(struct thread *t);
/* That CPU has nothing to run: it books no slice soon.  Its run queue locked. */
void container_fade(int cpu);
/* Has a container of t used up its quota?  Run queue locked. */
bool container_throttled(struct thread *t);
/* For kernel/sched/trace.h: t's number, and that of its css_set in the upper half.  Any context;
   whoever is moved at this moment may be seen in either set. */
u64 container_trace_label(struct thread *t);
/* Labels all threads and sets *on, with no birth and no move in between. */
void container_trace_begin(bool *on);
/* On the way to user mode: until it has not, or a fatal signal comes. */
void container_wait_for_quota(void);

/* clone(2).  prepare: the child is not visible yet; 0 or -errno (can_fork of the subsystems).
   Exactly one of cancel and commit follows soon, and no memory is waited for in between; commit
   runs when the child is findable by pid, and cannot fail. */
int container_fork_prepare(struct task *parent, struct task *child) must_check;
void container_fork_cancel(struct task *parent, struct task *child);
void container_fork_commit(struct task *parent, struct task *child);

/* clone.c.  The three above, with publish(birth) making the child findable.  -errno: nothing has
   happened. */
int container_fork(struct task *parent, struct task *child, int (*publish)(const void *birth),
		   const void *birth) must_check;
/* With CLONE_NEW*: where the subsystem ns is mounted, the child, or the running task, goes into a
   container of its own. */
int container_clone(struct task *parent, struct task *child, int (*publish)(const void *birth),
		    const void *birth) must_check;
int container_unshare(void) must_check;

/* namespace.c: a cgroup namespace that begins where the running task is; NULL: no memory. */
struct namespace *container_namespace_create(void);
extern struct namespace container_namespace_first;

/* Around a change of who forms a process, so that no migration sees half of it: a task sets its
   exiting flag, a thread takes over its process in exec.  Short; may sleep at the start. */
void container_change_begin(void);
void container_change_end(void);

/* The task has its exiting flag and is about to become a zombie: leaves its containers. May sleep.
 */
void container_exit(struct task *t);

/* The task has been waited for and can no longer be found.  Spinlocks held. */
void container_release(struct task *t);

/* devices.c: may the running task use a device so?  No locks of spinning kind held. */
#define DEVICE_READ  1u
#define DEVICE_WRITE 2u
#define DEVICE_MKNOD 4u
bool container_device_allowed(bool block, u32 major, u32 minor, unsigned access);

/* Boot: the first task joins the root of everything. */
void container_adopt_first(struct task *t);
