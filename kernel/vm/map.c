/*
 * map.c - new regions: mmap, brk and the first stack.
 *
 * The errors and their order are those of mmap(2) on Linux 6.1.  What differs: nobody, root
 * neither, maps anything below 64 KiB; MAP_32BIT searches downwards from 2 GiB.
 *
 * Locking: vm->lock for the placing and the insertion; the memory is faulted in (MAP_POPULATE,
 * MAP_LOCKED) and what a fixed mapping has replaced is let go after it.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/abi/mman.h"
#include "kernel/vm/region.h"

#define LOW_START  0x40000000ul /* MAP_32BIT */
#define LOW_END	   0x80000000ul
#define OFFSET_MAX (~0ul >> 1) /* of a file */

/* What to map: a region in the making. */
struct request {
	u64 addr, len;
	u32 prot, map_flags, may;
	struct mapping *mapping;
	void *owner;
	u64 offset;
	const char *name;
	u32 flags; /* VM_*, worked out here */
};

static bool is_fixed(const struct request *q)
{
	return q->map_flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
}

/* Sets q->addr.  0, -ENOMEM, -EINVAL, -EPERM, -EEXIST. */
static int choose_address(struct vm *vm, struct request *q)
{
	struct region *r;

	if (q->len > USER_END)
		return -ENOMEM;
	if (is_fixed(q)) {
		if (q->addr > USER_END - q->len)
			return -ENOMEM;
		if (q->addr & ~PAGE_MASK)
			return -EINVAL;
		if (q->addr < MMAP_MIN)
			return -EPERM;
		r = vm_find(vm, q->addr);
		if ((q->map_flags & MAP_FIXED_NOREPLACE) && r && r->start < q->addr + q->len)
			return -EEXIST;
		return 0;
	}
	q->addr &= PAGE_MASK;
	if (q->addr) {
		q->addr = max(q->addr, MMAP_MIN);
		r = vm_find(vm, q->addr);
		if (q->addr <= USER_END - q->len && (!r || q->addr + q->len <= region_floor(r)))
			return 0;
	}
	q->addr = q->map_flags & MAP_32BIT ? region_gap(vm, q->len, LOW_START, LOW_END)
					   : region_search(vm, q->len);
	return q->addr ? 0 : -ENOMEM;
}

/* A shared mapping of what is sealed can be read, for ever. */
static int check_seals(struct request *q)
{
	if (likely(!(READ_ONCE(q->mapping->seals) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))))
		return 0;
	q->may &= ~VM_MAYWRITE;
	return q->prot & PROT_WRITE ? -EPERM : 0;
}

/* Is the file open for what is wanted, and can it be mapped at all? */
static int check_file(struct request *q)
{
	if (q->len > OFFSET_MAX || q->offset > (OFFSET_MAX - q->len) >> PAGE_SHIFT)
		return -EOVERFLOW;
	switch (q->map_flags & MAP_TYPE) {
	case MAP_SHARED_VALIDATE:
		if (q->map_flags & ~(MAP_LEGACY | MAP_TYPE))
			return -EOPNOTSUPP;
		/* fall through */
	case MAP_SHARED:
		if ((q->prot & PROT_WRITE) && !(q->may & VM_MAYWRITE))
			return -EACCES;
		q->flags |= VM_SHARED;
		break;
	case MAP_PRIVATE:
		q->may |= VM_MAYWRITE;
		break;
	default:
		return -EINVAL;
	}
	if (!(q->may & VM_MAYREAD))
		return -EACCES;
	if ((q->prot & PROT_EXEC) && !(q->may & VM_MAYEXEC))
		return -EPERM;
	if (!q->mapping)
		return -ENODEV;
	if (q->map_flags & MAP_GROWSDOWN)
		return -EINVAL;
	return q->flags & VM_SHARED ? check_seals(q) : 0;
}

static int check_type(struct request *q)
{
	if (q->mapping || q->owner)
		return check_file(q);
	switch (q->map_flags & MAP_TYPE) {
	case MAP_SHARED:
		q->flags |= VM_SHARED;
		return q->map_flags & MAP_GROWSDOWN ? -EINVAL : 0;
	case MAP_PRIVATE:
		if (q->map_flags & MAP_GROWSDOWN)
			q->flags |= VM_GROWSDOWN;
		return 0;
	}
	return -EINVAL;
}

/* Pages of [start, end) that are mapped already and will be replaced. */
static u64 pages_within(struct vm *vm, u64 start, u64 end)
{
	struct region *r = vm_find(vm, start);
	u64 pages = 0;

	for (; r && r->start < end; r = region_next(r))
		pages += (min(r->end, end) - max(r->start, start)) >> PAGE_SHIFT;
	return pages;
}

static int check_limits(struct vm *vm, const struct request *q)
{
	u64 pages = q->len >> PAGE_SHIFT;

	if (!region_may_grow(vm, q->flags, pages) &&
	    !region_may_grow(vm, q->flags, pages - pages_within(vm, q->addr, q->addr + q->len)))
		return -ENOMEM;
	if ((q->flags & VM_WRITE) && (!q->mapping || !(q->flags & VM_SHARED)) &&
	    region_overcommits(q->flags, pages))
		return -ENOMEM;
	return 0;
}

static int check_locked(const struct vm *vm, const struct request *q)
{
	if (!(q->flags & VM_LOCKED))
		return 0;
	if ((q->map_flags & MAP_LOCKED) && !vm->lock_limit)
		return -EPERM;
	return vm->locked + (q->len >> PAGE_SHIFT) > vm->lock_limit >> PAGE_SHIFT ? -EAGAIN : 0;
}

