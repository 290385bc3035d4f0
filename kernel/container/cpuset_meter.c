/*
 * cpuset_meter.c - memory_pressure: how often the tasks of a set found no free memory.
 *
 * Each such moment adds 1000 to `events`.  Once a second, when somebody looks or adds, what there
 * was decays by 933/1000 per second passed, and 67/1000 of the events since come on top: so the
 * value is events a second times 1000, and half of it is forgotten in ten seconds.  Sets do not
 * pass events on to their parents.
 *
 * Locking: meter_lock.
 */
#include "kernel/container/cpuset.h"

#include "arch/clock.h"
#include "kernel/task/task.h"

#define EVENT	    1000
#define EVENTS_MAX  1000000
#define KEEP	    933 /* of SCALE, per second */
#define SCALE	    1000
#define SECONDS_MAX 99 /* nothing is left after that */

static struct spinlock meter_lock = SPINLOCK_INIT(RANK_LEAF);

static void bring_up_to_date(struct cpuset_meter *m)
{
	u64 now = clock_now() / NS_PER_SEC;
	u64 seconds = min(now - m->time, (u64)SECONDS_MAX);

	if (now == m->time)
		return;
	while (seconds--)
		m->value = m->value * KEEP / SCALE;
	m->time = now;
	m->value += (SCALE - KEEP) * m->events / SCALE;
	m->events = 0;
}

static void meter_note(struct cpuset *cs)
{
	struct cpuset_meter *m = &cs->pressure;

	spin_lock(&meter_lock);
	bring_up_to_date(m);
	m->events = min(m->events + EVENT, (u32)EVENTS_MAX);
	spin_unlock(&meter_lock);
}

u32 cpuset_meter_read(struct cpuset *cs)
{
	u32 value;

	spin_lock(&meter_lock);
	bring_up_to_date(&cs->pressure);
	value = cs->pressure.value;
	spin_unlock(&meter_lock);
	return value;
}

static void note(void)
{
	spin_lock(&css_set_lock);
	meter_note(cpuset_of(task_css(task_current(), SUBSYS_cpuset)));
	spin_unlock(&css_set_lock);
}

bool cpuset_meter_enabled(void)
{
	return mems_pressure_hook;
}

void cpuset_meter_enable(bool on)
{
	WRITE_ONCE(mems_pressure_hook, on ? note : NULL);
}
