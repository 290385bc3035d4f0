/*
 * access.c - the memory of a space from outside: /proc/PID/mem, cmdline and environ, exec's
 * arguments, keys of shared futexes.
 *
 * The page is faulted in and pinned with vm->lock held, and reached through the direct map; the
 * other program's page table is never loaded for it.
 */
#include "kernel/lib/string.h"
#include "kernel/vm/region.h"

/* The page at va with a reference, ready to be read or written.  -EFAULT, -ENOMEM. */
static int pin_page(struct vm *vm, u64 va, bool write, bool force, struct page **page)
{
	int ret, code;

	for (unsigned tries = 0;; tries++) {
		mutex_lock(&vm->lock);
		ret = fault_locked(vm, va, write ? FAULT_WRITE : 0, force, &code);
		if (!ret) {
			*page = page_of_phys(pte_phys(*pagetable_walk(&vm->pt, va, false)));
			page_get(*page);
		}
		mutex_unlock(&vm->lock);
		if (!fault_again(ret, tries))
			return ret == -EIO ? -EFAULT : ret;
	}
}

int vm_pin(struct vm *vm, u64 va, bool write, struct page **page)
{
	return pin_page(vm, va, write, false, page);
}

/* Copies up to the first page that cannot be had.  Returns the bytes done, *ret says why. */
static size_t copy_pages(struct vm *vm, u64 va, u8 *buf, size_t n, bool write, int *ret)
{
	struct page *page;
	size_t done, part;
	u8 *at;

	*ret = 0;
	for (done = 0; done < n; done += part, va += part) {
		part = min(n - done, PAGE_SIZE - va % PAGE_SIZE);
		*ret = va < USER_END ? pin_page(vm, va, write, true, &page) : -EFAULT;
		if (*ret < 0)
			break;
		at = (u8 *)page_virt(page) + va % PAGE_SIZE;
		if (write)
			memcpy(at, buf + done, part);
		else
			memcpy(buf + done, at, part);
		page_put(page);
		sched_relax();
	}
	return done;
}

size_t vm_access(struct vm *vm, u64 va, void *buf, size_t n, bool write)
{
	int ret;

	return copy_pages(vm, va, buf, n, write, &ret);
}

int vm_write_new(struct vm *vm, u64 va, const void *buf, size_t n)
{
	int ret;

	copy_pages(vm, va, (u8 *)buf, n, true, &ret);
	return ret;
}
