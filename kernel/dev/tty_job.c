/*
 * tty_job.c - sessions, process groups and their terminal.
 *
 * A session has at most one controlling terminal and a terminal belongs to at most one session; one
 * of the session's groups is in the foreground.  It gets the signals typed at the terminal, and
 * only it may read and change settings; others are stopped by SIGTTIN and SIGTTOU.
 *
 * Locking: task_tree_lock guards all links between the two.  It comes before tty->lock, so what an
 * interrupt wants to signal is sent when tty->lock has been released.
 *
 * Differs from Linux: the terminal belongs to the session as a whole, so TIOCNOTTY of a process
 * that does not lead it changes nothing.
 */
#include "arch/uaccess.h"
#include "fs/poll.h"
#include "kernel/abi/signal.h"
#include "kernel/dev/pty.h"
#include "kernel/dev/tty.h"
#include "kernel/task/task.h"

/* The session of the running task, or NULL.  task_tree_lock held. */
static struct session *own_session(void)
{
	struct pgrp *g = task_current()->process->pgrp;

	assert_held(&task_tree_lock);
	return g ? g->session : NULL;
}

static bool is_own(struct tty *t)
{
	struct session *s = own_session();

	return s && s->tty == t;
}

bool tty_is_controlling(struct tty *t)
{
	bool own;

	spin_lock(&task_tree_lock);
	own = is_own(t);
	spin_unlock(&task_tree_lock);
	return own;
}

struct tty *tty_controlling(void)
{
	struct session *s;
	struct tty *t;

	spin_lock(&task_tree_lock);
	s = own_session();
	t = s ? s->tty : NULL;
	if (t)
		tty_get_locked(t);
	spin_unlock(&task_tree_lock);
	return t;
}

static struct pgrp *get_foreground(struct tty *t)
{
	struct pgrp *g;

	spin_lock(&task_tree_lock);
	g = t->foreground ? pgrp_get(t->foreground) : NULL;
	spin_unlock(&task_tree_lock);
	return g;
}

void tty_send_signals(struct tty *t, u32 signals)
{
	struct pgrp *g = get_foreground(t);

	if (!g)
		return;
	for (int signo = 1; signo < 32; signo++)
		if (signals & (1u << signo))
			signal_send_pgrp(g, signo, NULL);
	pgrp_put(g);
}

/* May the running task go on?  0; else its group was sent signo: -ERESTARTSYS, or -EIO when that
   would be in vain.  It may when this is not its controlling terminal. */
int tty_check_background(struct tty *t, int signo)
{
	struct pgrp *g = NULL;
	int error;

	spin_lock(&task_tree_lock);
	if (is_own(t) && t->foreground && t->foreground != task_current()->process->pgrp)
		g = pgrp_get(t->foreground);
	spin_unlock(&task_tree_lock);
	if (!g)
		return 0;
	error = signal_tty_check(g, signo);
	pgrp_put(g);
	return error;
}

/* --- taking and giving up ------------------------------------------------------------------------
 */

/* The references that a terminal had on its session, and it on the terminal, to be dropped without
   locks. */
struct owner {
	struct session *session;
	struct pgrp *foreground;
	struct tty *tty; /* with driver->put; or NULL */
};

static struct owner detach_locked(struct tty *t)
{
	struct owner was = { t->session, t->foreground };

	assert_held(&task_tree_lock);
	if (was.session) {
		was.session->tty = NULL;
		was.tty = t->driver->put ? t : NULL;
	}
	t->session = NULL;
	t->foreground = NULL;
	return was;
}

static void owner_put(struct owner was)
{
	if (was.foreground)
		pgrp_put(was.foreground);
	if (was.session)
		session_put(was.session);
	if (was.tty)
		was.tty->driver->put(was.tty);
}

void tty_get_locked(struct tty *t)
{
	if (!t->opens++ && t->driver->get)
		t->driver->get(t);
}

void tty_get(struct tty *t)
{
	spin_lock(&task_tree_lock);
	tty_get_locked(t);
	spin_unlock(&task_tree_lock);
}

void tty_put(struct tty *t)
{
	struct owner was = {};
	bool last;

	spin_lock(&task_tree_lock);
	last = !--t->opens;
	if (last && !t->driver->put)
		was = detach_locked(t);
	spin_unlock(&task_tree_lock);
	owner_put(was);
	if (last && t->driver->put) {
		t->driver->closed(t);
		t->driver->put(t);
	}
}

static void attach_locked(struct tty *t, struct session *s)
{
	assert_held(&task_tree_lock);
	if (t->driver->get)
		t->driver->get(t);
	t->session = session_get(s);
	t->foreground = pgrp_get(task_current()->process->pgrp);
	s->tty = t;
}

/* open(2) without O_NOCTTY: the leader of a session without a terminal takes a free one. */
void tty_acquire_on_open(struct tty *t, struct file *f)
{
	struct session *s;

	if (!f->can_read)
		return;
	spin_lock(&task_tree_lock);
	s = own_session();
	if (s && s->leader == task_current()->process && !s->tty && !t->session)
		attach_locked(t, s);
	spin_unlock(&task_tree_lock);
}

