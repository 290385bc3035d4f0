/*
 * trace.c - the rings of events, see trace.h.
 *
 * User space sees /proc/sched_trace, for root: "# sched_trace 1 cpus N now NS", then for each CPU
 * "# cpu N lost M" and a line for each event, "NS CPU EVENT PID SET VALUE NAME".  PID is the number
 * in the first pid namespace, 0 for the idle thread; SET the css_set; NAME the first 8 bytes of the
 * command, other than letters, digits and ._/- shown as _.
 *
 * Locking: a ring is written by its CPU alone, with interrupts off.  A reader copies an event and
 * looks at the count again: what was overwritten meanwhile counts as lost.  Starting and showing
 * are serialized by trace_mutex.
 */
#include "kernel/sched/trace.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/page.h"
#include "kernel/sched/mutex.h"
#include "kernel/sched/thread.h"

#define RING_ORDER 5 /* 128 KiB */
#define RING_MOST  4096
/* All of it has to fit into one text. */
#define LINES_MOST 65536u

struct event {
	u64 ns;
	u32 pid, set, value;
	u32 event; /* enum sched_event */
	u64 name;  /* the first 8 bytes of it */
};

struct ring {
	struct event *events; /* [trace_mutex] NULL: recording has not begun */
	u64 count;	      /* [p] events ever recorded; others read it */
	u64 begin;	      /* [trace_mutex] count when recording was begun */
} aligned_to(64);

bool sched_trace_on;

static struct mutex trace_mutex = MUTEX_INIT(trace_mutex, RANK_OTHER_MUTEX);
static struct ring rings[NCPU];
static u32 ring_size; /* [trace_mutex] a power of 2; 0: no rings */

_Static_assert(sizeof(struct event) * RING_MOST == PAGE_SIZE << RING_ORDER,
	       "a ring fills its pages");

void sched_trace_add_at(enum sched_event event, struct thread *t, u32 value, u64 now)
{
	struct ring *ring = &rings[cpu_id()];
	u64 n = ring->count;
	struct event *e = &ring->events[n & (ring_size - 1)];

	e->ns = now;
	e->value = value;
	e->event = event;
	e->name = *(const u64 *)t->name;
	e->pid = e->set = 0;
	if (!t->idle)
		container_trace_numbers(t, &e->pid, &e->set);
	/* The event is whole before it counts: pairs with the load in copy(). */
	__atomic_store_n(&ring->count, n + 1, __ATOMIC_RELEASE);
}

void sched_trace_add(enum sched_event event, struct thread *t, u32 value)
{
	irq_disable();
	if (READ_ONCE(sched_trace_on)) /* an interrupt may have lain between the test and here */
		sched_trace_add_at(event, t, value, clock_now());
	irq_restore();
}

/* -ENOMEM: what was allocated stays for the next time. */
static int allocate(void)
{
	u32 size = RING_MOST;

	while (size * (u32)cpu_count() > LINES_MOST)
		size /= 2;
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		struct page *page;

		if (rings[cpu].events)
			continue;
		page = page_alloc(RING_ORDER, PAGE_PLAIN);
		if (!page)
			return -ENOMEM;
		rings[cpu].events = page_virt(page);
	}
	ring_size = size;
	return 0;
}

/* Nobody records any more.  Who has begun does so with interrupts off, and answers after that. */
static void give_back(void)
{
	sched_domains_changed();
	ring_size = 0;
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		if (rings[cpu].events)
			page_free(page_of_virt(rings[cpu].events));
		rings[cpu].events = NULL;
	}
}

int sched_trace_write(const char *word)
{
	bool on = !strcmp(word, "1"), none = !strcmp(word, "free");
	int error = 0;

	if (!on && !none && strcmp(word, "0"))
		return -EINVAL;
	mutex_lock(&trace_mutex);
	__atomic_store_n(&sched_trace_on, false, __ATOMIC_SEQ_CST);
	if (none)
		give_back();
	if (on)
		error = allocate();
	if (on && !error) {
		for (int cpu = 0; cpu < cpu_count(); cpu++)
			rings[cpu].begin = READ_ONCE(rings[cpu].count);
		__atomic_store_n(&sched_trace_on, true, __ATOMIC_SEQ_CST);
	}
	mutex_unlock(&trace_mutex);
	return error;
}

/* Event n of the ring; false if it has been overwritten. */
static bool copy(const struct ring *ring, u64 n, struct event *e)
{
	*e = *(volatile struct event *)&ring->events[n & (ring_size - 1)];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&ring->count, __ATOMIC_ACQUIRE) - n < ring_size;
}

static void show_event(int cpu, const struct event *e, struct text *out)
{
	static const char *const words[] = { "switch", "wake",	   "migrate", "fork", "exit",
					     "attach", "throttle", "freeze",  "thaw", "rollback" };
	char name[9] = "";

	memcpy(name, &e->name, 8);
	for (char *c = name; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= '-' && *c <= '9');

		*c = plain ? *c : '_';
	}
	text_printf(out, "%lu %d %s %u %u %u %s\n", e->ns, cpu, words[e->event], e->pid, e->set,
		    e->value, name[0] ? name : "-");
}

static void show_ring(int cpu, struct text *out)
{
	struct ring *ring = &rings[cpu];
	u64 end = __atomic_load_n(&ring->count, __ATOMIC_ACQUIRE), n = ring->begin;
	struct event e;

	if (end - n >= ring_size)
		n = end - (ring_size - 1);
	while (n < end && !copy(ring, n, &e))
		n++;
	text_printf(out, "# cpu %d lost %lu\n", cpu, n - ring->begin);
	for (; n < end; n++)
		if (copy(ring, n, &e))
			show_event(cpu, &e, out);
}

void sched_trace_show(struct text *out)
{
	mutex_lock(&trace_mutex);
	text_printf(out, "# sched_trace %d cpus %d now %lu\n", sched_trace_on, cpu_count(),
		    clock_now());
	for (int cpu = 0; ring_size && cpu < cpu_count(); cpu++)
		show_ring(cpu, out);
	mutex_unlock(&trace_mutex);
}
