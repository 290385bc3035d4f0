/*
 * exec_stack.c - the stack that a new program finds.
 *
 * From its end downwards: eight zero bytes, the file's name, environment strings, argument strings,
 * the platform's name and 16 random bytes; then, rising from the stack pointer, argc, the argument
 * pointers, the environment pointers and the auxiliary vector.  Sizes are limited as on Linux: a
 * string to 128 KiB, all of it to a quarter of RLIMIT_STACK, but 128 KiB are always allowed and 6
 * MiB never exceeded.
 *
 * The pages belong to a space that nobody runs yet: they are pinned one at a time and written
 * through the kernel's own mapping, so every byte is copied once.
 */
#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/uaccess.h"
#include "kernel/abi/elf.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/exec.h"

#define STACK_FIRST   (132ul << 10) /* mapped at once, grows later */
#define ARGS_ALWAYS   (128ul << 10)
#define ARGS_NEVER    (6ul << 20)
#define STRINGS_MAX   (1u << 19) /* pointers that fit the largest block of kmalloc */
#define SIGNAL_FRAME  1024	 /* of a signal, besides the FPU's registers */
#define PLATFORM_NAME "x86_64"

static void window_close(struct exec_stack *s)
{
	if (s->page)
		page_put(s->page);
	s->page = NULL;
}

/* Where the byte at va can be written; good up to the end of its page. */
static int window(struct exec *e, u64 va, u8 **at)
{
	struct exec_stack *s = &e->stack;
	u64 start = align_down(va, PAGE_SIZE);
	int ret;

	if (unlikely(!s->page || s->page_va != start)) {
		window_close(s);
		ret = vm_pin(e->vm, start, true, &s->page);
		if (ret < 0) {
			s->page = NULL;
			return ret;
		}
		s->page_va = start;
	}
	*at = (u8 *)page_virt(s->page) + (va - start);
	return 0;
}

/* Copies n bytes to va, from the kernel or from the program. */
static int copy(struct exec *e, u64 va, const void *from, const void __user *user, u64 n)
{
	u64 part;
	u8 *at;
	int ret;

	for (; n; n -= part, va += part) {
		part = min(n, PAGE_SIZE - va % PAGE_SIZE);
		ret = window(e, va, &at);
		if (ret < 0)
			return ret;
		if (from) {
			memcpy(at, from, part);
			from = (const u8 *)from + part;
		} else {
			if (user_read(at, user, part) != part)
				return -EFAULT;
			user = (const u8 __user *)user + part;
		}
	}
	return 0;
}

static int put_word(struct exec *e, u64 va, u64 value)
{
	u8 *at;
	int ret = window(e, va, &at);

	if (ret == 0)
		*(u64 *)at = value;
	return ret;
}

int exec_clear(struct exec *e, u64 va, u64 n)
{
	u64 part;
	u8 *at;
	int ret;

	for (; n; n -= part, va += part) {
		part = min(n, PAGE_SIZE - va % PAGE_SIZE);
		ret = window(e, va, &at);
		if (ret < 0)
			return ret;
		memset(at, 0, part);
	}
	return 0;
}

/* n bytes more. */
static int reserve(struct exec_stack *s, u64 n)
{
	if (s->sp - s->lowest < n)
		return -E2BIG;
	s->sp -= n;
	return 0;
}

static int push_kernel(struct exec *e, const char *text)
{
	u64 n = strlen(text) + 1;
	int ret = n > EXEC_STRING_MAX ? -E2BIG : reserve(&e->stack, n);

	return ret < 0 ? ret : copy(e, e->stack.sp, text, NULL, n);
}

static int push_user(struct exec *e, const char __user *text)
{
	ssize_t n = user_strlen(text, EXEC_STRING_MAX - 1);
	int ret;

	if (n < 0)
		return (int)n;
	ret = reserve(&e->stack, (u64)n + 1);
	if (ret == 0)
		ret = copy(e, e->stack.sp, NULL, text, (u64)n);
	if (ret == 0) /* the program may have changed it meanwhile */
		ret = copy(e, e->stack.sp + (u64)n, "", NULL, 1);
	return ret;
}