static long set_controlling(struct tty *t, struct file *f, u64 steal)
{
	const struct cred *cred = task_current()->cred;
	bool admin = cred_capable(cred, CAP_SYS_ADMIN);
	struct owner was = {};
	struct session *s;
	long result = -EPERM;

	spin_lock(&task_tree_lock);
	s = own_session();
	if (s && s->leader == task_current()->process) {
		if (t->session == s) {
			result = 0;
		} else if (!s->tty && (!t->session || (steal == 1 && admin)) &&
			   (f->can_read || admin)) {
			was = detach_locked(t);
			attach_locked(t, s);
			result = 0;
		}
	}
	spin_unlock(&task_tree_lock);
	owner_put(was);
	return result;
}

static long give_up(struct tty *t)
{
	struct owner was = {};
	long result = -ENOTTY;

	spin_lock(&task_tree_lock);
	if (is_own(t)) {
		result = 0;
		if (own_session()->leader == task_current()->process)
			was = detach_locked(t);
	}
	spin_unlock(&task_tree_lock);
	if (was.foreground) {
		signal_send_pgrp(was.foreground, SIGHUP, NULL);
		signal_send_pgrp(was.foreground, SIGCONT, NULL);
	}
	owner_put(was);
	return result;
}

/* --- the end -------------------------------------------------------------------------------------
 */

static void kill_opens(struct tty *t)
{
	spin_lock(&t->lock);
	WRITE_ONCE(t->hangups, t->hangups + 1);
	t->driver->flush(t);
	tty_input_flush(t);
	tty_hold(t, false);
	spin_unlock(&t->lock);
	waitq_wake_n(&t->can_read, ~0u, 0);
	waitq_wake_n(&t->can_write, ~0u, 0);
}

/* vhangup: the session loses its terminal, its leader hears of it. */
void tty_hangup(struct tty *t)
{
	struct process *leader = NULL;
	struct owner was;

	spin_lock(&task_tree_lock);
	was = detach_locked(t);
	if (was.session && was.session->leader)
		leader = process_get(was.session->leader);
	spin_unlock(&task_tree_lock);
	kill_opens(t);
	if (leader) {
		signal_send_process(leader, SIGHUP, NULL);
		signal_send_process(leader, SIGCONT, NULL);
		process_put(leader);
	}
	owner_put(was);
}

/* A pseudo-terminal lives on: who still has it open may go on using it. */
void tty_session_end(struct session *s)
{
	struct owner was = {};
	struct tty *t;

	spin_lock(&task_tree_lock);
	t = s->tty;
	if (t) {
		tty_get_locked(t);
		was = detach_locked(t);
	}
	spin_unlock(&task_tree_lock);
	if (!t)
		return;
	if (!t->driver->is_pty)
		kill_opens(t);
	if (was.foreground)
		signal_send_pgrp(was.foreground, SIGHUP, NULL);
	owner_put(was);
	tty_put(t);
}

/* --- requests ------------------------------------------------------------------------------------
 */

/* The master of a pseudo-terminal may ask for what is another session's. */
static long get_pgrp(struct tty *t, bool master, s32 __user *out)
{
	s32 nr;

	spin_lock(&task_tree_lock);
	nr = !master && !is_own(t) ? -ENOTTY : t->foreground ? pid_seen(t->foreground->pid) : 0;
	spin_unlock(&task_tree_lock);
	return nr < 0 ? nr : put_user(nr, out);
}

static long get_sid(struct tty *t, bool master, s32 __user *out)
{
	s32 nr;

	spin_lock(&task_tree_lock);
	nr = t->session && (master || is_own(t)) ? pid_seen(t->session->pid) : -ENOTTY;
	spin_unlock(&task_tree_lock);
	return nr < 0 ? nr : put_user(nr, out);
}

/* *g becomes what was in the foreground. */
static long set_pgrp_locked(struct tty *t, s32 nr, struct pgrp **g)
{
	struct pgrp *old = t->foreground;
	struct pid *pid;

	if (!is_own(t))
		return -ENOTTY;
	pid = pid_find_locked(task_view(), nr);
	if (!pid)
		return -ESRCH;
	if (!pid->pgrp || pid->pgrp->session != own_session())
		return -EPERM;
	t->foreground = pgrp_get(pid->pgrp);
	*g = old;
	return 0;
}

static long set_pgrp(struct tty *t, const s32 __user *in)
{
	long result = tty_check_background(t, SIGTTOU);
	struct pgrp *old = NULL;
	s32 nr;

	if (result)
		return result == -EIO ? -ENOTTY : result;
	if (get_user(nr, in))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	spin_lock(&task_tree_lock);
	result = set_pgrp_locked(t, nr, &old);
	spin_unlock(&task_tree_lock);
	if (old)
		pgrp_put(old);
	return result;
}

long tty_job_ioctl(struct file *f, unsigned cmd, u64 arg)
{
	struct tty *t = tty_of(f);

	switch (cmd) {
	case TIOCSCTTY:
		return set_controlling(t, f, arg);
	case TIOCNOTTY:
		return pty_is_master(f) ? -ENOTTY : give_up(t);
	case TIOCGPGRP:
		return get_pgrp(t, pty_is_master(f), (s32 __user *)arg);
	case TIOCSPGRP:
		return set_pgrp(t, (const s32 __user *)arg);
	case TIOCGSID:
		return get_sid(t, pty_is_master(f), (s32 __user *)arg);
	case TIOCVHANGUP:
		if (!cred_capable(task_current()->cred, CAP_SYS_ADMIN))
			return -EPERM;
		tty_hangup(t);
		return 0;
	default:
		return -ENOTTY;
	}
}
