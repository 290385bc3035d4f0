/*
 * life.h - how tasks begin, become other programs, and end.
 */
#pragma once
#include "arch/trap.h"
#include "kernel/lib/types.h"

struct task;

/* fork.c */
struct clone_args_kernel {
	u64 flags;
	s32 __user *pidfd, *child_tid, *parent_tid;
	u32 exit_signal;
	u64 stack; /* new stack pointer; 0: the parent's */
	u64 tls;
	const s32 *tids; /* numbers that it shall have, the innermost namespace's first */
	u32 tid_count;
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
noreturn void task_exit(s32 status); /* this thread; status as wait4 has it */
/* oom.c: a process that was killed for its memory has ended. */
void oom_victim_ended(void);
noreturn void task_exit_group(s32 status); /* the whole process */

/* Deferred work of a task: fn runs before it returns to user mode. */
struct task_work {
	struct task_work *next;
	void (*fn)(struct task_work *w);
};
void task_add_work(struct task *t, struct task_work *w);
