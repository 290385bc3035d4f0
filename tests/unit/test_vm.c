/*
 * Address spaces against a model: a page of the model knows what a byte of it must read as, and
 * whether it may be read or written; random calls are made on both, and both are compared.  The
 * page tables are the real ones; the processor is played by access().
 */
#include "tests/unit/test.h"

#include "arch/boot.h"
#include "arch/x86_64/kmap.h"
#include "arch/x86_64/segment.h"
#include "kernel/abi/mman.h"
#include "kernel/mem/slab.h"
#include "kernel/vm/region.h"

#define BASE	0x40000000ul
#define PAGES	1300 /* over three tables */
#define SPACES	3
#define FILES	3
#define LONGEST 64

/* --- what vm expects of the layers that the host does not have ------------------------------- */

static struct cpu_arch host_arch;
static struct thread host_thread;
static u64 flushes;

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
	flushes++;
}

void pagetable_flush_local(u64 va)
{
}

void mutex_init(struct mutex *m, enum lock_rank rank)
{
	m->owner = NULL;
}

void mutex_lock(struct mutex *m)
{
	check(!m->owner);
	m->owner = &host_thread;
}

void mutex_lock_nested(struct mutex *m)
{
	mutex_lock(m);
}

void mutex_unlock(struct mutex *m)
{
	check(m->owner == &host_thread);
	m->owner = NULL;
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
}

size_t user_write(void __user *dst, const void *src, size_t n)
{
	__builtin_memcpy(dst, src, n);
	return n;
}

bool user_range_ok(const void __user *p, size_t n)
{
	return true;
}

/* --- the model ------------------------------------------------------------------------------ */

enum kind { NONE, ANON, PRIVATE, SHARED };

struct file {
	struct mapping mapping;
	int refs;
	u8 byte[PAGES];
	u64 pages; /* size */
};

struct object { /* shared anonymous memory */
	u8 byte[LONGEST];
	u64 pages;
};

struct cell {
	enum kind kind;
	u32 prot;
	bool copied; /* PRIVATE: byte counts, not the file's */
	u8 byte;
	struct file *file;
	struct object *object;
	u64 index;
	bool dontfork, wipefork;
};

static struct file files[FILES];
static struct object objects[4096];
static unsigned object_count;
static struct vm *spaces[SPACES];
static struct cell cells[SPACES][PAGES];

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

static u64 va_of(u64 page)
{
	return BASE + page * PAGE_SIZE;
}

/* What the processor does: 0, or the error of the fault. */
static int access(struct vm *vm, u64 va, unsigned fault, u8 **at)
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

static int expected(const struct cell *c, unsigned fault, u8 *byte)
{
	if (c->kind == NONE)
		return -1; /* SEGV_MAPERR */
	if (fault & FAULT_WRITE	 ? !(c->prot & PROT_WRITE)
	    : fault & FAULT_EXEC ? !(c->prot & PROT_EXEC)
				 : !c->prot)
		return -2;
	*byte = c->byte;
	if (c->file && !(c->kind == PRIVATE && c->copied)) {
		if (c->index >= c->file->pages)
			return -EIO;
		*byte = c->file->byte[c->index];
	}
	if (c->object) {
		if (c->index >= c->object->pages)
			return -EIO;
		*byte = c->object->byte[c->index];
	}
	return 0;
}

static void compare(unsigned s, u64 page, unsigned fault)
{
	struct cell *c = &cells[s][page];
	u8 *at = NULL, want = 0;
	int got = access(spaces[s], va_of(page) + 7, fault, &at), exp = expected(c, fault, &want);

	check_eq(got, exp);
	if (got)
		return;
	check_eq(*at, want);
	if (!(fault & FAULT_WRITE))
		return;
	*at = (u8)test_random();
	if (c->kind == SHARED && c->file) {
		c->file->byte[c->index] = *at;
	} else if (c->kind == SHARED) {
		c->object->byte[c->index] = *at;
	} else {
		c->copied = true;
		c->byte = *at;
	}
}

static bool model_free(unsigned s, u64 page, u64 n)
{
	while (n--)
		if (cells[s][page++].kind != NONE)
			return false;
	return true;
}

/* Where mmap must put n pages: the highest place in the window, or -1. */
static s64 model_place(unsigned s, u64 n)
{
	for (s64 page = PAGES - (s64)n; page >= 0; page--)
		if (model_free(s, (u64)page, n))
			return page;
	return -1;
}

