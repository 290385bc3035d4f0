/*
 * mount_ops.c - what mount(2) and umount2(2) do.
 *
 * Locking: mount_lock for the tree.  A place that is about to be covered is held by its inode's
 * lock while it is looked at, because rmdir and unlink mark it removed and look for mounts on it
 * under that lock.  References are dropped after mount_lock.
 */
#include "fs/mount_tree.h"
#include "fs/path.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/slab.h"

#define ATIME_FLAGS (MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define MOUNT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | ATIME_FLAGS)

/* Of one mount, out of the flags of mount(2): relatime unless something else is asked for. */
static unsigned long mount_flags(unsigned long flags)
{
	unsigned long out = flags & MOUNT_FLAGS;

	if (flags & (MS_NOATIME | MS_STRICTATIME))
		out &= ~MS_RELATIME;
	else
		out |= MS_RELATIME;
	return flags & MS_STRICTATIME ? out & ~MS_NOATIME : out;
}

static bool is_mount_root(const struct path *p)
{
	return p->dentry == p->mount->root;
}

static bool is_dir(const struct dentry *d)
{
	return S_ISDIR(d->inode->mode);
}

/* Names about something that has ended are not mounted on; the others shall say when they end. */
static bool has_ended(struct dentry *d)
{
	bool lives = true;

	spin_lock(&dentry_lock);
	for (; lives && dentry_is_fleeting(d); d = d->parent)
		lives = !d->inode->ops->cover || d->inode->ops->cover(d);
	spin_unlock(&dentry_lock);
	return !lives;
}

int mount_begin(struct path *at)
{
	int error = 0;

	mutex_lock(&mount_lock);
	dentry_settle(&at->dentry);
	mount_cross(at);
	mutex_lock(&at->dentry->inode->lock);
	if (at->dentry->removed || has_ended(at->dentry))
		error = -ENOENT;
	else if (!at->mount->ns)
		error = -EINVAL;
	else if (at->mount->ns->count >= MOUNTS_MAX)
		error = -ENOSPC;
	if (error) {
		mutex_unlock(&at->dentry->inode->lock);
		mutex_unlock(&mount_lock);
	}
	return error;
}

void mount_end(struct path *at)
{
	mutex_unlock(&at->dentry->inode->lock);
	mutex_unlock(&mount_lock);
}

/* --- words that any file system takes ----------------------------------------------------------*/

#define SUPER_FLAGS (MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK | MS_LAZYTIME)

/* What a word of the mount data says about the file system as a whole, whatever its type; false:
   the word is the type's own. */
static bool common_word(const char *word, size_t len, unsigned long *flags)
{
	static const struct {
		const char *word;
		unsigned long set, clear;
	} words[] = {
		{ "ro", MS_RDONLY, 0 },		  { "rw", 0, MS_RDONLY },
		{ "sync", MS_SYNCHRONOUS, 0 },	  { "async", 0, MS_SYNCHRONOUS },
		{ "dirsync", MS_DIRSYNC, 0 },	  { "mand", MS_MANDLOCK, 0 },
		{ "nomand", 0, MS_MANDLOCK },	  { "lazytime", MS_LAZYTIME, 0 },
		{ "nolazytime", 0, MS_LAZYTIME },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) != len || memcmp(words[i].word, word, len) != 0)
			continue;
		*flags = (*flags | words[i].set) & ~words[i].clear;
		return true;
	}
	return false;
}

/* The data without those words, which change *flags; kfree it.  NULL: no memory. */
static char *take_common_words(const char *options, unsigned long *flags)
{
	char *own = kstrdup(options), *to = own;

	while (own && *options) {
		const char *comma = strchr(options, ',');
		size_t len = comma ? (size_t)(comma - options) : strlen(options);

		if (!common_word(options, len, flags)) {
			if (to != own)
				*to++ = ',';
			memcpy(to, options, len);
			to += len;
		}
		options += len + (comma != NULL);
	}
	if (own)
		*to = '\0';
	return own;
}

/* --- mount -----------------------------------------------------------------------------------*/

static int attach_new(struct mount *m, struct path *at)
{
	int error = mount_begin(at);

	if (error)
		return error;
	if (at->mount->super == m->super && is_mount_root(at) && at->dentry == m->root)
		error = -EBUSY;
	else if (is_dir(at->dentry) != is_dir(m->root))
		error = -ENOTDIR;
	else
		mount_attach(m, at->mount->ns, at);
	mount_end(at);
	return error;
}

/* All of it that the running task is to see; ERR_PTR. */
static struct mount *mount_whole(struct super *super, const char *source, unsigned long flags)
{
	struct dentry *root =
		super->ops->mount_root ? super->ops->mount_root(super) : dentry_get(super->root);
	struct mount *m;

	if (IS_ERR(root))
		return ERR_PTR(PTR_ERR(root));
	m = mount_create(super, root, source, flags);
	dentry_put(root);
	return m ?: ERR_PTR(-ENOMEM);
}

