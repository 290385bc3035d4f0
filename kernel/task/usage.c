/*
 * usage.c - sums of what tasks have used.
 *
 * A process keeps the figures of tasks that have left it; those that are still there are added
 * when somebody asks.  All page faults are minor, since there is no disk.
 *
 * Locking: process->lock.
 */
#include "kernel/task/usage.h"

#include "kernel/lib/string.h"
#include "kernel/task/itimer.h"

static u64 rss_peak(const struct vm *vm)
{
	u64 now = READ_ONCE(vm->rss_anon) + READ_ONCE(vm->rss_file) + READ_ONCE(vm->rss_shared);

	return max(now, READ_ONCE(vm->rss_peak));
}

/* The peak of the space that the process has now, or of one that it has left. */
static void add_space_locked(struct usage *u, const struct process *p)
{
	struct task *t;

	assert_held(&p->lock);
	u->maxrss = p->maxrss;
	list_for_each (t, &p->tasks, in_process) {
		if (!t->vm)
			continue;
		u->maxrss = max(u->maxrss, rss_peak(t->vm));
		return;
	}
}

static void add_counts(struct usage *u, const struct task *t)
{
	u->faults[0] += READ_ONCE(t->thread.faults);
	for (int i = 0; i < 2; i++)
		u->switches[i] += READ_ONCE(t->thread.switches[i]);
}

void usage_of_task(struct task *t, struct usage *out)
{
	struct process *p = t->process;

	*out = (struct usage){ 0 };
	spin_lock(&p->lock);
	task_time(t, out->time);
	add_counts(out, t);
	add_space_locked(out, p);
	spin_unlock(&p->lock);
}

void usage_of_process(struct process *p, struct usage *out)
{
	struct task *t;

	*out = (struct usage){ 0 };
	spin_lock(&p->lock);
	process_time_locked(p, out->time);
	out->faults[0] = p->ended_faults;
	memcpy(out->switches, p->ended_switches, sizeof(out->switches));
	list_for_each (t, &p->tasks, in_process)
		add_counts(out, t);
	add_space_locked(out, p);
	spin_unlock(&p->lock);
}

void usage_of_children(struct process *p, struct usage *out)
{
	spin_lock(&p->lock);
	memcpy(out->time, p->children_time, sizeof(out->time));
	memcpy(out->faults, p->children_faults, sizeof(out->faults));
	memcpy(out->switches, p->children_switches, sizeof(out->switches));
	out->maxrss = p->children_maxrss;
	spin_unlock(&p->lock);
}

void usage_add_child(struct process *p, const struct usage *u)
{
	spin_lock(&p->lock);
	for (int i = 0; i < CPU_MODES; i++)
		p->children_time[i] += u->time[i];
	for (int i = 0; i < 2; i++) {
		p->children_faults[i] += u->faults[i];
		p->children_switches[i] += u->switches[i];
	}
	p->children_maxrss = max(p->children_maxrss, u->maxrss);
	spin_unlock(&p->lock);
}

void usage_sum(struct usage *to, const struct usage *u)
{
	for (int i = 0; i < CPU_MODES; i++)
		to->time[i] += u->time[i];
	for (int i = 0; i < 2; i++) {
		to->faults[i] += u->faults[i];
		to->switches[i] += u->switches[i];
	}
	to->maxrss = max(to->maxrss, u->maxrss);
}

static struct timeval timeval_of(u64 ns)
{
	return (struct timeval){ (s64)(ns / NS_PER_SEC), (s64)(ns % NS_PER_SEC / NS_PER_USEC) };
}

void usage_to_rusage(const struct usage *u, struct rusage *out)
{
	*out = (struct rusage){
		.ru_utime = timeval_of(u->time[CPU_USER]),
		.ru_stime = timeval_of(u->time[CPU_SYSTEM]),
		.ru_maxrss = (s64)(u->maxrss * (PAGE_SIZE / 1024)),
		.ru_minflt = (s64)u->faults[0],
		.ru_majflt = (s64)u->faults[1],
		.ru_nvcsw = (s64)u->switches[0],
		.ru_nivcsw = (s64)u->switches[1],
	};
}

void usage_leave_space(struct process *p, const struct vm *vm)
{
	spin_lock(&p->lock);
	p->maxrss = max(p->maxrss, rss_peak(vm));
	spin_unlock(&p->lock);
}
