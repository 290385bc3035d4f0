/*
 * cpu - shares of CPU time between containers, and a limit on it.
 *
 *   cpu.shares         weight against siblings, 2 .. 262144; 1024 at first
 *   cpu.idle           1: the weight of SCHED_IDLE instead; 0 again: the weight of 1024 shares
 *   cpu.cfs_quota_us   time for the container and its descendants in each period; -1: no limit
 *   cpu.cfs_period_us  1000 .. 1000000; 100000 at first
 *   cpu.cfs_burst_us   unused quota that may be saved up
 *   cpu.stat           periods, how many ended throttled, ns of waiting; how many used more than
 *                      the quota, and ns of that
 *
 * Shares: the run queues stay flat.  A thread's weight is scaled, where its time is booked, by its
 * container's shares over the load of the container (the weights of all that is runnable in it),
 * and so on up to the root.  So the members of a container together age as fast as one thread of
 * its shares would.
 *
 * Quota: time is taken from `left` as it is booked; whoever brings it to zero waits on the way to
 * user mode, where no kernel lock is held, until the period's timer fills it up.  An overdraft of
 * some ticks is paid back from the next period.
 *
 * Differs from Linux: a waiting thread shows as D, and a container is limited as a whole, not per
 * CPU.
 *
 * Locking: what the scheduler calls (container_load, container_weight, container_throttled,
 * cpu_charge) takes no lock: it reads single words and adds to them.
 *
 *   [c] container_mutex    [l] cpu_lock    [a] atomic
 */
#include "arch/clock.h"
#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"
#include "kernel/sched/timer.h"
#include "kernel/task/task.h"

#define SHARES_MIN     2ul
#define SHARES_MAX     262144ul
#define SHARES_DEFAULT 1024ul
#define SHARES_IDLE    3ul
#define PERIOD_MIN     NS_PER_MSEC
#define PERIOD_MAX     NS_PER_SEC
#define PERIOD_DEFAULT (100 * NS_PER_MSEC)
#define QUOTA_MAX      (((1ul << 44) - 1) * NS_PER_USEC) /* so that a ratio fits, as on Linux */
#define NO_QUOTA       (-1l)

struct cpu_group {
	struct css css;
	u64 shares;   /* [c] readers need no lock */
	bool idle;    /* [c] shares are SHARES_IDLE and cannot be written */
	s64 load;     /* [a] weights of runnable threads and shares of runnable children */
	s64 passed;   /* [a] what this one has added to its parent's load: its weight, or 0 */
	s64 quota;    /* [c+l] ns, NO_QUOTA */
	s64 period;   /* [c+l] ns */
	s64 burst;    /* [c+l] ns */
	s64 left;     /* [a] of the quota; not above zero: throttled */
	s64 filled;   /* [l] what was left when the period began */
	bool ticking; /* [a] the timer runs */
	struct timer timer;
	u64 throttled_since;			      /* [a] 0: not */
	u64 periods, throttled_periods, throttled_ns; /* [l] */
	u64 bursts, burst_ns;			      /* [l] */
};

static struct spinlock cpu_lock = SPINLOCK_INIT(RANK_LEAF);
static u32 limited; /* [l] containers with a quota: none, and nobody looks for them */
static struct waitq throttled_waitq = WAITQ_INIT(throttled_waitq); /* of all containers */

static struct cpu_group *group_of(struct css *css)
{
	return container_of(css, struct cpu_group, css);
}

/* --- shares -------------------------------------------------------------------------------- */

static u64 weight_of(const struct cpu_group *g)
{
	return READ_ONCE(g->shares);
}

/*
 * Brings what g adds to its parent's load up to date: its weight while anything of it is runnable.
 * The queues of several CPUs may come here at once.  What was read may be old when it is exchanged,
 * so each looks again after its own change: the last one to leave has seen the last change.
 * Additions commute, so the parent's sum is right as soon as all have left; until then it may be
 * below zero.
 */
static bool pass_on(struct cpu_group *g)
{
	s64 load = __atomic_load_n(&g->load, __ATOMIC_SEQ_CST);
	s64 wanted = load > 0 ? (s64)weight_of(g) : 0, before;

	if (likely(wanted == READ_ONCE(g->passed)))
		return false;
	before = __atomic_exchange_n(&g->passed, wanted, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&group_of(g->css.parent)->load, wanted - before, __ATOMIC_SEQ_CST);
	return true;
}

/* Upwards from g, as far as something changes. */
static void load_changed(struct cpu_group *g)
{
	for (; g->css.parent; g = group_of(g->css.parent)) {
		bool changed = false;

		while (pass_on(g))
			changed = true;
		if (!changed)
			break;
	}
}

