/*
 * vcs.c - what a console shows, as files: /dev/vcs (characters of code page 437), /dev/vcsa (rows,
 * columns and the cursor's place, then characters and colours in turn), /dev/vcsu (characters as
 * numbers of 32 bits).  Number 0 is the console in front, others are numbered as the terminals are
 * (vcs(4)).
 *
 * A place in the file is a cell, rows one behind the other without line ends.  What is written
 * appears; of vcsa the cursor can be moved.
 *
 * Locking: vt_lock for a few cells at a time, so a screen that moves meanwhile may be torn.
 */
#include "fs/device.h"
#include "fs/inode.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"

#define HEAD	4u  /* bytes before the cells of vcsa */
#define CHUNK	64u /* bytes */
#define UNICODE 64u /* minors */
#define COLOURS 128u

struct form {
	u32 console; /* 0: the one in front */
	u32 head;
	u32 cell; /* bytes */
};

static struct form form_of(const struct file *f)
{
	u32 minor = device_minor(f->inode->rdev);

	return minor >= COLOURS	  ? (struct form){ minor - COLOURS, HEAD, 2 }
	       : minor >= UNICODE ? (struct form){ minor - UNICODE, 0, 4 }
				  : (struct form){ minor, 0, 1 };
}

static struct vt *console_of(const struct form *form)
{
	return form->console ? vt_find(form->console - 1) : vt_front();
}

static u64 size_of(const struct vt *v, const struct form *form)
{
	return form->head + (u64)v->screen.rows * v->screen.cols * form->cell;
}

static u8 head_byte(const struct screen *s, u64 at)
{
	u32 fields[HEAD] = { s->rows, s->cols, s->at.col, s->at.row };

	return (u8)min(fields[at], 255u);
}

static u32 *cell_at(const struct vt *v, const struct form *form, u64 at)
{
	u64 n = (at - form->head) / form->cell;

	return (u32 *)screen_row_seen(&v->screen, (u32)(n / v->screen.cols)) + n % v->screen.cols;
}

static u8 byte_at(const struct vt *v, const struct form *form, u64 at)
{
	u32 cell, c, part = (u32)(at - form->head) % form->cell;

	if (at < form->head)
		return head_byte(&v->screen, at);
	cell = *cell_at(v, form, at);
	c = CELL_CHAR(cell);
	if (form->cell == 4)
		return (u8)(c >> 8 * part);
	return part ? CELL_ATTR(cell) : glyph_to_pc(c);
}

static void set_byte(struct vt *v, const struct form *form, u64 at, u8 byte)
{
	u32 *cell;

	if (at < form->head)
		return;
	cell = cell_at(v, form, at);
	if ((at - form->head) % form->cell)
		*cell = CELL(CELL_CHAR(*cell), byte);
	else
		*cell = CELL(glyph_pc(byte), CELL_ATTR(*cell));
}

/* The cursor's place is behind the size, which stays. */
static void set_cursor(struct vt *v, u64 at, const u8 *bytes, u32 n)
{
	u32 place[2] = { v->screen.at.col, v->screen.at.row };

	for (u32 i = 0; i < n; i++)
		if (at + i >= 2 && at + i < HEAD)
			place[at + i - 2] = bytes[i];
	if (at < HEAD && at + n > 2)
		screen_move(&v->screen, (s64)place[1] - (v->screen.origin ? v->screen.top : 0),
			    place[0]);
}

/* Up to n bytes at `at` out of the screen, or into it; how many. */
static u32 move(const struct form *form, u64 at, u8 *bytes, u32 n, bool write)
{
	struct vt *v;
	u64 size;

	spin_lock(&vt_lock);
	v = console_of(form);
	size = size_of(v, form);
	n = at < size ? (u32)min((u64)n, size - at) : 0;
	if (write && form->head)
		set_cursor(v, at, bytes, n);
	for (u32 i = 0; i < n; i++) {
		if (write)
			set_byte(v, form, at + i, bytes[i]);
		else
			bytes[i] = byte_at(v, form, at + i);
	}
	if (write)
		screen_change_all(&v->screen);
	spin_unlock(&vt_lock);
	return n;
}

static int vcs_open(struct inode *inode, struct file *f)
{
	struct form form = form_of(f);

	if (!vt_exists() || form.console > VTS || !console_of(&form))
		return -ENXIO;
	return 0;
}

static ssize_t vcs_read(struct file *f, struct io *io, u64 *pos)
{
	struct form form = form_of(f);
	u8 bytes[CHUNK];
	ssize_t done = 0;

	if (form.cell == 4 && (*pos | io->left) & 3)
		return -EINVAL;
	while (io->left) {
		u32 n = move(&form, *pos, bytes, (u32)min(io->left, (u64)CHUNK), false);
		u64 moved = io_put(io, bytes, n);

		*pos += moved;
		done += (ssize_t)moved;
		if (moved < n)
			return done ?: -EFAULT;
		if (!n)
			break;
		sched_relax();
	}
	return done;
}

static ssize_t vcs_write(struct file *f, struct io *io, u64 *pos)
{
	struct form form = form_of(f);
	u8 bytes[CHUNK];
	ssize_t done = 0;

	if (form.cell == 4)
		return -EOPNOTSUPP;
	if (!io->left)
		return 0;
	while (io->left) {
		u64 n = io_get(io, bytes, min(io->left, (u64)CHUNK)), moved;

		if (!n)
			return done ?: -EFAULT;
		moved = move(&form, *pos, bytes, (u32)n, true);
		*pos += moved;
		done += (ssize_t)moved;
		if (moved < n)
			break;
		sched_relax();
	}
	vt_changed();
	return done;
}

static s64 vcs_seek(struct file *f, s64 offset, int whence)
{
	struct form form = form_of(f);
	s64 size, to;

	spin_lock(&vt_lock);
	size = (s64)size_of(console_of(&form), &form);
	spin_unlock(&vt_lock);
	to = whence == SEEK_SET	  ? offset
	     : whence == SEEK_CUR ? (s64)f->pos + offset
	     : whence == SEEK_END ? size + offset
				  : -1;
	if (to < 0 || to > size)
		return -EINVAL;
	f->pos = (u64)to;
	return to;
}

const struct file_ops vcs_ops = {
	.open = vcs_open,
	.read = vcs_read,
	.write = vcs_write,
	.seek = vcs_seek,
};
