/*
 * boot.S - the first instructions: from the 32-bit protected mode of both loaders (Multiboot2 and
 * PVH) to 64 bits at the addresses the kernel is linked for, and into kernel_main().
 *
 * The tables made here map the first 4 GiB three times: at their own addresses (to survive the
 * switch, and for the starting of the other CPUs), at DIRECT_MAP, and the first GiB at KERNEL_BASE.
 * kmap.c replaces them with final ones.
 */
#include "arch/x86_64/offsets.h"

#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) symbol - KERNEL_BASE
#define DIRECT_SLOT 273 /* DIRECT_MAP >> 39 & 511 */

#define MULTIBOOT_MAGIC 0xe85250d6

	.section .multiboot, "a"
	.balign 8
header:
	.long MULTIBOOT_MAGIC, 0, header_end - header
	.long -(MULTIBOOT_MAGIC + (header_end - header))
	/* What we would like to be told: command line, modules, memory map, ACPI old and new. */
	.short 1, 1
	.long 32, 1, 3, 6, 8, 14, 15
	.balign 8
	/* Entered at: */
	.short 3, 0
	.long 12, PHYS(boot_multiboot)
	.balign 8
	/* A picture is welcome, of any size and 32 bits; so is a text screen. */
	.short 5, 1
	.long 20, 0, 0, 32
	.balign 8
	/* Modules on page boundaries. */
	.short 6, 0
	.long 8
	.short 0, 0
	.long 8
header_end:

	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 8, 18 /* name's length, value's length, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad PHYS(boot_pvh)

	.section .boot.text, "ax"
	.code32
	.globl boot_multiboot, boot_pvh
boot_multiboot:
	movl $1, %ebp
	jmp 1f
boot_pvh:
	movl $2, %ebp
1:	cli
	cld
	movl %eax, %esi
	rdtsc
	movl %eax, PHYS(boot_tsc)
	movl %edx, PHYS(boot_tsc) + 4
	movl %ebp, PHYS(boot_protocol)
	movl %esi, PHYS(boot_magic)
	movl %ebx, PHYS(boot_data)
	movl $PHYS(boot_stack_top), %esp

	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb no_long_mode
	movl $0x80000001, %eax
	cpuid
	testl $1 << 29, %edx
	jz no_long_mode

	/* 4 tables of 512 entries of 2 MiB: the first 4 GiB. */
	movl $PHYS(boot_pd), %edi
	movl $0x83, %eax
2:	movl %eax, (%edi)
	addl $8, %edi
	addl $0x200000, %eax
	jnc 2b
	movl $PHYS(boot_pd) + 3, %eax
	movl $PHYS(boot_pdpt), %edi
	movl %eax, PHYS(boot_pdpt_kernel) + 510 * 8
	movl $4, %ecx
3:	movl %eax, (%edi)
	addl $8, %edi
	addl $4096, %eax
	loop 3b
	movl $PHYS(boot_pdpt) + 3, %eax
	movl %eax, PHYS(boot_root)
	movl %eax, PHYS(boot_root) + DIRECT_SLOT * 8
	movl $PHYS(boot_pdpt_kernel) + 3, %eax
	movl %eax, PHYS(boot_root) + 511 * 8

	lgdt PHYS(boot_gdt_pointer)
	call boot_paging
	ljmp $SEL_KERNEL_CODE, $PHYS(boot_long)

/* PAE, long mode and paging on; switch.S comes here too, so it must be below 4 GiB. */
	.globl boot_paging
boot_paging:
	movl %cr4, %eax
	orl $0x20, %eax
	movl %eax, %cr4
	movl $PHYS(boot_root), %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx /* EFER.LME */
	rdmsr
	orl $0x100, %eax
	wrmsr
	movl %cr0, %eax
	orl $0x80010001, %eax /* PG, WP, PE */
	movl %eax, %cr0
	ret

no_long_mode:
	movl $PHYS(complaint), %esi
	movw $0x3f8, %dx
4:	lodsb
	testb %al, %al
	jz 5f
	outb %al, %dx
	jmp 4b
5:	hlt
	jmp 5b

complaint:
	.asciz "corral: this CPU has no 64-bit mode\r\n"

	.balign 8
	.globl boot_gdt
boot_gdt:
	.quad 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff
	.quad 0x00cf9b000000ffff /* 0x20: 32-bit code, for ap_code in switch.S */
boot_gdt_pointer:
	.short . - boot_gdt - 1
	.long PHYS(boot_gdt)

	.code64
boot_long:
	movl $SEL_KERNEL_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movabsq $boot_high, %rax
	jmp *%rax

	.text
boot_high:
	movq $boot_stack_top, %rsp
	pushq $0
	popfq
	movl $0xc0000101, %ecx /* GS base: cpus[0] */
	movq $cpus, %rax
	movl $-1, %edx
	wrmsr
	xorl %ebp, %ebp
	pushq $0 /* end of the backtrace */
	jmp kernel_main

	.data
	.balign 8
	.globl boot_tsc, boot_protocol, boot_magic, boot_data
boot_tsc:
	.quad 0
boot_protocol:
	.long 0
boot_magic:
	.long 0
boot_data:
	.long 0

	.section .bss.stack, "aw", @nobits
	.balign 16384
	.globl boot_stack, boot_stack_top
boot_stack:
#ifdef DEBUG
	.skip 16384
#else
	.skip 4096
#endif
boot_stack_top:
	.balign 4096
	.globl boot_root
boot_root:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_pdpt_kernel:
	.skip 4096
boot_pd:
	.skip 4 * 4096

	.section .note.GNU-stack, "", @progbits
