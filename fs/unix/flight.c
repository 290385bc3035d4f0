/*
 * flight.c - files on their way: who pays for them, which sockets are among them, and how messages
 * end that nobody reads.
 *
 * A user has at most RLIMIT_NOFILE descriptors on the way, and the one with which the limit is
 * found, unless a capability lets it have more.  Before a sender is refused, it frees what can be.
 *
 * Messages with files that nobody will read are doomed: the worker puts their files, so sockets in
 * messages in sockets need no stack.  Then it looks for cycles if a socket has ended (collect.c).
 *
 * Locking: clean_lock for whoever cleans, so that a sender waits for the worker; unix_lock for what
 * makes a file's reference one of a message or of somebody again, if the file is a socket;
 * doomed_lock for the messages to free.
 */
#include "fs/unix/flight.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/worker.h"
#include "kernel/task/account.h"
#include "kernel/task/cred.h"
#include "kernel/task/pid.h"
#include "kernel/task/task.h"

static void clean_work(struct work *w);

static struct mutex clean_lock = MUTEX_INIT(clean_lock, RANK_FLIGHT);
static struct spinlock doomed_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list doomed = LIST_INIT(doomed); /* [doomed_lock] messages with files */
static struct work cleaner = { LIST_INIT(cleaner.node), clean_work };
static bool look_wanted; /* [a] a socket has ended since the last look for cycles */
static u32 flying;	 /* [u] sockets on their way */

/* --- the end of messages ----------------------------------------------------------------------*/

static struct unix_message *take_doomed(void)
{
	struct unix_message *m = NULL;

	spin_lock(&doomed_lock);
	if (!list_empty(&doomed)) {
		m = list_first(&doomed, struct unix_message, node);
		list_del(&m->node);
	}
	spin_unlock(&doomed_lock);
	return m;
}

static void free_doomed(void)
{
	struct unix_message *m;

	while ((m = take_doomed())) {
		bool sockets = m->sockets;

		unix_flight_end(m);
		unix_control_drop(&m->control);
		kfree(m);
		if (sockets)
			__atomic_store_n(&look_wanted, true, __ATOMIC_RELEASE);
		sched_relax();
	}
}

/* Looks again when sockets have gone: what they held may be a cycle.  What was to be freed before
   the call has been when it returns, whoever did it. */
static void clean(void)
{
	mutex_lock(&clean_lock);
	free_doomed();
	while (READ_ONCE(look_wanted) &&
	       __atomic_exchange_n(&look_wanted, false, __ATOMIC_ACQ_REL)) {
		unix_collect();
		free_doomed();
	}
	mutex_unlock(&clean_lock);
}

static void clean_work(struct work *w)
{
	clean();
}

void unix_message_doom(struct unix_message *m)
{
	spin_lock(&doomed_lock);
	list_add_tail(&m->node, &doomed);
	spin_unlock(&doomed_lock);
	work_queue(&cleaner);
}

/* Races with senders: what they send just now is not lost yet. */
void unix_flight_look(void)
{
	if (!READ_ONCE(flying))
		return;
	__atomic_store_n(&look_wanted, true, __ATOMIC_RELEASE);
	work_queue(&cleaner);
}

/* --- the way ----------------------------------------------------------------------------------*/

static bool too_many(const struct account *a)
{
	return READ_ONCE(a->files) > task_limit(RLIMIT_NOFILE) && !task_capable(CAP_SYS_RESOURCE) &&
	       !task_capable(CAP_SYS_ADMIN);
}

static void count_sockets_locked(const struct unix_control *c, bool begin)
{
	assert(mutex_held(&unix_lock));
	for (u32 i = 0; i < c->file_count; i++) {
		struct unix_socket *s = unix_of(c->files[i]);

		if (!s)
			continue;
		if (begin && !s->flights++) {
			list_add_tail(&s->flight, &unix_flying);
			WRITE_ONCE(flying, flying + 1);
		} else if (!begin && !--s->flights) {
			list_del(&s->flight);
			WRITE_ONCE(flying, flying - 1);
		}
	}
}

static void count_sockets(const struct unix_control *c, bool begin)
{
	mutex_lock(&unix_lock);
	count_sockets_locked(c, begin);
	mutex_unlock(&unix_lock);
}

int unix_flight_begin(struct unix_message *m)
{
	struct account *a = task_current()->account;

	if (too_many(a)) {
		clean();
		if (too_many(a))
			return -ETOOMANYREFS;
	}
	for (u32 i = 0; i < m->control.file_count; i++)
		m->sockets += unix_of(m->control.files[i]) != NULL;
	m->account = account_get(a);
	__atomic_fetch_add(&a->files, m->control.file_count, __ATOMIC_RELAXED);
	if (m->sockets)
		count_sockets(&m->control, true);
	return 0;
}

void unix_flight_end(struct unix_message *m)
{
	if (m->sockets)
		count_sockets(&m->control, false);
	m->sockets = 0;
	__atomic_fetch_sub(&m->account->files, m->control.file_count, __ATOMIC_RELAXED);
	account_put(m->account);
	m->account = NULL;
}

static void copy_control(struct unix_control *to, const struct unix_control *from)
{
	struct file **files = to->files;

	*to = *from;
	to->files = files;
	for (u32 i = 0; i < from->file_count; i++)
		files[i] = file_get(from->files[i]);
	if (to->cred.pid)
		pid_get(to->cred.pid);
}

/* No reference to a socket comes up while somebody counts them. */
int unix_flight_copy(struct unix_control *to, const struct unix_message *m)
{
	*to = (struct unix_control){};
	if (m->control.file_count) {
		to->files = kmalloc_array(m->control.file_count, sizeof(*to->files));
		if (!to->files)
			return -ENOMEM;
	}
	if (m->sockets)
		mutex_lock(&unix_lock);
	copy_control(to, &m->control);
	if (m->sockets)
		mutex_unlock(&unix_lock);
	return 0;
}
