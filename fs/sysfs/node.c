/*
 * node.c - devices/system/node: the memory nodes, what is in them and how far apart they are.
 *
 * Differs from Linux: meminfo has only the lines whose figures are kept per node, and numastat, of
 * which there are none, is missing.
 */
#include "fs/sysfs/sysfs.h"

#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/parse.h"
#include "kernel/mem/page.h"
#include "kernel/sched/thread.h"

static void show_list(struct text *out, u64 mask)
{
	text_list(out, mask);
	text_char(out, '\n');
}

static void show_all(struct text *out, unsigned number)
{
	show_list(out, node_online());
}

static void show_has_memory(struct text *out, unsigned number)
{
	show_list(out, node_memory());
}

static void show_has_cpu(struct text *out, unsigned number)
{
	show_list(out, node_with_cpus());
}

static void show_cpulist(struct text *out, unsigned node)
{
	show_list(out, node_cpus(node) & sched_online());
}

static void show_cpumap(struct text *out, unsigned node)
{
	text_mask(out, node_cpus(node) & sched_online(), (unsigned)cpu_count());
	text_char(out, '\n');
}

static void show_distance(struct text *out, unsigned node)
{
	const char *space = "";
	unsigned to;

	for_each_bit(to, node_online())
	{
		text_printf(out, "%s%u", space, node_distance(node, to));
		space = " ";
	}
	text_char(out, '\n');
}

static void show_line(struct text *out, unsigned node, const char *name, u64 pages)
{
	text_printf(out, "Node %u %-15s%8lu kB\n", node, name, pages << (PAGE_SHIFT - 10));
}

static void show_meminfo(struct text *out, unsigned node)
{
	struct page_stats pages;

	page_stats(&pages, BIT(node));
	show_line(out, node, "MemTotal:", pages.total);
	show_line(out, node, "MemFree:", pages.free);
	show_line(out, node, "MemUsed:", pages.total - pages.free);
}

static const struct sysfs_attr all_files[] = {
	{ "has_cpu", show_has_cpu },
	{ "has_memory", show_has_memory },
	{ "has_normal_memory", show_has_memory },
	{ "online", show_all },
	{ "possible", show_all },
	{},
};

static const struct sysfs_attr node_files[] = {
	{ "cpulist", show_cpulist },
	{ "cpumap", show_cpumap },
	{ "distance", show_distance },
	{ "meminfo", show_meminfo },
	{},
};

static int add_node(struct dentry *parent, unsigned node)
{
	char name[16], target[32];
	struct dentry *dir;
	unsigned cpu;

	format(name, sizeof(name), "node%u", node);
	dir = sysfs_add_dir(parent, name, node_files, node);
	if (!dir)
		return -ENOMEM;
	for_each_bit(cpu, node_cpus(node))
	{
		format(name, sizeof(name), "cpu%u", cpu);
		format(target, sizeof(target), "../../cpu/%s", name);
		if (!pseudo_add_link(dir, name, target))
			return -ENOMEM;
	}
	return 0;
}

int sysfs_add_nodes(struct dentry *system)
{
	struct dentry *dir = sysfs_add_dir(system, "node", all_files, 0);
	int error = dir ? 0 : -ENOMEM;
	unsigned node;

	if (error)
		return error;
	for_each_bit(node, node_online())
	{
		error = add_node(dir, node);
		if (error)
			break;
	}
	return error;
}
