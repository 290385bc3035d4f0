/*
 * devpts.c - the file system of pseudo-terminals.
 *
 *   uid= gid=    who owns new terminals; default: who makes them
 *   mode=        of new terminals, default 600
 *   ptmxmode=    of the node ptmx in it, default 000
 *   max=N        terminals at most
 *   newinstance  accepted: every mount is one
 *
 * Locking: pty_lock for numbers and for what a node leads to; the root's inode for names.
 */
#include "fs/devpts/devpts.h"

#include "fs/device.h"
#include "fs/pseudo.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"

#define DEVPTS_MAGIC 0x1cd1
#define MAX_DEFAULT  (1u << 20)
#define INO_PTMX     2
#define INO_FIRST    3 /* of terminal 0 */

struct options {
	u64 uid, gid, mode, ptmxmode, max;
	bool set_uid, set_gid;
};

struct devpts {
	struct super super;
	struct options options; /* [mount] */
	struct inode *ptmx;	/* [I] its node; the tree's reference */
	u64 *used;		/* [pty_lock] bitmap of numbers */
	u32 size;		/* [pty_lock] bits of it */
	u64 first;		/* [pty_lock] what `used` points at while that is enough */
};

struct mutex pty_lock = MUTEX_INIT(pty_lock, RANK_OTHER_MUTEX);
u32 pty_max = 4096, pty_reserve = 1024;
static u32 count; /* [pty_lock to change] */

static struct devpts *devpts_of(const struct super *s)
{
	return container_of(s, struct devpts, super);
}

u32 pty_count(void)
{
	return READ_ONCE(count);
}

/* --- options ---------------------------------------------------------------------------------*/

static int parse_word(struct options *o, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return strcmp(word, "newinstance") ? -EINVAL : 0;
	*value++ = '\0';
	if (!strcmp(word, "mode"))
		return parse_mode(value, &o->mode);
	if (!strcmp(word, "ptmxmode"))
		return parse_mode(value, &o->ptmxmode);
	if (!strcmp(word, "uid")) {
		o->set_uid = true;
		return parse_id(value, &o->uid);
	}
	if (!strcmp(word, "gid")) {
		o->set_gid = true;
		return parse_id(value, &o->gid);
	}
	if (!strcmp(word, "max"))
		return parse_u64(value, &o->max) || o->max > MAX_DEFAULT ? -EINVAL : 0;
	return -EINVAL;
}

static int parse_options(const char *text, struct options *o)
{
	char *copy = kstrdup(text), *word = copy, *comma;
	int error = copy ? 0 : -ENOMEM;

	*o = (struct options){ .mode = 0600, .max = MAX_DEFAULT };
	for (; word && !error; word = comma) {
		comma = strchr(word, ',');
		if (comma)
			*comma++ = '\0';
		if (*word)
			error = parse_word(o, word);
	}
	kfree(copy);
	return error;
}

static void show_options(struct super *s, struct text *out)
{
	const struct options *o = &devpts_of(s)->options;

	if (o->set_uid)
		text_printf(out, ",uid=%lu", o->uid);
	if (o->set_gid)
		text_printf(out, ",gid=%lu", o->gid);
	text_printf(out, ",mode=%03lo,ptmxmode=%03lo", o->mode, o->ptmxmode);
	if (o->max < MAX_DEFAULT)
		text_printf(out, ",max=%lu", o->max);
}

static int remount(struct super *s, unsigned long flags, const char *text)
{
	struct devpts *d = devpts_of(s);
	struct options o;
	int error = parse_options(text, &o);

	if (error)
		return error;
	mutex_lock(&pty_lock);
	d->options = o;
	mutex_unlock(&pty_lock);
	mutex_lock(&d->ptmx->lock);
	d->ptmx->mode = S_IFCHR | (u32)o.ptmxmode;
	mutex_unlock(&d->ptmx->lock);
	return 0;
}

/* --- numbers ---------------------------------------------------------------------------------*/

/* pty_lock is held. */
static bool grow(struct devpts *d)
{
	u32 size = d->size * 2;
	u64 *used = kzalloc(size / 8);

	if (!used)
		return false;
	memcpy(used, d->used, d->size / 8);
	if (d->used != &d->first)
		kfree(d->used);
	d->used = used;
	d->size = size;
	return true;
}

/* pty_lock is held. */
static s32 take_locked(struct devpts *d, u32 limit)
{
	u32 number = (u32)bitmap_next_clear(d->used, d->size, 0);

	if (count >= limit)
		return -ENOSPC;
	if (number >= d->options.max)
		return -ENOSPC;
	if (number == d->size && !grow(d))
		return -ENOMEM;
	bitmap_set(d->used, number);
	WRITE_ONCE(count, count + 1);
	return (s32)number;
}

s32 devpts_number_take(struct super *s, bool first_namespace)
{
	u32 limit = READ_ONCE(pty_max), reserve = READ_ONCE(pty_reserve);
	s32 number;

	if (!first_namespace)
		limit -= min(limit, reserve);
	mutex_lock(&pty_lock);
	number = take_locked(devpts_of(s), limit);
	mutex_unlock(&pty_lock);
	return number;
}

