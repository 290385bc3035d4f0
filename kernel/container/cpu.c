/*
 * cpu - shares of CPU time between containers (cpu_shares.c), and a limit on it.
 *
 *   cpu.cfs_quota_us   time for the container and its descendants in each period; -1: no limit
 *   cpu.cfs_period_us  1000 .. 1000000; 100000 at first
 *   cpu.cfs_burst_us   unused quota that may be saved up
 *   cpu.stat           periods, how many ended throttled, ns of waiting; how many used more than
 *                      the quota, and ns of that
 *
 * Time is taken from `left` as it is booked; whoever brings it to zero waits on the way to user
 * mode, where no kernel lock is held, until the period's timer fills it up.  An overdraft of some
 * ticks is paid back from the next period.
 *
 * Differs from Linux: a waiting thread shows as D, and a container is limited as a whole, not per
 * CPU.
 *
 * Locking: what the scheduler calls (container_throttled, cpu_charge) takes no lock: it reads
 * single words and adds to them.
 *
 *   [c] container_mutex    [l] cpu_lock    [a] atomic
 */
#include "kernel/container/cpu.h"

#include "arch/clock.h"
#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"
#include "kernel/sched/trace.h"
#include "kernel/task/task.h"

#define PERIOD_MIN     NS_PER_MSEC
#define PERIOD_MAX     NS_PER_SEC
#define PERIOD_DEFAULT (100 * NS_PER_MSEC)
#define QUOTA_MAX      (((1ul << 44) - 1) * NS_PER_USEC) /* so that a ratio fits, as on Linux */
#define NO_QUOTA       (-1l)

static struct spinlock cpu_lock = SPINLOCK_INIT(RANK_LEAF);
static u32 limited; /* [l] containers with a quota: none, and nobody looks for them */
static struct waitq throttled_waitq = WAITQ_INIT(throttled_waitq); /* of all containers */

/* --- quota ---------------------------------------------------------------------------------- */

static bool group_is_throttled(const struct cpu_group *g)
{
	return READ_ONCE(g->quota) != NO_QUOTA && READ_ONCE(g->left) <= 0;
}

bool container_throttled(struct thread *t)
{
	struct css *css = task_of(t)->containers.set->css[SUBSYS_cpu];

	if (likely(!READ_ONCE(limited)))
		return false;
	for (; unlikely(css->parent); css = css->parent)
		if (unlikely(group_is_throttled(cpu_group_of(css))))
			return true;
	return false;
}

/* With css_set_lock the containers of the running task stay what they are. */
static bool must_wait(void)
{
	bool result;

	spin_lock(&css_set_lock);
	result = container_throttled(thread_current());
	spin_unlock(&css_set_lock);
	return result;
}

void container_wait_for_quota(void)
{
	if (container_throttled(thread_current()))
		sched_trace(TRACE_THROTTLE, thread_current(), 0);
	(void)wait_event_killable(&throttled_waitq, !must_wait());
}

static void take(struct cpu_group *g, u64 ns)
{
	if (likely(READ_ONCE(g->quota) == NO_QUOTA))
		return;
	if (__atomic_sub_fetch(&g->left, (s64)ns, __ATOMIC_RELAXED) <= 0 &&
	    !READ_ONCE(g->throttled_since))
		WRITE_ONCE(g->throttled_since, clock_now());
	if (!__atomic_exchange_n(&g->ticking, true, __ATOMIC_RELAXED))
		timer_start(&g->timer, clock_now() + (u64)g->period);
}

static void cpu_charge(struct css *css, u64 ns, enum cpu_mode mode, u64 now)
{
	if (likely(!READ_ONCE(limited)))
		return;
	for (; css; css = css->parent)
		take(cpu_group_of(css), ns);
}

/* A period has used so much more than the quota: of what was saved up, not of an overdraft. */
static void count_burst(struct cpu_group *g, s64 more)
{
	if (more <= 0 || !g->burst)
		return;
	g->bursts++;
	g->burst_ns += (u64)min(more, g->burst);
}