static void model_map(unsigned s, u64 page, u64 n, struct cell c)
{
	for (u64 i = 0; i < n; i++) {
		cells[s][page + i] = c;
		c.index++;
	}
}

/* The space is consistent in itself, and has the regions and counts that the model says. */
static void check_space_loose(unsigned s, bool model)
{
	struct vm *vm = spaces[s];
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
	for (u64 i = 0; i < PAGES && model; i++)
		if (cells[s][i].kind != NONE)
			pages--;
	check(!model || !pages);
}

static void check_space(unsigned s)
{
	check_space_loose(s, true);
}

static const u32 prots[] = { PROT_NONE,
			     PROT_READ,
			     PROT_READ | PROT_WRITE,
			     PROT_READ | PROT_EXEC,
			     PROT_READ | PROT_WRITE,
			     PROT_READ | PROT_WRITE,
			     PROT_WRITE,
			     PROT_READ | PROT_WRITE | PROT_EXEC };

static u32 some_prot(void)
{
	return prots[test_below(ARRAY_SIZE(prots))];
}

static void op_map(unsigned s, u64 page, u64 n)
{
	struct cell c = { .prot = some_prot() };
	u32 flags = 0, kind = (u32)test_below(4);
	bool fixed = test_below(2);
	s64 got, want = fixed ? (s64)page : model_place(s, n);

	if (kind < 2) {
		c.file = &files[test_below(FILES)];
		c.index = test_below(20);
	} else if (kind == 3) {
		c.object = &objects[object_count++];
		*c.object = (struct object){ .pages = n };
	}
	c.kind = kind == 0 ? PRIVATE : kind == 2 ? ANON : SHARED;
	flags = (c.kind == SHARED ? MAP_SHARED : MAP_PRIVATE) | (fixed ? MAP_FIXED : 0);
	if (fixed && !test_below(4)) {
		flags = (flags & ~MAP_FIXED) | MAP_FIXED_NOREPLACE;
		if (!model_free(s, page, n))
			want = -EEXIST;
	}
	if (test_below(8) == 0)
		flags |= MAP_POPULATE;
	got = vm_map(spaces[s], fixed ? va_of(page) : 0, n * PAGE_SIZE - test_below(4096), c.prot,
		     flags, VM_MAY, c.file ? &c.file->mapping : NULL, c.file, c.index);
	if (want == -EEXIST) {
		check_eq(got, want);
		return;
	}
	if (want < 0) {
		check(got > 0 && (u64)got < BASE);
		check_eq(vm_unmap(spaces[s], (u64)got, n * PAGE_SIZE), 0);
		return;
	}
	check_eq(got, va_of((u64)want));
	model_map(s, (u64)want, n, c);
	if (!(flags & MAP_POPULATE) || c.kind != PRIVATE || !(c.prot & PROT_WRITE))
		return;
	for (u64 i = 0; i < n && c.index + i < c.file->pages; i++) {
		cells[s][(u64)want + i].copied = true;
		cells[s][(u64)want + i].byte = c.file->byte[c.index + i];
	}
}

static void op_unmap(unsigned s, u64 page, u64 n)
{
	check_eq(vm_unmap(spaces[s], va_of(page), n * PAGE_SIZE), 0);
	model_map(s, page, n, (struct cell){ .kind = NONE });
}

static void op_protect(unsigned s, u64 page, u64 n)
{
	u32 prot = some_prot();
	u64 i;

	for (i = 0; i < n && cells[s][page + i].kind != NONE; i++)
		cells[s][page + i].prot = prot;
	check_eq(vm_protect(spaces[s], va_of(page), n * PAGE_SIZE, prot), i < n ? -ENOMEM : 0);
}

static void op_drop(unsigned s, u64 page, u64 n)
{
	check_eq(vm_advise(spaces[s], va_of(page), n * PAGE_SIZE, MADV_DONTNEED), ({
			 bool hole = false;

			 for (u64 i = page; i < page + n; i++) {
				 struct cell *c = &cells[s][i];

				 hole |= c->kind == NONE;
				 if (c->kind == ANON || c->kind == PRIVATE)
					 c->copied = false, c->byte = 0;
			 }
			 hole ? -ENOMEM : 0;
		 }));
}

