/*
 * initramfs.c - fills the root file system from the loader's archive.
 *
 * Like Linux it takes several archives one behind the other with zeros in between, lets later
 * entries replace earlier ones, and joins hard links by inode and device number within an archive;
 * their bytes come with whichever of the names has some.  The times of directories are set at the
 * end, because filling a directory changes them.
 *
 * Differs from Linux: compressed archives are named, not unpacked.
 */
#include "fs/initramfs/initramfs.h"

#include "fs/file.h"
#include "fs/init.h"
#include "fs/initramfs/cpio.h"
#include "fs/name.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/list.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define HASH_BITS 6

/* Something to remember of an entry; its name lies in the archive. */
struct note {
	struct list node;
	struct cpio_entry entry;
};

struct unpack {
	struct walk walk;
	struct list links[1 << HASH_BITS]; /* first names of files with several */
	struct list dirs;
};

static void notes_free(struct list *notes)
{
	struct note *n, *next;

	list_for_each_safe (n, next, notes, node) {
		list_del(&n->node);
		kfree(n);
	}
}

static int note_add(struct list *notes, const struct cpio_entry *e)
{
	struct note *n = kmalloc(sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->entry = *e;
	list_add(&n->node, notes);
	return 0;
}

/* --- attributes ------------------------------------------------------------------------------*/

static int set_attributes(struct inode *inode, const struct cpio_entry *e)
{
	struct setattr a = {
		.valid = ATTR_UID | ATTR_GID | ATTR_ATIME | ATTR_MTIME,
		.mode = e->mode,
		.uid = e->uid,
		.gid = e->gid,
		.atime = { .tv_sec = e->mtime },
		.mtime = { .tv_sec = e->mtime },
	};

	if (!S_ISLNK(e->mode))
		a.valid |= ATTR_MODE;
	return inode_setattr(inode, &a, &cred_root);
}

static int finish(struct unpack *u, const struct cpio_entry *e)
{
	struct path p;
	int error = path_walk(&u->walk, e->name, 0, &p);

	if (error)
		return error;
	error = set_attributes(p.dentry->inode, e);
	path_put(&p);
	return error;
}

/* --- entries ---------------------------------------------------------------------------------*/

static int make_symlink(struct unpack *u, const struct cpio_entry *e)
{
	char *target;
	int error;

	if (e->size >= PATH_MAX)
		return -ENAMETOOLONG;
	target = dentry_name_alloc((const char *)e->data, e->size);
	if (!target)
		return -ENOMEM;
	error = name_symlink(&u->walk, target, e->name);
	kfree(target);
	return error;
}

static int make_file(struct unpack *u, const struct cpio_entry *e)
{
	struct file *f =
		file_open(&u->walk, e->name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, e->mode);
	struct io io;
	ssize_t n = 0;

	if (IS_ERR(f))
		return PTR_ERR(f) == -ELOOP ? -EEXIST : PTR_ERR(f);
	io_init_kernel(&io, (void *)e->data, e->size);
	if (e->size)
		n = file_write(f, &io, NULL);
	if (n >= 0 && io.left)
		n = -ENOSPC;
	file_put(f);
	return n < 0 ? n : 0;
}

static int make(struct unpack *u, const struct cpio_entry *e)
{
	u64 rdev = (u64)(e->rdev_minor & 0xff) | (u64)(e->rdev_major & 0xfff) << 8 |
		   (u64)(e->rdev_minor & ~0xffu) << 12;

	switch (e->mode & S_IFMT) {
	case S_IFDIR:
		return name_mkdir(&u->walk, e->name, e->mode);
	case S_IFREG:
		return make_file(u, e);
	case S_IFLNK:
		return make_symlink(u, e);
	default:
		return name_mknod(&u->walk, e->name, e->mode, rdev);
	}
}

static bool is_directory(struct unpack *u, const char *name)
{
	struct path p;
	bool yes = false;

	if (!path_walk(&u->walk, name, 0, &p)) {
		yes = S_ISDIR(p.dentry->inode->mode);
		path_put(&p);
	}
	return yes;
}

/* Makes it, in place of what an earlier entry may have left there. */
static int make_anew(struct unpack *u, const struct cpio_entry *e)
{
	int error = make(u, e);
	bool old_dir;

	if (error != -EEXIST && error != -EISDIR)
		return error;
	old_dir = is_directory(u, e->name);
	if (old_dir && S_ISDIR(e->mode))
		return 0;
	error = old_dir ? name_rmdir(&u->walk, e->name) : name_unlink(&u->walk, e->name);
	return error ?: make(u, e);
}

/* --- hard links ------------------------------------------------------------------------------*/

static struct list *bucket(struct unpack *u, const struct cpio_entry *e)
{
	return &u->links[hash_u64((u64)e->ino << 32 | e->dev_major << 16 | e->dev_minor,
				  HASH_BITS)];
}

static struct note *find_first_name(struct unpack *u, const struct cpio_entry *e)
{
	struct note *n;

	list_for_each (n, bucket(u, e), node) {
		const struct cpio_entry *first = &n->entry;

		if (first->ino == e->ino && first->dev_major == e->dev_major &&
		    first->dev_minor == e->dev_minor && !((first->mode ^ e->mode) & S_IFMT))
			return n;
	}
	return NULL;
}

static int link_to(struct unpack *u, const struct cpio_entry *first, const struct cpio_entry *e)
{
	struct path old;
	int error = path_walk(&u->walk, first->name, 0, &old);

	if (error)
		return error;
	error = name_link(&old, &u->walk, e->name);
	if (error == -EEXIST) {
		error = name_unlink(&u->walk, e->name);
		if (!error)
			error = name_link(&old, &u->walk, e->name);
	}
	path_put(&old);
	return error;
}

static int unpack_entry(struct unpack *u, const struct cpio_entry *e)
{
	bool several = e->nlink > 1 && !S_ISDIR(e->mode);
	struct note *first = several ? find_first_name(u, e) : NULL;
	int error;

	if (first) {
		error = link_to(u, &first->entry, e);
		if (!error && S_ISREG(e->mode) && e->size)
			error = make_file(u, e);
	} else {
		error = make_anew(u, e);
		if (!error && several)
			error = note_add(bucket(u, e), e);
	}
	if (!error && S_ISDIR(e->mode))
		error = note_add(&u->dirs, e);
	return error ?: finish(u, e);
}

/* --- archives --------------------------------------------------------------------------------*/

static void archive_end(struct unpack *u)
{
	struct note *n;

	/* The last directory comes first, so one that was named twice ends as it was named last. */
	for (; !list_empty(&u->dirs); kfree(n)) {
		n = list_last(&u->dirs, struct note, node);
		list_del(&n->node);
		(void)finish(u, &n->entry);
	}
	for (size_t i = 0; i < ARRAY_SIZE(u->links); i++)
		notes_free(&u->links[i]);
}

/* False: no memory, it makes no sense to go on. */
static bool report(const struct cpio_entry *e, int error)
{
	if (error == -ENOMEM || error == -ENOSPC) {
		log_error("initramfs: no memory for %s (%u bytes); what follows is left out",
			  e->name, e->size);
		return false;
	}
	if (error)
		log_warn("initramfs: cannot make %s (error %d)", e->name, error);
	return true;
}

static void report_archive(enum cpio_result why, const u8 *start, const u8 *at, const u8 *end)
{
	const char *format = cpio_compression(at, end);

	if (format)
		log_error("initramfs: compressed with %s at byte %lu; only plain cpio (newc) is "
			  "understood",
			  format, at - start);
	else if (why == CPIO_TRUNCATED)
		log_error("initramfs: truncated: an entry at byte %lu is cut off", at - start);
	else
		log_error("initramfs: damaged: no cpio (newc) entry at byte %lu", at - start);
}

static void unpack_all(struct unpack *u, const u8 *start, const u8 *end)
{
	const u8 *at = start;
	enum cpio_result result;
	struct cpio_entry e;
	bool inside = false;

	for (;;) {
		const u8 *entry;

		while (at < end && !*at)
			at++;
		if (at == end)
			break;
		entry = at;
		result = cpio_next(&at, end, &e);
		if (result != CPIO_ENTRY && result != CPIO_TRAILER) {
			report_archive(result, start, entry, end);
			inside = false;
			break;
		}
		inside = result == CPIO_ENTRY;
		if (!inside)
			archive_end(u);
		else if (!report(&e, unpack_entry(u, &e)))
			break;
		sched_relax();
	}
	if (inside && at == end)
		log_warn("initramfs: truncated: the end of the archive is missing");
	archive_end(u);
}

void initramfs_unpack(u64 start, u64 size)
{
	const u8 *archive = phys_to_virt(start);
	struct unpack *u;

	if (!size)
		return;
	u = kmalloc(sizeof(*u));
	if (u) {
		fs_root_walk(&u->walk);
		list_init(&u->dirs);
		for (size_t i = 0; i < ARRAY_SIZE(u->links); i++)
			list_init(&u->links[i]);
		unpack_all(u, archive, archive + size);
	} else {
		log_error("initramfs: no memory");
	}
	kfree(u);
	page_give_range(start, start + size);
}
