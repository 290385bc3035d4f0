/*
 * devices.c - the table of character devices; a new one is a line here.
 */
#include "fs/devfs/devfs.h"
#include "kernel/dev/console.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/uart.h"
#include "kernel/dev/vt/vt.h"

/* The contents of a console's screen in their three forms. */
#define VCS(name, n)                                                                        \
	{ "vcs" name, 7, n, 0600, &vcs_ops }, { "vcsu" name, 7, 64 + (n), 0600, &vcs_ops }, \
	{                                                                                   \
		"vcsa" name, 7, 128 + (n), 0600, &vcs_ops                                   \
	}

const struct device devices[] = {
	{ "null", 1, 3, 0666, &null_ops },
	{ "zero", 1, 5, 0666, &zero_ops },
	{ "full", 1, 7, 0666, &full_ops },
	{ "random", 1, 8, 0666, &random_ops },
	{ "urandom", 1, 9, 0666, &urandom_ops },
	{ "kmsg", 1, 11, 0644, &kmsg_ops },
	{ "tty0", 4, 0, 0600, &tty_ops },
	{ "tty1", 4, 1, 0600, &tty_ops },
	{ "tty2", 4, 2, 0600, &tty_ops },
	{ "tty3", 4, 3, 0600, &tty_ops },
	{ "tty4", 4, 4, 0600, &tty_ops },
	{ "tty5", 4, 5, 0600, &tty_ops },
	{ "tty6", 4, 6, 0600, &tty_ops },
	{ "tty7", 4, 7, 0600, &tty_ops },
	{ "tty8", 4, 8, 0600, &tty_ops },
	{ "ttyS0", 4, 64, 0600, &tty_ops },
	{ "ttyS1", 4, 65, 0600, &tty_ops },
	{ "ttyS2", 4, 66, 0600, &tty_ops },
	{ "ttyS3", 4, 67, 0600, &tty_ops },
	{ "tty", 5, 0, 0666, &tty_ops },
	{ "console", 5, 1, 0600, &tty_ops },
	{ "ptmx", 5, 2, 0666, &ptmx_ops },
	VCS("", 0),
	VCS("1", 1),
	VCS("2", 2),
	VCS("3", 3),
	VCS("4", 4),
	VCS("5", 5),
	VCS("6", 6),
	VCS("7", 7),
	VCS("8", 8),
	{ "ptm", 128, 0, 0, &tty_ops, .minors = 1u << 20 },
	{ "pts", 136, 0, 0, &tty_ops, .minors = 1u << 20 },
	{},
};

bool device_present(const struct device *d)
{
	if (d->minors)
		return false;
	if (d->major == 7)
		return vt_exists();
	if (d->major != 4)
		return true;
	return d->minor < 64 ? vt_exists() : uart_tty(d->minor - 64) != NULL;
}

void dev_init(void)
{
	random_init();
	kmsg_init();
	uart_init();
	vt_init();
	console_init();
	devfs_init();
}

void dev_start(void)
{
	vt_start();
}
