/*
 * initramfs.c - unpacks the archive that the loader brought into the root file system.
 *
 * Several archives may follow each other, with zeros between them, as Linux allows.  A hard link is
 * an entry with the inode number of an earlier one.  What cannot be made is counted and named once;
 * what cannot be understood ends the unpacking with a message, and init starts from what is there.
 *
 * Directories get their times in a second pass, since filling one changes them.
 */
#include "fs/initramfs/initramfs.h"

#include "arch/boot.h"
#include "fs/file.h"
#include "fs/init.h"
#include "fs/initramfs/cpio.h"
#include "fs/name.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/thread.h"

/* The first name of a file with several. */
struct link {
	struct list node;
	u32 ino, dev_major, dev_minor;
	const char *name; /* in the archive */
};

struct unpack {
	struct walk walk;
	struct list links;
	unsigned made, failed;
};

static void set_attributes(const struct path *p, const struct cpio_entry *e, u32 which)
{
	struct timespec mtime = { .tv_sec = e->mtime };
	struct setattr a = { .valid = which,
			     .mode = e->mode & 07777,
			     .uid = e->uid,
			     .gid = e->gid,
			     .atime = mtime,
			     .mtime = mtime };
	struct inode *inode = p->dentry->inode;

	if (which & ATTR_UID) { /* the owner first: a change of owner drops set-id bits */
		a.valid = ATTR_UID | ATTR_GID;
		(void)!inode_setattr(inode, &a, &cred_root);
		a.valid = which & ~(ATTR_UID | ATTR_GID);
	}
	if (S_ISLNK(inode->mode))
		a.valid &= ~ATTR_MODE;
	(void)!inode_setattr(inode, &a, &cred_root);
}

static int set_attributes_at(struct unpack *u, const struct cpio_entry *e, u32 which)
{
	struct path p;
	int error = path_walk(&u->walk, e->name, 0, &p);

	if (error)
		return error;
	set_attributes(&p, e, which);
	path_put(&p);
	return 0;
}

static int write_file(struct unpack *u, const struct cpio_entry *e)
{
	struct file *f =
		file_open(&u->walk, e->name, O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW, 0600);
	struct io io;
	u64 pos = 0;
	ssize_t n;

	if (IS_ERR(f))
		return PTR_ERR(f);
	io_init_kernel(&io, (void *)e->data, e->size);
	n = file_write(f, &io, &pos);
	file_put(f);
	return n < 0 ? n : n < e->size ? -ENOSPC : 0;
}

static struct link *link_find(struct unpack *u, const struct cpio_entry *e)
{
	struct link *l;

	list_for_each (l, &u->links, node)
		if (l->ino == e->ino && l->dev_major == e->dev_major &&
		    l->dev_minor == e->dev_minor)
			return l;
	return NULL;
}

static int link_to(struct unpack *u, const char *old, const char *name)
{
	struct path p;
	int error = path_walk(&u->walk, old, 0, &p);

	if (error)
		return error;
	error = name_link(&p, &u->walk, name);
	path_put(&p);
	return error;
}

/* The data of a file with several names comes with the first or with the last of them. */
static int make_file(struct unpack *u, const struct cpio_entry *e)
{
	struct link *l = e->nlink > 1 ? link_find(u, e) : NULL;
	int error;

	if (l) {
		error = link_to(u, l->name, e->name);
		return error || !e->size ? error : write_file(u, e);
	}
	error = write_file(u, e);
	if (error || e->nlink < 2)
		return error;
	l = kmalloc(sizeof(*l));
	if (!l)
		return -ENOMEM;
	*l = (struct link){
		.ino = e->ino, .dev_major = e->dev_major, .dev_minor = e->dev_minor, .name = e->name
	};
	list_add(&l->node, &u->links);
	return 0;
}

static int make_symlink(struct unpack *u, const struct cpio_entry *e)
{
	char *target;
	int error;

	if (e->size >= PATH_MAX)
		return -ENAMETOOLONG;
	target = kmalloc(e->size + 1);
	if (!target)
		return -ENOMEM;
	memcpy(target, e->data, e->size);
	target[e->size] = 0;
	error = name_symlink(&u->walk, target, e->name);
	kfree(target);
	return error;
}

