/*
 * apic.h - the local APIC of each CPU: its timer, and interrupts from CPU to CPU.
 */
#pragma once
#include "kernel/lib/types.h"

/* Vectors: 32 + n is device line n. */
#define VECTOR_LINE	0x20
#define VECTOR_TIMER	0xec
#define VECTOR_DEFER	0xfb
#define VECTOR_CALL	0xfc
#define VECTOR_RESCHED	0xfd
#define VECTOR_SPURIOUS 0xff

void apic_init(void);	  /* boot CPU: finds it; the old PICs go silent */
void apic_cpu_init(void); /* each CPU: enables its own, timer stopped */
bool apic_ready(void);
u32 apic_id(void);
void apic_eoi(void);
void apic_send(u32 apic_id, u8 vector);
void apic_send_nmi(u32 apic_id);
void apic_send_init(u32 apic_id);
void apic_send_startup(u32 apic_id, u64 page); /* starts at physical address page */

/* The timer counts down once from `count`, at clock_init()'s measured rate; 0 stops it. */
void apic_timer_start(u32 count);
u32 apic_timer_count(void);
void apic_timer_use_deadline(void); /* this CPU fires at MSR_TSC_DEADLINE instead */
