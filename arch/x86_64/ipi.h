/*
 * ipi.h - the receiving end of smp_call(), and the start of other CPUs.
 */
#pragma once

void ipi_run_calls(void); /* does what other CPUs asked for; IRQs off */
