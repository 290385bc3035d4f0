/*
 * offsets.h - numbers that C and assembly share; trap.c and segment.c assert that they are true.
 */
#pragma once

#define SEL_KERNEL_CODE 0x10
#define SEL_KERNEL_DATA 0x18
#define SEL_USER_DATA	0x2b /* Linux's values: programs and core files show them */
#define SEL_USER_CODE	0x33
#define SEL_TSS		0x40
#define SEL_SYSRET	0x23 /* + 8: data, + 16: code */

#define CPU_USER_RSP  8
#define CPU_STACK_TOP 16
#define CPU_THREAD    24
#define CPU_IRQ_STACK 48
#define THREAD_ALERT  16

/* struct trap_frame */
#define FRAME_R15      0
#define FRAME_R14      8
#define FRAME_R13      16
#define FRAME_R12      24
#define FRAME_RBP      32
#define FRAME_RBX      40
#define FRAME_R11      48
#define FRAME_R10      56
#define FRAME_R9       64
#define FRAME_R8       72
#define FRAME_RAX      80
#define FRAME_RCX      88
#define FRAME_RDX      96
#define FRAME_RSI      104
#define FRAME_RDI      112
#define FRAME_ORIG_RAX 120
#define FRAME_RIP      128
#define FRAME_CS       136
#define FRAME_RFLAGS   144
#define FRAME_RSP      152
#define FRAME_SIZE     168

#define AP_TRAMPOLINE 0x8000 /* physical; an INIT-SIPI start is at a page below 1 MiB */
