/*
 * vt_switch.c - which console is in front (vt.h).
 *
 * A program that draws on its console by itself (VT_SETMODE with VT_PROCESS) is asked before
 * another one comes: it gets a signal and lets go, or does not, with VT_RELDISP; it gets another
 * signal when its console is in front again.  Once it is gone nobody is asked.
 *
 * Locking: signals are sent without vt_lock, whose rank is the last one; so a program may be asked
 * twice, which it can bear.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/task/signal.h"
#include "kernel/task/task.h"

u32 vt_last;

static struct waitq switched = WAITQ_INIT(switched);

static bool locked; /* [a] VT_LOCKSWITCH */

void vt_lock_switch(bool lock)
{
	WRITE_ONCE(locked, lock);
}

/* Takes the reference to pid.  False: its process is no more, or the signal is none. */
static bool tell(struct pid *pid, int signo)
{
	bool there;

	spin_lock(&task_tree_lock);
	there = pid->task && signo >= 0 && signo < NSIG;
	if (there && signo)
		signal_send_process(pid->task->process, signo, NULL);
	spin_unlock(&task_tree_lock);
	pid_put(pid);
	return there;
}

/* Nobody is asked any more. */
static void forget(struct vt *v)
{
	spin_lock(&vt_lock);
	v->mode = (struct vt_mode){ .mode = VT_AUTO };
	v->wanted = -1;
	v->graphics = false;
	v->keys.mode = KEY_UNICODE;
	spin_unlock(&vt_lock);
}

static void complete(struct vt *v)
{
	struct pid *pid = NULL;
	int signo = 0;

	spin_lock(&vt_lock);
	if (vt_foreground != v->index) {
		vt_last = vt_foreground;
		vt_foreground = v->index;
		screen_change_all(&v->screen);
		if (v->mode.mode == VT_PROCESS) {
			pid = pid_get(v->pid);
			signo = v->mode.acquire;
		}
	}
	spin_unlock(&vt_lock);
	if (pid && !tell(pid, signo))
		forget(v);
	vt_changed();
	waitq_wake_all(&switched);
}

bool vt_switch(u32 index)
{
	struct vt *v = vt_get(index), *from;
	struct pid *pid = NULL;
	bool stay;
	int signo = 0;

	if (!v)
		return false;
	spin_lock(&vt_lock);
	from = vt_front();
	stay = from == v || READ_ONCE(locked);
	if (!stay && from->mode.mode == VT_PROCESS) {
		pid = pid_get(from->pid);
		signo = from->mode.release;
		from->wanted = (s32)index;
	} else if (from->graphics) {
		stay = true;
	}
	spin_unlock(&vt_lock);
	if (stay)
		return true;
	if (pid) {
		if (tell(pid, signo))
			return true;
		forget(from);
	}
	complete(v);
	return true;
}

int vt_set_mode(struct vt *v, const struct vt_mode *mode)
{
	struct pid *pid, *old;

	if (mode->mode != VT_AUTO && mode->mode != VT_PROCESS)
		return -EINVAL;
	pid = pid_get(task_current()->process->pid);
	spin_lock(&vt_lock);
	old = v->pid;
	v->pid = pid;
	v->mode = *mode;
	v->mode.unused = 0;
	v->wanted = -1;
	spin_unlock(&vt_lock);
	if (old)
		pid_put(old);
	return 0;
}

int vt_release(struct vt *v, u64 answer)
{
	s32 to = -1;
	int result = 0;

	spin_lock(&vt_lock);
	if (v->mode.mode != VT_PROCESS)
		result = -EINVAL;
	else if (v->wanted < 0)
		result = answer == VT_ACKACQ ? 0 : -EINVAL;
	else if (answer)
		to = v->wanted;
	v->wanted = result ? v->wanted : -1;
	spin_unlock(&vt_lock);
	if (to >= 0)
		complete(vt_get((u32)to));
	return result;
}

int vt_wait_front(u32 index)
{
	return wait_event_interruptible(&switched, READ_ONCE(vt_foreground) == index);
}
