/*
 * vt_ioctl.c - requests about consoles (vt.h, ioctl_console(2)).
 *
 * A program may ask about any console; it may change one that is its own terminal, or any with
 * CAP_SYS_TTY_CONFIG.
 */
#include "arch/uaccess.h"
#include "kernel/abi/vt.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/task/task.h"

static bool vt_is_used(u32 index)
{
	struct vt *v = vt_find(index);

	return v && READ_ONCE(v->tty.opens);
}

static long find_free(s32 __user *out)
{
	for (u32 i = 0; i < VTS; i++)
		if (!vt_is_used(i))
			return put_user((s32)i + 1, out);
	return put_user((s32)-1, out);
}

static long get_state(struct vt_stat __user *out)
{
	struct vt_stat stat = { .active = (u16)(READ_ONCE(vt_foreground) + 1), .state = 1 };

	for (u32 i = 0; i < VTS; i++)
		stat.state |= (u16)(vt_is_used(i) ? 2u << i : 0);
	return put_user(stat.active, &out->active) ?: put_user(stat.state, &out->state);
}

static long get_mode(struct vt *v, struct vt_mode __user *out)
{
	struct vt_mode mode;

	spin_lock(&vt_lock);
	mode = v->mode;
	spin_unlock(&vt_lock);
	return copy_to_user(out, &mode, sizeof(mode));
}

static long set_mode(struct vt *v, const struct vt_mode __user *in)
{
	struct vt_mode mode;

	if (copy_from_user(&mode, in, sizeof(mode)))
		return -EFAULT;
	return vt_set_mode(v, &mode);
}

static long set_graphics(struct vt *v, u64 mode)
{
	if (mode > 3)
		return -EINVAL;
	spin_lock(&vt_lock);
	v->graphics = mode == KD_GRAPHICS;
	if (!v->graphics)
		vt_paint_all();
	spin_unlock(&vt_lock);
	vt_changed();
	return 0;
}

/* An unused one is blank when it is wanted again. */
static void clear(u32 index)
{
	struct vt *v = vt_find(index);

	if (!v || vt_is_used(index) || index == READ_ONCE(vt_foreground))
		return;
	spin_lock(&vt_lock);
	escape_reset(&v->escape, &v->screen);
	screen_forget_history(&v->screen);
	spin_unlock(&vt_lock);
}

static long disallocate(u64 number)
{
	if (number > VTS)
		return -ENXIO;
	if (number &&
	    (number == 1 || vt_is_used((u32)number - 1) || number - 1 == READ_ONCE(vt_foreground)))
		return -EBUSY;
	for (u32 i = 1; i < VTS; i++)
		if (!number || i == number - 1)
			clear(i);
	return 0;
}

static long activate(u64 number)
{
	if (!number || number > VTS)
		return -ENXIO;
	return vt_switch((u32)number - 1) ? 0 : -ENOMEM;
}

static long wait_active(u64 number)
{
	if (!number || number > VTS)
		return -ENXIO;
	return vt_wait_front((u32)number - 1);
}

static long resize(struct tty *t, const struct vt_sizes __user *in)
{
	struct winsize size;
	u16 rows, cols;
	int error;

	if (get_user(rows, &in->rows) || get_user(cols, &in->cols))
		return -EFAULT;
	size = (struct winsize){ .row = rows, .col = cols };
	error = t->driver->resize(t, &size);
	if (error)
		return error;
	spin_lock(&t->lock);
	t->winsize = size;
	spin_unlock(&t->lock);
	return 0;
}

static long linux_request(const u8 __user *in)
{
	u8 what;

	if (get_user(what, in))
		return -EFAULT;
	switch (what) {
	case LINUX_SHIFT_STATE:
		return put_user((u8)vt_modifiers(), (u8 __user *)in);
	case LINUX_FOREGROUND:
		return (long)READ_ONCE(vt_foreground);
	default:
		return -EINVAL;
	}
}

static bool is_change(unsigned cmd)
{
	return cmd == KIOCSOUND || cmd == KDMKTONE || cmd == KDSETMODE || cmd == VT_SETMODE ||
	       cmd == VT_RELDISP || cmd == VT_ACTIVATE || cmd == VT_WAITACTIVE || cmd == VT_RESIZE;
}

static long change(struct vt *v, unsigned cmd, u64 arg)
{
	switch (cmd) {
	case KIOCSOUND:
	case KDMKTONE:
		return 0; /* silently */
	case KDSETMODE:
		return set_graphics(v, arg);
	case VT_SETMODE:
		return set_mode(v, (const struct vt_mode __user *)arg);
	case VT_RELDISP:
		return vt_release(v, arg);
	case VT_ACTIVATE:
		return activate(arg);
	case VT_WAITACTIVE:
		return wait_active(arg);
	case VT_RESIZE:
		return resize(&v->tty, (const struct vt_sizes __user *)arg);
	default:
		return -ENOTTY;
	}
}

static long lock_switch(bool lock)
{
	if (!cred_capable(task_current()->cred, CAP_SYS_TTY_CONFIG))
		return -EPERM;
	vt_lock_switch(lock);
	return 0;
}

long vt_ioctl(struct tty *t, struct file *f, unsigned cmd, u64 arg)
{
	struct vt *v = t->port;
	bool own = tty_is_controlling(t);
	bool permitted = own || cred_capable(task_current()->cred, CAP_SYS_TTY_CONFIG);
	long result;

	switch (cmd) {
	case KDGKBTYPE:
		return put_user((u8)KB_101, (u8 __user *)arg);
	case KDGETMODE:
		return put_user((s32)READ_ONCE(v->graphics), (s32 __user *)arg);
	case VT_OPENQRY:
		return find_free((s32 __user *)arg);
	case VT_GETSTATE:
		return get_state((struct vt_stat __user *)arg);
	case VT_GETMODE:
		return get_mode(v, (struct vt_mode __user *)arg);
	case VT_DISALLOCATE:
		return disallocate(arg);
	case VT_LOCKSWITCH:
	case VT_UNLOCKSWITCH:
		return lock_switch(cmd == VT_LOCKSWITCH);
	case TIOCLINUX:
		if (!own && !cred_capable(task_current()->cred, CAP_SYS_ADMIN))
			return -EPERM;
		return linux_request((const u8 __user *)arg);
	}
	result = vt_key_ioctl(v, cmd, arg, permitted);
	if (result == -ENOTTY)
		result = vt_font_ioctl(cmd, arg, permitted);
	if (result != -ENOTTY)
		return result;
	return permitted || !is_change(cmd) ? change(v, cmd, arg) : -EPERM;
}
