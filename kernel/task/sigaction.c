/*
 * sigaction.c - what is to happen on a signal: the actions of a process, masks for the time of a
 * system call, the alternate stack.
 *
 * Locking: sighand->lock guards the actions, because processes may share them (CLONE_SIGHAND
 * without CLONE_THREAD); it is taken inside process->lock.  A handler alone is read without it: it
 * is one word.
 */
#include "arch/uaccess.h"
#include "kernel/abi/clone.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/posix_timer.h"
#include "kernel/task/sigqueue.h"

static struct slab_cache *sighand_cache;

void sighand_init(void)
{
	sighand_cache = slab_create("sighand", sizeof(struct sighand), 0);
}

struct sighand *sighand_create(const struct sighand *from)
{
	struct sighand *s = slab_alloc(sighand_cache);

	if (!s)
		return NULL;
	refcount_init(&s->refs, 1);
	spin_init(&s->lock, RANK_LEAF);
	if (from) {
		struct spinlock *lock = (struct spinlock *)&from->lock;

		spin_lock(lock);
		memcpy(s->action, from->action, sizeof(s->action));
		spin_unlock(lock);
	} else {
		memset(s->action, 0, sizeof(s->action));
	}
	return s;
}

void sighand_put(struct sighand *s)
{
	if (refcount_put(&s->refs))
		slab_free(sighand_cache, s);
}

void sighand_reset_for_exec(struct sighand *s)
{
	spin_lock(&s->lock);
	for (int signo = 1; signo < NSIG; signo++)
		s->action[signo] = (struct sigaction){
			.handler = s->action[signo].handler == SIG_IGN ? SIG_IGN : SIG_DFL
		};
	spin_unlock(&s->lock);
}

struct sigaction sighand_action(struct sighand *s, int signo)
{
	struct sigaction a;

	spin_lock(&s->lock);
	a = s->action[signo];
	spin_unlock(&s->lock);
	return a;
}

void signal_set_action(int signo, const struct sigaction *act, struct sigaction *old)
{
	struct process *p = task_current()->process;
	struct sighand *s;

	spin_lock(&p->lock);
	s = p->sighand;
	spin_lock(&s->lock);
	*old = s->action[signo];
	if (act)
		s->action[signo] = *act;
	spin_unlock(&s->lock);
	/* POSIX: what is now ignored is forgotten, blocked or not. */
	if (act && handler_ignores(act->handler, signo))
		signal_drop(p, sigbit(signo));
	spin_unlock(&p->lock);
}

void signal_reset(int signo)
{
	struct process *p = task_current()->process;

	spin_lock(&p->lock);
	spin_lock(&p->sighand->lock);
	p->sighand->action[signo].handler = SIG_DFL;
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
	posix_timer_delete_all(t->process);
	sighand_reset_for_exec(t->process->sighand);
	t->altstack = (struct sigaltstack){ .flags = SS_DISABLE };
	t->restart.fn = NULL;
}
