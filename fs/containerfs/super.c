/*
 * super.c - mounting a hierarchy, and its directories.
 *
 * The same options mount the same hierarchy again.  A hierarchy with children outlives its last
 * unmount: it keeps a reference to its own super until it is mounted again, emptied and unmounted.
 *
 * Locking: a directory's inode lock is taken before container_mutex.
 */
#include "fs/containerfs/containerfs.h"

#include "kernel/abi/errno.h"
#include "kernel/container/clone.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define CGROUP_MAGIC 0x27e0eb
#define INO_STRIDE   256	      /* inode numbers of one directory and its control files */
#define FIRST_CHILD  (2 + INO_STRIDE) /* readdir: positions of child directories begin here */

static_assert(CONTROL_NUMBERS < INO_STRIDE, "each control file has a number of its own");

static struct container *dir_container(const struct inode *dir)
{
	return dir->private;
}

/* --- directories ---------------------------------------------------------------------------- */

static int dir_lookup(struct inode *dir, struct dentry *dentry)
{
	return control_lookup(dir_container(dir), dentry);
}

/* A setgid directory passes the bit on to all, its group only to what root makes: the ids of others
   are set once more, as on Linux. */
static void dir_inherit(struct inode *inode, const struct inode *dir, const struct cred *cred)
{
	if (!(dir->mode & S_ISGID))
		return;
	inode->mode |= S_ISGID;
	if (!cred->fsuid && !cred->fsgid)
		inode->gid = dir->gid;
}

static int dir_mkdir(struct inode *dir, struct dentry *dentry, u32 mode, const struct cred *cred)
{
	struct container_request request;
	struct container *c;
	struct inode *inode;

	mutex_lock(&container_mutex);
	container_request_begin(&request);
	container_request_keep(&request, dentry->name);
	if (strchr(dentry->name, '\n'))
		c = ERR_PTR(container_refuse(-EINVAL, "a name is one line"));
	else if (dir_container(dir)->removed)
		c = ERR_PTR(-ENODEV);
	else
		c = container_create(dir_container(dir));
	if (IS_ERR(c)) {
		container_report(&request, dir_container(dir), "", "mkdir", (int)PTR_ERR(c));
		mutex_unlock(&container_mutex);
		return PTR_ERR(c);
	}
	inode = container_dir_create(dir->super, c, mode, cred);
	if (!inode) {
		container_discard(c);
		mutex_unlock(&container_mutex);
		return -ENOMEM;
	}
	dir_inherit(inode, dir, cred);
	c->gid = inode->gid;
	container_add(c, dentry);
	dentry_attach(dentry, inode);
	mutex_unlock(&container_mutex);
	dir->nlink++;
	inode_touch(dir, ATTR_MTIME);
	return 0;
}

static int remove_dir(struct inode *dir, struct dentry *dentry, bool undo)
{
	struct container_request request;
	int error;

	mutex_lock(&container_mutex);
	container_request_begin(&request);
	container_request_keep(&request, dentry->name);
	error = container_remove(dir_container(dentry->inode), undo);
	container_report(&request, dir_container(dir), "", "rmdir", error);
	if (!error) {
		control_drop(dir_container(dentry->inode));
		dentry_remove(dentry);
	}
	mutex_unlock(&container_mutex);
	if (error)
		return error;
	dir->nlink--;
	inode_touch(dir, ATTR_MTIME);
	return 0;
}

static int dir_rmdir(struct inode *dir, struct dentry *dentry)
{
	return remove_dir(dir, dentry, false);
}

/* A name that is not there yet, in a locked directory. */
static struct dentry *make_in(struct dentry *parent, const char *name, struct container **made)
{
	struct inode *dir = parent->inode;
	const struct cred *cred = task_current()->cred;
	struct dentry *d = dentry_find(parent, name, strlen(name));
	int error = d ? -EEXIST : inode_permission(dir, MAY_WRITE | MAY_EXEC, cred);

	if (!error) {
		d = dentry_create(parent, name, strlen(name));
		error = d ? dir_mkdir(dir, d, 0755, cred) : -ENOMEM;
	}
	*made = error ? ERR_PTR(error) : container_get(dir_container(d->inode));
	return d;
}

struct container *container_make_dir(struct container *parent, const char *name)
{
	struct dentry *dir = parent->dentry ? dentry_get(parent->dentry) : NULL, *d;
	struct container *made;

	if (!dir)
		return ERR_PTR(-ENODEV);
	mutex_unlock(&container_mutex);
	mutex_lock(&dir->inode->lock);
	d = make_in(dir, name, &made);
	mutex_unlock(&dir->inode->lock);
	if (d)
		dentry_put(d);
	dentry_put(dir);
	mutex_lock(&container_mutex);
	return made;
}

