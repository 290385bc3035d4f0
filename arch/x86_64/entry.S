/*
 * entry.S - the ways into the kernel and back: system calls, exceptions, interrupts.
 *
 * Every way in from user mode leaves a struct trap_frame at the top of the running thread's kernel
 * stack.  So does every exception in the kernel, where that stack has come to.  An interrupt there
 * leaves its frame too, but is handled on a stack of the CPU.  GS belongs to the program in user
 * mode and is the struct cpu in the kernel; swapgs stands directly behind each entry and before each
 * exit, and interrupts are off in between.
 *
 * A system call that ends without an alert returns by sysretq and restores only what C does not
 * preserve.  That is wrong when the call has changed its frame (sigreturn, exec), so such a call
 * sets frame->orig_rax to NO_SYSCALL; the alert path may change frames as it likes.
 *
 * What C does preserve is put into the frame where somebody looks at it: by the alert path, and
 * before the body of a call that copies its frame (SYSCALL_WITH_FRAME).
 */
#include "arch/x86_64/extable.h"
#include "arch/x86_64/offsets.h"

#define ENOSYS 38

	.text
	.code64
	.cfi_sections .debug_frame

.macro push_above_rax
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
.endm

/* Below rdi, which is pushed already. */
.macro push_registers
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %rax
	push_above_rax
.endm

.macro pop_registers
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rax
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
.endm

/* rcx: return address, r11: flags, rax: number, rdi rsi rdx r10 r8 r9: arguments. */
	.balign 64
	.globl syscall_entry
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_USER_RSP
	movq %gs:CPU_STACK_TOP, %rsp
	pushq $SEL_USER_DATA
	pushq %gs:CPU_USER_RSP
	pushq %r11
	pushq $SEL_USER_CODE
	pushq %rcx
	pushq %rax
	pushq %rdi
	pushq %rsi
	pushq %rdx
	subq $16, %rsp /* rcx and rax */
	pushq %r8
	pushq %r9
	pushq %r10
	subq $FRAME_R10 + 8, %rsp /* the stack is aligned at a call */
#ifdef DEBUG
	movq %rbp, FRAME_RBP + 8(%rsp)
	xorl %ebp, %ebp
#endif
	sti
	movl %eax, %eax /* a number has 32 bits */
	cmpq syscall_count(%rip), %rax
	jae 2f
	movq %r10, %rcx
	call *syscall_table(,%rax,8)
1:	cli
	movq %gs:CPU_THREAD, %rcx
	cmpl $0, THREAD_ALERT(%rcx)
	jne 3f
	cmpq $-1, FRAME_ORIG_RAX + 8(%rsp)
	je 3f
	movq FRAME_RDI + 8(%rsp), %rdi
	movq FRAME_RSI + 8(%rsp), %rsi
	movq FRAME_RDX + 8(%rsp), %rdx
	movq FRAME_R8 + 8(%rsp), %r8
	movq FRAME_R9 + 8(%rsp), %r9
	movq FRAME_R10 + 8(%rsp), %r10
	movq FRAME_RIP + 8(%rsp), %rcx
	movq FRAME_RFLAGS + 8(%rsp), %r11
#ifdef DEBUG
	movq FRAME_RBP + 8(%rsp), %rbp
#endif
	movq FRAME_RSP + 8(%rsp), %rsp
	swapgs
	sysretq

2:	subq $8, %rsp
	call frame_complete /* the number may be NO_SYSCALL's, by which the frame is taken as it is */
	addq $8, %rsp
	movq $-ENOSYS, %rax
	jmp 1b

3:	cmpq $-1, FRAME_ORIG_RAX + 8(%rsp)
	je 4f
	pushq %rax
	call frame_complete
	popq %rax
4:	movq %rax, FRAME_RAX + 8(%rsp)
	addq $8, %rsp

/* Interrupts off, rsp at a frame of user mode. */
	.globl user_return
user_return:
	movq %rsp, %rdi
	subq $8, %rsp
	call trap_exit_to_user
	addq $8, %rsp
	swapgs
	pop_registers
	addq $8, %rsp
	iretq

/* Called two words below what the entry of a system call leaves on the stack; changes r11 only. */
	.globl frame_complete
