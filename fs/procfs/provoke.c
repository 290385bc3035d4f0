/*
 * provoke.c - /proc/sys/kernel/provoke of a debug build: faults on request.
 *
 * Root writes the name of a fault and the kernel commits it, so that a test can see that it is
 * found and how the report reads (tests/boot/test_faults.py), and a student what to look for.  The
 * names are those of Linux's LKDTM where it has the same.
 */
#include "fs/procfs/procfs.h"

#ifdef DEBUG
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/mmu.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/refcount.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/timer.h"

#define SIZE 40 /* of an object that is misused; kmalloc rounds it up */

static struct spinlock outer = SPINLOCK_INIT(RANK_SLAB), inner = SPINLOCK_INIT(RANK_PAGE);
static struct mutex mutex = MUTEX_INIT(mutex, RANK_OTHER_MUTEX);

static void provoke_panic(void)
{
	panic("provoked");
}

static void provoke_bug(void)
{
	bug_if(thread_current() != NULL);
}

static void provoke_null(void)
{
	*(volatile u32 *)NULL = 1;
}

static void provoke_user(void)
{
	(void)*(volatile u32 *)0x400000;
}

static void provoke_exec(void)
{
	((void (*)(void))page_virt(page_alloc(0, PAGE_ZERO)))();
}

static void provoke_write_text(void)
{
	*(volatile u8 *)provoke_panic = 0xcc;
}

static void provoke_bounds(void)
{
	volatile int table[4] = {}, at = 4;

	table[at] = table[0];
}

static void provoke_shift(void)
{
	volatile int by = 32, value = 1;

	value = value << by;
}

/* A frame at each level, and something to do when it comes back. */
static noinline int descend(volatile int depth)
{
	volatile u8 frame[256];

	frame[depth % 256] = (u8)depth;
	return depth ? descend(depth - 1) + frame[depth % 256] : 0;
}

static void provoke_stack(void)
{
	descend(1000000);
}

static void provoke_stack_mark(void)
{
	static struct waitq queue = WAITQ_INIT(queue);

	*stack_mark(thread_current()->arch.stack_top) = 0;
	wait_event(&queue, false);
}

static void provoke_refcount(void)
{
	struct refcount r;

	refcount_init(&r, 0);
	refcount_get(&r);
}

static void provoke_after_free(void)
{
	volatile u8 *object = kmalloc(SIZE);

	kfree((void *)object);
	object[8] = 1;
	for (int i = 0; i < 10000; i++)
		kfree(kmalloc(SIZE));
}

static void provoke_page_after_free(void)
{
	struct page *page = page_alloc(0, PAGE_PLAIN);
	volatile u8 *bytes = page_virt(page);

	page_free(page);
	bytes[8] = 1;
	for (int i = 0; i < 10000; i++)
		if (!page_alloc(0, PAGE_PLAIN))
			break;
}

static void provoke_double_free(void)
{
	void *object = kmalloc(SIZE);

	kfree(object);
	kfree(object);
}

static void provoke_overflow(void)
{
	volatile u8 *object = kmalloc(SIZE);

	object[SIZE] = 1;
	kfree((void *)object);
}

static void provoke_lock_order(void)
{
	spin_lock(&inner);
	spin_lock(&outer);
}

static void provoke_lock_twice(void)
{
	spin_lock(&inner);
	spin_lock(&inner);
}

static void provoke_lock_not_held(void)
{
	assert_held(&inner);
}

static void provoke_sleep_locked(void)
{
	spin_lock(&inner);
	mutex_lock(&mutex);
}

static void provoke_mutex_twice(void)
{
	mutex_lock(&mutex);
	mutex_lock(&mutex);
}

static void provoke_locked(void)
{
	mutex_lock(&mutex);
	spin_lock(&outer);
	spin_lock(&inner);
	panic("provoked with locks held");
}

/* Who comes first holds the mutex until the second sets the flag, for which that needs the mutex:
   an order that ranks do not see. */
static void provoke_deadlock(void)
{
	static struct waitq queue = WAITQ_INIT(queue);
	static bool first, flag;

	if (!__atomic_exchange_n(&first, true, __ATOMIC_SEQ_CST)) {
		mutex_lock(&mutex);
		wait_event(&queue, READ_ONCE(flag));
	} else {
		mutex_lock(&mutex);
		WRITE_ONCE(flag, true);
		waitq_wake_all(&queue);
	}
	mutex_unlock(&mutex);
}

static void panic_later(struct timer *t)
{
	panic("provoked in an interrupt");
}

static void provoke_interrupt(void)
{
	static struct timer timer;

	timer_init(&timer, panic_later);
	timer_start(&timer, clock_now());
	for (;;)
		cpu_relax();
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "PANIC", provoke_panic },
	{ "BUG", provoke_bug },
	{ "ACCESS_NULL", provoke_null },
	{ "ACCESS_USERSPACE", provoke_user },
	{ "EXEC_DATA", provoke_exec },
	{ "WRITE_KERN", provoke_write_text },
	{ "ARRAY_BOUNDS", provoke_bounds },
	{ "SHIFT", provoke_shift },
	{ "EXHAUST_STACK", provoke_stack },
	{ "CORRUPT_STACK_END", provoke_stack_mark },
	{ "REFCOUNT_INC_ZERO", provoke_refcount },
	{ "WRITE_AFTER_FREE", provoke_after_free },
	{ "WRITE_BUDDY_AFTER_FREE", provoke_page_after_free },
	{ "SLAB_FREE_DOUBLE", provoke_double_free },
	{ "SLAB_LINEAR_OVERFLOW", provoke_overflow },
	{ "LOCK_ORDER", provoke_lock_order },
	{ "LOCK_TWICE", provoke_lock_twice },
	{ "LOCK_NOT_HELD", provoke_lock_not_held },
	{ "SLEEP_LOCKED", provoke_sleep_locked },
	{ "MUTEX_TWICE", provoke_mutex_twice },
	{ "PANIC_LOCKED", provoke_locked },
	{ "PANIC_INTERRUPT", provoke_interrupt },
	{ "DEADLOCK", provoke_deadlock },
};

void proc_show_faults(struct text *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		text_printf(out, "%s\n", faults[i].name);
}

int proc_provoke(char *text)
{
	text = str_trim(text);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(text, faults[i].name)) {
			faults[i].commit();
			return 0; /* it went unnoticed */
		}
	return -EINVAL;
}
#endif
