/*
 * devices.c - the table of character devices; a new one is a line here.
 */
#include "fs/devfs/devfs.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/uart.h"

const struct device devices[] = {
	{ "null", 1, 3, 0666, &null_ops },
	{ "zero", 1, 5, 0666, &zero_ops },
	{ "full", 1, 7, 0666, &full_ops },
	{ "random", 1, 8, 0666, &random_ops },
	{ "urandom", 1, 9, 0666, &random_ops },
	{ "kmsg", 1, 11, 0644, &kmsg_ops },
	{ "ttyS0", 4, 64, 0600, &tty_ops },
	{ "ttyS1", 4, 65, 0600, &tty_ops },
	{ "ttyS2", 4, 66, 0600, &tty_ops },
	{ "ttyS3", 4, 67, 0600, &tty_ops },
	{ "tty", 5, 0, 0666, &tty_ops },
	{ "console", 5, 1, 0600, &tty_ops },
	{},
};

bool device_present(const struct device *d)
{
	return d->major != 4 || uart_tty(d->minor - 64);
}

void dev_init(void)
{
	random_init();
	kmsg_init();
	uart_init();
	devfs_init();
}
