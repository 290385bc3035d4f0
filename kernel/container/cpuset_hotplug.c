/*
 * cpuset_hotplug.c - cpusets follow the CPUs that are in service.
 *
 * A CPU that goes is taken out of every set first, and only then out of the scheduler, so that no
 * task needs it any more when it goes.  A set that is left without CPUs stays empty, and hands its
 * tasks to the nearest set above that has CPUs and memory nodes.  A CPU that comes joins the root
 * and nothing else.
 *
 * Locking: container_mutex throughout, so one CPU at a time.
 */
#include "kernel/container/hotplug.h"

#include "kernel/abi/errno.h"
#include "kernel/container/cpuset.h"
#include "kernel/lib/log.h"
#include "kernel/lib/text.h"
#include "kernel/sched/hotplug.h"
#include "kernel/sched/thread.h"

/* The tasks go up, to where they can run. */
static void empty_set(struct cpuset *cs)
{
	struct cpuset *to = cpuset_parent(cs);
	int error;

	while (to->css.parent && (!to->cpus || !to->mems))
		to = cpuset_parent(to);
	error = container_transfer(to->css.container, cs->css.container);
	if (error)
		log_error("cpuset: cannot move the tasks out of a set without CPUs (error %d)",
			  error);
	cpuset_apply_cpus(cs); /* those that had to stay */
}

static void follow(struct cpuset *cs)
{
	u64 left = cs->cpus & cpuset_parent(cs)->effective_cpus;

	if (left == cs->effective_cpus && left == cs->cpus)
		return;
	cs->cpus = left;
	if (left)
		cpuset_apply_cpus(cs);
	else {
		cpuset_refresh(cs);
		empty_set(cs);
	}
}

static void follow_all(u64 online)
{
	struct css *css;

	cpuset_root->cpus = online;
	cpuset_refresh(cpuset_root);
	css_for_each_descendant(css, &cpuset_root->css, SUBSYS_cpuset) if (css->parent)
		follow(cpuset_of(css));
	cpuset_rebuild_domains();
}

int container_set_cpu_online(int cpu, bool online)
{
	u64 now;
	int error = 0;

	mutex_lock(&container_mutex);
	now = sched_online();
	if (!(now & BIT(cpu)) == !online) {
		error = 0;
	} else if (online) {
		sched_cpu_up(cpu);
		follow_all(now | BIT(cpu));
		log_info("cpu: %d is back in service", cpu);
	} else if (now == BIT(cpu)) {
		error = -EBUSY;
	} else {
		follow_all(now & ~BIT(cpu));
		sched_cpu_down(cpu);
		log_info("cpu: %d is out of service", cpu);
	}
	mutex_unlock(&container_mutex);
	return error;
}

void container_cpus_found(void)
{
	mutex_lock(&container_mutex);
	follow_all(cpu_count() < 64 ? BIT(cpu_count()) - 1 : ~0ul);
	mutex_unlock(&container_mutex);
}
