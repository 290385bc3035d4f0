/*
 * kmap.c - the kernel's half of every address space, made once at boot.
 *
 *   DIRECT_MAP            all RAM, writable, never executable, in pages of 2 MiB where whole ones
 *                         lie in a range and of 4 KiB at ragged ends; in a debug build of 4 KiB,
 *                         since pages below stacks are taken out (mmu_guard)
 *   KERNEL_BASE           the image: text r-x, rodata r--, data and bss rw-
 *   KERNEL_BASE + 1 GiB   device memory, uncached (mmu_map_io)
 *
 * All of it is global.  The tables come from boot_alloc(); later mappings of devices add entries
 * below a top-level slot that every address space shares already.
 *
 * Locking: mmu_map_io() takes io_lock; all else runs on the boot CPU alone.
 */
#include "arch/x86_64/kmap.h"

#include "arch/x86_64/features.h"
#include "arch/x86_64/insn.h"
#include "kernel/lib/log.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"

#define PTE_CACHE_OFF 0x018ul /* PCD and PWT */
#define PTE_LARGE     0x080ul
#define PTE_GLOBAL    0x100ul
#define LARGE_SIZE    (2ul << 20)
#define IO_BASE	      0xffffffffc0000000ul
#define IO_END	      0xffffffffff000000ul
#define KERNEL_HALF   256 /* first top-level slot */

extern char kernel_start[], text_end[], rodata_end[], kernel_end[];

static pte_t kernel_root[512] aligned_to(4096);
static u16 slots[16]; /* [I] used ones of kernel_root */
static int slot_count;
static bool ready;

static struct spinlock io_lock = SPINLOCK_INIT(RANK_SLAB); /* tables come from RANK_PAGE */
static u64 io_next = IO_BASE;				   /* [io_lock] */

bool kmap_ready(void)
{
	return ready;
}

static void *table_alloc(void)
{
	struct page *p;

	if (boot.free_count)
		return boot_alloc(PAGE_SIZE, PAGE_SIZE);
	p = page_alloc(0, PAGE_ZERO);
	return p ? page_virt(p) : NULL;
}

/* The entry for va at a level (0: 4 KiB, 1: 2 MiB); NULL without memory. */
static pte_t *kmap_entry(u64 va, int level)
{
	pte_t *table = kernel_root;

	for (int at = 3; at > level; at--) {
		pte_t *e = &table[va >> (12 + 9 * at) & 511];

		if (!*e) {
			void *next = table_alloc();

			if (!next)
				return NULL;
			*e = virt_to_phys(next) | PTE_PRESENT | PTE_WRITE;
		}
		table = phys_to_virt(pte_phys(*e));
	}
	return &table[va >> (12 + 9 * level) & 511];
}

static u64 flags_of(bool write, bool exec)
{
	return PTE_PRESENT | PTE_ACCESSED | (write ? PTE_WRITE | PTE_DIRTY : 0) |
	       (features.pge ? PTE_GLOBAL : 0) | (exec || !features.nx ? 0 : PTE_NX);
}

#ifdef DEBUG
#define LARGE_PAGES false
#else
#define LARGE_PAGES true
#endif

static void map_range(u64 va, u64 phys, u64 end, u64 flags)
{
	while (phys < end) {
		bool large = LARGE_PAGES && !(phys % LARGE_SIZE) && end - phys >= LARGE_SIZE;
		u64 size = large ? LARGE_SIZE : PAGE_SIZE;

		*kmap_entry(va, large) = phys | flags | (large ? PTE_LARGE : 0);
		va += size;
		phys += size;
	}
}

static void map_ram(u64 start, u64 end)
{
	map_range(start + DIRECT_MAP, start, end, flags_of(true, false));
}

static void map_image(const char *start, const char *end, bool write, bool exec)
{
	map_range((u64)start, virt_to_phys(start), virt_to_phys(end), flags_of(write, exec));
}

void kmap_load(void)
{
	cr3_write(virt_to_phys(kernel_root));
}

void kmap_init(void)
{
	memory_each_ram(map_ram);
	map_image(kernel_start, text_end, false, true);
	map_image(text_end, rodata_end, false, false);
	map_image(rodata_end, kernel_end, true, false);
	/* The slot of device memory is the image's, but its second-level table must exist too. */
	kmap_entry(IO_BASE, 1);
	for (int i = KERNEL_HALF; i < 512; i++)
		if (kernel_root[i] && slot_count < (int)ARRAY_SIZE(slots))
			slots[slot_count++] = (u16)i;
	kmap_load();
	ready = true;
}

void kmap_copy_slots(pte_t *root)
{
	for (int i = 0; i < slot_count; i++)
		root[slots[i]] = kernel_root[slots[i]];
}

void kmap_clear_slots(pte_t *root)
{
	for (int i = 0; i < slot_count; i++)
		root[slots[i]] = 0;
}

u64 kmap_root(void)
{
	return virt_to_phys(kernel_root);
}

/* Never unmapped, so nobody's TLB holds anything older. */
void *mmu_map_io(u64 phys, size_t size)
{
	u64 offset = phys % PAGE_SIZE, va;
	u64 pages = (offset + size + PAGE_SIZE - 1) / PAGE_SIZE;

	spin_lock(&io_lock);
	bug_if(pages > (IO_END - io_next) / PAGE_SIZE);
	va = io_next;
	io_next += pages * PAGE_SIZE;
	for (u64 i = 0; i < pages; i++) {
		pte_t *e = kmap_entry(va + i * PAGE_SIZE, 0);

		bug_if(!e);
		*e = ((phys - offset) + i * PAGE_SIZE) | flags_of(true, false) | PTE_CACHE_OFF;
	}
	spin_unlock(&io_lock);
	return (void *)(va + offset);
}

#ifdef DEBUG
/* An entry that comes back needs no flush: what is not present is in no TLB. */
void mmu_guard(void *page, bool on)
{
	pte_t *e = kmap_entry((u64)page, 0);

	*e = on ? *e & ~PTE_PRESENT : *e | PTE_PRESENT;
	page_invalidate((u64)page);
}
#endif
