/*
 * Address spaces under hostile calls while memory fails; the stack; the break.
 */
#include "tests/unit/vm_host.h"

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
	vm_host_boot();
	for (int round = 0; round < 20; round++) {
		vm_host_begin();
		for (int i = 0; i < 4000; i++) {
			mem_fail_hook = round % 2 ? NULL : fail_some;
			chaos();
			mem_fail_hook = NULL;
			if (i % 16 == 0)
				for (unsigned s = 0; s < SPACES; s++)
					vm_host_check(spaces[s]);
		}
		vm_host_end();
	}
}

TEST("a stack grows within its limit and keeps its distance")
{
	struct vm *vm;
	u8 *at;

	vm_host_boot();
	vm = vm_create();
	vm->stack_limit = 8ul << 20;
	check_eq(vm_map_stack(vm, 0x7ffff000, 0x21000, false), 0);
	check_eq(vm_host_access(vm, 0x7ffff000 - 8, FAULT_WRITE, &at), 0);
	check_eq(vm_host_access(vm, 0x7ffff000 - (8ul << 20), FAULT_WRITE, &at), 0);
	check_eq(vm->stack_pages, 2048);
	check_eq(vm_host_access(vm, 0x7ffff000 - (8ul << 20) - 1, FAULT_WRITE, &at), -1);
	check_eq(vm_host_access(vm, 0x7fffe000, FAULT_EXEC, &at), -2);
	vm->stack_limit = ~0ul;
	check_eq(vm_map(vm, 0x60000000, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, VM_MAY, NULL,
			NULL, 0),
		 0x60000000);
	check_eq(vm_host_access(vm, 0x60000000 + 257 * PAGE_SIZE, FAULT_WRITE, &at), 0);
	check_eq(vm_host_access(vm, 0x60000000 + 257 * PAGE_SIZE - 1, FAULT_WRITE, &at), -1);
	check_eq(vm->rss_anon, 3);
	vm_put(vm);
}

TEST("the break grows, shrinks, and respects what lies above")
{
	struct vm *vm;
	u8 *at;

	vm_host_boot();
	vm = vm_create();
	vm->brk_start = vm->brk = 0x10000123;
	check_eq(vm_set_brk(vm, 0), 0x10000123);
	check_eq(vm_set_brk(vm, 0x10000fff), 0x10000fff);
	check_eq(vm->count, 0);
	check_eq(vm_set_brk(vm, 0x10003001), 0x10003001);
	check_eq(vm->pages, 3);
	check_eq(vm_host_access(vm, 0x10003000, FAULT_WRITE, &at), 0);
	check_eq(vm_host_access(vm, 0x10004000, FAULT_WRITE, &at), -1);
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
