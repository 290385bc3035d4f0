/*
 * lock.c - advisory locks: POSIX records of a process (fcntl) and whole files of an open file
 * (flock).
 *
 * Both are ranges with an owner, kept in one hash table by inode; a record's owner is a descriptor
 * table (closing any descriptor of the inode drops its records), an flock's owner is the open file.
 * The two kinds do not see each other.  A record may belong to an open file as well (F_OFD_SETLK).
 *
 * Differs from Linux: waiters are not queued by arrival; all of them look again when something is
 * unlocked.
 *
 * Locking: lock_lock for everything.
 */
#include "fs/lock_range.h"

#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/hash.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/wait.h"

#define HASH_BITS 6
#define CHAIN_MAX 32 /* owners that deadlock detection follows */

enum { LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8, LOCK_MAND = 32 };

struct flock { /* Linux ABI */
	s16 type, whence;
	s64 start, len;
	s32 pid;
};

struct spinlock lock_lock = SPINLOCK_INIT(RANK_FILE_LOCK);
struct list lock_ranges = LIST_INIT(lock_ranges);
struct list lock_blocked = LIST_INIT(lock_blocked);
static struct list buckets[1 << HASH_BITS];
static struct waitq unlocked = WAITQ_INIT(unlocked);
u32 file_lock_count;

struct list *lock_bucket(const struct inode *inode)
{
	struct list *b = &buckets[hash_u64((u64)inode, HASH_BITS)];

	if (!b->next)
		list_init(b);
	return b;
}

static bool of_one_owner(const struct range *a, const struct range *b)
{
	return a->inode == b->inode && a->is_flock == b->is_flock && a->owner == b->owner;
}

/* An owner's ranges of an inode lie beside each other, by position; owners as they came. */
static void range_insert(struct range *r)
{
	struct list *bucket = lock_bucket(r->inode), *after = bucket->prev;
	struct range *other;

	list_for_each (other, bucket, node) {
		if (!of_one_owner(r, other))
			continue;
		after = other->start < r->start ? &other->node : other->node.prev;
		if (other->start > r->start)
			break;
	}
	list_add(&r->node, after);
	list_add(&r->in_all, &lock_ranges);
	__atomic_fetch_add(&file_lock_count, 1, __ATOMIC_RELAXED);
}

static void range_remove(struct range *r)
{
	list_del(&r->node);
	list_del(&r->in_all);
	__atomic_fetch_sub(&file_lock_count, 1, __ATOMIC_RELAXED);
}

/* The first one by position, which is what F_GETLK tells. */
struct range *lock_conflict(const struct range *want)
{
	struct range *r, *found = NULL;

	list_for_each (r, lock_bucket(want->inode), node)
		if (r->inode == want->inode && r->is_flock == want->is_flock &&
		    r->owner != want->owner && r->start <= want->end && want->start <= r->end &&
		    (r->write || want->write) && (!found || r->start < found->start))
			found = r;
	return found;
}

/*
 * Takes [start, end] out of the owner's ranges.  A range with a hole in its middle needs one more
 * struct, *spare, which is set to NULL when used.  Freed ones are moved to `dead`.
 */
static void carve(const struct range *want, struct range **spare, struct list *dead)
{
	struct range *r, *next;

	list_for_each_safe (r, next, lock_bucket(want->inode), node) {
		if (!of_one_owner(r, want) || r->start > want->end || want->start > r->end)
			continue;
		if (r->start < want->start && r->end > want->end) {
			struct range *upper = *spare;

			*spare = NULL;
			*upper = *r;
			upper->start = want->end + 1;
			r->end = want->start - 1;
			range_insert(upper);
		} else if (r->start < want->start) {
			r->end = want->start - 1;
		} else if (r->end > want->end) {
			r->start = want->end + 1;
		} else {
			range_remove(r);
			list_add(&r->node, dead);
		}
	}
}

static void free_all(struct list *dead)
{
	struct range *r, *next;

	list_for_each_safe (r, next, dead, node)
		kfree(r);
}

/* What the owner has locked alike beside `want` becomes part of it. */
static void widen(struct range *want)
{
	struct range *r;

	list_for_each (r, lock_bucket(want->inode), node) {
		if (!of_one_owner(r, want) || r->write != want->write || r->start - 1 > want->end ||
		    want->start - 1 > r->end)
			continue;
		want->start = min(want->start, r->start);
		want->end = max(want->end, r->end);
	}
}

/* Would waiting for `by` close a circle back to `owner`? */
static bool would_deadlock(const void *owner, const void *by)
{
	for (int depth = 0; depth < CHAIN_MAX; depth++) {
		struct blocked *b;
		const void *next = NULL;

		if (by == owner)
			return true;
		list_for_each (b, &lock_blocked, node)
			if (b->owner == by)
				next = b->by;
		if (!next)
			return false;
		by = next;
	}
	return false;
}

/* One try: 0 done, -EAGAIN with *by set. */
static int try_set(const struct range *asked, bool unlock, struct range **fresh,
		   struct range **spare, const void **by)
{
	struct list dead = LIST_INIT(dead);
	struct range wide = *asked, *want = &wide;
	struct range *other;

	spin_lock(&lock_lock);
	other = unlock ? NULL : lock_conflict(want);
	if (other) {
		*by = other->owner;
		spin_unlock(&lock_lock);
		return -EAGAIN;
	}
	if (!unlock)
		widen(want);
	carve(want, spare, &dead);
	if (!unlock) {
		**fresh = *want;
		range_insert(*fresh);
		*fresh = NULL;
	}
	spin_unlock(&lock_lock);
	free_all(&dead);
	waitq_wake_all(&unlocked);
	return 0;
}

