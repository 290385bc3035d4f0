/*
 * pseudo.c - files made of a show and a write function.
 *
 * The text is made at the first read, at each read from position 0 and at each that does not go on
 * where the last one ended, and kept in f->private for the reads behind it: a program that reads in
 * pieces sees one consistent text.
 *
 * Locking: f->pos_lock guards the text.  show and write run with nothing else held.
 */
#include "fs/pseudo.h"

#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define TEXT_FIRST  4096ul
#define TEXT_MAX    (4ul << 20) /* what kmalloc gives */
#define WRITE_LIMIT 4096

struct buffer {
	size_t len;
	u64 next; /* where the last read ended */
	char text[];
};

/* --- reading ---------------------------------------------------------------------------------*/

static int fill(struct file *f, const struct pseudo_ops *ops)
{
	struct buffer *b;
	struct text out;
	int error;

	for (size_t size = TEXT_FIRST; size <= TEXT_MAX; size *= 2) {
		b = kmalloc(size);
		if (!b)
			return -ENOMEM;
		text_init(&out, b->text, size - sizeof(*b));
		error = ops->show(f, &out);
		if (error || out.overflow) {
			kfree(b);
			if (error)
				return error;
			continue;
		}
		b->len = out.len;
		kfree(f->private);
		f->private = b;
		return 0;
	}
	return -ENOMEM;
}

static ssize_t read_locked(struct file *f, struct io *io, u64 *pos)
{
	struct pseudo_inode *p = container_of(f->inode, struct pseudo_inode, inode);
	struct buffer *b;
	u64 n, moved;
	int error;

	if (!p->ops->show)
		return -EINVAL;
	b = f->private;
	if (*pos == 0 || !b || *pos != b->next) {
		error = fill(f, p->ops);
		if (error)
			return error;
		b = f->private;
		b->next = *pos;
	}
	if (*pos >= b->len)
		return p->ops->check ? p->ops->check(f) : 0;
	n = min(b->len - *pos, io->left);
	moved = io_put(io, b->text + *pos, n);
	b->next = *pos += moved;
	return moved || !n ? (ssize_t)moved : -EFAULT;
}

ssize_t pseudo_read(struct file *f, struct io *io, u64 *pos)
{
	bool positional = pos != &f->pos; /* pread: file_read has not locked */
	ssize_t n;

	if (!io->left)
		return 0;
	if (positional)
		mutex_lock(&f->pos_lock);
	n = read_locked(f, io, pos);
	if (positional)
		mutex_unlock(&f->pos_lock);
	return n;
}

/* --- writing ---------------------------------------------------------------------------------*/

ssize_t pseudo_write(struct file *f, struct io *io, u64 *pos)
{
	struct pseudo_inode *p = container_of(f->inode, struct pseudo_inode, inode);
	u64 len = io->left;
	char *text;
	int error;

	if (!p->ops->write)
		return -EINVAL;
	if (len > (p->ops->write_limit ?: WRITE_LIMIT))
		return -E2BIG;
	text = kmalloc(len + 1);
	if (!text)
		return -ENOMEM;
	error = io_get(io, text, len) == len ? 0 : -EFAULT;
	text[len] = '\0';
	if (!error && !(p->ops->write_at_start && *pos))
		error = p->ops->write(f, text, len);
	kfree(text);
	if (error)
		return error;
	*pos += len;
	return len;
}

void pseudo_release(struct file *f)
{
	kfree(f->private);
}

const struct file_ops pseudo_file_ops = {
	.read = pseudo_read,
	.write = pseudo_write,
	.release = pseudo_release,
};

/* --- inodes ----------------------------------------------------------------------------------*/

static struct pseudo_inode *create(struct super *super, u32 mode, const struct inode_ops *ops,
				   const struct file_ops *fops)
{
	struct pseudo_inode *p = kmalloc(sizeof(*p));

	if (!p)
		return NULL;
	inode_init(&p->inode, super, ops, fops, mode, 0, 0);
	p->ops = NULL;
	p->data = NULL;
	p->free_data = NULL;
	return p;
}

void pseudo_inode_free(struct inode *inode)
{
	struct pseudo_inode *p = container_of(inode, struct pseudo_inode, inode);

	if (p->free_data)
		p->free_data(p->data);
	kfree(p);
}

static const struct inode_ops plain_ops = { .free = pseudo_inode_free };

struct inode *pseudo_inode_create(struct super *super, u32 mode, const struct pseudo_ops *ops,
				  void *data)
{
	struct pseudo_inode *p = create(super, mode, &plain_ops, &pseudo_file_ops);

	if (!p)
		return NULL;
	p->ops = ops;
	p->data = data;
	return &p->inode;
}

struct inode *pseudo_dir_create(struct super *super, u32 mode, const struct inode_ops *ops)
{
	struct pseudo_inode *p = create(super, mode, ops ?: &plain_ops, &dentry_dir_ops);

	return p ? &p->inode : NULL;
}

static ssize_t link_read(struct inode *inode, char *buf, size_t size)
{
	const char *target = container_of(inode, struct pseudo_inode, inode)->data;
	size_t len = min(strlen(target), size);

	memcpy(buf, target, len);
	return len;
}

static const struct inode_ops link_ops = {
	.readlink = link_read,
	.free = pseudo_inode_free,
};

struct inode *pseudo_link_create(struct super *super, const char *target)
{
	struct pseudo_inode *p = create(super, S_IFLNK | 0777, &link_ops, &dentry_dir_ops);

	if (!p)
		return NULL;
	p->data = kstrdup(target);
	p->free_data = kfree;
	if (!p->data) {
		kfree(p);
		return NULL;
	}
	return &p->inode;
}

/* --- fixed trees -----------------------------------------------------------------------------*/

static struct dentry *add(struct dentry *parent, const char *name, struct inode *inode)
{
	struct dentry *d = inode ? dentry_create(parent, name, strlen(name)) : NULL;

	if (!d) {
		if (inode)
			inode_put(inode);
		return NULL;
	}
	dentry_attach(d, inode);
	if (S_ISDIR(inode->mode))
		parent->inode->nlink++;
	dentry_put(d); /* the tree keeps it */
	return d;
}

struct dentry *pseudo_add_dir(struct dentry *parent, const char *name)
{
	return add(parent, name, pseudo_dir_create(parent->super, S_IFDIR | 0555, NULL));
}

struct dentry *pseudo_add_file(struct dentry *parent, const char *name, u32 mode,
			       const struct pseudo_ops *ops, void *data)
{
	return add(parent, name, pseudo_inode_create(parent->super, S_IFREG | mode, ops, data));
}

struct dentry *pseudo_add_link(struct dentry *parent, const char *name, const char *target)
{
	return add(parent, name, pseudo_link_create(parent->super, target));
}
