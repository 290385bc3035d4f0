/*
 * mmu.c - page tables of user address spaces: four levels, pages of 4 KiB (Intel SDM volume
 * 3, 4.5).
 *
 * A table above the lowest level notes in its struct page which groups of 16 entries were ever
 * used, so walks over a sparse space and its destruction look at few entries.  The lowest tables
 * are written by kernel/vm, and are searched entry by entry.
 *
 * Tables that are given back hold nothing but zeroes: the caller has emptied the lowest ones, and
 * we clear what we follow.  Each CPU keeps some of them for the next fork, which then needs not
 * clear a page.
 *
 * Locking: a table belongs to its address space's lock; the stock to its CPU, as the kernel is not
 * preemptible and no interrupt handler comes here.
 */
#include "arch/mmu.h"

#include "arch/x86_64/kmap.h"
#include "arch/x86_64/segment.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/mem/page.h"

#define TABLE_ENTRIES 512
#define GROUP	      16       /* entries that one bit of the summary stands for */
#define USER_GROUPS   0xfffful /* of the top level */
#define TOP	      3
#define TABLE_FLAGS   (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED)

/* Bytes below one entry of a level. */
static always_inline u64 span(int level)
{
	return PAGE_SIZE << (9 * level);
}

static always_inline unsigned slot(u64 va, int level)
{
	return va >> (PAGE_SHIFT + 9 * level) & (TABLE_ENTRIES - 1);
}

static always_inline u64 *summary(const pte_t *table)
{
	return &page_of_virt(table)->index;
}

static always_inline pte_t *table_below(pte_t e)
{
	return phys_to_virt(pte_phys(e));
}

static pte_t *table_alloc(void)
{
	struct cpu_arch *a = cpu_arch(cpu_this());
	struct page *p;

	if (a->table_count)
		return a->tables[--a->table_count];
	p = page_alloc(0, PAGE_ZERO);
	if (!p)
		return NULL;
	p->index = 0;
	p->flags = PAGE_TABLE;
	return page_virt(p);
}

#ifdef DEBUG
static void assert_zero(const pte_t *table)
{
	for (int i = 0; i < TABLE_ENTRIES; i++)
		bug_if(table[i]);
}
#else
static void assert_zero(const pte_t *table)
{
	(void)table;
}
#endif

/* All entries are zero. */
static void table_free(pte_t *table)
{
	struct cpu_arch *a = cpu_arch(cpu_this());

	assert_zero(table);
	*summary(table) = 0;
	if (a->table_count < TABLE_STOCK)
		a->tables[a->table_count++] = table;
	else
		page_free(page_of_virt(table));
}

u64 pagetable_stock(void)
{
	u64 pages = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		pages += READ_ONCE(cpu_arch(&cpus[cpu])->table_count);
	return pages;
}

int pagetable_create(struct pagetable *pt)
{
	pte_t *root = table_alloc();

	if (!root)
		return -ENOMEM;
	kmap_copy_slots(root);
	*pt = (struct pagetable){ .root = virt_to_phys(root) };
	return 0;
}

/* Frees the tables below `table`, which is of `level`, and clears its user entries. */
static void free_below(struct pagetable *pt, pte_t *table, int level)
{
	u64 groups = level == TOP ? *summary(table) & USER_GROUPS : *summary(table);
	int group;

	for_each_bit(group, groups)
	{
		for (pte_t *e = &table[group * GROUP]; e < &table[(group + 1) * GROUP]; e++) {
			pte_t *below = table_below(*e);

			if (!*e)
				continue;
			if (level > 1)
				free_below(pt, below, level - 1);
			*e = 0;
			table_free(below);
			pt->tables--;
		}
	}
}

void pagetable_destroy(struct pagetable *pt)
{
	pte_t *root = phys_to_virt(pt->root);

	bug_if(READ_ONCE(pt->cpus));
	free_below(pt, root, TOP);
	kmap_clear_slots(root);
	table_free(root);
	pt->root = 0;
}