void container_remove_dir(struct container *c)
{
	struct dentry *d, *dir;

	mutex_lock(&container_mutex);
	d = c->dentry ? dentry_get(c->dentry) : NULL;
	mutex_unlock(&container_mutex);
	if (!d)
		return;
	dir = d->parent; /* directories are not moved to others */
	mutex_lock(&dir->inode->lock);
	if (!READ_ONCE(c->removed))
		(void)remove_dir(dir->inode, d, true);
	mutex_unlock(&dir->inode->lock);
	dentry_put(d);
}

static int may_rename(struct inode *from, struct dentry *old, struct inode *to,
		      struct dentry *target, const char *name, unsigned flags)
{
	if (flags)
		return container_refuse(-EINVAL, "a container cannot take another one's place");
	if (strchr(name, '\n'))
		return container_refuse(-EINVAL, "a name is one line");
	if (!S_ISDIR(old->inode->mode))
		return container_refuse(-ENOTDIR, "a control file keeps its name");
	if (from != to)
		return container_refuse(-EIO, "a container stays below its parent");
	return target ? -EEXIST : 0;
}

static int dir_rename(struct inode *from, struct dentry *old, struct inode *to,
		      struct dentry *target, const char *name, unsigned flags)
{
	struct container_request request;
	int error;

	/* Paths are shown under container_mutex: they have the old name or the new one. */
	mutex_lock(&container_mutex);
	container_request_begin(&request);
	container_request_keep(&request, old->name);
	error = may_rename(from, old, to, target, name, flags);
	if (!error)
		dentry_move(old, old->parent, name);
	container_report(&request, dir_container(from), "", "rename", error);
	mutex_unlock(&container_mutex);
	return error;
}

static void dir_free(struct inode *inode)
{
	container_put(dir_container(inode));
	kfree(inode);
}

static const struct inode_ops dir_ops = {
	.lookup = dir_lookup,
	.mkdir = dir_mkdir,
	.rmdir = dir_rmdir,
	.rename = dir_rename,
	.free = dir_free,
};

/* Control files first, at 2 and their number, which a remount does not change; then the children
   by their cookies. */
static bool emit_files(struct file *f, struct dir_sink *sink)
{
	struct container *c = dir_container(f->inode);
	struct control ctl;
	char name[80];

	while (f->pos < FIRST_CHILD) {
		bool there;
		size_t len;
		u64 next;

		mutex_lock(&container_mutex);
		there = !c->removed && control_next(c, (u32)f->pos - 2, &ctl);
		mutex_unlock(&container_mutex);
		if (!there) {
			f->pos = FIRST_CHILD;
			break;
		}
		len = format(name, sizeof(name), "%s%s%s", ctl.prefix, *ctl.prefix ? "." : "",
			     ctl.name);
		next = 2 + ctl.number + 1;
		if (!sink->emit(sink, name, len, f->inode->ino + 1 + ctl.number, S_IFREG >> 12,
				next))
			return false;
		f->pos = next;
	}
	return true;
}

/* The child's name is copied: a rename may free it while the program's memory is written. */
static bool emit_child(struct file *f, struct dir_sink *sink, struct dentry *d, u64 next)
{
	char name[NAME_MAX + 1];
	size_t len;

	spin_lock(&dentry_lock);
	len = d->name_len;
	memcpy(name, d->name, len);
	spin_unlock(&dentry_lock);
	return sink->emit(sink, name, len, d->inode->ino, S_IFDIR >> 12, next);
}

static int dir_readdir(struct file *f, struct dir_sink *sink)
{
	struct dentry *d;

	if (!dir_emit_dots(f, sink) || !emit_files(f, sink))
		return 0;
	while ((d = dentry_next_child(f->path.dentry, f->pos - FIRST_CHILD))) {
		u64 next = FIRST_CHILD + d->cookie;
		bool more = emit_child(f, sink, d, next);

		dentry_put(d);
		if (!more)
			break;
		f->pos = next;
	}
	return 0;
}

static const struct file_ops dir_fops = { .readdir = dir_readdir };

struct inode *container_dir_create(struct super *super, struct container *c, u32 mode,
				   const struct cred *cred)
{
	static u64 next_ino = 1; /* [container_mutex] */
	struct inode *inode = kmalloc(sizeof(*inode));

	if (!inode)
		return NULL;
	inode_init(inode, super, &dir_ops, &dir_fops, S_IFDIR | (mode & 07777), cred->fsuid,
		   cred->fsgid);
	inode->ino = next_ino;
	next_ino += INO_STRIDE;
	inode->nlink = 2;
	c->uid = cred->fsuid;
	c->gid = cred->fsgid;
	inode->private = container_get(c);
	return inode;
}

/* --- the file system ------------------------------------------------------------------------ */

static void show_options(struct super *s, struct text *out)
{
	mutex_lock(&container_mutex);
	hierarchy_show_options(s->private, out);
	mutex_unlock(&container_mutex);
}

