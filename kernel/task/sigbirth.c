/*
 * sigbirth.c - signals that are sent while a child is being made.
 *
 * fork has to behave as if it were done at one point in time.  A signal to a whole group that comes
 * while it is under way must not miss the child, which is in no group yet; and fork may not start
 * again for each signal, or it would never end under a fast timer.  So it starts when nothing is
 * pending, and what is sent to many at once from then on is noted for the child.
 *
 * As on Linux the child gets the signal without its siginfo, and what the parent had blocked and
 * pending before is the parent's alone.
 *
 * Locking: [g] process->lock of the parent.  Senders to many hold task_tree_lock throughout, as
 * does who publishes the child: it is either in the group or still noted for.
 */
#include "kernel/abi/errno.h"
#include "kernel/task/sigqueue.h"
#include "kernel/task/task.h"

int signal_birth_begin(struct signal_birth *b, bool thread)
{
	struct process *p = task_current()->process;

	b->noted = 0;
	list_init(&b->node);
	if (!thread) {
		spin_lock(&p->lock);
		list_add_tail(&b->node, &p->births);
		spin_unlock(&p->lock);
	}
	if (likely(!signal_is_pending()))
		return 0;
	signal_birth_cancel(b);
	return -ERESTARTNOINTR;
}

void signal_birth_cancel(struct signal_birth *b)
{
	struct process *p = task_current()->process;

	if (list_empty(&b->node))
		return;
	spin_lock(&p->lock);
	list_del(&b->node);
	spin_unlock(&p->lock);
}

int signal_birth_end_locked(struct signal_birth *b, struct task *child)
{
	struct task *t = task_current();

	assert_held(&t->process->lock);
	if (task_dies(t) || t->process->execing || t->stop_pending)
		return -ERESTARTNOINTR;
	if (!list_empty(&b->node))
		list_del(&b->node);
	if (unlikely(b->noted)) {
		child->process->pending.set.bits |= b->noted;
		child->thread.arch.alert |= ALERT_SIGNAL;
	}
	return 0;
}

int signal_send_member(struct process *p, int signo, const struct siginfo *info)
{
	struct signal_birth *b;
	int result;

	assert_held(&task_tree_lock);
	spin_lock(&p->lock);
	result = signal_send_locked(p, NULL, signo, info, NULL);
	if (result == 0) {
		list_for_each (b, &p->births, node) {
			if (sigbit(signo) & SIGNALS_STOP)
				b->noted &= ~sigbit(SIGCONT);
			else if (signo == SIGCONT)
				b->noted &= ~SIGNALS_STOP;
			b->noted |= sigbit(signo);
		}
	}
	spin_unlock(&p->lock);
	return min(result, 0);
}
