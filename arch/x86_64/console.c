/*
 * console.c - the first serial port, by polling: for the log before there is a driver, and for
 * panics.  115200 baud, 8 bits, no parity; nothing is read.  A screen that wants to can join.
 *
 * Locking: none; two CPUs may mix their lines.
 */
#include "arch/boot.h"
#include "arch/x86_64/insn.h"

#define COM1	   0x3f8
#define LINE_READY 0x20	 /* line status: a byte may be written */
#define WAIT_LIMIT 50000 /* polls; a port that is not there must not stop us */

static enum { UNKNOWN, PRESENT, ABSENT } console_state;

static void console_probe(void)
{
	out8(COM1 + 7, 0x5a); /* the scratch register keeps what is written */
	console_state = in8(COM1 + 7) == 0x5a ? PRESENT : ABSENT;
	if (console_state == ABSENT)
		return;
	out8(COM1 + 1, 0);    /* no interrupts */
	out8(COM1 + 3, 0x80); /* divisor */
	out8(COM1 + 0, 1);
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 0x03); /* 8N1 */
	out8(COM1 + 2, 0x07); /* FIFOs on and empty */
	out8(COM1 + 4, 0x0b); /* DTR, RTS, OUT2 */
}

static void put(char c)
{
	for (int i = 0; i < WAIT_LIMIT && !(in8(COM1 + 5) & LINE_READY); i++)
		__asm__ volatile("pause");
	out8(COM1, (u8)c);
}

static void (*also)(const char *text, size_t n);

void console_also_polled(void (*write)(const char *text, size_t n))
{
	also = write;
}

void console_write_polled(const char *text, size_t n)
{
	if (also)
		also(text, n);
	if (console_state == UNKNOWN)
		console_probe();
	if (console_state == ABSENT)
		return;
	for (; n--; text++) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
}
