/*
 * timer.c - timers, in one tree per CPU, ordered by deadline.
 *
 * Locking: base->lock guards the tree and each timer whose `cpu` names this base.  A function runs
 * without it; base->running says which, so that a cancel can wait for its end.  The clock is armed
 * with interrupts off but without the lock: an emulator that runs one CPU at a time may turn to
 * another one there, and would always find it waiting for the lock.
 */
#include "kernel/sched/timer.h"

#include "arch/clock.h"
#include "kernel/lib/log.h"
#include "kernel/lock/spinlock.h"
#include "kernel/sched/wait.h"

struct timer_base {
	struct spinlock lock;
	struct rbtree tree;    /* [l] */
	struct timer *running; /* [l] */
	u64 armed;	       /* [p] what the clock is armed for */
} aligned_to(64);

static struct timer_base bases[NCPU] = {
	[0 ... NCPU - 1] = { .lock = SPINLOCK_INIT(RANK_TIMER), .armed = WAIT_FOREVER },
};

static bool is_earlier(const struct rbnode *a, const struct rbnode *b)
{
	return rb_entry(a, struct timer, node)->deadline <
	       rb_entry(b, struct timer, node)->deadline;
}

static struct timer_base *base_lock(struct timer *t)
{
	for (;;) {
		int cpu = READ_ONCE(t->cpu);

		spin_lock(&bases[cpu].lock);
		if (t->cpu == cpu)
			return &bases[cpu];
		spin_unlock(&bases[cpu].lock);
	}
}

void timer_init(struct timer *t, void (*fn)(struct timer *))
{
	*t = (struct timer){ .fn = fn, .cpu = cpu_id() };
	rb_clear(&t->node);
}

static bool dequeue(struct timer_base *base, struct timer *t)
{
	if (!t->pending)
		return false;
	rb_erase(&base->tree, &t->node);
	t->pending = false;
	return true;
}

static u64 first_deadline(const struct timer_base *base)
{
	return base->tree.leftmost ? rb_entry(base->tree.leftmost, struct timer, node)->deadline
				   : WAIT_FOREVER;
}

/* Interrupts are off. */
static void arm(struct timer_base *base, u64 deadline)
{
	if (deadline == base->armed)
		return;
	base->armed = deadline;
	clock_arm(deadline);
}

/*
 * A timer whose function runs just now stays with its CPU, so that a cancel finds the
 * function; any other one moves to the CPU that starts it.
 */
void timer_start(struct timer *t, u64 deadline)
{
	struct timer_base *base = base_lock(t);
	bool first;

	dequeue(base, t);
	if (base != &bases[cpu_id()] && base->running != t) {
		int cpu = cpu_id();

		t->cpu = cpu; /* not pending: only who holds the new base's lock may go on */
		spin_unlock(&base->lock);
		base = base_lock(t);
		dequeue(base, t); /* somebody else may have started it in between */
	}
	t->deadline = deadline;
	t->pending = true;
	rb_insert(&base->tree, &t->node, is_earlier);
	first = base == &bases[cpu_id()] && base->tree.leftmost == &t->node &&
		deadline < base->armed;
	irq_disable();
	spin_unlock(&base->lock);
	if (first)
		arm(base, deadline);
	irq_restore();
}

bool timer_cancel_async(struct timer *t)
{
	struct timer_base *base = base_lock(t);
	bool was_pending = dequeue(base, t);

	spin_unlock(&base->lock);
	return was_pending;
}

bool timer_cancel(struct timer *t)
{
	bool was_pending = false;

	for (;;) {
		struct timer_base *base = base_lock(t);
		bool running = base->running == t;

		was_pending |= dequeue(base, t);
		spin_unlock(&base->lock);
		if (!running)
			return was_pending;
		assert(base != &bases[cpu_id()]);
		cpu_relax();
	}
}

/* The bases' locks may be nested here, and only here: one CPU at a time goes. */
static bool try_take_over(int cpu)
{
	struct timer_base *from = &bases[cpu], *to = &bases[cpu_id()];
	bool busy;

	spin_lock(&from->lock);
	spin_lock_nested(&to->lock);
	busy = from->running;
	while (!busy && from->tree.leftmost) {
		struct timer *t = rb_entry(from->tree.leftmost, struct timer, node);

		rb_erase(&from->tree, &t->node);
		t->cpu = (s32)(to - bases);
		rb_insert(&to->tree, &t->node, is_earlier);
	}
	if (first_deadline(to) < to->armed)
		arm(to, first_deadline(to));
	spin_unlock(&to->lock);
	spin_unlock(&from->lock);
	return !busy;
}

void timer_take_over(int cpu)
{
	while (cpu != cpu_id() && !try_take_over(cpu))
		cpu_relax();
}

void timer_run(void)
{
	struct timer_base *base = &bases[cpu_id()];

	spin_lock(&base->lock);
	base->armed = WAIT_FOREVER; /* the clock has fired */
	while (first_deadline(base) <= clock_now()) {
		struct timer *t = rb_entry(base->tree.leftmost, struct timer, node);

		dequeue(base, t);
		base->running = t;
		spin_unlock(&base->lock);
		t->fn(t);
		spin_lock(&base->lock);
		base->running = NULL;
	}
	spin_unlock(&base->lock);
}

void timer_arm_clock(u64 other_deadline)
{
	struct timer_base *base = &bases[cpu_id()];
	u64 first;

	irq_disable();
	spin_lock(&base->lock);
	first = first_deadline(base);
	spin_unlock(&base->lock);
	arm(base, min(first, other_deadline));
	irq_restore();
}
