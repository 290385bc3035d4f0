/*
 * uart.h - the serial ports of a PC: ttyS0 to ttyS3.
 */
#pragma once
#include "kernel/dev/tty.h"

#define UARTS 4

/* Boot: finds the ports and connects their interrupts. */
void uart_init(void);
struct tty *uart_tty(unsigned n);			 /* NULL: no such port */
void uart_log(void *number, const char *text, size_t n); /* for the log; a port that is there */
