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
 * are serialized by trace_mutex.  A label is written by whoever changes what it tells, who is the
 * thread itself, its parent, or the one migration; where recording begins in the middle of exec by
 * a thread that is not the leader, the old number may stay.
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

#define RING_MOST (TRACE_RING_SIZE / sizeof(struct trace_event))
/* All of it has to fit into one text. */
#define LINES_MOST 65536ul

struct ring {
	struct trace_event *events; /* [trace_mutex] NULL: recording has not begun */
	u64 turns;		    /* [p] twice how often it was full; odd: just now */
	u64 begin;		    /* [trace_mutex] ring_count() when recording was begun */
} aligned_to(64);

bool sched_trace_on;

static struct mutex trace_mutex = MUTEX_INIT(trace_mutex, RANK_OTHER_MUTEX);
static struct ring rings[NCPU];

_Static_assert(sizeof(struct trace_event) == 32, "a ring is full at its end");

void sched_trace_turn(void)
{
	struct ring *ring = &rings[cpu_id()];

	__atomic_store_n(&ring->turns, ring->turns + 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&cpu_this()->trace, ring->events, __ATOMIC_SEQ_CST);
	__atomic_store_n(&ring->turns, ring->turns + 1, __ATOMIC_SEQ_CST);
}

/* Events ever recorded by a CPU that has a ring. */
static u64 ring_count(int cpu)
{
	const struct ring *ring = &rings[cpu];
	const struct trace_event *at;
	u64 turns;

	do {
		turns = __atomic_load_n(&ring->turns, __ATOMIC_SEQ_CST);
		at = __atomic_load_n(&cpus[cpu].trace, __ATOMIC_SEQ_CST);
	} while (turns % 2 || turns != __atomic_load_n(&ring->turns, __ATOMIC_SEQ_CST));
	return turns / 2 * RING_MOST + (u64)(at - ring->events);
}

void sched_trace_add(enum sched_event event, struct thread *t, u32 value)
{
	irq_disable();
	if (READ_ONCE(sched_trace_on)) { /* an interrupt may have lain between the test and here */
		if (!t->idle)
			WRITE_ONCE(t->label, container_trace_label(t));
		sched_trace_record(event, t, value, clock_now());
		if (event == TRACE_ATTACH || event == TRACE_EXIT) /* the set where it will be */
			WRITE_ONCE(t->label, (u32)t->label | (u64)value << 32);
	}
	irq_restore();
}

/* -ENOMEM: what was allocated stays for the next time. */
static int allocate(void)
{
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		struct page *page;

		if (rings[cpu].events)
			continue;
		page = page_alloc(TRACE_RING_ORDER, PAGE_PLAIN);
		if (!page)
			return -ENOMEM;
		cpus[cpu].trace = rings[cpu].events = page_virt(page);
	}
	return 0;
}

static void give_back(void)
{
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		if (rings[cpu].events)
			page_free(page_of_virt(rings[cpu].events));
		cpus[cpu].trace = NULL;
		rings[cpu] = (struct ring){ 0 };
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
	/* Who has begun to record does so with interrupts off, and answers after that. */
	sched_domains_changed();
	if (none)
		give_back();
	if (on)
		error = allocate();
	if (on && !error) {
		for (int cpu = 0; cpu < cpu_count(); cpu++)
			rings[cpu].begin = ring_count(cpu);
		container_trace_begin(&sched_trace_on);
	}
	mutex_unlock(&trace_mutex);
	return error;
}

/* Event n of a CPU's ring; false if it has been overwritten. */
static bool copy(int cpu, u64 n, struct trace_event *e)
{
	*e = *(volatile struct trace_event *)&rings[cpu].events[n % RING_MOST];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return ring_count(cpu) - n < RING_MOST;
}

static void show_event(int cpu, const struct trace_event *e, struct text *out)
{
	static const char *const words[] = { "switch", "wake",	   "migrate", "fork", "exit",
					     "attach", "throttle", "freeze",  "thaw", "rollback" };
	u32 event = (u32)(e->what >> 32);
	char name[9] = "";

	memcpy(name, &e->name, 8);
	for (char *c = name; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= '-' && *c <= '9');

		*c = plain ? *c : '_';
	}
	text_printf(out, "%lu %d %s %u %u %u %s\n",
		    event & TRACE_TICKS ? clock_of_ticks(e->time) : e->time, cpu,
		    words[event & ~TRACE_TICKS], (u32)e->label, (u32)(e->label >> 32), (u32)e->what,
		    name[0] ? name : "-");
}

static void show_ring(int cpu, struct text *out)
{
	u64 end = ring_count(cpu), begin = rings[cpu].begin, n = begin;
	u64 most = min(RING_MOST, LINES_MOST / (u64)cpu_count()) - 1;
	struct trace_event e;

	if (end - n > most)
		n = end - most;
	while (n < end && !copy(cpu, n, &e))
		n++;
	text_printf(out, "# cpu %d lost %lu\n", cpu, n - begin);
	for (; n < end; n++)
		if (copy(cpu, n, &e))
			show_event(cpu, &e, out);
}

void sched_trace_show(struct text *out)
{
	mutex_lock(&trace_mutex);
	text_printf(out, "# sched_trace %d cpus %d now %lu\n", sched_trace_on, cpu_count(),
		    clock_now());
	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (rings[cpu].events)
			show_ring(cpu, out);
	mutex_unlock(&trace_mutex);
}