static void op_fork(unsigned s)
{
	unsigned to = (unsigned)test_below(SPACES);

	if (to == s)
		return;
	vm_put(spaces[to]);
	spaces[to] = NULL;
	spaces[to] = vm_fork(spaces[s]);
	check(spaces[to]);
	for (u64 i = 0; i < PAGES; i++) {
		struct cell *c = &cells[to][i];

		*c = cells[s][i];
		if (c->dontfork)
			*c = (struct cell){ .kind = NONE };
		else if (c->wipefork)
			c->byte = 0;
	}
	check_space(to);
}

/* Pages [page, page + n) are one region as far as mremap is concerned. */
static bool one_region(unsigned s, u64 page, u64 n)
{
	struct region *r;
	bool one;

	mutex_lock(&spaces[s]->lock);
	r = vm_find(spaces[s], va_of(page));
	one = r && r->start <= va_of(page) && r->end >= va_of(page + n);
	mutex_unlock(&spaces[s]->lock);
	return one;
}

static void op_remap(unsigned s, u64 page, u64 n)
{
	u64 m = 1 + test_below(LONGEST), to = test_below(PAGES - m), i;
	bool fixed = test_below(2);
	u32 flags = MREMAP_MAYMOVE | (fixed ? MREMAP_FIXED : 0);
	struct cell moved[LONGEST];
	s64 got = vm_remap(spaces[s], va_of(page), n * PAGE_SIZE, m * PAGE_SIZE, flags, va_of(to));

	if (got < 0) {
		check(got == -EFAULT || got == -EINVAL || got == -ENOMEM);
		if (got == -EINVAL)
			check(fixed && to < page + n && page < to + m);
		if (got == -EFAULT && fixed && cells[s][page].kind != NONE) {
			/* As on Linux, the target and the tail may be gone already. */
			model_map(s, to, m, (struct cell){ .kind = NONE });
			if (m < n)
				model_map(s, page + m, n - m, (struct cell){ .kind = NONE });
		}
		return;
	}
	if (!fixed && m <= n) { /* cuts the tail off, whatever lies there */
		check_eq(got, va_of(page));
		model_map(s, page + m, n - m, (struct cell){ .kind = NONE });
		return;
	}
	if ((u64)got < BASE) { /* no place in the window */
		check_eq(vm_unmap(spaces[s], (u64)got, m * PAGE_SIZE), 0);
		model_map(s, page, n, (struct cell){ .kind = NONE });
		return;
	}
	check(!fixed || (u64)got == va_of(to));
	to = ((u64)got - BASE) / PAGE_SIZE;
	for (i = 0; i < m; i++) {
		moved[i] = i < n ? cells[s][page + i] : cells[s][page];
		if (i >= n) {
			moved[i].index = cells[s][page].index + i;
			moved[i].copied = false;
			moved[i].byte = 0;
		}
	}
	model_map(s, page, n, (struct cell){ .kind = NONE });
	for (i = 0; i < m; i++)
		cells[s][to + i] = moved[i];
	check(one_region(s, to, m));
}

static void op_truncate(void)
{
	struct file *f = &files[test_below(FILES)];
	u64 size = test_below(60);

	mapping_truncate(&f->mapping, size * PAGE_SIZE);
	for (u64 i = size; i < PAGES; i++)
		f->byte[i] = 0;
	for (unsigned s = 0; s < SPACES; s++)
		for (u64 i = 0; i < PAGES; i++)
			if (cells[s][i].file == f && cells[s][i].index >= size)
				cells[s][i].copied = false;
	f->pages = size;
}

static void op_punch(void)
{
	struct file *f = &files[test_below(FILES)];
	u64 first = test_below(40), last = first + test_below(20);

	mapping_punch(&f->mapping, first, last);
	for (u64 i = first; i < last; i++)
		f->byte[i] = 0;
}

static void op_flags(unsigned s, u64 page, u64 n)
{
	static const int advices[] = { MADV_DONTFORK, MADV_DOFORK, MADV_WIPEONFORK,
				       MADV_KEEPONFORK };
	int advice = advices[test_below(4)], ret, want = 0;
	u64 i;

	for (i = 0; i < n; i++) {
		struct cell *c = &cells[s][page + i];

		if (c->kind == NONE) {
			want = -ENOMEM;
			continue;
		}
		if (advice == MADV_WIPEONFORK && c->kind != ANON) {
			want = -EINVAL;
			break;
		}
		if (advice == MADV_DONTFORK || advice == MADV_DOFORK)
			c->dontfork = advice == MADV_DONTFORK;
		else
			c->wipefork = advice == MADV_WIPEONFORK;
	}
	ret = vm_advise(spaces[s], va_of(page), n * PAGE_SIZE, advice);
	check_eq(ret, want);
}