/* Everything else has been checked.  -ENOMEM or -EPERM (sealed) with the space as it was. */
static int insert_request(struct vm *vm, const struct request *q, struct list *dead)
{
	bool writer = q->mapping && !(~(q->flags | q->may) & VM_WRITER);
	struct region *r = region_alloc(vm, NULL);
	int ret;

	if (!r)
		return -ENOMEM;
	ret = writer ? mapping_writer_begin(q->mapping) : 0;
	if (!ret && is_fixed(q)) {
		ret = unmap_range(vm, q->addr, q->addr + q->len, dead);
		if (ret < 0 && writer)
			mapping_writer_end(q->mapping);
	}
	if (ret < 0) {
		region_free(r);
		return ret;
	}
	r->start = q->addr;
	r->end = q->addr + q->len;
	r->flags = q->flags | q->may;
	r->mapping = q->mapping;
	r->owner = q->owner;
	r->offset = q->mapping ? q->offset : 0;
	r->name = q->name;
	if (r->mapping)
		r->zap_seq = READ_ONCE(r->mapping->zap_seq);
	region_insert(vm, r);
	if (writer)
		mapping_writer_end(q->mapping);
	region_join(vm, r, dead);
	return 0;
}

static int map_locked(struct vm *vm, struct request *q, struct list *dead)
{
	struct mapping *shmem = NULL;
	int ret;

	if (vm->count >= REGIONS_MAX)
		return -ENOMEM;
	ret = choose_address(vm, q);
	if (ret < 0)
		return ret;
	q->flags = (q->prot & VM_ACCESS) | vm->lock_future;
	if (q->map_flags & MAP_LOCKED)
		q->flags |= VM_LOCKED;
	if (q->map_flags & MAP_NORESERVE)
		q->flags |= VM_NORESERVE;
	ret = check_locked(vm, q);
	if (!ret)
		ret = check_type(q);
	if (!ret)
		ret = check_limits(vm, q);
	if (!ret && (q->flags & VM_SHARED) && !q->mapping) {
		shmem = shmem_create(q->len);
		q->mapping = q->owner = shmem;
		q->offset = 0;
		q->name = "/dev/zero (deleted)";
		ret = shmem ? 0 : -ENOMEM;
	}
	if (!ret)
		ret = insert_request(vm, q, dead);
	if (ret < 0)
		vm->search_top = 0;
	if (shmem)
		shmem->ops->release(shmem);
	return ret;
}

static int map_and_fill(struct vm *vm, struct request *q)
{
	struct list dead = LIST_INIT(dead);
	int ret;

	mutex_lock(&vm->lock);
	ret = map_locked(vm, q, &dead);
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	if (ret < 0)
		return ret;
	if ((q->flags & VM_LOCKED) ||
	    (q->map_flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
		if (vm_populate(vm, q->addr, q->addr + q->len) < 0)
			return 0; /* as Linux: what could not be fetched comes when it is touched */
	return 0;
}

s64 vm_map(struct vm *vm, u64 addr, u64 len, u32 prot, u32 map_flags, u32 may,
	   struct mapping *mapping, void *owner, u64 page_offset)
{
	struct request q = {
		.addr = addr,
		.len = align_up(len, PAGE_SIZE),
		.prot = prot,
		.map_flags = map_flags,
		.may = may & VM_MAY,
		.mapping = mapping,
		.owner = owner,
		.offset = page_offset,
	};
	int ret;

	if (!len)
		return -EINVAL;
	if (!q.len)
		return -ENOMEM;
	if (page_offset + (q.len >> PAGE_SHIFT) < page_offset)
		return -EOVERFLOW;
	ret = map_and_fill(vm, &q);
	return ret < 0 ? ret : (s64)q.addr;
}

int vm_map_stack(struct vm *vm, u64 end, u64 size, bool exec)
{
	struct request q = {
		.addr = end - size,
		.len = size,
		.prot = PROT_READ | PROT_WRITE | (exec ? PROT_EXEC : 0),
		.map_flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN,
		.may = VM_MAY,
		.name = "[stack]",
	};

	return map_and_fill(vm, &q);
}

/* Room for [start, end) as the heap's next pages, with one page between it and what follows. */
static bool brk_grow(struct vm *vm, u64 start, u64 end, struct list *dead)
{
	struct region *above = vm_find(vm, start);
	struct request q = {
		.addr = start,
		.len = end - start,
		.prot = PROT_READ | PROT_WRITE,
		.map_flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		.may = VM_MAY,
		.name = "[heap]",
	};

	if (end > USER_END || (above && end + PAGE_SIZE > region_floor(above)))
		return false;
	return map_locked(vm, &q, dead) == 0;
}

u64 vm_set_brk(struct vm *vm, u64 brk)
{
	struct list dead = LIST_INIT(dead);
	u64 old, start, end, fill = 0;
	bool ok = false;

	mutex_lock(&vm->lock);
	old = vm->brk;
	start = align_up(old, PAGE_SIZE);
	end = align_up(brk, PAGE_SIZE);
	if (brk >= vm->brk_start && brk <= USER_END &&
	    (vm->data_limit == ~0ul ||
	     brk - vm->brk_start + vm->data_end - vm->data_start <= vm->data_limit)) {
		if (end > start)
			ok = brk_grow(vm, start, end, &dead);
		else
			ok = end == start || unmap_range(vm, end, start, &dead) == 0;
	}
	if (ok)
		vm->brk = brk;
	if (ok && end > start && vm->lock_future)
		fill = end;
	mutex_unlock(&vm->lock);
	region_reap(&dead);
	if (fill && vm_populate(vm, start, fill) < 0)
		return brk; /* comes when it is touched */
	return ok ? brk : old;
}
