/*
 * copy.S - copying to and from the running program's memory, for uaccess.c.
 *
 * Words first, then the bytes that are left.  A fault among the words goes on with bytes from the
 * word that faulted, so that all the bytes before the unreadable page are copied.
 */
#include "arch/x86_64/extable.h"

	.text
/* size_t user_copy(void *dst, const void *src, size_t n): bytes that were copied. */
	.globl user_copy
user_copy:
	smap_site 1
	movl %edx, %eax
	andl $7, %eax
	movq %rdx, %rcx
	shrq $3, %rcx
1:	rep movsq
	movl %eax, %ecx
2:	rep movsb
	movq %rdx, %rax
3:	smap_site 0
	ret
4:	leaq (%rax, %rcx, 8), %rcx /* words left: bytes left */
	jmp 2b
5:	movq %rdx, %rax
	subq %rcx, %rax
	jmp 3b
	extable 1b, 4b
	extable 2b, 5b

/* size_t user_zero(void *dst, size_t n): bytes that were cleared. */
	.globl user_zero
user_zero:
	smap_site 1
	movl %esi, %edx
	andl $7, %edx
	movq %rsi, %rcx
	shrq $3, %rcx
	xorl %eax, %eax
1:	rep stosq
	movl %edx, %ecx
2:	rep stosb
3:	movq %rsi, %rax
	subq %rcx, %rax
	smap_site 0
	ret
4:	leaq (%rdx, %rcx, 8), %rcx
	jmp 2b
	extable 1b, 4b
	extable 2b, 3b

	.section .note.GNU-stack, "", @progbits
