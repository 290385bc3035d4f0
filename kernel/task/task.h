/*
 * task.h - a task (what Linux calls a thread or process) and the process that a group of tasks
 * forms.
 *
 * struct task is one thread of execution; struct process is what all threads of one process share:
 * pid of the group, parent and children, signals, limits, timers.  A process lives until it has
 * been waited for and its last task is gone.
 *
 *   [t] task_tree_lock   [g] process->lock (rank SIGNAL)   [o] the task itself
 *   [a] atomic           [I] immutable                     [c] css_set_lock
 */
#pragma once
#include "fs/fd.h"
#include "fs/path.h"
#include "kernel/abi/resource.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/timer.h"
#include "kernel/task/pid.h"
#include "kernel/task/signal.h"
#include "kernel/vm/vm.h"

struct futex_waiter;
struct task_work;

struct process {
	struct refcount refs; /* its tasks, and whoever found it */
	struct spinlock lock; /* rank SIGNAL */
	struct pid *pid;      /* [I] its number, the leader's; a reference */
	struct task *leader;  /* [t, g] whose pid is the process's; NULL: reaped */
	struct list tasks;    /* [t and g to change: either suffices to read] struct
				 task.in_process, leader first */
	u32 task_count;	      /* [t] tasks that have not left yet */
	u32 live;	      /* [a] tasks that have not begun to exit */

	struct process *parent;	 /* [t] never NULL; init's own is the kernel's, number 0 */
	struct task *creator;	 /* [t] the parent's thread that made it; no reference */
	struct list children;	 /* [t] struct process.sibling, oldest first */
	struct list sibling;	 /* [t] */
	struct waitq wait_child; /* wait4 of this process sleeps here */
	u32 exit_signal;	 /* [t] to the parent at the end; SIGCHLD, 0 for none */
	bool child_subreaper;	 /* [t] prctl */

	struct pgrp *pgrp;   /* [t] */
	struct list in_pgrp; /* [t] */

	struct sighand *sighand;   /* [g, replaced only by exec of the last task] handlers; shared
				      by CLONE_SIGHAND */
	struct sigpending pending; /* [g] signals to the process as a whole */
	struct list itimers_posix; /* [g] struct posix_timer, timer_create(2) */
	s32 itimers_next;	   /* [g] number of the next timer */
	u32 cpu_timers;		   /* [g, read by the tick] CPU-time timers that are armed */
	struct timer real_timer;   /* ITIMER_REAL */
	u64 real_expires;	   /* [g] clock_now() scale; 0: off */
	u64 real_interval;	   /* [g] ns */
	struct cpu_itimer {
		u64 expires, interval;
	} cpu_timer[2]; /* [g] ITIMER_VIRTUAL, ITIMER_PROF: ns of CPU time */

	bool exiting;	 /* [g] exit_group or a fatal signal: all tasks leave with exit_status */
	s32 exit_status; /* [g] as wait4 gives it */
	struct task *execing; /* [g] the thread that waits in exec for the others to leave */
	struct waitq wait_exec;
	u32 stop_count;			      /* [g] tasks that still have to stop */
	s32 stop_signal;		      /* [g] the stop that is under way or done; or 0 */
	s32 stop_status;		      /* [g] signal that stopped it; 0: not stopped */
	bool stop_reported, continued_report; /* [g] what wait4 has to tell: a stop is news while
						 stop_status && !stop_reported */
	u8 parent_news;			      /* [g] CLD_* to tell the parent of, by a task on its
						 way to user mode; or 0 */
	bool mortal;			      /* [g] init after a fault of its own: dies of it */
	bool zombie;			      /* [t] all tasks gone, waits for its parent */

	struct rlimit limits[RLIM_NLIMITS];	/* [g] */
	u64 ended_time[CPU_MODES];		/* [g] ns of CPU time of tasks that left */
	u64 ended_switches[2], ended_faults[2]; /* [g] */
	u64 children_time[CPU_MODES];		/* [g] of children that were waited for */
	u64 children_faults[2], children_switches[2], children_maxrss; /* [g] */
	u64 maxrss;	   /* [g] pages, of programs that it has left */
	struct file *exe;  /* [g] /proc/PID/exe; a reference; NULL: exited */
	s32 oom_score_adj; /* [g] -1000 .. 1000 */
	u32 dumpable;
	u32 membarrier; /* [a] commands of membarrier(2) that it registered for */
};

struct task {
	struct thread thread; /* first */
	struct refcount refs;
	struct pid *pid;	 /* [I] but for exec by a thread that is not the leader [t] */
	struct process *process; /* [I] a reference */
	struct list in_process;	 /* [t] */

	struct vm *vm;	       /* [o to change, under process->lock] NULL: kernel task, or exited */
	struct vm *exec_vm;    /* [o to change, under process->lock] what exec builds; else NULL */
	struct fdtable *files; /* [o, p->lock] NULL after exit */
	struct fs_context *fs; /* [o, p->lock] NULL after exit */
	struct mount_namespace *mounts; /* [o, p->lock] */
	struct account *account; /* [o writes; others read under process->lock] of the real uid;
				    counts this task */
	const struct cred *cred; /* [o writes; others read under process->lock] */

	struct task_containers containers;

