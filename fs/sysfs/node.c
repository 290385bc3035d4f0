/*
 * node.c - devices/system/node: the memory nodes, what is in them and how far apart they are.
 *
 * Differs from Linux: meminfo and vmstat have only the lines whose figures are known per node. What
 * pages are used for is found out by looking at each of the node when the file is read.
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

static void show_none(struct text *out, unsigned number)
{
	text_char(out, '\n');
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
	text_printf(out, "Node %u %-16s%8lu kB\n", node, name, pages << (PAGE_SHIFT - 10));
}

static void show_meminfo(struct text *out, unsigned node)
{
	struct page_stats pages;
	struct page_kinds kinds;

	page_stats(&pages, BIT(node));
	page_kinds(&kinds, node);
	show_line(out, node, "MemTotal:", pages.total);
	show_line(out, node, "MemFree:", pages.free);
	show_line(out, node, "MemUsed:", pages.total - pages.free);
	show_line(out, node, "SwapCached:", 0);
	show_line(out, node, "Dirty:", 0);
	show_line(out, node, "Writeback:", 0);
	show_line(out, node, "FilePages:", kinds.file);
	show_line(out, node, "AnonPages:", kinds.anonymous);
	show_line(out, node, "Shmem:", kinds.file);
	show_line(out, node, "PageTables:", kinds.tables);
	show_line(out, node, "KReclaimable:", 0);
	show_line(out, node, "Slab:", kinds.slab);
	show_line(out, node, "SReclaimable:", 0);
	show_line(out, node, "SUnreclaim:", kinds.slab);
}

static void show_numastat(struct text *out, unsigned node)
{
	struct page_places p;

	page_places(&p, node);
	text_printf(out, "numa_hit %lu\nnuma_miss %lu\nnuma_foreign %lu\n", p.hit, p.miss,
		    p.foreign);
	text_printf(out, "interleave_hit %lu\nlocal_node %lu\nother_node %lu\n", p.interleave,
		    p.local, p.other);
}

static void show_vmstat(struct text *out, unsigned node)
{
	struct page_stats pages;
	struct page_kinds kinds;
	struct page_places p;

	page_stats(&pages, BIT(node));
	page_kinds(&kinds, node);
	page_places(&p, node);
	text_printf(out, "nr_free_pages %lu\nnuma_hit %lu\nnuma_miss %lu\nnuma_foreign %lu\n",
		    pages.free, p.hit, p.miss, p.foreign);
	text_printf(out, "numa_interleave %lu\nnuma_local %lu\nnuma_other %lu\n", p.interleave,
		    p.local, p.other);
	text_printf(out, "nr_slab_reclaimable 0\nnr_slab_unreclaimable %lu\nnr_anon_pages %lu\n",
		    kinds.slab, kinds.anonymous);
	text_printf(out, "nr_file_pages %lu\nnr_dirty 0\nnr_writeback 0\nnr_shmem %lu\n",
		    kinds.file, kinds.file);
	text_printf(out, "nr_page_table_pages %lu\n", kinds.tables);
}

static const struct sysfs_attr all_files[] = {
	{ "has_cpu", show_has_cpu },
	{ "has_generic_initiator", show_none },
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
	{ "numastat", show_numastat },
	{ "vmstat", show_vmstat },
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