/* The end of a period: fills up; stops when nothing was used. */
static void period_ends(struct timer *timer)
{
	struct cpu_group *g = container_of(timer, struct cpu_group, timer);
	bool throttled, idle;
	s64 left, full;
	u64 since;

	spin_lock(&cpu_lock);
	full = g->quota + g->burst;
	left = __atomic_load_n(&g->left, __ATOMIC_RELAXED);
	idle = g->quota == NO_QUOTA || left >= full;
	since = READ_ONCE(g->throttled_since);
	throttled = since;
	if (!idle) {
		count_burst(g, g->filled - left - g->quota);
		g->filled =
			__atomic_add_fetch(&g->left, min(g->quota, full - left), __ATOMIC_RELAXED);
		g->periods++;
		g->throttled_periods += throttled;
	}
	if (throttled && !group_is_throttled(g)) {
		g->throttled_ns += clock_now() - since;
		WRITE_ONCE(g->throttled_since, 0);
	}
	spin_unlock(&cpu_lock);
	if (throttled)
		waitq_wake_all(&throttled_waitq);
	if (idle)
		__atomic_store_n(&g->ticking, false, __ATOMIC_RELAXED);
	else
		timer_start(timer, clock_now() + (u64)g->period);
}

/* Quota over period in units of 2^-20; no limit is more than any. */
static u64 ratio(s64 quota, s64 period)
{
	return quota == NO_QUOTA ? ~0ul
				 : (((u64)quota / NS_PER_USEC) << 20) / ((u64)period / NS_PER_USEC);
}

/* A container may not be promised more than its nearest limited ancestor has. */
static bool fits_above(struct css *css, u64 wanted)
{
	for (css = css->parent; css; css = css->parent) {
		struct cpu_group *g = cpu_group_of(css);

		if (g->quota != NO_QUOTA)
			return wanted == ~0ul || wanted <= ratio(g->quota, g->period);
	}
	return true;
}

/* Nor may any descendant have been promised more, with or without limits in between. */
static bool fits_below(struct css *css, u64 limit)
{
	struct css *below;

	css_for_each_descendant(below, css, SUBSYS_cpu)
	{
		struct cpu_group *g = cpu_group_of(below);

		if (below != css && g->quota != NO_QUOTA && ratio(g->quota, g->period) > limit)
			return false;
	}
	return true;
}

static int set_limit(struct css *css, s64 quota, s64 period, s64 burst)
{
	struct cpu_group *g = cpu_group_of(css);
	u64 wanted = ratio(quota, period);

	if (!css->parent)
		return container_refuse(-EINVAL, "the root is not limited");
	if (period < (s64)PERIOD_MIN || period > (s64)PERIOD_MAX)
		return container_refuse(-EINVAL, "a period is %lu to %lu us",
					(u64)PERIOD_MIN / NS_PER_USEC,
					(u64)PERIOD_MAX / NS_PER_USEC);
	if (quota != NO_QUOTA && (quota < (s64)PERIOD_MIN || quota > (s64)QUOTA_MAX))
		return container_refuse(-EINVAL, "a quota is %lu us or more, or -1",
					(u64)PERIOD_MIN / NS_PER_USEC);
	if (burst < 0 || (quota != NO_QUOTA && (burst > quota || burst > (s64)QUOTA_MAX - quota)))
		return container_refuse(-EINVAL, "a burst is at most the quota");
	if (!fits_above(css, wanted))
		return container_refuse(-EINVAL, "it is a larger share than a container above has");
	if (!fits_below(css, wanted))
		return container_refuse(-EINVAL, "a container below has a larger share");
	spin_lock(&cpu_lock);
	limited += (quota != NO_QUOTA) - (g->quota != NO_QUOTA);
	g->quota = quota;
	g->period = period;
	g->burst = burst;
	g->filled = max(quota, 0l);
	__atomic_store_n(&g->left, g->filled, __ATOMIC_RELAXED);
	spin_unlock(&cpu_lock);
	waitq_wake_all(&throttled_waitq);
	return 0;
}

static void show_quota(struct css *css, struct text *out)
{
	s64 quota = cpu_group_of(css)->quota;

	text_printf(out, "%ld\n", quota == NO_QUOTA ? -1l : quota / (s64)NS_PER_USEC);
}

