/*
 * sigaction.c - what is to happen on a signal: the actions of a process, masks for the time of a
 * system call, the alternate stack.
 *
 * Locking: sighand->lock guards the actions, because processes may share them (CLONE_SIGHAND
 * without CLONE_THREAD); it is taken inside process->lock.  A handler alone is read with only one
 * of the two: it is one word, and the table goes with the last process that has it, or in exec,
 * which shares it with nobody.
 *
 * Differs from Linux: the first sigaction(2) of a program can fail for want of memory.
 */
#include "arch/uaccess.h"
#include "kernel/abi/clone.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/posix_timer.h"
#include "kernel/task/sigqueue.h"

#define TABLE_SIZE (NSIG * sizeof(struct sigaction))

static struct slab_cache *sighand_cache, *table_cache;

void sighand_init(void)
{
	sighand_cache = slab_create("sighand", sizeof(struct sighand), 0);
	table_cache = slab_create("sigactions", TABLE_SIZE, 0);
}

static void table_free(struct sigaction *table)
{
	if (table)
		slab_free(table_cache, table);
}

/* As without one. */
static void table_fill(struct sigaction *table, const struct sighand *s)
{
	memset(table, 0, TABLE_SIZE);
	for (int signo = 1; signo < NSIG; signo++)
		if (s->ignored.bits & sigbit(signo))
			table[signo].handler = SIG_IGN;
}

/* `to` is nobody else's, and `from` that of the running task, so it loses no table; should it get
   one only now, this is how it was before.  -ENOMEM. */
static int copy_actions(struct sighand *to, const struct sighand *from)
{
	struct spinlock *lock = (struct spinlock *)&from->lock;

	if (READ_ONCE(from->table)) {
		to->table = slab_alloc(table_cache);
		if (!to->table)
			return -ENOMEM;
	}
	spin_lock(lock);
	to->ignored = from->ignored;
	if (to->table)
		memcpy(to->table, from->table, TABLE_SIZE);
	spin_unlock(lock);
	return 0;
}

struct sighand *sighand_create(const struct sighand *from)
{
	struct sighand *s = slab_alloc(sighand_cache);

	if (!s)
		return NULL;
	*s = (struct sighand){ 0 };
	refcount_init(&s->refs, 1);
	spin_init(&s->lock, RANK_LEAF);
	if (from && copy_actions(s, from)) {
		slab_free(sighand_cache, s);
		return NULL;
	}
	return s;
}

void sighand_put(struct sighand *s)
{
	if (!refcount_put(&s->refs))
		return;
	table_free(s->table);
	slab_free(sighand_cache, s);
}

void sighand_reset_for_exec(struct sighand *s)
{
	struct sigaction *table;

	spin_lock(&s->lock);
	table = s->table;
	if (table) {
		s->ignored.bits = 0;
		for (int signo = 1; signo < NSIG; signo++)
			if (table[signo].handler == SIG_IGN)
				s->ignored.bits |= sigbit(signo);
		s->table = NULL;
	}
	spin_unlock(&s->lock);
	table_free(table);
}

struct sigaction sighand_action_locked(const struct sighand *s, int signo)
{
	if (s->table)
		return s->table[signo];
	return (struct sigaction){ .handler = s->ignored.bits & sigbit(signo) ? SIG_IGN : SIG_DFL };
}

struct sigaction sighand_action(struct sighand *s, int signo)
{
	struct sigaction a;

	spin_lock(&s->lock);
	a = sighand_action_locked(s, signo);
	spin_unlock(&s->lock);
	return a;
}

void sighand_set_plain_locked(struct sighand *s, int signo, void __user *handler)
{
	assert_held(&s->lock);
	if (s->table)
		WRITE_ONCE(s->table[signo].handler, handler);
	else if (handler == SIG_IGN)
		s->ignored.bits |= sigbit(signo);
	else
		s->ignored.bits &= ~sigbit(signo);
}

/* *spare, unless it is NULL, becomes the table if there is none, and NULL then. */
static void set_action_locked(struct sighand *s, int signo, const struct sigaction *act,
			      struct sigaction **spare)
{
	if (!s->table) {
		table_fill(*spare, s);
		__atomic_store_n(&s->table, *spare, __ATOMIC_RELEASE);
		*spare = NULL;
	}
	s->table[signo] = *act;
}

int signal_set_action(int signo, const struct sigaction *act, struct sigaction *old)
{
	struct process *p = task_current()->process;
	struct sigaction *spare = NULL;
	struct sighand *s = p->sighand;

	if (act && !READ_ONCE(s->table)) { /* it does not lose one while this task is here */
		spare = slab_alloc(table_cache);
		if (!spare)
			return -ENOMEM;
	}
	spin_lock(&p->lock);
	spin_lock(&s->lock);
	*old = sighand_action_locked(s, signo);
	if (act)
		set_action_locked(s, signo, act, &spare);
	spin_unlock(&s->lock);
	/* POSIX: what is now ignored is forgotten, blocked or not. */
	if (act && handler_ignores(act->handler, signo))
		signal_drop(p, sigbit(signo));
	spin_unlock(&p->lock);
	table_free(spare);
	return 0;
}

void signal_reset(int signo)
{
	struct process *p = task_current()->process;

	spin_lock(&p->lock);
	spin_lock(&p->sighand->lock);
	sighand_set_plain_locked(p->sighand, signo, SIG_DFL);
	spin_unlock(&p->sighand->lock);
	spin_unlock(&p->lock);
}

bool signal_child_ignored(struct process *parent)
{
	struct sigaction a;

	spin_lock(&parent->lock);
	a = sighand_action(parent->sighand, SIGCHLD);
	spin_unlock(&parent->lock);
	return a.handler == SIG_IGN || (a.flags & SA_NOCLDWAIT);
}

int signal_mask_begin(const struct sigset __user *mask, size_t size)
{
	struct task *t = task_current();
	struct sigset set;

	if (!mask)
		return 0;
	if (size != sizeof(set))
		return -EINVAL;
	if (get_user(set.bits, &mask->bits))
		return -EFAULT;
	set.bits &= ~SIGNALS_FIRM;
	t->saved_blocked = t->blocked;
	t->restore_blocked = true;
	signal_set_blocked(&set);
	return 0;
}

void signal_mask_end(bool interrupted)
{
	struct task *t = task_current();

	if (!t->restore_blocked || interrupted)
		return;
	t->restore_blocked = false;
	signal_set_blocked(&t->saved_blocked);
}

void signal_init_task(struct task *child, const struct task *parent, u64 clone_flags)
{
	sigpending_init(&child->pending);
	child->blocked = parent->blocked;
	child->restore_blocked = false;
	child->restart.fn = NULL;
	if ((clone_flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		child->altstack = (struct sigaltstack){ .flags = SS_DISABLE };
	else
		child->altstack = parent->altstack;
}

void signal_exec(struct task *t)
{
	struct process *p = t->process;

	posix_timer_delete_all(p);
	spin_lock(&p->lock);
	sighand_reset_for_exec(p->sighand);
	spin_unlock(&p->lock);
	t->altstack = (struct sigaltstack){ .flags = SS_DISABLE };
	t->restart.fn = NULL;
}
