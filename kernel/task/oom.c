/*
 * oom.c - one process dies when memory has run out.
 *
 * The one that dies is the one with the most pages, those of a program that it is about to become
 * included, and oom_score_adj counted in as thousandths of all memory (as Linux); never a kernel
 * task, never one with -1000, and init only when it is the only one left.  While a victim is on its
 * way out no other is chosen, unless it takes too long: it may wait for something that needs memory
 * itself.
 *
 * Who lacks memory of some nodes only, because its cpuset or its policy allows no others, gets one
 * killed that may use one of them: the end of the others would not help.
 *
 * Locking: oom_lock for the choice; a reference for the victim.  Called with vm->lock of the caller
 * free, may sleep.
 */
#include "arch/clock.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/task.h"

#define PATIENCE (2 * NS_PER_SEC)

static struct mutex oom_lock = MUTEX_INIT(oom_lock, RANK_OTHER_MUTEX);
static u64 last_kill; /* [oom_lock] */
static u32 victims;   /* [a] killed, and not ended yet */

void oom_victim_ended(void)
{
	__atomic_fetch_sub(&victims, 1, __ATOMIC_RELAXED);
}

struct candidate {
	struct task *task; /* a reference */
	s64 points;
};

static u64 pages_of(const struct vm *vm)
{
	return vm->rss_anon + vm->rss_file + vm->rss_shared + vm->pt.tables;
}

/* How much its end would help those who need memory of these nodes; negative: not at all.
 *dying: it is on its way out. */
static s64 rate(struct task *t, u64 nodes, u64 total, bool *dying)
{
	struct process *p = t->process;
	s64 points = -1;

	if (!(mems_allowed(&t->thread.mems) & nodes))
		return -1;
	spin_lock(&p->lock);
	if (!t->is_kernel && t->vm) {
		if (p->exiting || t->exiting)
			*dying = true;
		else if (p->oom_score_adj > -1000)
			points = (s64)pages_of(t->vm) +
				 (t->exec_vm ? (s64)pages_of(t->exec_vm) : 0) +
				 p->oom_score_adj * (s64)(total / 1000);
	}
	spin_unlock(&p->lock);
	return t->vm && points < 0 && !*dying && p->oom_score_adj > -1000 ? 0 : points;
}

static void consider(struct candidate *best, struct task *t, s64 points)
{
	if (t->process == init_process)
		points = min(points, (s64)0);
	if (points < 0 || (best->task && points <= best->points))
		return;
	if (best->task)
		task_put(best->task);
	best->task = task_get(t);
	best->points = points;
}

/* Looks at all tasks.  True: one whose memory will be free is already dying. */
static bool choose(struct candidate *best, u64 nodes)
{
	struct page_stats pages;
	bool dying = __atomic_load_n(&victims, __ATOMIC_RELAXED);
	struct task *t;

	page_stats(&pages, nodes);
	for (s32 tid = 1; (t = task_next(&pid_first, &tid)); tid++) {
		bool this_dies = false;

		consider(best, t, rate(t, nodes, pages.total, &this_dies));
		dying |= this_dies;
		task_put(t);
	}
	return dying;
}

/* What the message tells of a space, read while the victim cannot leave it: a reference might be
   the last one, and taking down a space needs locks that the caller holds. */
struct figures {
	u64 total, anon, file, shared, tables; /* KiB */
};

static u64 kib(u64 pages)
{
	return pages * (PAGE_SIZE / 1024);
}

static void figures_read(struct figures *f, const struct vm *vm)
{
	*f = (struct figures){ kib(vm->pages), kib(vm->rss_anon), kib(vm->rss_file),
			       kib(vm->rss_shared), kib(vm->pt.tables) };
}

static void kill_process_of(struct task *t)
{
	struct process *p = t->process;
	const struct cred *c = task_get_cred(t);
	struct figures f = { 0 };

	spin_lock(&p->lock);
	if (t->vm)
		figures_read(&f, t->vm);
	p->unkillable = false;
	if (!p->oom_victim) {
		p->oom_victim = true;
		__atomic_fetch_add(&victims, 1, __ATOMIC_RELAXED);
	}
	signal_begin_exit(p, SIGKILL);
	spin_unlock(&p->lock);
	log_print(LOG_ERR,
		  "Out of memory: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, "
		  "file-rss:%lukB, shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%d",
		  process_pid(p), t->thread.name, f.total, f.anon, f.file, f.shared, c->uid,
		  f.tables, p->oom_score_adj);
	cred_put(c);
}

/* Why it had to be one of these.  The line names the nodes where nothing was left. */
static noinline void log_constraint(struct task *victim, u64 nodes)
{
	static struct log_limit limit = { .name = "oom_kill" };
	u64 allowed = mems_allowed(&thread_current()->mems) & node_memory();
	bool policy = allowed & ~nodes, all = !(node_memory() & ~nodes);
	const struct cred *c = task_get_cred(victim);
	static char mask[32], mems[32]; /* [oom_lock], and not on a stack that is deep already */
	struct text text;

	assert(mutex_held(&oom_lock));
	if (policy && !all) {
		text_init(&text, mask, sizeof(mask) - 1);
		text_list(&text, nodes & node_memory());
		mask[text.len] = '\0';
	}
	text_init(&text, mems, sizeof(mems) - 1);
	text_list(&text, allowed);
	mems[text.len] = '\0';
	log_info_limited(&limit,
			 "oom-kill:constraint=CONSTRAINT_%s,nodemask=%s,mems_allowed=%s,global_oom,"
			 "task=%s,pid=%d,uid=%u",
			 all	  ? "NONE"
			 : policy ? "MEMORY_POLICY"
				  : "CPUSET",
			 policy && !all ? mask : "(null)", mems, victim->thread.name,
			 process_pid(victim->process), c->uid);
	cred_put(c);
}

/* Somebody may have ended since the caller found nothing. */
static bool memory_came(u64 nodes)
{
	struct page *p = page_alloc_nodes(0, PAGE_PLAIN, nodes);

	if (p)
		page_put(p);
	return p;
}

bool oom_kill(u64 nodes)
{
	struct candidate best = { 0 };
	bool dying, killed = false;

	mutex_lock(&oom_lock);
	if (memory_came(nodes)) {
		mutex_unlock(&oom_lock);
		return true;
	}
	dying = choose(&best, nodes);
	if (best.task && (!dying || clock_now() - last_kill > PATIENCE)) {
		log_constraint(best.task, nodes);
		kill_process_of(best.task);
		last_kill = clock_now();
		killed = true;
	}
	mutex_unlock(&oom_lock);
	if (best.task)
		task_put(best.task);
	return killed || dying;
}