	struct sigset blocked;	     /* [g] */
	struct sigset saved_blocked; /* [o] to restore after sigsuspend, ppoll */
	bool restore_blocked;	     /* [o] */
	struct sigset waiting;	   /* [g] signals that rt_sigtimedwait waits for, blocked or not */
	bool stop_pending;	   /* [g] has to stop and is counted in process->stop_count */
	bool stop_dequeued;	   /* [g] took a stop signal that SIGCONT has not undone yet */
	bool stopped;		   /* [g] */
	struct sigpending pending; /* [g] signals to this task */
	struct sigaltstack altstack; /* [o] */
	u32 exit_signal_thread;
	s32 exit_status;	  /* [o] */
	bool exiting;		  /* [g] PF_EXITING: on its way out, cannot be moved */
	bool is_kernel;		  /* [I] */
	bool vfork_pending;	  /* [t] parent waits until this one execs or exits */
	struct waitq *vfork_done; /* [t] */
	bool exec_done;		  /* has called execve since fork (setpgid: EACCES) */

	s32 __user *set_child_tid, *clear_child_tid; /* [o] */
	u64 fault_addr, fault_trapno, fault_error;   /* [o] last fault, for signal frames */
	void __user *robust_list;		     /* [o] futexes */
	u64 robust_len;
	struct restart { /* [o] for restart_syscall(2) */
		long (*fn)(struct restart *r);
		u64 args[6];
	} restart;
	struct futex_waiter *futex; /* [o] */
	struct task_work *works;    /* [a] run on the way back to user mode */
	u32 timer_slack;
	u32 death_signal;	   /* [o] prctl(PR_SET_PDEATHSIG) */
	u64 faults[2];		   /* [o] minor, major */
	u32 personality;	   /* [o] */
	bool reset_on_fork;	   /* [o] sched_setscheduler: children get the default policy */
	bool over_nproc;	   /* [o] setuid made more tasks than RLIMIT_NPROC: exec refuses */
	void (*kernel_fn)(void *); /* [I] of a kernel task */
	void *kernel_arg;	   /* [I] */
	u64 fail_nth; /* [o] /proc/PID/fail-nth: fail the n-th allocation from now; 0: off */
};

static always_inline struct task *task_of(struct thread *t)
{
	return (struct task *)t;
}

static always_inline struct task *task_current(void)
{
	return task_of(thread_current());
}

extern struct spinlock task_tree_lock;
extern struct process *init_process; /* pid 1: reaps orphans */

static inline struct task *task_get(struct task *t)
{
	refcount_get(&t->refs);
	return t;
}
void task_put(struct task *t);
struct process *process_get(struct process *p);
void process_put(struct process *p);

/* By number in the current view, with a reference; NULL.  Tasks that have been reaped are not
 * found. */
struct task *task_find(s32 tid);
struct process *process_find(s32 pid);		    /* tid of any leader */
struct task *process_get_leader(struct process *p); /* with a reference; NULL: reaped */

/* The next task with a tid >= *tid (all threads), with a reference; *tid becomes its number; NULL.
 */
struct task *task_next(s32 *tid);

static inline s32 task_tid(const struct task *t)
{
	return t->pid->nr;
}
static inline s32 process_pid(const struct process *p) /* tgid */
{
	return p->pid->nr;
}

/* What another task has, with a reference; NULL when it has exited. */
struct vm *task_get_vm(struct task *t);
struct fdtable *task_get_files(struct task *t);
struct fs_context *task_get_fs(struct task *t);
const struct cred *task_get_cred(struct task *t);

static inline u64 task_limit(unsigned which)
{
	return READ_ONCE(task_current()->process->limits[which].rlim_cur);
}

/* The walk of the running task, relative to dirfd.  Holds references until task_walk_end. -EBADF,
 * -ENOTDIR */
struct task_walk {
	struct walk walk;
	struct file *dir;
	bool held; /* root and base carry references */
};
int task_walk_begin(struct task_walk *w, int dirfd, const char *name) must_check;
void task_walk_end(struct task_walk *w);
/* A path from user space: kmalloc'd (kfree it).  ERR_PTR(-EFAULT, -ENAMETOOLONG, -ENOMEM); "" gives
   -ENOENT unless empty_ok. */
char *task_path(const char __user *name, bool empty_ok);

/* fork.c */
struct clone_args_kernel {
	u64 flags;
	s32 __user *pidfd, *child_tid, *parent_tid;
	u32 exit_signal;
	u64 stack; /* new stack pointer; 0: the parent's */
	u64 tls;
};
/* fork(2): everything is copied. */
#define CLONE_ARGS_FORK ((struct clone_args_kernel){ .exit_signal = SIGCHLD })
/* The new task's tid, or -errno.  frame: registers that the child starts from (rax = 0). */
long task_clone(const struct clone_args_kernel *args, const struct trap_frame *frame);
/* A task in the kernel, child of kthreadd (pid 2); runs fn(arg).  Borrowed, good until fn returns;
   ERR_PTR.  kernel/task/init.h makes the first two tasks. */
struct task *task_create_kernel(const char *name, void (*fn)(void *), void *arg);
/* The same, with descriptors, handlers and a root directory, so that fn may become a program
 * through task_exec. */
struct task *task_create_program(const char *name, void (*fn)(void *), void *arg);

/* exec.c: replaces the program of the running task; argv and envp are arrays in user space, or
   kernel strings when from_kernel (boot).  On success *frame is ready for the return to user mode.
 */
struct exec_args {
	const char *const *argv, *const *envp;	 /* kernel */
	const u64 __user *user_argv, *user_envp; /* user: arrays of pointers, NULL-ended */
	bool from_kernel;
};
int task_exec(int dirfd, const char *name, int flags, const struct exec_args *args,
	      struct trap_frame *frame) must_check;

/* exit.c */
noreturn void task_exit(s32 status);	   /* this thread; status as wait4 has it */
noreturn void task_exit_group(s32 status); /* the whole process */

/* Deferred work of a task: fn runs before it returns to user mode. */
struct task_work {
	struct task_work *next;
	void (*fn)(struct task_work *w);
};
void task_add_work(struct task *t, struct task_work *w);
