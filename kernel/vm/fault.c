/*
 * fault.c - page faults: pages come when they are touched.
 *
 *   anonymous, read       the zero page, read-only
 *   anonymous, write      a cleared page
 *   file, read            the page of the cache, and up to 15 neighbours that are cached
 *   file private, write   a copy, which is anonymous from then on
 *   file shared, write    the page of the cache; the first time the file learns of it
 *   write-protected       after fork, of a zero page or a file page: a copy, unless the page is
 *                         anonymous and nobody else has it: then the right is given back
 *   below a stack         the stack grows, within RLIMIT_STACK and away from its neighbour
 *
 * While pages of a file are on their way to another memory node, who touches the file waits.
 *
 * When memory is short, vm->lock is released, the fault is tried again from the start, and from the
 * second time on the OOM killer runs first; a task that has been killed gives up.
 *
 * Locking: vm->lock all the time; inside it the lock of the mapping.  A page that a truncation has
 * just taken from the cache may still be mapped here: the truncation waits for vm->lock and takes
 * it out again.
 */
#include "arch/upcall.h"
#include "kernel/abi/signal.h"
#include "kernel/vm/region.h"

#define AROUND	    16	/* pages, aligned */
#define RECLAIM_MAX 200 /* a second; a victim may wait for a lock that this task holds */

bool vm_reclaim(unsigned tries)
{
	static struct waitq nobody = WAITQ_INIT(nobody);
	u64 deadline = clock_now() + 5 * NS_PER_MSEC;
	struct mems *m = &thread_current()->mems;
	u64 nodes = m->wanted ?: mems_running() ? READ_ONCE(m->kernel) : NODES_ALL;
	void (*pressure)(void) = READ_ONCE(mems_pressure_hook);

	m->wanted = 0;
	if (pressure)
		pressure();
	if (tries > RECLAIM_MAX || (thread_alerts(thread_current()) & ALERT_KILL))
		return false;
	if (tries && !oom_kill(nodes))
		return false;
	(void)wait_event_state(&nobody, false, THREAD_KILLABLE, false, deadline);
	return !(thread_alerts(thread_current()) & ALERT_KILL);
}

bool fault_again_slow(int ret, unsigned tries)
{
	if (ret == -ENOMEM)
		return vm_reclaim(tries);
	mapping_wait_moved();
	return true;
}

/* Linux: the stack may not come nearer than 256 pages to what is mapped below and accessible. */
static bool stack_grow(struct vm *vm, struct region *r, u64 va)
{
	u64 start = align_down(va, PAGE_SIZE), pages = (r->start - start) >> PAGE_SHIFT;
	struct region *below = region_prev(r);

	if (!(r->flags & VM_GROWSDOWN) || start < MMAP_MIN)
		return false;
	if (below && (below->flags & VM_ACCESS) && !(below->flags & VM_GROWSDOWN) &&
	    start - below->end < STACK_GAP)
		return false;
	if (r->end - start > vm->stack_limit || !region_may_grow(vm, r->flags, pages))
		return false;
	if ((r->flags & VM_LOCKED) && vm->locked + pages > vm->lock_limit >> PAGE_SHIFT)
		return false;
	region_set_bounds(vm, r, start, r->end);
	return true;
}

static int fault_anonymous(struct vm *vm, const struct region *r, u64 va, pte_t *e, bool write)
{
	struct page *p;

	if (!write) {
		*e = region_entry(r, page_phys(zero_page), false) | PTE_ZEROPAGE;
		return 0;
	}
	p = region_page(r, va, PAGE_ZERO);
	if (!p)
		return -ENOMEM;
	p->flags = PAGE_ANON;
	*e = region_entry(r, page_phys(p), true) | PTE_ANON;
	vm->rss_anon++;
	return 0;
}

/* A private copy of `from` becomes the page at *e, which is empty. */
static int fault_copy(struct vm *vm, struct region *r, u64 va, const struct page *from, pte_t *e)
{
	struct page *p = region_page(r, va, PAGE_PLAIN);

	if (!p)
		return -ENOMEM;
	page_copy(page_virt(p), page_virt(from));
	p->flags = PAGE_ANON;
	*e = region_entry(r, page_phys(p), true) | PTE_ANON;
	r->flags |= VM_HAS_ANON;
	vm->rss_anon++;
	return 0;
}

/* Maps the cached pages around *e, which is the entry of va.  m->lock held. */
static void fault_around(struct vm *vm, const struct region *r, u64 va, pte_t *e, bool write)
{
	struct mapping *m = r->mapping;
	u64 start = max(align_down(va, AROUND * PAGE_SIZE), r->start);
	u64 end = min(align_down(va, AROUND * PAGE_SIZE) + AROUND * PAGE_SIZE, r->end);
	u64 index = region_index(r, start), last = align_up(m->size, PAGE_SIZE) >> PAGE_SHIFT;
	u64 mapped = 0;
	struct page *p;

	e -= (va - start) >> PAGE_SHIFT;
	for (; start < end && index < last; start += PAGE_SIZE, index++, e++) {
		if (*e || !(p = radix_get(&m->pages, index)))
			continue;
		page_get(p);
		*e = region_entry(r, page_phys(p), write);
		mapped++;
	}
	*region_rss(vm, r, false) += mapped;
}

