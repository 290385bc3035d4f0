/*
 * exec.h - an execve(2) under way: what exec.c, exec_stack.c, script.c and elf.c share.
 *
 * The new program's space is built completely beside the old one; until exec_commit nothing of the
 * running task has changed, and whatever fails is an errno.
 */
#pragma once
#include "kernel/task/task.h"

#define EXEC_HEAD	256 /* bytes of the file that choose the format, as Linux reads */
#define EXEC_DEPTH	5   /* interpreters of interpreters */
#define EXEC_STRING_MAX 131072u
#define EXEC_FRONT	(2 * (EXEC_DEPTH + 1)) /* arguments that scripts may put before the others */

/* The stack of the new program, filled from its end downwards. */
struct exec_stack {
	u64 sp, lowest;	   /* lowest: more is E2BIG */
	u64 page_va;	   /* of the page at hand */
	struct page *page; /* pinned; NULL: none */
	u64 *strings;	   /* addresses: EXEC_FRONT, arguments, environment */
	u32 first;	   /* in `strings`: argument 0 */
	u32 argc, envc;
	u64 arg_end, env_end;
	u32 vector_words; /* of the auxiliary vector, in vm->auxv */
};

struct exec {
	const struct exec_args *args;
	char *filename;	   /* what was asked for: AT_EXECFN, comm */
	char *script_name; /* what a script's interpreter is told; filename or the last interpreter
			    */
	bool hidden;	   /* the name leads through a descriptor that will be closed */
	struct file *file; /* to be run: counted by exe_deny_write */
	struct vm *vm;	   /* new */
	struct cred *cred; /* new */
	bool secure;	   /* AT_SECURE */
	struct exec_stack stack;
	bool stack_exec; /* PT_GNU_STACK asks for it */

	/* What the loader found. */
	u64 entry;	   /* first instruction: the interpreter's if there is one */
	u64 program_entry; /* the program's own */
	u64 phdr, base;	   /* address of the program headers, of the interpreter */
	u32 phnum;

	union {
		char head[EXEC_HEAD + 1]; /* NUL behind it */
		u64 aligned;
	};
};

/* Opens a program for running: EACCES unless it is a regular file that the caller may run, ETXTBSY.
   flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH.  To be put with exe_put.  ERR_PTR. */
struct file *exec_open(int dirfd, const char *name, int flags);

/* exec_stack.c.  Maps the stack and copies strings there: -E2BIG, -EFAULT, -ENOMEM. */
int exec_stack_fill(struct exec *e) must_check;
int exec_stack_check(const struct exec_args *a) must_check; /* only what is wrong with the lists */
/* A script is to be run by `interp`, with an argument or NULL. */
int exec_stack_script(struct exec *e, const char *interp, const char *arg) must_check;
/* Last: argc, pointers, auxiliary vector.  e->stack.sp is the new stack pointer. */
int exec_stack_finish(struct exec *e) must_check;
/* Clears [va, va + n) of the new space. */
int exec_clear(struct exec *e, u64 va, u64 n) must_check;
void exec_stack_end(struct exec_stack *s); /* what it holds besides the space */

/* script.c: e->head begins with #!.  Replaces e->file by the interpreter. -ENOEXEC ... */
int script_load(struct exec *e) must_check;

/* elf.c: maps the program and its interpreter.  -ENOEXEC, -ELIBBAD, -ENOMEM ... */
int elf_load(struct exec *e) must_check;

/* exec_thread.c: ends all other threads of the process; the running task becomes its leader.
   -ERESTARTNOINTR: the process ends or another thread was first. */
int exec_alone(struct task *t) must_check;