static void op_foreign(unsigned s, u64 page)
{
	struct cell *c = &cells[s][page];
	u8 value = (u8)test_random(), want;
	bool write = test_below(2);
	struct cell open = *c;
	size_t done;
	int ret;

	open.prot = c->kind == SHARED && write ? c->prot : PROT_READ | PROT_WRITE;
	ret = expected(&open, write ? FAULT_WRITE : 0, &want);
	if (!write)
		value = ~want;
	done = vm_access(spaces[s], va_of(page) + 7, &value, 1, write);
	check_eq(done, !ret);
	if (ret)
		return;
	if (!write) {
		check_eq(value, want);
	} else if (c->kind == SHARED && c->file) {
		c->file->byte[c->index] = value;
	} else if (c->kind == SHARED) {
		c->object->byte[c->index] = value;
	} else {
		c->copied = true;
		c->byte = value;
	}
}

static void boot_machine(void)
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
}

/* What is not free, and belongs neither to a cache nor to the stock of tables. */
static u64 pages_used(void)
{
	struct page_stats stats;

	page_stats(&stats, NODES_ALL);
	return stats.total - stats.free - slab_pages() - (u64)host_arch.table_count;
}

static void begin(void)
{
	__builtin_memset(cells, 0, sizeof(cells));
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

static void end(u64 objects_before, u64 pages_before)
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

static void step(void)
{
	unsigned s = (unsigned)test_below(SPACES);
	u64 n = 1 + test_below(test_below(4) ? 12 : LONGEST), page = test_below(PAGES - n);

	switch (test_below(24)) {
	case 0 ... 4:
		return op_map(s, page, n);
	case 5 ... 6:
		return op_unmap(s, page, n);
	case 7 ... 8:
		return op_protect(s, page, n);
	case 9:
		return op_drop(s, page, n);
	case 10:
		return op_remap(s, page, n);
	case 11:
		return test_below(4) ? op_flags(s, page, n) : op_truncate();
	case 12:
		return test_below(4) ? op_foreign(s, page) : op_punch();
	case 13:
		return test_below(6) ? (void)0 : op_fork(s);
	default:
		for (u64 i = 0; i < n; i++)
			compare(s, page + i,
				test_below(2)	? FAULT_WRITE
				: test_below(8) ? 0
						: FAULT_EXEC);
	}
}

TEST("address spaces do what their model does, and give all memory back")
{
	u64 objects_before, pages_before;

	boot_machine();
	objects_before = slab_allocated();
	pages_before = pages_used();
	for (int round = 0; round < 20; round++) {
		object_count = 0;
		begin();
		for (int i = 0; i < 4000; i++) {
			step();
			if (i % 16 == 0)
				for (unsigned s = 0; s < SPACES; s++)
					check_space(s);
		}
		end(objects_before, pages_before);
	}
}

static bool fail_some(void)
{
	return test_below(6) == 0;
}

/* Any call with any arguments, while memory fails. */
static void chaos(void)
{
	unsigned s = (unsigned)test_below(SPACES), to = (unsigned)test_below(SPACES);
	u64 n = test_below(LONGEST), va = va_of(test_below(PAGES)), len = n * PAGE_SIZE;
	u32 bits = (u32)test_random();
	struct file *f = test_below(2) ? &files[test_below(FILES)] : NULL;
	struct vm *vm = spaces[s], *child;
	s64 ignored = 0;
	u8 bytes[5000], core[LONGEST];
	int code;

	__builtin_memset(bytes, 1, sizeof(bytes));
	switch (test_below(13)) {
	case 0 ... 2:
		ignored = vm_map(vm, va, len, bits & 7,
				 (bits >> 3) & (MAP_TYPE | MAP_FIXED | MAP_GROWSDOWN | MAP_32BIT |
						MAP_LOCKED | MAP_POPULATE | MAP_NORESERVE),
				 bits & VM_MAY, f ? &f->mapping : NULL, f, test_below(20));
		break;
	case 3:
		ignored = vm_unmap(vm, va, len);
		break;
	case 4:
		ignored = vm_protect(vm, va, len, bits & 15);
		break;
	case 5:
		ignored = vm_remap(vm, va, len, test_below(LONGEST) * PAGE_SIZE, bits & 7,
				   va_of(test_below(PAGES)));
		break;
	case 6:
		ignored = vm_advise(vm, va, len, (int)test_below(25));
		break;
	case 7:
		ignored = vm_lock(vm, va, len, bits & 1, bits & 2);
		if (!test_below(10))
			ignored = vm_lock_all(vm, bits & 7);
		break;
	case 8:
		ignored = (s64)vm_access(vm, va + bits % 4096, bytes, bits % 5000, bits & 1);
		break;
	case 9:
		ignored = vm_mincore(vm, va, len, core) + vm_sync(vm, va, len, bits & 7);
		break;
	case 10:
		mapping_truncate(&files[test_below(FILES)].mapping, test_below(60 * PAGE_SIZE));
		break;
	case 11:
		child = test_below(10) || s == to ? NULL : vm_fork(vm);
		if (child) {
			vm_put(spaces[to]);
			spaces[to] = child;
		}
		break;
	default:
		for (u64 i = 0; i < n; i++)
			ignored = vm_fault(vm, va + i * PAGE_SIZE, bits & 23, &code);
	}
	(void)ignored;
}

TEST("whatever fails for want of memory, an address space stays whole")
{
	u64 objects_before, pages_before;

	boot_machine();
	objects_before = slab_allocated();
	pages_before = pages_used();
	for (int round = 0; round < 20; round++) {
		begin();
		for (int i = 0; i < 4000; i++) {
			mem_fail_hook = round % 2 ? NULL : fail_some;
			chaos();
			mem_fail_hook = NULL;
			if (i % 16 == 0)
				for (unsigned s = 0; s < SPACES; s++)
					check_space_loose(s, false);
		}
		end(objects_before, pages_before);
	}
}

TEST("a stack grows within its limit and keeps its distance")
{
	struct vm *vm;
	u8 *at;

	boot_machine();
	vm = vm_create();
	vm->stack_limit = 8ul << 20;
	check_eq(vm_map_stack(vm, 0x7ffff000, 0x21000, false), 0);
	check_eq(access(vm, 0x7ffff000 - 8, FAULT_WRITE, &at), 0);
	check_eq(access(vm, 0x7ffff000 - (8ul << 20), FAULT_WRITE, &at), 0);
	check_eq(vm->stack_pages, 2048);
	check_eq(access(vm, 0x7ffff000 - (8ul << 20) - 1, FAULT_WRITE, &at), -1);
	check_eq(access(vm, 0x7fffe000, FAULT_EXEC, &at), -2);
	vm->stack_limit = ~0ul;
	check_eq(vm_map(vm, 0x60000000, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, VM_MAY, NULL,
			NULL, 0),
		 0x60000000);
	check_eq(access(vm, 0x60000000 + 257 * PAGE_SIZE, FAULT_WRITE, &at), 0);
	check_eq(access(vm, 0x60000000 + 257 * PAGE_SIZE - 1, FAULT_WRITE, &at), -1);
	check_eq(vm->rss_anon, 3);
	vm_put(vm);
}

TEST("the break grows, shrinks, and respects what lies above")
{
	struct vm *vm;
	u8 *at;

	boot_machine();
	vm = vm_create();
	vm->brk_start = vm->brk = 0x10000123;
	check_eq(vm_set_brk(vm, 0), 0x10000123);
	check_eq(vm_set_brk(vm, 0x10000fff), 0x10000fff);
	check_eq(vm->count, 0);
	check_eq(vm_set_brk(vm, 0x10003001), 0x10003001);
	check_eq(vm->pages, 3);
	check_eq(access(vm, 0x10003000, FAULT_WRITE, &at), 0);
	check_eq(access(vm, 0x10004000, FAULT_WRITE, &at), -1);
	check_eq(vm_map(vm, 0x10006000, PAGE_SIZE, PROT_READ, MAP_PRIVATE, VM_MAY, NULL, NULL, 0),
		 0x10006000);
	check_eq(vm_set_brk(vm, 0x10006000), 0x10003001);
	check_eq(vm_set_brk(vm, 0x10005000), 0x10005000);
	check_eq(vm->count, 2);
	check_eq(vm_set_brk(vm, 0x10001000), 0x10001000);
	check_eq(vm->count, 1);
	check_eq(vm->rss_anon, 0);
	vm_put(vm);
}
