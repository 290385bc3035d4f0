/*
 * dev.h - the devices to the rest of the kernel: their start, and what the files here share.
 */
#pragma once
#include "fs/device.h"

/* Boot, after the allocators and interrupts: random numbers, serial ports, screen, console. */
void dev_init(void);
void dev_start(void); /* when there are tasks */

/* Where the node of a device is worth having: a serial port that is there, one number. */
bool device_present(const struct device *d);

/* random.c */
void random_init(void);
void random_stir(const void *bytes, size_t n); /* up to 12 bytes that somebody knows */

/* The operations behind the table. */
extern const struct file_ops null_ops, zero_ops, full_ops, random_ops, urandom_ops; /* mem.c */
extern const struct file_ops kmsg_ops;						    /* kmsg.c */
extern const struct file_ops tty_ops;						    /* tty.c */
extern const struct file_ops ptmx_ops; /* pty_master.c */
extern const struct file_ops vcs_ops;  /* vt/vcs.c */

/* kmsg.c: sleeps until there is a record at or after the cursor.  0, -ERESTARTSYS. */
int kmsg_wait(u64 cursor) must_check;
extern u64 log_cleared; /* [a] records before it are not shown by dmesg any more */
void kmsg_init(void);
