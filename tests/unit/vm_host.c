/*
 * vm_host.c - the machine of vm_host.h, and what kernel/vm expects of layers the host lacks.
 */
#include "tests/unit/vm_host.h"

#include "arch/boot.h"
#include "arch/uaccess.h"
#include "arch/x86_64/kmap.h"
#include "arch/x86_64/segment.h"
#include "tests/unit/host/host.h"

struct file files[FILES];
struct vm *spaces[SPACES];
static u64 objects_before, pages_before;
static struct cpu_arch host_arch;
static struct thread host_thread;

u64 kmap_root(void)
{
	return 0;
}

void kmap_copy_slots(u64 *root)
{
	root[511] = 1;
}

void kmap_clear_slots(u64 *root)
{
	root[511] = 0;
}

void pagetable_flush(struct pagetable *pt, u64 start, u64 end)
{
}

void pagetable_flush_local(u64 va)
{
}

/* The machine waits for nobody. */
void mutex_wait(struct mutex *m)
{
	check(!m->owner);
}

#ifdef DEBUG
void mutex_lock(struct mutex *m)
{
	check(!m->owner);
	m->owner = &host_thread;
}

void mutex_unlock(struct mutex *m)
{
	check(m->owner == &host_thread);
	m->owner = NULL;
}
#endif

void mutex_lock_nested(struct mutex *m)
{
	mutex_lock(m);
}

bool mutex_held(const struct mutex *m)
{
	return m->owner == &host_thread;
}

bool oom_kill(u64 nodes)
{
	return false;
}

void sched_switch(void)
{
}

void waiter_init(struct waiter *w, bool exclusive)
{
}

void waiter_prepare(struct waitq *q, struct waiter *w, u32 state)
{
}

void waiter_remove(struct waitq *q, struct waiter *w)
{
}

void wait_sleep(u64 deadline)
{
	host_now = deadline;
}

size_t user_write(void __user *dst, const void *src, size_t n)
{
	__builtin_memcpy(dst, src, n);
	return n;
}

static void file_hold(void *owner)
{
	((struct file *)owner)->refs++;
}

static void file_release(void *owner)
{
	((struct file *)owner)->refs--;
	for (int i = 0; i < SPACES; i++)
		check(!spaces[i] || !spaces[i]->lock.owner);
}

static u64 writes_noted;

static void file_written(struct mapping *m)
{
	writes_noted++;
}

static const struct mapping_ops file_ops = { .hold = file_hold, .release = file_release };
static const struct mapping_ops noting_ops = { .hold = file_hold,
					       .release = file_release,
					       .written = file_written };

int vm_host_access(struct vm *vm, u64 va, unsigned fault, u8 **at)
{
	for (int tries = 0; tries < 3; tries++) {
		pte_t *e = pagetable_walk(&vm->pt, va, false);
		int ret, code;

		if (e && (*e & PTE_PRESENT) && (!(fault & FAULT_WRITE) || (*e & PTE_WRITE)) &&
		    (!(fault & FAULT_EXEC) || !(*e & PTE_NX))) {
			*at = (u8 *)page_virt(page_of_phys(pte_phys(*e))) + va % PAGE_SIZE;
			return 0;
		}
		ret = vm_fault(vm, va, fault, &code);
		if (ret)
			return ret == -EFAULT ? -code : ret;
	}
	check(!"a solved fault must not come again");
	return 0;
}

u64 vm_host_check(struct vm *vm)
{
	u64 pages = 0, data = 0, anon = 0, file = 0, shared = 0, count = 0, locked = 0;
	struct region *r, *before = NULL;
	pte_t *e;
	u64 va;

	mutex_lock(&vm->lock);
	for (r = vm_find(vm, 0); r; before = r, r = region_next(r)) {
		check(r->start < r->end && !(r->start & ~PAGE_MASK) && !(r->end & ~PAGE_MASK));
		check(!before || before->end <= r->start);
		check(r->vm == vm);
		count++;
		pages += region_pages(r);
		locked += r->flags & VM_LOCKED ? region_pages(r) : 0;
		if ((r->flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE)
			data += region_pages(r);
		for_each_entry(e, va, &vm->pt, r->start, r->end)
		{
			if (*e & PTE_ZEROPAGE)
				check(!(*e & PTE_WRITE) && page_of_phys(pte_phys(*e)) == zero_page);
			else if (*e & PTE_ANON)
				anon++;
			else if (r->mapping->host)
				file++;
			else
				shared++;
			check((r->flags & VM_ACCESS) || !(*e & PTE_PRESENT));
			check((r->flags & VM_WRITE) || !(*e & PTE_WRITE));
			check((r->flags & VM_EXEC) || (*e & PTE_NX));
			check((r->flags & (VM_HAS_ANON)) || !r->mapping || !(*e & PTE_ANON));
		}
	}
	for_each_entry(e, va, &vm->pt, 0, USER_END)
	{
		r = vm_find(vm, va);
		check(r && r->start <= va);
	}
	mutex_unlock(&vm->lock);
	check_eq(vm->count, count);
	check_eq(vm->pages, pages);
	check_eq(vm->data_pages, data);
	check_eq(vm->locked, locked);
	check_eq(vm->rss_anon, anon);
	check_eq(vm->rss_file, file);
	check_eq(vm->rss_shared, shared);
	return pages;
}

void vm_host_boot(void)
{
	static bool once;

	if (!boot.memory_total) {
		host_boot(2, 32ul << 20, 4);
		page_init();
		slab_init();
	}
	if (!once)
		vm_init();
	once = true;
	cpus[0].arch = &host_arch;
	cpus[0].thread = &host_thread;
	mems_init(&host_thread.mems, NULL);
}

/* What is not free, and belongs neither to a cache nor to the stock of tables. */
static u64 pages_used(void)
{
	struct page_stats stats;

	page_stats(&stats, NODES_ALL);
	return stats.total - stats.free - slab_pages() - (u64)host_arch.table_count;
}

void vm_host_begin(void)
{
	objects_before = slab_allocated();
	pages_before = pages_used();
	for (int i = 0; i < FILES; i++) {
		files[i] = (struct file){ .pages = 30 };
		mapping_init(&files[i].mapping, i == 2 ? &noting_ops : &file_ops, &files[i]);
		files[i].mapping.size = 30 * PAGE_SIZE;
	}
	for (int i = 0; i < SPACES; i++) {
		spaces[i] = vm_create();
		spaces[i]->mmap_base = va_of(PAGES);
	}
}

void vm_host_end(void)
{
	for (int i = 0; i < SPACES; i++) {
		struct vm *vm = spaces[i];

		spaces[i] = NULL;
		vm_put(vm);
	}
	for (int i = 0; i < FILES; i++) {
		check_eq(files[i].refs, 0);
		mapping_destroy(&files[i].mapping);
	}
	check_eq(mapping_total(), 0);
	check_eq(slab_allocated(), objects_before);
	check_eq(refcount_read(&zero_page->refs), 1);
	check_eq(pages_used(), pages_before);
}
