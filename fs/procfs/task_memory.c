/*
 * task_memory.c - what a program was started with: cmdline, environ, auxv.
 *
 * The first two are read from the program's own memory, where it may have changed them.  As on
 * Linux, a program that has overwritten the zero byte at the end of its arguments is taken to have
 * written one text over arguments and environment.
 */
#include "fs/procfs/task_files.h"

#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

/* Appends [start, end) of the program's memory, up to the first page that cannot be read. */
static void text_memory(struct text *out, struct vm *vm, u64 start, u64 end)
{
	u64 room = out->size - out->len, want = end > start ? end - start : 0;

	if (want > room) {
		out->overflow = true;
		return;
	}
	out->len += vm_access(vm, start, out->buf + out->len, want, false);
}

/* The text that begins at `start` and ends with a zero byte, which lies before `end`. */
static void text_string_at(struct text *out, struct vm *vm, u64 start, u64 end)
{
	size_t from = out->len, len;

	text_memory(out, vm, start, end);
	len = strnlen(out->buf + from, out->len - from);
	out->len = min(out->len, from + len + 1);
}

int proc_show_cmdline(struct task *t, struct text *out)
{
	struct vm *vm = task_get_vm(t);
	char last = '\0';

	if (!vm)
		return 0;
	if (vm->arg_end > vm->arg_start && vm_access(vm, vm->arg_end - 1, &last, 1, false) == 1 &&
	    last)
		text_string_at(out, vm, vm->arg_start, max(vm->arg_end, vm->env_end));
	else
		text_memory(out, vm, vm->arg_start, vm->arg_end);
	vm_put(vm);
	return 0;
}

int proc_show_environ(struct task *t, struct text *out)
{
	struct vm *vm = task_get_vm(t);

	if (!vm)
		return 0;
	text_memory(out, vm, vm->env_start, vm->env_end);
	vm_put(vm);
	return 0;
}

int proc_show_auxv(struct task *t, struct text *out)
{
	struct vm *vm = task_get_vm(t);
	size_t words = 2;

	if (!vm)
		return 0;
	while (words < ARRAY_SIZE(vm->auxv) && vm->auxv[words - 2])
		words += 2;
	text_write(out, vm->auxv, words * sizeof(vm->auxv[0]));
	vm_put(vm);
	return 0;
}