static int fault_file(struct vm *vm, struct region *r, u64 va, pte_t *e, bool write)
{
	struct mapping *m = r->mapping;
	u64 index = region_index(r, va);
	bool shared_write = write && (r->flags & VM_SHARED);
	struct page *p;
	int ret = 0;

	mutex_lock(&m->lock);
	if (unlikely(m->moving))
		p = ERR_PTR(-EAGAIN);
	else if (index >= align_up(m->size, PAGE_SIZE) >> PAGE_SHIFT)
		p = ERR_PTR(-EIO);
	else
		p = mapping_page_locked(m, index, r);
	if (IS_ERR(p))
		ret = (int)PTR_ERR(p);
	else if (write && !shared_write)
		ret = fault_copy(vm, r, va, p, e);
	else
		fault_around(vm, r, va, e, (r->flags & VM_SHARED) && !m->ops->written);
	mutex_unlock(&m->lock);
	if (ret < 0 || !shared_write || !m->ops->written)
		return ret;
	*e |= PTE_WRITE;
	m->ops->written(m);
	return 0;
}

/* A write to a page that is there but write-protected. */
static int fault_write(struct vm *vm, struct region *r, u64 va, pte_t *e)
{
	pte_t old = *e;
	struct page *p = page_of_phys(pte_phys(old));
	int ret;

	if (r->flags & VM_SHARED) {
		*e = old | PTE_WRITE;
		pagetable_flush_local(va);
		if (r->mapping->ops->written)
			r->mapping->ops->written(r->mapping);
		return 0;
	}
	if ((old & PTE_ANON) && refcount_read(&p->refs) == 1) {
		*e = region_entry(r, page_phys(p), true) | PTE_ANON;
		pagetable_flush_local(va);
		return 0;
	}
	/* Nobody may read the old page while another CPU already writes the new one. */
	*e = 0;
	pagetable_flush(&vm->pt, va, va + PAGE_SIZE);
	if (old & PTE_ZEROPAGE)
		return fault_anonymous(vm, r, va, e, true);
	ret = fault_copy(vm, r, va, p, e);
	if (ret < 0) {
		*e = old;
		return ret;
	}
	--*region_rss(vm, r, old & PTE_ANON);
	page_put(p);
	return 0;
}

/* Linux on x86: what may be written or executed may be read. */
static bool access_ok(const struct region *r, unsigned fault, bool force)
{
	if (force)
		return fault & FAULT_WRITE ? (r->flags & VM_WRITE) || !(r->flags & VM_SHARED)
					   : (r->flags & VM_MAYREAD);
	if (fault & FAULT_WRITE)
		return r->flags & VM_WRITE;
	if (fault & FAULT_EXEC)
		return r->flags & VM_EXEC;
	return r->flags & VM_ACCESS;
}

int fault_locked(struct vm *vm, u64 va, unsigned fault, bool force, int *code)
{
	struct region *r = vm_find(vm, va);
	bool write = fault & FAULT_WRITE;
	pte_t *e;
	int ret;

	*code = SEGV_MAPERR;
	if (unlikely(!r || (va < r->start && !stack_grow(vm, r, va))))
		return -EFAULT;
	*code = SEGV_ACCERR;
	if (unlikely(!access_ok(r, fault, force)))
		return -EFAULT;
	e = pagetable_walk(&vm->pt, va, true);
	if (unlikely(!e))
		return -ENOMEM;
	va &= PAGE_MASK;
	if (!*e) {
		ret = r->mapping ? fault_file(vm, r, va, e, write)
				 : fault_anonymous(vm, r, va, e, write);
	} else if (write && !(*e & PTE_WRITE)) {
		ret = fault_write(vm, r, va, e);
	} else {
		/* Another thread was faster, or this CPU remembered an entry from before mprotect.
		 */
		pagetable_flush_local(va);
		return 0;
	}
	if (likely(!ret))
		thread_current()->faults++;
	return ret;
}

int vm_fault(struct vm *vm, u64 va, unsigned fault, int *code)
{
	int ret;

	for (unsigned tries = 0;; tries++) {
		mutex_lock(&vm->lock);
		ret = fault_locked(vm, va, fault, false, code);
		mutex_unlock(&vm->lock);
		if (!fault_again(ret, tries))
			return ret;
	}
}

int upcall_page_fault(u64 va, unsigned fault, int *signo, int *code)
{
	struct vm *vm = vm_current();
	int ret;

	*signo = SIGSEGV;
	*code = SEGV_MAPERR;
	if (unlikely(!vm || mutex_held(&vm->lock)))
		return -EFAULT;
	ret = vm_fault(vm, va, fault, code);
	if (likely(!ret))
		return 0;
	if (ret == -EIO) {
		*signo = SIGBUS;
		*code = BUS_ADRERR;
	} else if (ret == -ENOMEM) {
		/* A task that is being killed never repeats the instruction. */
		if ((fault & FAULT_USER) && (thread_alerts(thread_current()) & ALERT_KILL))
			return 0;
		*signo = SIGKILL;
		*code = SI_KERNEL;
	}
	return -EFAULT;
}

int vm_populate(struct vm *vm, u64 start, u64 end)
{
	struct region *r;
	unsigned fault;
	int ret, code;

	for (u64 va = start; va < end; va += PAGE_SIZE) {
		mutex_lock(&vm->lock);
		r = vm_find(vm, va);
		fault = r && (r->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE ? FAULT_WRITE : 0;
		ret = r && r->start <= va ? 0 : -ENOMEM;
		mutex_unlock(&vm->lock);
		if (!ret)
			ret = vm_fault(vm, va, fault, &code);
		if (ret < 0)
			return ret;
		if (thread_alerts(thread_current()) & ALERT_KILL)
			return -EINTR;
		sched_relax();
	}
	return 0;
}