/* Long lists: gives way to others, and to a fatal signal. */
static int pause_in(u32 i)
{
	if (i % 64)
		return 0;
	sched_relax();
	return thread_alerts(thread_current()) & ALERT_KILL ? -ERESTARTNOHAND : 0;
}

static s64 count(const char *const *list, const u64 __user *user)
{
	u64 pointer;
	int ret;

	for (u32 n = 0;; n++) {
		if (n >= STRINGS_MAX)
			return -E2BIG;
		ret = pause_in(n);
		if (ret < 0)
			return ret;
		if (list ? !list[n] : !user)
			return n;
		if (list)
			continue;
		if (get_user(pointer, &user[n]))
			return -EFAULT;
		if (!pointer)
			return n;
	}
}

/* Pushes a list from its end, and notes where each string is. */
static int push_list(struct exec *e, const char *const *list, const u64 __user *user, u32 n,
		     u64 *strings)
{
	u64 pointer;
	int ret;

	while (n--) {
		ret = pause_in(n);
		if (ret < 0)
			return ret;
		if (list)
			ret = push_kernel(e, list[n]);
		else if (get_user(pointer, &user[n]))
			ret = -EFAULT;
		else
			ret = push_user(e, (const char __user *)pointer);
		if (ret < 0)
			return ret;
		strings[n] = e->stack.sp;
	}
	return 0;
}

/* How far down strings may reach, with room for their pointers. */
static int set_limit(struct exec_stack *s)
{
	u64 limit = max(min(ARGS_NEVER, task_limit(RLIMIT_STACK) / 4), ARGS_ALWAYS);
	u64 pointers = (max(s->argc, 1u) + s->envc) * sizeof(u64);

	if (limit <= pointers)
		return -E2BIG;
	s->lowest = s->sp - (limit - pointers);
	return 0;
}

static int push_arguments(struct exec *e)
{
	struct exec_stack *s = &e->stack;
	const struct exec_args *a = e->args;
	u64 *strings = s->strings + EXEC_FRONT;
	int ret = push_kernel(e, e->filename);

	s->env_end = s->sp;
	if (ret == 0)
		ret = push_list(e, a->envp, a->user_envp, s->envc, strings + max(s->argc, 1u));
	s->arg_end = s->sp;
	if (ret == 0)
		ret = push_list(e, a->argv, a->user_argv, s->argc, strings);
	if (ret == 0 && !s->argc) {
		ret = push_kernel(e, "");
		strings[0] = s->sp;
		s->argc = 1;
	}
	return ret;
}

int exec_stack_check(const struct exec_args *a)
{
	s64 argc = count(a->argv, a->user_argv),
	    envc = argc < 0 ? argc : count(a->envp, a->user_envp);

	return envc < 0 ? (int)envc : 0;
}

int exec_stack_fill(struct exec *e)
{
	struct exec_stack *s = &e->stack;
	s64 argc = count(e->args->argv, e->args->user_argv);
	s64 envc = argc < 0 ? argc : count(e->args->envp, e->args->user_envp);
	int ret;

	if (envc < 0)
		return (int)envc;
	if (argc + envc > STRINGS_MAX - EXEC_FRONT - 1)
		return -E2BIG;
	s->argc = (u32)argc;
	s->envc = (u32)envc;
	s->first = EXEC_FRONT;
	s->sp = USER_END - sizeof(u64);
	ret = set_limit(s);
	if (ret < 0)
		return ret;
	s->strings = kmalloc_array(EXEC_FRONT + 1 + argc + envc, sizeof(u64));
	if (!s->strings)
		return -ENOMEM;
	ret = vm_map_stack(e->vm, USER_END, STACK_FIRST, false);
	return ret < 0 ? ret : push_arguments(e);
}

int exec_stack_script(struct exec *e, const char *interp, const char *arg)
{
	struct exec_stack *s = &e->stack;
	const char *words[] = { e->script_name, arg, interp };
	int ret;

	/* Its argument 0 is the lowest string: forget it. */
	s->sp = s->argc > 1 ? s->strings[s->first + 1] : s->arg_end;
	s->first++;
	s->argc--;
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (!words[i])
			continue;
		ret = push_kernel(e, words[i]);
		if (ret < 0)
			return ret;
		s->strings[--s->first] = s->sp;
		s->argc++;
	}
	return 0;
}

