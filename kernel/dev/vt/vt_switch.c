/*
 * vt_switch.c - which console is in front (vt.h).
 */
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/string.h"

u32 vt_last;

static struct waitq switched = WAITQ_INIT(switched);

static bool locked; /* [a] VT_LOCKSWITCH */

void vt_lock_switch(bool lock)
{
	WRITE_ONCE(locked, lock);
}

bool vt_switch(u32 index)
{
	struct vt *v = vt_get(index);

	if (!v)
		return false;
	spin_lock(&vt_lock);
	if (vt_foreground != index && !READ_ONCE(locked)) {
		vt_last = vt_foreground;
		vt_foreground = index;
		screen_change_all(&v->screen);
	}
	spin_unlock(&vt_lock);
	vt_changed();
	waitq_wake_all(&switched);
	return true;
}

int vt_wait_front(u32 index)
{
	return wait_event_interruptible(&switched, READ_ONCE(vt_foreground) == index);
}
