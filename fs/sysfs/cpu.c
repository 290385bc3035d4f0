/*
 * cpu.c - devices/system/cpu: which processors there are and how they lie together.
 *
 * All that came up at boot are present, and no others can come; writing 0 or 1 to cpuN/online takes
 * one out of service and back.  Each is a core and a package of its own, as /proc/cpuinfo has it.
 *
 * Differs from Linux: the directory topology of a CPU that is off stays.
 */
#include "fs/sysfs/sysfs.h"

#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/container/hotplug.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/parse.h"
#include "kernel/sched/thread.h"

static void show_list(struct text *out, u64 mask)
{
	text_list(out, mask);
	text_char(out, '\n');
}

static void show_mask(struct text *out, u64 mask)
{
	text_mask(out, mask, (unsigned)cpu_count());
	text_char(out, '\n');
}

static u64 all_cpus(void)
{
	return cpu_count() < 64 ? BIT(cpu_count()) - 1 : ~0ul;
}

static void show_online(struct text *out, unsigned number)
{
	show_list(out, sched_online());
}

static void show_offline(struct text *out, unsigned number)
{
	show_list(out, all_cpus() & ~sched_online());
}

static void show_all(struct text *out, unsigned number)
{
	show_list(out, all_cpus());
}

static void show_nothing(struct text *out, unsigned number)
{
	text_char(out, '\n');
}

static void show_kernel_max(struct text *out, unsigned number)
{
	text_printf(out, "%d\n", NCPU - 1);
}

static void show_is_online(struct text *out, unsigned cpu)
{
	text_printf(out, "%d\n", (sched_online() & BIT(cpu)) != 0);
}

static int write_is_online(char *text, unsigned cpu)
{
	bool online;
	int error = parse_bool(text, &online);

	return error ? error : container_set_cpu_online((int)cpu, online);
}

static void show_zero(struct text *out, unsigned cpu)
{
	text_string(out, "0\n");
}

static void show_number(struct text *out, unsigned cpu)
{
	text_printf(out, "%u\n", cpu);
}

static void show_own_mask(struct text *out, unsigned cpu)
{
	show_mask(out, BIT(cpu));
}

static void show_own_list(struct text *out, unsigned cpu)
{
	show_list(out, BIT(cpu));
}

static const struct sysfs_attr all_files[] = {
	{ "isolated", show_nothing },
	{ "kernel_max", show_kernel_max },
	{ "offline", show_offline },
	{ "online", show_online },
	{ "possible", show_all },
	{ "present", show_all },
	{},
};

static const struct sysfs_attr cpu_files[] = {
	{ "online", show_is_online, write_is_online },
	{},
};

static const struct sysfs_attr topology_files[] = {
	{ "core_cpus", show_own_mask },
	{ "core_cpus_list", show_own_list },
	{ "core_id", show_zero },
	{ "core_siblings", show_own_mask },
	{ "core_siblings_list", show_own_list },
	{ "package_cpus", show_own_mask },
	{ "package_cpus_list", show_own_list },
	{ "physical_package_id", show_number },
	{ "thread_siblings", show_own_mask },
	{ "thread_siblings_list", show_own_list },
	{},
};

/* The first CPU cannot be switched off, so on Linux it has no such file. */
static int add_cpu(struct dentry *parent, unsigned cpu)
{
	static const struct sysfs_attr no_files[] = { {} };
	char name[16], node[16], target[40];
	struct dentry *dir;

	format(name, sizeof(name), "cpu%u", cpu);
	format(node, sizeof(node), "node%u", cpus[cpu].node);
	format(target, sizeof(target), "../../node/%s", node);
	dir = sysfs_add_dir(parent, name, cpu ? cpu_files : no_files, cpu);
	if (!dir || !sysfs_add_dir(dir, "topology", topology_files, cpu) ||
	    !pseudo_add_link(dir, node, target))
		return -ENOMEM;
	return 0;
}

int sysfs_add_cpus(struct dentry *system)
{
	struct dentry *dir = sysfs_add_dir(system, "cpu", all_files, 0);
	int error = dir ? 0 : -ENOMEM;

	for (unsigned cpu = 0; cpu < (unsigned)cpu_count() && !error; cpu++)
		error = add_cpu(dir, cpu);
	return error;
}