void devpts_number_give(struct super *s, s32 number)
{
	mutex_lock(&pty_lock);
	bitmap_clear(devpts_of(s)->used, (u32)number);
	WRITE_ONCE(count, count - 1);
	mutex_unlock(&pty_lock);
}

/* --- names -----------------------------------------------------------------------------------*/

static void node_free(struct inode *inode)
{
	kfree(inode);
}

static const struct inode_ops node_ops = { .free = node_free };

static struct dentry *add_node(struct super *s, const char *name, u32 mode, u64 number,
			       struct inode **made)
{
	struct dentry *d = dentry_create(s->root, name, strlen(name));
	struct inode *inode = d ? kmalloc(sizeof(*inode)) : NULL;

	if (!inode) {
		if (d)
			dentry_put(d);
		return NULL;
	}
	inode_init(inode, s, &node_ops, NULL, S_IFCHR | mode, 0, 0);
	inode->rdev = number;
	*made = inode;
	return d;
}

static void show_node(struct super *s, struct dentry *d, struct inode *inode)
{
	mutex_lock(&s->root->inode->lock);
	dentry_attach(d, inode);
	inode_touch(s->root->inode, ATTR_MTIME);
	mutex_unlock(&s->root->inode->lock);
}

struct dentry *devpts_name(struct super *s, s32 number, struct pty *p, const struct cred *cred)
{
	struct options o;
	struct inode *inode;
	struct dentry *d;
	char name[12];

	mutex_lock(&pty_lock);
	o = devpts_of(s)->options;
	mutex_unlock(&pty_lock);
	format(name, sizeof(name), "%d", number);
	d = add_node(s, name, (u32)o.mode, device_number(136, (u32)number), &inode);
	if (!d)
		return NULL;
	inode->ino = (u64)number + INO_FIRST;
	inode->uid = o.set_uid ? (u32)o.uid : cred->fsuid;
	inode->gid = o.set_gid ? (u32)o.gid : cred->fsgid;
	inode->private = p;
	show_node(s, d, inode);
	return d;
}

void devpts_unname(struct dentry *name)
{
	struct inode *root = name->super->root->inode;

	mutex_lock(&pty_lock);
	name->inode->private = NULL;
	mutex_unlock(&pty_lock);
	mutex_lock(&root->lock);
	dentry_remove(name);
	name->inode->nlink = 0;
	inode_touch(root, ATTR_MTIME);
	mutex_unlock(&root->lock);
	dentry_put(name);
}

extern const struct fs_type devpts_type;

struct pty *devpts_pty(const struct inode *inode)
{
	return inode->super->type == &devpts_type ? inode->private : NULL;
}

/* --- the file system -------------------------------------------------------------------------*/

static void devpts_free(struct super *s)
{
	struct devpts *d = devpts_of(s);

	if (d->used != &d->first)
		kfree(d->used);
	kfree(d);
}

static const struct super_ops super_ops = {
	.show_options = show_options,
	.remount = remount,
	.free = devpts_free,
};

static int fill(struct devpts *d)
{
	struct super *s = &d->super;
	struct inode *root = pseudo_dir_create(s, S_IFDIR | 0755, NULL);
	struct dentry *ptmx;

	if (!root)
		return -ENOMEM;
	root->ino = 1;
	root->nlink = 2;
	s->root = dentry_create_root(s, root);
	if (!s->root) {
		inode_put(root);
		return -ENOMEM;
	}
	ptmx = add_node(s, "ptmx", (u32)d->options.ptmxmode, device_number(5, 2), &d->ptmx);
	if (!ptmx)
		return -ENOMEM;
	d->ptmx->ino = INO_PTMX;
	show_node(s, ptmx, d->ptmx);
	dentry_put(ptmx); /* the tree keeps it */
	return 0;
}

static struct super *devpts_mount(const struct fs_type *type, const char *source,
				  unsigned long flags, const char *text, const struct cred *cred)
{
	struct options o;
	int error = parse_options(text, &o);
	struct devpts *d;

	if (error)
		return ERR_PTR(error);
	d = kzalloc(sizeof(*d));
	if (!d)
		return ERR_PTR(-ENOMEM);
	super_init(&d->super, type, &super_ops, DEVPTS_MAGIC);
	d->options = o;
	d->used = &d->first;
	d->size = 8 * sizeof(d->first);
	error = fill(d);
	if (error) {
		super_put(&d->super);
		return ERR_PTR(error);
	}
	return &d->super;
}

const struct fs_type devpts_type = { .name = "devpts", .nodev = true, .mount = devpts_mount };

int devpts_find(const struct path *at, struct path *root)
{
	struct dentry *dir, *pts;

	if (at->mount->super->type == &devpts_type) {
		*root = (struct path){ at->mount, dentry_get(at->mount->super->root) };
		mount_get(at->mount);
		return 0;
	}
	spin_lock(&dentry_lock);
	dir = dentry_get(at->dentry->parent);
	spin_unlock(&dentry_lock);
	pts = dentry_find(dir, "pts", 3);
	dentry_put(dir);
	if (!pts)
		return -ENOENT;
	*root = (struct path){ at->mount, pts };
	mount_get(at->mount);
	mount_cross(root);
	if (root->mount->super->type == &devpts_type && root->dentry == root->mount->super->root)
		return 0;
	path_put(root);
	return -ENODEV;
}