static void fill_vector(struct exec *e, u64 platform, u64 random)
{
	const struct cred *c = e->cred;
	u64 *v = e->vm->auxv;

#define ENTRY(type, value) (*v++ = (type), *v++ = (value))
	ENTRY(AT_MINSIGSTKSZ, SIGNAL_FRAME + fpu_size());
	ENTRY(AT_HWCAP, cpu_hwcap());
	ENTRY(AT_PAGESZ, PAGE_SIZE);
	ENTRY(AT_CLKTCK, USER_HZ);
	ENTRY(AT_PHDR, e->phdr);
	ENTRY(AT_PHENT, sizeof(struct elf_segment));
	ENTRY(AT_PHNUM, e->phnum);
	ENTRY(AT_BASE, e->base);
	ENTRY(AT_FLAGS, 0);
	ENTRY(AT_ENTRY, e->program_entry);
	ENTRY(AT_UID, c->uid);
	ENTRY(AT_EUID, c->euid);
	ENTRY(AT_GID, c->gid);
	ENTRY(AT_EGID, c->egid);
	ENTRY(AT_SECURE, e->secure);
	ENTRY(AT_RANDOM, random);
	ENTRY(AT_HWCAP2, 0);
	ENTRY(AT_EXECFN, e->stack.env_end);
	ENTRY(AT_PLATFORM, platform);
	ENTRY(AT_NULL, 0);
#undef ENTRY
	e->stack.vector_words = (u32)(v - e->vm->auxv);
	assert(e->stack.vector_words <= ARRAY_SIZE(e->vm->auxv));
}

/* argc, pointers and vector from va on. */
static int put_table(struct exec *e, u64 va)
{
	struct exec_stack *s = &e->stack;
	const u64 *strings = s->strings + s->first;
	int ret = put_word(e, va, s->argc);

	va += sizeof(u64);
	for (u32 i = 0; ret == 0 && i < s->argc; i++, va += sizeof(u64))
		ret = put_word(e, va, strings[i]);
	if (ret == 0)
		ret = put_word(e, va, 0);
	va += sizeof(u64);
	for (u32 i = 0; ret == 0 && i < s->envc; i++, va += sizeof(u64))
		ret = put_word(e, va, strings[s->argc + i]);
	if (ret == 0)
		ret = put_word(e, va, 0);
	va += sizeof(u64);
	return ret < 0 ? ret : copy(e, va, e->vm->auxv, NULL, s->vector_words * sizeof(u64));
}

/* What is mapped at once must not exceed RLIMIT_STACK either, but for what is on it already. */
static int fit_limit(struct exec *e)
{
	u64 used = USER_END - align_down(e->stack.sp, PAGE_SIZE);
	u64 size = max(used, align_down(task_limit(RLIMIT_STACK), PAGE_SIZE));

	if (size >= STACK_FIRST)
		return 0;
	return vm_unmap(e->vm, USER_END - STACK_FIRST, STACK_FIRST - size);
}

int exec_stack_finish(struct exec *e)
{
	const u64 random[2] = { cpu_entropy(), cpu_entropy() };
	struct exec_stack *s = &e->stack;
	struct vm *vm = e->vm;
	u64 platform_at, random_at, words;
	int ret;

	vm->arg_start = s->strings[s->first];
	vm->arg_end = vm->env_start = s->arg_end;
	vm->env_end = s->env_end;
	s->sp = align_down(s->sp, 16ul) - 16;
	platform_at = s->sp;
	s->sp -= sizeof(random);
	random_at = s->sp;
	ret = copy(e, platform_at, PLATFORM_NAME, NULL, sizeof(PLATFORM_NAME));
	if (ret == 0)
		ret = copy(e, random_at, random, NULL, sizeof(random));
	fill_vector(e, platform_at, random_at);
	words = 1 + s->argc + 1 + s->envc + 1 + s->vector_words;
	s->sp = align_down(s->sp - words * sizeof(u64), 16ul);
	vm->stack_start = s->sp;
	if (ret == 0)
		ret = put_table(e, s->sp);
	return ret < 0 ? ret : fit_limit(e);
}

void exec_stack_end(struct exec_stack *s)
{
	window_close(s);
	kfree(s->strings);
	s->strings = NULL;
}