/* Microseconds, -1 when they do not fit. */
static s64 ns_of_us(u64 us)
{
	return us <= QUOTA_MAX / NS_PER_USEC ? (s64)(us * NS_PER_USEC) : -1;
}

static int write_quota(struct css *css, char *text)
{
	struct cpu_group *g = cpu_group_of(css);
	s64 us;
	int error = parse_s64(text, &us);

	if (error)
		return error;
	if (us >= 0 && ns_of_us((u64)us) < 0)
		return -EINVAL;
	return set_limit(css, us < 0 ? NO_QUOTA : ns_of_us((u64)us), g->period, g->burst);
}

static void show_period(struct css *css, struct text *out)
{
	text_printf(out, "%ld\n", cpu_group_of(css)->period / (s64)NS_PER_USEC);
}

static int write_period(struct css *css, char *text)
{
	struct cpu_group *g = cpu_group_of(css);
	u64 us;
	int error = parse_u64(text, &us);

	return error ? error : set_limit(css, g->quota, ns_of_us(us), g->burst);
}

static void show_burst(struct css *css, struct text *out)
{
	text_printf(out, "%ld\n", cpu_group_of(css)->burst / (s64)NS_PER_USEC);
}

static int write_burst(struct css *css, char *text)
{
	struct cpu_group *g = cpu_group_of(css);
	u64 us;
	int error = parse_u64(text, &us);

	return error ? error : set_limit(css, g->quota, g->period, ns_of_us(us));
}

static void show_stat(struct css *css, struct text *out)
{
	struct cpu_group *g = cpu_group_of(css);

	spin_lock(&cpu_lock);
	text_printf(out, "nr_periods %lu\nnr_throttled %lu\nthrottled_time %lu\n", g->periods,
		    g->throttled_periods, g->throttled_ns);
	text_printf(out, "nr_bursts %lu\nburst_time %lu\n", g->bursts, g->burst_ns);
	spin_unlock(&cpu_lock);
}

/* --- the subsystem -----------------------------------------------------------------------------
 */

static int cpu_create(struct css *css)
{
	struct cpu_group *g = cpu_group_of(css);

	g->shares = SHARES_DEFAULT;
	g->quota = NO_QUOTA;
	g->period = PERIOD_DEFAULT;
	timer_init(&g->timer, period_ends);
	return 0;
}

static void cpu_destroy(struct css *css)
{
	struct cpu_group *g = cpu_group_of(css);

	cpu_fade(g);
	timer_cancel(&g->timer);
	spin_lock(&cpu_lock);
	limited -= g->quota != NO_QUOTA;
	spin_unlock(&cpu_lock);
}

/* Whoever waited for the old container's quota looks again. */
static void cpu_attach(struct css *to, struct taskset *tasks)
{
	waitq_wake_all(&throttled_waitq);
}

/* Are there as many limits as are counted, none above that of an ancestor? */
static bool cpu_check(struct css *root)
{
	struct css *css;
	u32 found = 0;

	css_for_each_descendant(css, root, SUBSYS_cpu)
	{
		struct cpu_group *g = cpu_group_of(css);

		if (g->quota == NO_QUOTA)
			continue;
		found++;
		if (!fits_above(css, ratio(g->quota, g->period)))
			return false;
	}
	return found == READ_ONCE(limited);
}

static const struct container_file cpu_files[] = {
	{ "shares", cpu_show_shares, cpu_write_shares },
	{ "idle", cpu_show_idle, cpu_write_idle },
	{ "cfs_quota_us", show_quota, write_quota },
	{ "cfs_period_us", show_period, write_period },
	{ "cfs_burst_us", show_burst, write_burst },
	{ "stat", show_stat, NULL },
	{},
};

const struct container_subsys cpu_subsys = {
	.name = "cpu",
	.state_size = sizeof(struct cpu_group),
	.files = cpu_files,
	.create = cpu_create,
	.destroy = cpu_destroy,
	.attach = cpu_attach,
	.charge_cpu = cpu_charge,
	.check = cpu_check,
};
