/*
 * memory.c - which physical memory is free, until kernel/mem takes over.
 *
 * boot.free is kept sorted and without overlaps whatever the firmware's map looks like: adding a
 * range takes it out first, and reserving cuts, with rounding so that a page is free only when all
 * of it is.  A second list remembers what was RAM, for the direct map.
 *
 * `mem=` on the command line ends both lists at an address, as on Linux.
 */
#include "arch/x86_64/kmap.h"
#include "arch/x86_64/loader.h"

#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"

#define MEMORY_LIMIT (4ul << 40) /* more is not used */
#define LOW_END	     0x100000ul	 /* firmware and the start of other CPUs */
#define LEAST	     (8ul << 20) /* behind the image, for the kernel to tell what it misses */

struct boot_info boot;

static struct boot_range ram[ARRAY_SIZE(boot.free)];
static int ram_count;

extern char kernel_start[], kernel_end[];

static bool list_insert_at(struct boot_range *list, int *count, int at, struct boot_range r)
{
	if (*count == ARRAY_SIZE(boot.free))
		return false; /* the smallest piece is lost, not the machine */
	memmove(&list[at + 1], &list[at], (*count - at) * sizeof(r));
	list[at] = r;
	++*count;
	return true;
}

static void list_drop(struct boot_range *list, int *count, int at)
{
	--*count;
	memmove(&list[at], &list[at + 1], (*count - at) * sizeof(*list));
}

/* Cuts [start, end) out of the list. */
static void list_cut(struct boot_range *list, int *count, u64 start, u64 end)
{
	for (int i = 0; i < *count; i++) {
		struct boot_range *r = &list[i], rest = *r;

		if (r->end <= start || r->start >= end)
			continue;
		rest.start = end;
		if (start > r->start) {
			r->end = start;
			if (rest.end > end)
				list_insert_at(list, count, ++i, rest);
		} else if (rest.end > end) {
			r->start = end;
		} else {
			list_drop(list, count, i--);
		}
	}
}

/* Neighbours of one node become one range. */
static void list_add_range(struct boot_range *list, int *count, struct boot_range r)
{
	int at = 0;

	if (r.start >= r.end)
		return;
	list_cut(list, count, r.start, r.end);
	while (at < *count && list[at].start < r.start)
		at++;
	if (at < *count && list[at].start == r.end && list[at].node == r.node) {
		list[at].start = r.start;
	} else if (at && list[at - 1].end == r.start && list[at - 1].node == r.node) {
		list[at - 1].end = r.end;
		return;
	} else if (!list_insert_at(list, count, at, r)) {
		return;
	}
	if (at && list[at - 1].end == r.start && list[at - 1].node == r.node) {
		list[at].start = list[at - 1].start;
		list_drop(list, count, at - 1);
	}
}

void memory_add(u64 start, u64 end)
{
	struct boot_range r = { .start = align_up(min(start, MEMORY_LIMIT), PAGE_SIZE),
				.end = align_down(min(end, MEMORY_LIMIT), PAGE_SIZE) };

	list_add_range(boot.free, &boot.free_count, r);
	list_add_range(ram, &ram_count, r);
}

static void cut_pages(struct boot_range *list, int *count, u64 start, u64 end)
{
	start = align_down(min(start, MEMORY_LIMIT), PAGE_SIZE);
	end = align_up(min(end, MEMORY_LIMIT), PAGE_SIZE);
	if (start < end)
		list_cut(list, count, start, end);
}

void memory_reserve(u64 start, u64 end)
{
	cut_pages(boot.free, &boot.free_count, start, end);
	cut_pages(ram, &ram_count, start, end);
}

bool memory_covers(u64 start, u64 end)
{
	for (int i = 0; i < ram_count; i++)
		if (ram[i].start <= start && end <= ram[i].end)
			return start < end;
	return false;
}

