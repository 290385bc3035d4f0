/*
 * Address spaces against a model: a page of the model knows what a byte of it must read as, and
 * whether it may be read or written.  Random calls are made on both, and both are compared.
 */
#include "tests/unit/vm_host.h"

enum kind { NONE, ANON, PRIVATE, SHARED };

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

static struct object objects[4096];
static unsigned object_count;
static struct cell cells[SPACES][PAGES];

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
	int got = vm_host_access(spaces[s], va_of(page) + 7, fault, &at),
	    exp = expected(c, fault, &want);

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

/* The space is whole, and as large as the model says. */
static void check_space(unsigned s)
{
	u64 pages = vm_host_check(spaces[s]);

	for (u64 i = 0; i < PAGES; i++)
		if (cells[s][i].kind != NONE)
			pages--;
	check_eq(pages, 0);
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
	vm_host_boot();
	for (int round = 0; round < 20; round++) {
		object_count = 0;
		vm_host_begin();
		__builtin_memset(cells, 0, sizeof(cells));
		for (int i = 0; i < 4000; i++) {
			step();
			if (i % 16 == 0)
				for (unsigned s = 0; s < SPACES; s++)
					check_space(s);
		}
		vm_host_end();
	}
}
