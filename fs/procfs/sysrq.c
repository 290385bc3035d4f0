/*
 * sysrq.c - /proc/sysrq-trigger: what root can ask of the machine when all else fails.
 *
 * User space sees: a file that takes one letter, for root only: c panics, b restarts and o switches
 * off at once, s writes to disks what has to be written, which is nothing.  Any other letter lists
 * these in the log.
 *
 * Source: Linux, Documentation/admin-guide/sysrq.rst, of which these are the ones that end a
 * machine.
 */
#include "fs/procfs/procfs.h"

#include "arch/power.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"

static int sysrq_show(struct file *f, struct text *out)
{
	return -EIO;
}

static int sysrq_write(struct file *f, char *text, size_t len)
{
	switch (len ? text[0] : 's') {
	case 'c':
		panic("sysrq triggered crash");
	case 'b':
		power_reset();
	case 'o':
		power_off();
	case 's':
		return 0;
	default:
		log_info("sysrq: HELP : reboot(b) crash(c) poweroff(o) sync(s)");
		return 0;
	}
}

static const struct pseudo_ops sysrq_ops = { .show = sysrq_show, .write = sysrq_write };

int proc_add_sysrq(struct dentry *root)
{
	return pseudo_add_file(root, "sysrq-trigger", 0200, &sysrq_ops, NULL) ? 0 : -ENOMEM;
}
