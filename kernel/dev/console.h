/*
 * console.h - where the kernel's messages go: each terminal that console= names on the command
 * line.  The last of them is /dev/console.
 */
#pragma once
#include "kernel/dev/tty.h"

#define CONSOLES_MAX 8

/* Boot, when the drivers are there. */
void console_init(void);

/* What /dev/console is now, or NULL: a screen's console may be any of its terminals. */
struct tty *console_tty(void);

/* The n-th place for messages in the order in which Linux shows them, the preferred one first;
   false: there are fewer. */
struct console_place {
	const char *name;
	u64 number; /* of the device */
	bool screen;
	bool preferred;
};
bool console_show(unsigned n, struct console_place *out);