void container_load(struct thread *t, s64 weight)
{
	struct css *css = task_of(t)->containers.set->css[SUBSYS_cpu];

	if (likely(!css->parent))
		return;
	__atomic_fetch_add(&group_of(css)->load, weight, __ATOMIC_SEQ_CST);
	load_changed(group_of(css));
}

u64 container_weight(struct thread *t)
{
	struct css *css = task_of(t)->containers.set->css[SUBSYS_cpu];
	u64 weight = (u64)t->weight << CONTAINER_WEIGHT_SHIFT;

	for (; unlikely(css->parent); css = css->parent) {
		s64 load = READ_ONCE(group_of(css)->load);

		if (load > 0)
			weight = weight * weight_of(group_of(css)) / (u64)load;
	}
	return max(weight, 1ul << 4);
}

/* A runnable container weighs differently from now on. */
static void set_weight(struct cpu_group *g, u64 shares)
{
	__atomic_store_n(&g->shares, shares, __ATOMIC_SEQ_CST);
	load_changed(g);
}

static void show_shares(struct css *css, struct text *out)
{
	text_printf(out, "%lu\n", group_of(css)->shares);
}

static int write_shares(struct css *css, char *text)
{
	struct cpu_group *g = group_of(css);
	u64 shares;
	int error = parse_u64(text, &shares);

	if (error)
		return error;
	if (!css->parent || g->idle)
		return -EINVAL;
	shares = max(shares, SHARES_MIN);
	set_weight(g, min(shares, SHARES_MAX));
	return 0;
}

static void show_idle(struct css *css, struct text *out)
{
	text_printf(out, "%d\n", group_of(css)->idle);
}

static int write_idle(struct css *css, char *text)
{
	struct cpu_group *g = group_of(css);
	s64 idle;
	int error = parse_s64(text, &idle);

	if (error)
		return error;
	if (!css->parent || idle < 0 || idle > 1)
		return -EINVAL;
	if (g->idle != idle)
		set_weight(g, idle ? SHARES_IDLE : SHARES_DEFAULT);
	g->idle = idle;
	return 0;
}

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
		if (unlikely(group_is_throttled(group_of(css))))
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
		take(group_of(css), ns);
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
		struct cpu_group *g = group_of(css);

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
		struct cpu_group *g = group_of(below);

		if (below != css && g->quota != NO_QUOTA && ratio(g->quota, g->period) > limit)
			return false;
	}
	return true;
}

static int set_limit(struct css *css, s64 quota, s64 period, s64 burst)
{
	struct cpu_group *g = group_of(css);
	u64 wanted = ratio(quota, period);

	if (!css->parent || period < (s64)PERIOD_MIN || period > (s64)PERIOD_MAX)
		return -EINVAL;
	if (quota != NO_QUOTA && (quota < (s64)PERIOD_MIN || quota > (s64)QUOTA_MAX))
		return -EINVAL;
	if (burst < 0 || (quota != NO_QUOTA && (burst > quota || burst > (s64)QUOTA_MAX - quota)))
		return -EINVAL;
	if (!fits_above(css, wanted) || !fits_below(css, wanted))
		return -EINVAL;
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
	s64 quota = group_of(css)->quota;

	text_printf(out, "%ld\n", quota == NO_QUOTA ? -1l : quota / (s64)NS_PER_USEC);
}

/* Microseconds, -1 when they do not fit. */
static s64 ns_of_us(u64 us)
{
	return us <= QUOTA_MAX / NS_PER_USEC ? (s64)(us * NS_PER_USEC) : -1;
}

static int write_quota(struct css *css, char *text)
{
	struct cpu_group *g = group_of(css);
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
	text_printf(out, "%ld\n", group_of(css)->period / (s64)NS_PER_USEC);
}

static int write_period(struct css *css, char *text)
{
	struct cpu_group *g = group_of(css);
	u64 us;
	int error = parse_u64(text, &us);

	return error ? error : set_limit(css, g->quota, ns_of_us(us), g->burst);
}

static void show_burst(struct css *css, struct text *out)
{
	text_printf(out, "%ld\n", group_of(css)->burst / (s64)NS_PER_USEC);
}

static int write_burst(struct css *css, char *text)
{
	struct cpu_group *g = group_of(css);
	u64 us;
	int error = parse_u64(text, &us);

	return error ? error : set_limit(css, g->quota, g->period, ns_of_us(us));
}

static void show_stat(struct css *css, struct text *out)
{
	struct cpu_group *g = group_of(css);

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
	struct cpu_group *g = group_of(css);

	g->shares = SHARES_DEFAULT;
	g->quota = NO_QUOTA;
	g->period = PERIOD_DEFAULT;
	timer_init(&g->timer, period_ends);
	return 0;
}

static void cpu_destroy(struct css *css)
{
	struct cpu_group *g = group_of(css);

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

static const struct container_file cpu_files[] = {
	{ "shares", show_shares, write_shares },
	{ "idle", show_idle, write_idle },
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
};