static int make_entry(struct unpack *u, const struct cpio_entry *e)
{
	u64 rdev = (e->rdev_minor & 0xff) | (u64)(e->rdev_major & 0xfff) << 8 |
		   (u64)(e->rdev_minor & ~0xffu) << 12;
	int error;

	switch (e->mode & S_IFMT) {
	case S_IFDIR:
		error = name_mkdir(&u->walk, e->name, e->mode & 07777);
		return error == -EEXIST ? 0 : error;
	case S_IFREG:
		return make_file(u, e);
	case S_IFLNK:
		return make_symlink(u, e);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return name_mknod(&u->walk, e->name, e->mode, rdev);
	default:
		return -EINVAL;
	}
}

static int unpack_entry(struct unpack *u, const struct cpio_entry *e)
{
	u32 which = ATTR_UID | ATTR_GID | ATTR_MODE;
	int error = make_entry(u, e);

	/* A later archive replaces what an earlier one, or the kernel, has put there. */
	if (error == -EEXIST && !name_unlink(&u->walk, e->name))
		error = make_entry(u, e);
	if (!error)
		error = set_attributes_at(
			u, e, S_ISDIR(e->mode) ? which : which | ATTR_ATIME | ATTR_MTIME);
	return error;
}

static void unpack_noted(struct unpack *u, const struct cpio_entry *e)
{
	int error = unpack_entry(u, e);

	if (!error) {
		u->made++;
		return;
	}
	if (!u->failed++)
		log_error("initramfs: cannot make '%s': %s (error %d)", e->name,
			  error == -ENOSPC || error == -ENOMEM
				  ? "the archive is too large for memory"
				  : "it is left out",
			  error);
}

static void drop_links(struct unpack *u)
{
	struct link *l, *next;

	list_for_each_safe (l, next, &u->links, node) {
		list_del(&l->node);
		kfree(l);
	}
}

static void explain(enum cpio_result r, const u8 *at, const u8 *start, const u8 *end)
{
	const char *compression = cpio_compression(at, end);

	if (compression)
		log_error("initramfs: the archive is compressed (%s): only uncompressed cpio "
			  "archives can be "
			  "unpacked, so run it through '%s -d' first",
			  compression, compression);
	else
		log_error("initramfs: the archive is %s at byte %lu",
			  r == CPIO_TRUNCATED ? "cut off" : "damaged", (u64)(at - start));
}

/* Calls fn for each entry of each archive. */
static void for_entries(struct unpack *u, const u8 *start, const u8 *end, bool explained,
			void (*fn)(struct unpack *u, const struct cpio_entry *e))
{
	const u8 *at = start;

	while (at < end) {
		struct cpio_entry e;
		enum cpio_result r;

		if (!*at) { /* padding between archives */
			at++;
			continue;
		}
		r = cpio_next(&at, end, &e);
		if (r == CPIO_TRAILER) {
			drop_links(u);
		} else if (r == CPIO_ENTRY) {
			fn(u, &e);
			sched_relax();
		} else {
			if (explained)
				explain(r, at, start, end);
			break;
		}
	}
	drop_links(u);
}

static void set_dir_times(struct unpack *u, const struct cpio_entry *e)
{
	if (S_ISDIR(e->mode))
		(void)!set_attributes_at(u, e, ATTR_ATIME | ATTR_MTIME);
}

void initramfs_unpack(u64 start, u64 size)
{
	const u8 *archive = phys_to_virt(start);
	struct unpack u = {};

	if (!size)
		return;
	fs_root_walk(&u.walk);
	list_init(&u.links);
	for_entries(&u, archive, archive + size, true, unpack_noted);
	for_entries(&u, archive, archive + size, false, set_dir_times);
	log_info("initramfs: %u entries unpacked, %u left out, %lu KiB", u.made, u.failed,
		 size >> 10);
	page_give_range(start, align_up(start + size, PAGE_SIZE));
}