static int remount(struct super *s, unsigned long flags, const char *options)
{
	struct container_request request;
	struct hierarchy_options o;
	int error;

	mutex_lock(&container_mutex);
	container_request_begin(&request);
	container_request_keep(&request, options);
	error = hierarchy_parse(options, &o);
	if (!error)
		error = hierarchy_remount(s->private, &o);
	if (!error)
		control_drop(&((struct hierarchy *)s->private)->top);
	container_report(&request, &((struct hierarchy *)s->private)->top, "", "remount", error);
	mutex_unlock(&container_mutex);
	kfree(o.release_agent);
	return error;
}

static struct dentry *mount_root(struct super *s)
{
	struct container *root;
	struct dentry *d;

	mutex_lock(&container_mutex);
	root = container_seen_root(s->private);
	d = root->removed ? ERR_PTR(-ENOENT) : dentry_get(root->dentry);
	mutex_unlock(&container_mutex);
	return d;
}

/* Also of a control file that has been mounted elsewhere, and of what was removed since: their
   names follow the path of the nearest container that is there. */
static bool path_seen(struct super *s, struct dentry *d, char *buf, size_t size)
{
	struct dentry *dir = d, *below;
	struct container *root, *c;
	struct text path;

	text_init(&path, buf, size - 1);
	mutex_lock(&container_mutex);
	while (dir != s->root && (!S_ISDIR(dir->inode->mode) || dir_container(dir->inode)->removed))
		dir = dir->parent;
	c = dir_container(dir->inode);
	root = container_seen_root(s->private);
	if (dir == d || c != root)
		container_show_path_from(root, c, &path);
	for (; dir != d; dir = below) {
		for (below = d; below->parent != dir;)
			below = below->parent;
		text_printf(&path, "/%s", below->name);
	}
	mutex_unlock(&container_mutex);
	buf[path.len] = '\0';
	return !path.overflow;
}

/* References of mounts, and of who is about to make one, go under container_mutex: so one is the
   last, which finds two, its own and the hierarchy's. */
static void release(struct super *s)
{
	struct hierarchy *h = s->private;
	bool last;

	mutex_lock(&container_mutex);
	last = list_empty(&h->top.children) && refcount_read(&s->refs) == 2;
	if (last) {
		hierarchy_destroy(h);
		h->top.removed = true;
		control_drop(&h->top);
		h->super = NULL;
	} else {
		super_put(s); /* the hierarchy's stays */
	}
	mutex_unlock(&container_mutex);
	if (last) {
		super_put(s);
		super_put(s);
	}
}

static void super_free(struct super *s)
{
	struct hierarchy *h = s->private;

	container_put(&h->top);
	kfree(s);
}

static const struct super_ops super_ops = {
	.show_options = show_options,
	.remount = remount,
	.mount_root = mount_root,
	.path_seen = path_seen,
	.release = release,
	.free = super_free,
};

static int super_create(const struct fs_type *type, struct hierarchy *h)
{
	struct super *s = kzalloc(sizeof(*s));
	struct inode *root;

	if (!s)
		return -ENOMEM;
	super_init(s, type, &super_ops, CGROUP_MAGIC);
	root = container_dir_create(s, &h->top, 0555, &cred_root);
	s->root = root ? dentry_create_root(s, root) : NULL;
	if (!s->root) {
		if (root)
			inode_put(root);
		kfree(s);
		return -ENOMEM;
	}
	s->private = h;
	h->super = s;
	h->top.dentry = s->root;
	return 0;
}

static struct super *cgroup_mount(const struct fs_type *type, const char *source,
				  unsigned long flags, const char *options, const struct cred *cred)
{
	struct container_request request;
	struct hierarchy_options o;
	struct hierarchy *h = NULL;
	int error;

	mutex_lock(&container_mutex);
	container_request_begin(&request);
	container_request_keep(&request, options);
	error = hierarchy_parse(options, &o);
	if (!error) {
		h = hierarchy_open(&o);
		error = IS_ERR(h) ? PTR_ERR(h) : 0;
	}
	if (!error && !h->super) {
		error = super_create(&cgroup_type, h);
		if (error) {
			hierarchy_destroy(h);
			container_put(&h->top);
		}
	}
	if (!error)
		super_get(h->super);
	container_report(&request, NULL, "", "mount", error);
	mutex_unlock(&container_mutex);
	kfree(o.release_agent);
	return error ? ERR_PTR(error) : h->super;
}

/* The file system that there was before there were containers.  It has no options. */
static struct super *cpuset_mount(const struct fs_type *type, const char *source,
				  unsigned long flags, const char *options, const struct cred *cred)
{
	for (const char *word = options; *word; word++)
		if (*word != ',' && (word == options || word[-1] == ',') && *word != '=')
			return ERR_PTR(-EINVAL);
	return cgroup_mount(type, source, flags,
			    "cpuset,noprefix,release_agent=/sbin/cpuset_release_agent", cred);
}

const struct fs_type cpuset_type = { .name = "cpuset", .nodev = true, .mount = cpuset_mount };
const struct fs_type cgroup_type = { .name = "cgroup", .nodev = true, .mount = cgroup_mount };
const struct fs_type container_type = { .name = "container", .nodev = true, .mount = cgroup_mount };