/* Slow part of the walk: a table is missing below table[i]. */
static noinline pte_t *add_table(struct pagetable *pt, pte_t *table, unsigned i)
{
	pte_t *below = table_alloc();

	if (!below)
		return NULL;
	*summary(table) |= BIT(i / GROUP);
	/* Another CPU's walk may come by once the entry is there: the zeroes go first. */
	__atomic_store_n(&table[i], virt_to_phys(below) | TABLE_FLAGS, __ATOMIC_RELEASE);
	pt->tables++;
	return below;
}

pte_t *pagetable_walk(struct pagetable *pt, u64 va, bool alloc)
{
	pte_t *table = phys_to_virt(pt->root);

	for (int level = TOP; level; level--) {
		unsigned i = slot(va, level);

		if (likely(table[i]))
			table = table_below(table[i]);
		else if (!alloc || !(table = add_table(pt, table, i)))
			return NULL;
	}
	return &table[slot(va, 0)];
}

/* The first used entry of an upper table at or after `from`, or TABLE_ENTRIES. */
static unsigned next_below(const pte_t *table, unsigned from)
{
	u64 groups = *summary(table);

	while (from < TABLE_ENTRIES) {
		if (!(from % GROUP)) {
			u64 rest = groups & ~(BIT(from / GROUP) - 1);

			if (!rest)
				return TABLE_ENTRIES;
			from = max(from, (unsigned)bits_first(rest) * GROUP);
		}
		if (table[from])
			return from;
		from++;
	}
	return TABLE_ENTRIES;
}

static unsigned next_leaf(const pte_t *table, unsigned from, unsigned limit)
{
	while (from < limit && !table[from])
		from++;
	return from;
}

pte_t *pagetable_next(struct pagetable *pt, u64 *va, u64 end)
{
	u64 at = *va;

	while (at < end) {
		pte_t *table = phys_to_virt(pt->root);
		int level = TOP;

		for (; level; level--) {
			unsigned from = slot(at, level), i = next_below(table, from);

			if (i == TABLE_ENTRIES)
				break;
			if (i != from)
				at = align_down(at, span(level + 1)) + i * span(level);
			if (at >= end)
				return NULL;
			table = table_below(table[i]);
		}
		if (!level) {
			u64 base = align_down(at, span(1));
			unsigned limit = (unsigned)min((end - base) >> PAGE_SHIFT, 512ul);
			unsigned i = next_leaf(table, slot(at, 0), limit);

			*va = base + i * PAGE_SIZE;
			if (i < limit)
				return &table[i];
		}
		at = align_down(at, span(level + 1)) + span(level + 1);
	}
	return NULL;
}

/* Is there anything in it?  A stale summary bit is cleared on the way. */
static bool table_empty(pte_t *table, int level)
{
	if (!level)
		return next_leaf(table, 0, TABLE_ENTRIES) == TABLE_ENTRIES;
	if (next_below(table, 0) != TABLE_ENTRIES)
		return false;
	*summary(table) = 0;
	return true;
}

static void prune_below(struct pagetable *pt, pte_t *table, int level, u64 base, u64 start, u64 end)
{
	unsigned i = start > base ? (unsigned)((start - base) / span(level)) : 0;

	for (; (i = next_below(table, i)) < TABLE_ENTRIES; i++) {
		u64 at = base + i * span(level);
		pte_t *below = table_below(table[i]);

		if (at >= end)
			break;
		if (level > 1)
			prune_below(pt, below, level - 1, at, start, end);
		if (!table_empty(below, level - 1))
			continue;
		table[i] = 0;
		/* A processor may hold the entry in its caches of upper levels: the flush of the
		   range that follows, or that came before with the entries gone, drops it. */
		pagetable_flush(pt, at, at + PAGE_SIZE);
		table_free(below);
		pt->tables--;
	}
}

void pagetable_prune(struct pagetable *pt, u64 start, u64 end)
{
	if (start < end)
		prune_below(pt, phys_to_virt(pt->root), TOP, 0, start, min(end, USER_END));
}
