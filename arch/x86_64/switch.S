/*
 * switch.S - exchanging kernel stacks, and starting further CPUs.
 */
#include "arch/x86_64/offsets.h"

#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) symbol - KERNEL_BASE

	.text
/* void stack_switch(u64 *save_rsp, u64 load_rsp): returns on the other stack. */
	.globl stack_switch
stack_switch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret

/* void stack_call(void (*fn)(void *), void *arg, void *top): fn(arg) on another stack. */
	.globl stack_call
stack_call:
	pushq %rbp
	movq %rsp, %rbp
	movq %rdx, %rsp
	movq %rdi, %rax
	movq %rsi, %rdi
	call *%rax
	leave
	ret

/*
 * Copied to AP_TRAMPOLINE by smp.c; another CPU begins here in real mode.  It takes the boot CPU's
 * first tables, which map the low addresses too, and its stack and struct cpu from variables.
 */
	.section .boot.text, "ax"
	.globl ap_code, ap_code_end
	.code16
ap_code:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl ap_gdt_pointer - ap_code
	movl %cr0, %eax
	andl $0x9fffffff, %eax /* caches on */
	orl $1, %eax
	movl %eax, %cr0
	ljmpl $0x20, $(AP_TRAMPOLINE + ap_protected - ap_code)
	.code32
ap_protected:
	movl $SEL_KERNEL_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $(AP_TRAMPOLINE + 4096), %esp
	movl $PHYS(boot_paging), %eax
	call *%eax
	ljmp $SEL_KERNEL_CODE, $(AP_TRAMPOLINE + ap_long - ap_code)
	.code64
ap_long:
	movabsq $ap_high, %rax
	jmp *%rax
	.balign 8
ap_gdt_pointer:
	.short 5 * 8 - 1
	.long PHYS(boot_gdt)
ap_code_end:

	.text
ap_high:
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movq ap_cpu, %rdx
	movq %rdx, %rax
	shrq $32, %rdx
	movl $0xc0000101, %ecx /* GS base */
	wrmsr
	movq %gs:CPU_STACK_TOP, %rsp
	pushq $0
	popfq
	xorl %ebp, %ebp
	pushq $0 /* end of the backtrace */
	jmp ap_start

	.section .note.GNU-stack, "", @progbits
