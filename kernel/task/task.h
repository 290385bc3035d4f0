/*
 * task.h - a task: one thread of execution, what Linux calls a thread or process.
 *
 * The tasks of one process share a struct process (process.h).
 *
 *   [t] task_tree_lock   [g] process->lock (rank SIGNAL)   [o] the task itself
 *   [a] atomic           [I] immutable                     [c] css_set_lock
 */
#pragma once
#include "arch/sigframe.h"
#include "fs/fd.h"
#include "kernel/sched/thread.h"
#include "kernel/task/life.h"
#include "kernel/task/process.h"
#include "kernel/vm/vm.h"

struct account;
struct futex_waiter;
struct namespaces;
struct task_work;

struct task {
	struct thread thread; /* first */
	struct refcount refs;
	struct pid *pid;	 /* [I] but for exec by a thread that is not the leader [t]; NULL
				    at first */
	struct process *process; /* [I] a reference */
	struct list in_process;	 /* [t] */

	struct vm *vm;	       /* [o to change, under process->lock] NULL: kernel task, or exited */
	struct vm *exec_vm;    /* [o to change, under process->lock] what exec builds; else NULL */
	struct fdtable *files; /* [o, p->lock] NULL after exit */
	struct fs_context *fs; /* [o, p->lock] NULL after exit */
	struct namespaces *spaces; /* [o, p->lock] NULL after exit */
	struct account *account;   /* [o writes; others read under process->lock] of the real uid;
				      counts this task */
	const struct cred *cred;   /* [o writes; others read under process->lock] */

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
	s32 exit_status;	     /* [o] */
	bool exiting;		     /* [g] PF_EXITING: on its way out, cannot be moved */
	bool is_kernel;		     /* [I] */
	bool vfork_pending;	     /* [t] parent waits until this one execs or exits */
	struct waitq *vfork_done;    /* [t] */
	bool vfork_waiting;	     /* [o] is such a parent: as good as frozen */
	bool exec_done;		     /* has called execve since fork (setpgid: EACCES) */

	s32 __user *set_child_tid, *clear_child_tid; /* [o] */
	struct fault_info fault;		     /* [o] the last one, for signal frames */
	void __user *robust_list;		     /* [o] futexes */
	u64 robust_len;
	struct restart { /* [o] for restart_syscall(2) */
		long (*fn)(struct restart *r);
		u64 args[6];
	} restart;
	struct futex_waiter *futex; /* [o] */
	struct task_work *works;    /* [a] run on the way back to user mode */
	struct io_count io;	    /* [o] */
	u32 timer_slack;
	u8 mce_kill;		   /* [o] prctl(PR_MCE_KILL) */
	bool io_flusher;	   /* [o] prctl(PR_SET_IO_FLUSHER), to no effect */
	u32 death_signal;	   /* [o] prctl(PR_SET_PDEATHSIG) */
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

static inline struct task *task_get(struct task *t)
{
	refcount_get(&t->refs);
	return t;
}
void task_put(struct task *t);

/* The namespace by whose numbers the running task knows others. */
static inline struct pid_namespace *task_view(void)
{
	return task_current()->pid->ns;
}
/* The number of p in that; 0: it cannot be seen. */
static inline s32 pid_seen(const struct pid *p)
{
	return pid_number(p, task_view());
}

/* By number in a namespace, or as the running task knows it, with a reference; NULL.  Tasks that
   have been reaped are not found. */
struct task *task_find_in(struct pid_namespace *ns, s32 tid);
struct task *task_find(s32 tid);

/* The next task with a tid >= *tid in ns (all threads), with a reference; *tid becomes its number;
   NULL. */
struct task *task_next(struct pid_namespace *ns, s32 *tid);

/* In the first namespace, as the kernel itself speaks of it. */
static inline s32 task_tid(const struct task *t)
{
	return t->pid->nr;
}

/* What another task has, with a reference; NULL when it has exited. */
struct vm *task_get_vm(struct task *t);
struct fdtable *task_get_files(struct task *t);
const struct cred *task_get_cred(struct task *t);
/* Its root or working directory, with references; false: it has exited. */
bool task_get_place(struct task *t, bool root, struct path *out);
s32 task_umask(struct task *t); /* -1: exited */

static inline u64 task_limit(unsigned which)
{
	return READ_ONCE(task_current()->process->limits[which].rlim_cur);
}