static int wait_turn(struct range *want, struct range **fresh, struct range **spare, const void *by)
{
	struct blocked b = { .want = want, .owner = want->owner, .by = by };
	int error = -EAGAIN, result;

	spin_lock(&lock_lock);
	if (!want->is_flock && would_deadlock(want->owner, by)) {
		spin_unlock(&lock_lock);
		return -EDEADLK;
	}
	list_add(&b.node, &lock_blocked);
	spin_unlock(&lock_lock);
	result = wait_event_interruptible(
		&unlocked, (error = try_set(want, false, fresh, spare, &b.by)) != -EAGAIN);
	spin_lock(&lock_lock);
	list_del(&b.node);
	spin_unlock(&lock_lock);
	return result ? result : error;
}

static long range_set(struct range *want, bool unlock, bool wait)
{
	struct range *fresh = kmalloc(sizeof(*fresh)), *spare = kmalloc(sizeof(*spare));
	const void *by;
	long error = -ENOMEM;

	if (fresh && spare) {
		error = try_set(want, unlock, &fresh, &spare, &by);
		if (error == -EAGAIN && wait)
			error = wait_turn(want, &fresh, &spare, by);
	}
	kfree(fresh);
	kfree(spare);
	return error;
}

/* --- fcntl ------------------------------------------------------------------------------------ */

static int range_from_flock(struct file *f, const struct flock *l, const void *owner, s32 pid,
			    struct range *r)
{
	s64 base = l->whence == SEEK_CUR   ? (s64)f->pos
		   : l->whence == SEEK_END ? (s64)f->inode->size
					   : 0;
	s64 start, end;

	if (l->whence < SEEK_SET || l->whence > SEEK_END || l->type < F_RDLCK || l->type > F_UNLCK)
		return -EINVAL;
	if (__builtin_add_overflow(base, l->start, &start) ||
	    __builtin_add_overflow(start, l->len ? l->len - 1 : 0, &end))
		return -EOVERFLOW;
	if (l->len < 0) { /* the bytes before start */
		end = start - 1;
		start += l->len;
	} else if (l->len == 0) {
		end = RANGE_END;
	}
	if (start < 0 || end < start)
		return -EINVAL;
	*r = (struct range){ .inode = f->inode,
			     .file = f,
			     .owner = owner,
			     .start = start,
			     .end = end,
			     .pid = pid,
			     .write = l->type == F_WRLCK };
	list_init(&r->node);
	return 0;
}

static long get_lock(struct range *want, struct flock *l, void __user *user,
		     s32 (*number_here)(s32 pid))
{
	struct range *other;

	spin_lock(&lock_lock);
	other = lock_conflict(want);
	if (other) {
		l->type = other->write ? F_WRLCK : F_RDLCK;
		l->whence = SEEK_SET;
		l->start = other->start;
		l->len = other->end == RANGE_END ? 0 : other->end - other->start + 1;
		l->pid = other->pid;
	} else {
		l->type = F_UNLCK;
	}
	spin_unlock(&lock_lock);
	if (other && l->pid != -1)
		l->pid = number_here(l->pid);
	return copy_to_user(user, l, sizeof(*l));
}

long file_lock_fcntl(struct file *f, unsigned cmd, void __user *user, const void *owner, s32 pid,
		     s32 (*number_here)(s32 pid))
{
	struct flock l;
	struct range want;
	int error;

	if (copy_from_user(&l, user, sizeof(l)))
		return -EFAULT;
	if (cmd >= F_OFD_GETLK) {
		if (l.pid)
			return -EINVAL;
		cmd -= F_OFD_GETLK - F_GETLK;
		owner = f;
		pid = -1;
	}
	error = range_from_flock(f, &l, owner, pid, &want);
	if (error)
		return error;
	if (cmd == F_GETLK)
		return l.type == F_UNLCK ? -EINVAL : get_lock(&want, &l, user, number_here);
	if ((l.type == F_RDLCK && !f->can_read) || (l.type == F_WRLCK && !f->can_write))
		return -EBADF;
	return range_set(&want, l.type == F_UNLCK, cmd == F_SETLKW);
}

/* --- flock --------------------------------------------------------------------------------------
 */

long file_lock_flock(struct file *f, int op, s32 pid)
{
	struct range want = {
		.file = f, .owner = f, .end = RANGE_END, .pid = pid, .is_flock = true
	};
	int kind = op & ~LOCK_NB;

	if (op & LOCK_MAND)
		return 0;
	if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
		return -EINVAL;
	if (!f || f->flags & O_PATH)
		return -EBADF;
	list_init(&want.node);
	want.inode = f->inode;
	want.write = kind == LOCK_EX;
	return range_set(&want, kind == LOCK_UN, !(op & LOCK_NB));
}

static noinline void drop(struct inode *inode, const void *owner, bool is_flock)
{
	struct range all = {
		.inode = inode, .owner = owner, .end = RANGE_END, .is_flock = is_flock
	};
	struct range *none = NULL;
	struct list dead = LIST_INIT(dead);

	spin_lock(&lock_lock);
	carve(&all, &none, &dead);
	spin_unlock(&lock_lock);
	if (list_empty(&dead))
		return;
	free_all(&dead);
	waitq_wake_all(&unlocked);
}

void file_lock_drop_closed(struct file *f, const void *owner)
{
	drop(f->inode, owner, false);
}

void file_lock_drop_released(struct file *f)
{
	drop(f->inode, f, true);
	drop(f->inode, f, false);
}