bool memory_overlaps(u64 start, u64 end)
{
	for (int i = 0; i < ram_count; i++)
		if (ram[i].start < end && start < ram[i].end)
			return true;
	return false;
}

/* Of several words the one that leaves least counts; 0, or no number, is none. */
static u64 read_limit(void)
{
	u64 limit = MEMORY_LIMIT, least = virt_to_phys(kernel_end) + LEAST, bytes;
	char text[32];

	for (unsigned n = 0; boot_option_nth("mem", n, text, sizeof(text)); n++) {
		bytes = parse_bytes(text);
		if (bytes && bytes < least)
			log_warn("boot: mem=%s is too little, ignored", text);
		else if (bytes)
			limit = min(limit, align_down(bytes, PAGE_SIZE));
	}
	return limit;
}

/* The loader puts the archive high, perhaps beyond the limit: it moves to the highest free place
   that has room.  Both lie in what is mapped. */
static void initrd_lower(void)
{
	const void *from = boot_peek(boot.initrd_start, boot.initrd_size);
	u64 size = align_up(boot.initrd_size, PAGE_SIZE);

	for (int i = boot.free_count; from && i--;) {
		struct boot_range *r = &boot.free[i];

		if (r->end - r->start < size)
			continue;
		boot.initrd_start = r->end - size;
		memmove(phys_to_virt(boot.initrd_start), from, boot.initrd_size);
		return;
	}
	log_error("boot: mem= leaves no room for the initrd, ignored");
	boot.initrd_size = 0;
}

void memory_finish(void)
{
	u64 limit = read_limit(), initrd_end = boot.initrd_start + boot.initrd_size;

	if (boot.initrd_size && !memory_covers(boot.initrd_start, initrd_end)) {
		log_error("boot: the initrd at %lx-%lx is not in memory, ignored",
			  boot.initrd_start, initrd_end);
		boot.initrd_size = 0;
	}
	cut_pages(boot.free, &boot.free_count, 0, LOW_END);
	cut_pages(boot.free, &boot.free_count, virt_to_phys(kernel_start),
		  virt_to_phys(kernel_end));
	memory_reserve(limit, MEMORY_LIMIT);
	if (boot.initrd_size && initrd_end > limit)
		initrd_lower();
	if (boot.initrd_size)
		cut_pages(boot.free, &boot.free_count, boot.initrd_start,
			  boot.initrd_start + boot.initrd_size);
	for (int i = 0; i < ram_count; i++) {
		boot.memory_total += ram[i].end - ram[i].start;
		boot.memory_end = max(boot.memory_end, ram[i].end);
	}
}

void memory_set_node(u64 start, u64 end, u32 node)
{
	for (int i = 0; i < boot.free_count; i++) {
		struct boot_range part = boot.free[i];

		part.start = max(part.start, align_up(start, PAGE_SIZE));
		part.end = min(part.end, align_down(end, PAGE_SIZE));
		part.node = node;
		if (part.start >= part.end || boot.free[i].node == node)
			continue;
		list_add_range(boot.free, &boot.free_count, part);
		i = -1; /* the list has moved; each turn settles a part, so this ends */
	}
}

/* Whole pages, so boot.free stays page aligned. */
void *boot_alloc(size_t size, size_t align)
{
	u64 limit = kmap_ready() ? MEMORY_LIMIT : BOOT_MAPPED;

	size = align_up(size, PAGE_SIZE);
	align = max(align, PAGE_SIZE);
	for (int i = 0; i < boot.free_count; i++) {
		u64 start = align_up(boot.free[i].start, align);
		u64 end = min(boot.free[i].end, limit);

		if (start > end || end - start < size)
			continue;
		list_cut(boot.free, &boot.free_count, start, start + size);
		return memset(phys_to_virt(start), 0, size);
	}
	panic("boot: no memory for %lu bytes", size);
}

void memory_each_ram(void (*fn)(u64 start, u64 end))
{
	for (int i = 0; i < ram_count; i++)
		fn(ram[i].start, ram[i].end);
}