frame_complete:
	movq FRAME_RIP + 24(%rsp), %r11
	movq %r11, FRAME_RCX + 24(%rsp)
	movq FRAME_RFLAGS + 24(%rsp), %r11
	movq %r11, FRAME_R11 + 24(%rsp)
	movq %rbx, FRAME_RBX + 24(%rsp)
#ifndef DEBUG
	movq %rbp, FRAME_RBP + 24(%rsp)
#endif
	movq %r12, FRAME_R12 + 24(%rsp)
	movq %r13, FRAME_R13 + 24(%rsp)
	movq %r14, FRAME_R14 + 24(%rsp)
	movq %r15, FRAME_R15 + 24(%rsp)
	ret

/* First code of a new thread, on its own stack (context.c). */
	.globl thread_start_user, thread_start_kernel
thread_start_user:
	subq $8, %rsp
	call upcall_thread_started
	cli
	addq $8, %rsp
	jmp user_return

thread_start_kernel: /* rbx: function, r12: its argument */
	call upcall_thread_started
	sti
	movq %r12, %rdi
	call *%rbx
	ud2

/* context_enter_user: rdi is a frame at the top of the stack; interrupts off. */
	.globl frame_leave
frame_leave:
	movq %rdi, %rsp
	jmp user_return

/* One stub per vector, 16 bytes each.  An error code that the CPU does not push is 0. */
	.balign 16
	.globl trap_stubs
trap_stubs:
	vector = 0
	.rept 256
	.balign 16
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || \
	      vector == 29 || vector == 30)
	pushq $0
	.endif
	pushq %rdi
	movl $vector, %edi
	.if vector == 2 || vector == 8 || vector == 18
	jmp trap_paranoid
	.else
	jmp trap_common
	.endif
	vector = vector + 1
	.endr

	.balign 16
trap_common:
	push_registers
	movq FRAME_ORIG_RAX(%rsp), %rdx
	movq $-1, FRAME_ORIG_RAX(%rsp)
	movq %rsp, %rsi
	cld
	smap_site 0
	testb $3, FRAME_CS(%rsp)
	jz 1f
	swapgs
	subq $8, %rsp
#ifdef DEBUG
	xorl %ebp, %ebp
#endif
	call trap_user
	addq $8, %rsp
	swapgs
	jmp 2f
1:	cmpl $32, %edi
	jae 3f
	subq $8, %rsp
	call trap_kernel
	addq $8, %rsp
2:	pop_registers
	addq $8, %rsp
	iretq

3:	.cfi_startproc simple /* for gdb; backtrace.c finds the frame at the top of the stack */
	.cfi_signal_frame
	movq %rsp, %rbx
	.cfi_def_cfa 3, FRAME_SIZE
	.cfi_offset 3, FRAME_RBX - FRAME_SIZE
	.cfi_offset 6, FRAME_RBP - FRAME_SIZE
	.cfi_offset 7, FRAME_RSP - FRAME_SIZE
	.cfi_offset 12, FRAME_R12 - FRAME_SIZE
	.cfi_offset 13, FRAME_R13 - FRAME_SIZE
	.cfi_offset 14, FRAME_R14 - FRAME_SIZE
	.cfi_offset 15, FRAME_R15 - FRAME_SIZE
	.cfi_offset 16, FRAME_RIP - FRAME_SIZE
	movq %gs:CPU_IRQ_STACK, %rsp
	pushq %rbx
	pushq %rbx /* the stack is aligned at a call */
	call trap_irq
	movq %rbx, %rsp
	jmp 2b
	.cfi_endproc

/*
 * NMI, double fault, machine check: they come at any instruction, so neither the stack (they have
 * their own) nor GS can be told from CS.  A program's GS base is below the kernel's half always.
 */
trap_paranoid:
	push_registers
	movq FRAME_ORIG_RAX(%rsp), %r12
	movq $-1, FRAME_ORIG_RAX(%rsp)
	cld
	smap_site 0
	xorl %ebx, %ebx
	movl $0xc0000101, %ecx
	rdmsr
	testl %edx, %edx
	js 1f
	swapgs
	incl %ebx
1:	movq %rsp, %rsi
	movq %r12, %rdx
	subq $8, %rsp
	call trap_no_context
	addq $8, %rsp
	testl %ebx, %ebx
	jz 2f
	swapgs
2:	pop_registers
	addq $8, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
