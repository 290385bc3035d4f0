/*
 * cpuset.h - what the source files of the subsystem cpuset share.
 *
 *   cpuset.c          the files, and the moments of a task's life
 *   cpuset_rules.c    which values are refused
 *   cpuset_update.c   from a container to its tasks, and to the scheduler's domains
 *   cpuset_hotplug.c  CPUs that come and go
 *   cpuset_pages.c    pages that follow to other memory nodes
 *   cpuset_meter.c    memory_pressure
 *
 *   [c] container_mutex    [c, r] the same; read without it where the reader says why
 */
#pragma once
#include "kernel/container/framework.h"
#include "kernel/lib/bits.h"

struct move_group;

enum cpuset_flag {
	CPUSET_CPU_EXCLUSIVE = 1,
	CPUSET_MEM_EXCLUSIVE = 2,
	CPUSET_MEM_HARDWALL = 4,
	CPUSET_MEMORY_MIGRATE = 8,
	CPUSET_SPREAD_PAGE = 16,
	CPUSET_SPREAD_SLAB = 32,
	CPUSET_LOAD_BALANCE = 64,
};

/* What each of its tasks has in its thread. */
struct cpuset_limits {
	u64 cpus;   /* all ones in the root: also those that come later */
	u64 mems;   /* for its pages */
	u64 kernel; /* nodes for the kernel's own memory on its behalf */
	u32 spread; /* MEMS_SPREAD_* */
};

/* Events in a second, times 1000, with a half-life of ten seconds. */
struct cpuset_meter {
	u32 events; /* [meter lock] since `time`, times 1000 */
	u32 value;  /* [meter lock] as of `time` */
	u64 time;   /* [meter lock] in seconds */
};

struct cpuset {
	struct css css;
	u64 cpus, mems;			    /* [c] as written, less what has gone */
	u64 effective_cpus, effective_mems; /* [c] of them, what the parent has too */
	struct cpuset_limits limits;	    /* [c, r] */
	u32 flags;			    /* [c] enum cpuset_flag */
	s32 relax_level;		    /* [c] -1: the system's default */
	struct cpuset_meter pressure;
};

static inline struct cpuset *cpuset_of(struct css *css)
{
	return container_of(css, struct cpuset, css);
}

static inline struct cpuset *cpuset_parent(const struct cpuset *cs)
{
	return cs->css.parent ? cpuset_of(cs->css.parent) : NULL;
}

extern struct cpuset *cpuset_root; /* [I] made at boot */

/* cpuset_rules.c.  May cs become what `trial` says?  0, or the errno that container_refuse()
   explained. */
int cpuset_check(struct cpuset *cs, const struct cpuset *trial) must_check;
/* -EINVAL, -ERANGE: not a list of CPUs (memory nodes) that are there. */
int cpuset_parse_cpus(const char *text, u64 *cpus) must_check;
int cpuset_parse_mems(const char *text, u64 *mems) must_check;

/* cpuset_update.c */
void cpuset_refresh(struct cpuset *cs); /* its effective lists and limits, from all else */
/* cs's cpus have changed: its tasks follow, and when it returns none of them runs elsewhere. */
void cpuset_apply_cpus(struct cpuset *cs);
/* cs's mems or its flags about memory have changed: its tasks, and those below, follow. */
void cpuset_apply_mems(struct cpuset *cs);
/* t gets the limits.  CPUs for sched_expel(). */
u64 cpuset_bind_task(const struct cpuset *cs, struct task *t) must_check;
bool cpuset_fits_task(const struct cpuset *cs, const struct task *t);
int cpuset_relax_max(void); /* the highest sched_relax_domain_level */
/* What a flag, a mask or a removal has changed in who balances with whom. */
void cpuset_rebuild_domains(void);

/* cpuset_pages.c.  The address space of a task that has had the nodes `from` until now, or of all
   tasks of the set: policies are bound to the new nodes, and pages go there if memory_migrate says
   so.  May sleep. */
void cpuset_move_pages(const struct cpuset *cs, struct task *t, u64 from, struct move_group *group);
void cpuset_move_all_pages(struct cpuset *cs, u64 from);

/* cpuset_meter.c */
void cpuset_meter_enable(bool on);
bool cpuset_meter_enabled(void);
u32 cpuset_meter_read(struct cpuset *cs);
