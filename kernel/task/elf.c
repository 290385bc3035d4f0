/*
 * elf.c - programs in ELF64: static ones, position-independent ones, and those that name an
 * interpreter (the dynamic linker), which is mapped too and started in their place.
 *
 * Segments are mapped from the page cache and never copied; only the page in which a segment's file
 * contents end and its zeros begin is.  Everything goes into the new space, so a file that turns
 * out to be corrupt half-way leaves no trace.
 *
 * Differs from Linux: no randomisation, no vdso, no 32-bit programs; a bad segment is ENOEXEC where
 * Linux kills the program that is past its point of no return.
 */
#include "kernel/abi/elf.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/exe.h"
#include "kernel/task/exec.h"

#define PIE_BASE	  0x555555554000ul /* where Linux puts a program that may lie anywhere */
#define SEGMENT_ALIGN_MAX (1ul << 30)

/* One ELF file: the program, or its interpreter. */
struct image {
	struct file *file;
	struct elf_header header;
	struct elf_segment *segments; /* kmalloc'd */
	u64 start, end;		      /* of the addresses that the file asks for, page aligned */
	u64 bias;		      /* add to them */
};

static bool header_ok(const struct elf_header *h)
{
	return !memcmp(h->ident, ELF_MAGIC, 4) && (h->type == ET_EXEC || h->type == ET_DYN) &&
	       h->machine == EM_X86_64 && h->phentsize == sizeof(struct elf_segment) && h->phnum &&
	       h->phnum <= PAGE_SIZE / sizeof(struct elf_segment);
}

/* filesz within memsz within user space, and offset and address alike within a page. */
static bool segment_ok(const struct elf_segment *s)
{
	return s->filesz <= s->memsz && s->vaddr < USER_END && s->memsz <= USER_END - s->vaddr &&
	       (s->vaddr - s->offset) % PAGE_SIZE == 0 && s->offset + s->filesz >= s->offset;
}

/* The lowest and the highest address; segments rise. */
static int find_extent(struct image *m)
{
	m->start = ~0ul;
	m->end = 0;
	for (unsigned i = 0; i < m->header.phnum; i++) {
		const struct elf_segment *s = &m->segments[i];

		if (s->type != PT_LOAD)
			continue;
		if (!segment_ok(s))
			return -ENOEXEC;
		m->start = min(m->start, align_down(s->vaddr, PAGE_SIZE));
		m->end = max(m->end, align_up(s->vaddr + s->memsz, PAGE_SIZE));
	}
	return m->start < m->end ? 0 : -ENOEXEC;
}

/* Reads what the header promises.  `head` is the beginning of the file. */
static int image_open(struct image *m, struct file *file, const void *head)
{
	size_t size;

	m->file = file;
	memcpy(&m->header, head, sizeof(m->header));
	if (!header_ok(&m->header) || !(file->ops->flags & FILE_MAPPABLE))
		return -ENOEXEC;
	size = m->header.phnum * sizeof(struct elf_segment);
	m->segments = kmalloc(size);
	if (!m->segments)
		return -ENOMEM;
	if (file_read_kernel(file, m->segments, size, m->header.phoff) != (ssize_t)size)
		return -ENOEXEC;
	return find_extent(m);
}

static const struct elf_segment *find_segment(const struct image *m, u32 type)
{
	for (unsigned i = 0; i < m->header.phnum; i++) {
		if (m->segments[i].type == type)
			return &m->segments[i];
	}
	return NULL;
}

static u32 protection(const struct elf_segment *s)
{
	return (s->flags & PF_R ? PROT_READ : 0) | (s->flags & PF_W ? PROT_WRITE : 0) |
	       (s->flags & PF_X ? PROT_EXEC : 0);
}

static int map(struct exec *e, u64 start, u64 end, const struct elf_segment *s, struct file *f)
{
	s64 ret;

	if (start >= end)
		return 0;
	ret = vm_map(e->vm, start, end - start, protection(s),
		     MAP_PRIVATE | MAP_FIXED | (f ? 0 : MAP_ANONYMOUS),
		     VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC, f ? &f->inode->mapping : NULL, f,
		     f ? align_down(s->offset, PAGE_SIZE) >> PAGE_SHIFT : 0);
	return ret < 0 ? (int)ret : 0;
}

static int map_segment(struct exec *e, const struct image *m, const struct elf_segment *s)
{
	u64 start = align_down(s->vaddr + m->bias, PAGE_SIZE);
	u64 file_end = s->vaddr + m->bias + s->filesz, zero = align_up(file_end, PAGE_SIZE);
	u64 end = align_up(s->vaddr + m->bias + s->memsz, PAGE_SIZE);
	int ret;

	if (!s->filesz)
		return map(e, start, end, s, NULL);
	ret = map(e, start, zero, s, m->file);
	if (ret == 0)
		ret = map(e, zero, end, s, NULL);
	/* Behind the file's contents there are zeros, as far as anybody could tell. */
	if (ret == 0 && s->memsz > s->filesz && (s->flags & PF_W))
		ret = exec_clear(e, file_end, zero - file_end);
	return ret;
}