int mount_add(struct path *at, const char *source, const char *type_name, unsigned long flags,
	      const char *options, const struct cred *cred)
{
	const struct fs_type *type = type_name ? fs_type_find(type_name) : NULL;
	unsigned long super_flags = flags;
	struct super *super;
	struct mount *m;
	char *own;
	int error;

	if (!type)
		return type_name ? -ENODEV : -EINVAL;
	own = take_common_words(options ?: "", &super_flags);
	if (!own)
		return -ENOMEM;
	super = type->mount(type, source ?: "none", super_flags, own, cred);
	kfree(own);
	if (IS_ERR(super))
		return PTR_ERR(super);
	if (!super->mounts) {
		super->readonly = super_flags & MS_RDONLY;
		super->flags = super_flags & SUPER_FLAGS;
	}
	m = mount_whole(super, source ?: "none", mount_flags(flags));
	if (IS_ERR(m)) {
		super_release(super);
		return PTR_ERR(m);
	}
	error = attach_new(m, at);
	if (error)
		mount_put(m);
	return error;
}

int mount_bind(struct path *from, struct path *at, unsigned long flags)
{
	struct list dead = LIST_INIT(dead);
	struct mount *m;
	int error = mount_begin(at);

	if (error)
		return error;
	if (!from->mount->ns)
		error = -EINVAL;
	else if (is_dir(from->dentry) != is_dir(at->dentry))
		error = -ENOTDIR;
	if (!error) {
		m = mount_clone_tree(from->mount, from->dentry, at->mount->ns, flags & MS_REC,
				     &dead);
		if (m)
			mount_attach(m, at->mount->ns, at);
		else
			error = -ENOMEM;
	}
	mount_end(at);
	mount_reap(&dead);
	return error;
}

static bool mount_is_below(const struct mount *m, const struct mount *top)
{
	while (m && m != top)
		m = m->parent;
	return m;
}

int mount_move(struct path *from, struct path *to)
{
	struct dentry *point = NULL;
	int error = mount_begin(to);

	if (error)
		return error;
	if (!is_mount_root(from) || !from->mount->ns || !from->mount->parent ||
	    from->mount->ns != to->mount->ns || is_dir(from->dentry) != is_dir(to->dentry)) {
		error = -EINVAL;
	} else if (mount_is_below(to->mount, from->mount)) {
		error = -ELOOP;
	} else {
		point = mount_unhook(from->mount);
		mount_hook(from->mount, to);
	}
	mount_end(to);
	if (point)
		dentry_put(point);
	return error;
}

/* --- remount ---------------------------------------------------------------------------------*/

static int set_readonly(struct super *s, bool readonly)
{
	if (readonly && __atomic_load_n(&s->writers, __ATOMIC_RELAXED))
		return -EBUSY;
	WRITE_ONCE(s->readonly, readonly);
	return 0;
}

int mount_remount(struct path *at, unsigned long flags, const char *options)
{
	struct mount *m = at->mount;
	struct super *s = m->super;
	unsigned long wanted = mount_flags(flags), super_flags = flags;
	char *own = take_common_words(options ?: "", &super_flags);
	int error = 0;

	if (!own)
		return -ENOMEM;

	if (!(flags & (ATIME_FLAGS | MS_STRICTATIME)))
		wanted = (wanted & ~ATIME_FLAGS) | (m->flags & ATIME_FLAGS);
	mutex_lock(&mount_lock);
	if (!is_mount_root(at) || !m->ns)
		error = -EINVAL;
	else if (flags & MS_BIND)
		error = (wanted & ~m->flags & MS_RDONLY) && m->writers ? -EBUSY : 0;
	else if (s->ops->remount)
		error = s->ops->remount(s, super_flags, own);
	if (!error && !(flags & MS_BIND)) {
		error = set_readonly(s, super_flags & MS_RDONLY);
		if (!error) /* dirsync stays as it was mounted */
			s->flags = (super_flags & SUPER_FLAGS) | (s->flags & MS_DIRSYNC);
	}
	if (!error) {
		WRITE_ONCE(m->flags, wanted);
		mount_changed(m->ns);
	}
	mutex_unlock(&mount_lock);
	kfree(own);
	return error;
}

/* --- umount ----------------------------------------------------------------------------------*/

/* The reference of the tree and that of the caller's path. */
static bool is_busy(struct mount *m)
{
	return !list_empty(&m->children) || refcount_read(&m->refs) > 2;
}

int mount_remove(struct path *at, const struct mount *root, int flags)
{
	struct list dead = LIST_INIT(dead);
	struct mount *m = at->mount;
	int error = 0;

	mutex_lock(&mount_lock);
	if (!is_mount_root(at) || !m->ns || !m->parent) {
		error = -EINVAL; /* not the root of everything, either */
	} else if (m == root && !(flags & MNT_DETACH)) {
		error = set_readonly(m->super, true);
	} else if (flags & MNT_DETACH) {
		mount_detach_below(m, &dead);
		mount_detach(m, &dead);
	} else if (is_busy(m)) {
		error = -EBUSY;
	} else {
		mount_detach(m, &dead);
	}
	mutex_unlock(&mount_lock);
	mount_reap(&dead);
	return error;
}
