/*
 * lock_show.c - /proc/locks, and what /proc/PID/fdinfo says about locks, in the words of Linux.
 *
 * User space sees: a line for each range, numbered, the newest first; below it who waits for it,
 * with its number and an arrow.  A reader in another pid namespace sees the locks of who is in it,
 * and those that belong to open files.
 *
 * Locking: lock_lock while all are told; what does not fit ends that early.
 */
#include "fs/lock_range.h"
#include "fs/super.h"
#include "kernel/lib/text.h"

static s32 number_of(const struct range *r, const struct lock_reader *reader)
{
	return r->pid < 0 ? r->pid : reader->number(r->pid, reader->arg);
}

static void show_range(const struct range *r, u64 id, const char *arrow, s32 pid, struct text *out)
{
	u64 dev = r->inode->super->dev;

	text_printf(out, "%lu: %s%s ADVISORY  %s %d %02x:%02x:%lu %ld ", id, arrow,
		    r->is_flock	 ? "FLOCK "
		    : r->pid < 0 ? "OFDLCK"
				 : "POSIX ",
		    r->write ? "WRITE" : "READ", pid, (u32)(dev >> 8), (u32)(dev & 0xff),
		    r->inode->ino, r->start);
	if (r->end == RANGE_END)
		text_string(out, "EOF\n");
	else
		text_printf(out, "%ld\n", r->end);
}

/* For all at once: to search for each range again would take the number of ranges squared. */
static void find_blockers(void)
{
	struct blocked *b;

	list_for_each (b, &lock_blocked, node)
		b->blocker = lock_conflict(b->want);
}

static void show_waiters(const struct range *r, u64 id, const struct lock_reader *reader,
			 struct text *out)
{
	struct blocked *b;

	list_for_each (b, &lock_blocked, node)
		if (b->blocker == r)
			show_range(b->want, id, "-> ", number_of(b->want, reader), out);
}

void file_lock_show_all(const struct lock_reader *reader, struct text *out)
{
	struct range *r;
	u64 id = 0;
	s32 pid;

	spin_lock(&lock_lock);
	find_blockers();
	list_for_each (r, &lock_ranges, in_all) {
		id++;
		pid = number_of(r, reader);
		if (!pid)
			continue;
		show_range(r, id, "", pid, out);
		show_waiters(r, id, reader, out);
		if (out->overflow)
			break;
	}
	spin_unlock(&lock_lock);
}

void file_lock_show(const struct file *f, const void *owner, const struct lock_reader *reader,
		    struct text *out)
{
	struct range *r;
	u64 id = 0;

	if (!__atomic_load_n(&file_lock_count, __ATOMIC_RELAXED))
		return;
	spin_lock(&lock_lock);
	for (int flock = 1; flock >= 0; flock--) {
		list_for_each (r, lock_bucket(f->inode), node) {
			if (r->is_flock != flock || r->file != f ||
			    (r->owner != owner && r->owner != f))
				continue;
			text_string(out, "lock:\t");
			show_range(r, ++id, "", number_of(r, reader), out);
		}
	}
	spin_unlock(&lock_lock);
}
