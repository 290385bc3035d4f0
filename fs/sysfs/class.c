/*
 * class.c - class/tty: the terminals that are there, and which of them is the console.
 *
 * Differs from Linux: the directories lie in devices/virtual/tty for serial ports too.
 */
#include "fs/sysfs/sysfs.h"

#include "fs/device.h"
#include "kernel/abi/errno.h"
#include "kernel/dev/console.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/format.h"

static void show_dev(struct text *out, unsigned index)
{
	text_printf(out, "%u:%u\n", devices[index].major, devices[index].minor);
}

static void show_uevent(struct text *out, unsigned index)
{
	text_printf(out, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n", devices[index].major,
		    devices[index].minor, devices[index].name);
}

static void show_active(struct text *out, unsigned index)
{
	struct console_place c;
	unsigned n = 0;

	while (console_show(n, &c))
		n++;
	/* The preferred one comes last. */
	for (unsigned i = 1; i <= n; i++)
		if (console_show(i % n, &c))
			text_printf(out, "%s%s", c.name, i < n ? " " : "");
	text_string(out, "\n");
}

static const struct sysfs_attr tty_files[] = {
	{ "dev", show_dev },
	{ "uevent", show_uevent },
	{},
};

static const struct sysfs_attr console_files[] = {
	{ "active", show_active },
	{ "dev", show_dev },
	{ "uevent", show_uevent },
	{},
};

static const struct sysfs_attr no_files[] = { {} };

static bool is_console(const struct device *d)
{
	return d->major == 5 && d->minor == 1;
}

static int add_tty(struct dentry *class, struct dentry *parent, unsigned index)
{
	const struct device *d = &devices[index];
	char target[80];

	format(target, sizeof(target), "../../devices/virtual/tty/%s", d->name);
	if (!sysfs_add_dir(parent, d->name, is_console(d) ? console_files : tty_files, index) ||
	    !pseudo_add_link(class, d->name, target))
		return -ENOMEM;
	return 0;
}

int sysfs_add_class(struct dentry *root, struct dentry *devices_dir)
{
	struct dentry *class = sysfs_add_dir(root, "class", no_files, 0);
	struct dentry *virtual = sysfs_add_dir(devices_dir, "virtual", no_files, 0);
	struct dentry *ttys = class ? sysfs_add_dir(class, "tty", no_files, 0) : NULL;
	struct dentry *parent = virtual ? sysfs_add_dir(virtual, "tty", no_files, 0) : NULL;

	if (!ttys || !parent)
		return -ENOMEM;
	for (unsigned i = 0; devices[i].name && *devices[i].name; i++) {
		u32 major = devices[i].major;

		if ((major == 4 || major == 5) && device_present(&devices[i]) &&
		    add_tty(ttys, parent, i))
			return -ENOMEM;
	}
	return 0;
}
