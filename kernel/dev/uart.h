/*
 * uart.h - the serial ports of a PC: ttyS0 to ttyS3.
 */
#pragma once
#include "kernel/dev/tty.h"

#define UARTS 4

/* Boot: finds the ports, connects their interrupts, takes over the log's output. */
void uart_init(void);
struct tty *uart_tty(unsigned n); /* NULL: no such port */
