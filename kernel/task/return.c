/*
 * return.c - the way back to user mode: everything that has been put off until then.
 *
 * arch/ comes here with interrupts off when the running thread has alerts.  The loop ends when a
 * look with interrupts off finds none, so nothing that is asked for later is missed: whoever asks
 * sets the alert first and then interrupts this CPU.
 */
#include "arch/uaccess.h"
#include "arch/upcall.h"
#include "kernel/task/task.h"

#define ALERTS (ALERT_RESCHED | ALERT_SIGNAL | ALERT_WORK | ALERT_KILL | ALERT_FREEZE | ALERT_QUOTA)

void task_add_work(struct task *t, struct task_work *w)
{
	struct task_work *first = __atomic_load_n(&t->works, __ATOMIC_RELAXED);

	do
		w->next = first;
	while (!__atomic_compare_exchange_n(&t->works, &first, w, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED));
	thread_alert(&t->thread, ALERT_WORK, 0);
}

/* In the order in which it was added. */
static void run_works(struct task *t)
{
	struct task_work *w, *next, *ordered = NULL;

	thread_alert_clear(&t->thread, ALERT_WORK);
	if (t->set_child_tid) {
		/* A bad address is the program's loss, as on Linux. */
		(void)!put_user(t->pid->own, t->set_child_tid);
		t->set_child_tid = NULL;
	}
	for (w = __atomic_exchange_n(&t->works, NULL, __ATOMIC_ACQUIRE); w; w = next) {
		next = w->next;
		w->next = ordered;
		ordered = w;
	}
	for (w = ordered; w; w = next) {
		next = w->next;
		w->fn(w);
	}
}

void upcall_exit_to_user(struct trap_frame *f)
{
	struct task *t = task_current();
	u32 alerts;

	while ((alerts = thread_alerts(&t->thread)) & ALERTS) {
		irq_on();
		if (alerts & ALERT_RESCHED)
			sched_switch();
		if (alerts & ALERT_WORK)
			run_works(t);
		if (unlikely(alerts & ALERT_FREEZE))
			thread_freeze();
		if (alerts & ALERT_QUOTA) {
			thread_alert_clear(&t->thread, ALERT_QUOTA);
			container_wait_for_quota();
		}
		if (alerts & (ALERT_SIGNAL | ALERT_KILL))
			signal_deliver(f);
		irq_off();
	}
}
