/*
 * meminfo.c - /proc/meminfo, vmstat and buddyinfo.
 *
 * All cached pages belong to file systems that live in memory, or to shared memory, so Cached and
 * Shmem are the same, and nothing of it could be given back: MemAvailable is what is free.
 *
 * Differs from Linux: lines whose figure is not kept are left out (Active, AnonPages, Mapped,
 * PageTables, Committed_AS ...); a node is one zone, named Normal.
 */
#include "fs/procfs/procfs.h"

#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"

static u64 stack_pages(void)
{
	return ((u64)task_count() + (u64)cpu_count()) * (STACK_SIZE >> PAGE_SHIFT);
}

int proc_show_meminfo(struct text *out)
{
	u64 cached = mapping_total(), slab = slab_pages();
	struct page_stats pages;

	page_stats(&pages, NODES_ALL);
	const struct {
		const char *name;
		u64 pages;
	} lines[] = {
		{ "MemTotal:", pages.total },
		{ "MemFree:", pages.free },
		{ "MemAvailable:", pages.free },
		{ "Buffers:", 0 },
		{ "Cached:", cached },
		{ "SwapCached:", 0 },
		{ "SwapTotal:", 0 },
		{ "SwapFree:", 0 },
		{ "Dirty:", 0 },
		{ "Writeback:", 0 },
		{ "Shmem:", cached },
		{ "KReclaimable:", 0 },
		{ "Slab:", slab },
		{ "SReclaimable:", 0 },
		{ "SUnreclaim:", slab },
		{ "KernelStack:", stack_pages() },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		text_printf(out, "%-16s%8lu kB\n", lines[i].name,
			    lines[i].pages << (PAGE_SHIFT - 10));
	return 0;
}

int proc_show_vmstat(struct text *out)
{
	u64 cached = mapping_total();
	struct page_stats pages;

	page_stats(&pages, NODES_ALL);
	text_printf(out, "nr_free_pages %lu\nnr_slab_reclaimable 0\nnr_slab_unreclaimable %lu\n",
		    pages.free, slab_pages());
	text_printf(out, "nr_file_pages %lu\nnr_dirty 0\nnr_writeback 0\nnr_shmem %lu\n", cached,
		    cached);
	text_printf(out, "nr_kernel_stack %lu\n", stack_pages() << (PAGE_SHIFT - 10));
	return 0;
}

int proc_show_buddyinfo(struct text *out)
{
	u64 blocks[PAGE_ORDERS];
	unsigned node;

	for_each_bit(node, node_memory())
	{
		page_blocks(blocks, node);
		text_printf(out, "Node %u, zone %8s ", node, "Normal");
		for (unsigned order = 0; order < PAGE_ORDERS; order++)
			text_printf(out, "%6lu ", blocks[order]);
		text_char(out, '\n');
	}
	return 0;
}
