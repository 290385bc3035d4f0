/*
 * readdir.c - listing directories that are made of dentries, oldest or newest name first.
 *
 * The position is the cookie of the last entry shown (0: nothing yet, 1: ".", 2: ".."), so names
 * that come or go between two calls disturb nobody.  An entry's name is copied, because a rename
 * may free it while the program's memory is written.
 */
#include "fs/file.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

struct entry {
	struct dentry *dentry; /* a reference */
	u64 ino, cookie;
	unsigned type;
	size_t len;
	char name[NAME_MAX + 1];
};

static u64 parent_ino(struct file *f)
{
	u64 ino;

	spin_lock(&dentry_lock);
	ino = f->path.dentry->parent->inode->ino;
	spin_unlock(&dentry_lock);
	return ino;
}

bool dir_emit_dots(struct file *f, struct dir_sink *sink)
{
	if (f->pos == 0) {
		if (!sink->emit(sink, ".", 1, f->inode->ino, S_IFDIR >> 12, 1))
			return false;
		f->pos = 1;
	}
	if (f->pos == 1) {
		if (!sink->emit(sink, "..", 2, parent_ino(f), S_IFDIR >> 12, 2))
			return false;
		f->pos = 2;
	}
	return true;
}

/* Is d one of those that come behind the position? */
static bool is_behind(const struct dentry *d, u64 pos, bool newest)
{
	return newest ? pos <= 2 || d->cookie < pos : d->cookie > pos;
}

/* The first child behind the position: next to the one shown last if that is still there. */
static bool find_next(struct dentry *dir, u64 after, bool newest, struct entry *e)
{
	struct dentry *last = e->dentry, *d;
	struct list *node;

	spin_lock(&dentry_lock);
	node = last && last->pinned && last->parent == dir && last->cookie == after
		       ? &last->sibling
		       : &dir->children;
	do {
		node = newest ? node->prev : node->next;
		d = list_entry(node, struct dentry, sibling);
	} while (node != &dir->children && !is_behind(d, after, newest));
	e->dentry = NULL;
	if (node != &dir->children) {
		e->dentry = dentry_get(d);
		e->ino = d->inode->ino;
		e->type = d->inode->mode >> 12 & 15;
		e->cookie = d->cookie;
		e->len = d->name_len;
		memcpy(e->name, d->name, d->name_len);
	}
	spin_unlock(&dentry_lock);
	if (last)
		dentry_put(last);
	return e->dentry;
}

int dentry_readdir(struct file *f, struct dir_sink *sink)
{
	bool newest = f->ops->flags & FILE_NEWEST;
	struct entry e;

	e.dentry = NULL;
	if (!dir_emit_dots(f, sink))
		return 0;
	while (find_next(f->path.dentry, f->pos, newest, &e)) {
		if (!sink->emit(sink, e.name, e.len, e.ino, e.type, e.cookie)) {
			dentry_put(e.dentry);
			break;
		}
		f->pos = e.cookie;
	}
	return 0;
}

static s64 dir_seek(struct file *f, s64 offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	f->pos = offset;
	return offset;
}

const struct file_ops dentry_dir_ops = { .readdir = dentry_readdir, .seek = dir_seek };
const struct file_ops dentry_dir_newest_ops = {
	.readdir = dentry_readdir,
	.seek = dir_seek,
	.flags = FILE_NEWEST,
};