static int map_all(struct exec *e, const struct image *m)
{
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < m->header.phnum; i++) {
		if (m->segments[i].type == PT_LOAD)
			ret = map_segment(e, m, &m->segments[i]);
	}
	return ret == -ENOMEM || ret == 0 ? ret : -ENOEXEC;
}

/* Room for an image anywhere below the stack. */
static int find_room(struct exec *e, struct image *m)
{
	u64 size = m->end - m->start;
	s64 at = vm_map(e->vm, 0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0,
			NULL, NULL, 0);

	if (at < 0)
		return (int)at;
	m->bias = (u64)at - m->start;
	return vm_unmap(e->vm, (u64)at, size);
}

/* The greatest alignment that a segment asks for. */
static u64 alignment(const struct image *m)
{
	u64 align = PAGE_SIZE;

	for (unsigned i = 0; i < m->header.phnum; i++) {
		const struct elf_segment *s = &m->segments[i];

		if (s->type == PT_LOAD && !(s->align & (s->align - 1)) &&
		    s->align <= SEGMENT_ALIGN_MAX)
			align = max(align, s->align);
	}
	return align;
}

/* What /proc tells of the program, and where its heap begins. */
static void note_layout(struct vm *vm, const struct image *m)
{
	vm->code_start = ~0ul;
	for (unsigned i = 0; i < m->header.phnum; i++) {
		const struct elf_segment *s = &m->segments[i];
		u64 start = s->vaddr + m->bias, end = start + s->filesz;

		if (s->type != PT_LOAD)
			continue;
		if (s->flags & PF_X) {
			vm->code_start = min(vm->code_start, start);
			vm->code_end = max(vm->code_end, end);
		}
		vm->data_start = max(vm->data_start, start);
		vm->data_end = max(vm->data_end, end);
	}
	if (vm->code_start == ~0ul)
		vm->code_start = m->start + m->bias;
	vm->brk_start = vm->brk = m->end + m->bias;
}

/* Where the program headers are in memory; 0: in no segment. */
static u64 phdr_address(const struct image *m)
{
	u64 offset = m->header.phoff;

	for (unsigned i = 0; i < m->header.phnum; i++) {
		const struct elf_segment *s = &m->segments[i];

		if (s->type == PT_LOAD && offset >= s->offset && offset - s->offset < s->filesz)
			return offset - s->offset + s->vaddr + m->bias;
	}
	return 0;
}

/* The interpreter that a program names: an open file, NULL for none, ERR_PTR. */
static struct file *open_interpreter(const struct image *m)
{
	const struct elf_segment *s = find_segment(m, PT_INTERP);
	struct file *f = ERR_PTR(-ENOEXEC);
	char *name;

	if (!s)
		return NULL;
	if (s->filesz < 2 || s->filesz > PATH_MAX)
		return f;
	name = kmalloc(s->filesz);
	if (!name)
		return ERR_PTR(-ENOMEM);
	if (file_read_kernel(m->file, name, s->filesz, s->offset) == (ssize_t)s->filesz &&
	    !name[s->filesz - 1])
		f = exec_open(AT_FDCWD, name, 0);
	kfree(name);
	return f;
}

static int load_interpreter(struct exec *e, struct file *f)
{
	struct image m = { .file = f };
	struct elf_header head;
	int ret;

	if (file_read_kernel(f, &head, sizeof(head), 0) != sizeof(head))
		return -EIO;
	ret = image_open(&m, f, &head);
	if (ret == 0 && m.header.type == ET_DYN)
		ret = find_room(e, &m);
	if (ret == 0)
		ret = map_all(e, &m);
	kfree(m.segments);
	e->base = m.bias;
	e->entry = m.header.entry + m.bias;
	return ret == -ENOEXEC ? -ELIBBAD : ret;
}

static noinline int load_program(struct exec *e, struct image *m)
{
	const struct elf_segment *stack = find_segment(m, PT_GNU_STACK);
	struct file *interpreter = open_interpreter(m);
	int ret;

	if (IS_ERR(interpreter))
		return (int)PTR_ERR(interpreter);
	if (m->header.type == ET_DYN)
		m->bias = align_down(PIE_BASE, alignment(m)) - m->start;
	ret = map_all(e, m);
	if (ret == 0) {
		note_layout(e->vm, m);
		e->stack_exec = stack && (stack->flags & PF_X);
		e->program_entry = e->entry = m->header.entry + m->bias;
		e->phdr = phdr_address(m);
		e->phnum = m->header.phnum;
	}
	if (interpreter) {
		if (ret == 0)
			ret = load_interpreter(e, interpreter);
		exe_put(interpreter);
	}
	return ret;
}

int elf_load(struct exec *e)
{
	struct image m = { .file = e->file };
	int ret = image_open(&m, e->file, e->head);

	if (ret == 0)
		ret = load_program(e, &m);
	kfree(m.segments);
	return ret;
}
