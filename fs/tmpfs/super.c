/*
 * super.c - mounting tmpfs, ramfs and rootfs.
 *
 *   size=N[kmg%]   bytes of file data; % of memory; 0: no limit; default half of memory
 *   nr_blocks=N    the same in pages
 *   nr_inodes=N    files; 0: no limit; default one for each page of half the memory
 *   mode= uid= gid=   of the root
 *
 * ramfs is the same without limits; it knows mode= and ignores every other word, as on Linux.
 */
#include "fs/tmpfs/tmpfs.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"

extern const struct fs_type tmpfs_type, ramfs_type;

static u64 default_limit(void)
{
	return boot.memory_total / PAGE_SIZE / 2;
}

/* --- options ---------------------------------------------------------------------------------*/

struct options {
	u64 pages, inodes;
	u64 mode, uid, gid;
};

/* A number with k, m, g, t behind it, or % of memory; in bytes. */
static int parse_size(char *text, u64 *bytes)
{
	static const char units[] = "kmgtpe";
	size_t len = strlen(text);
	char last = len ? text[len - 1] : 0;
	const char *unit = last ? strchr(units, last | 0x20) : NULL;
	int error;

	if (unit || last == '%')
		text[len - 1] = '\0';
	error = parse_u64(text, bytes);
	if (error)
		return -EINVAL;
	if (last == '%')
		*bytes = *bytes * (boot.memory_total / PAGE_SIZE) * PAGE_SIZE / 100;
	else if (unit)
		*bytes <<= 10 * (unit - units + 1);
	return 0;
}

static int parse_word(struct options *o, char *word)
{
	static const char *const ignored[] = { "huge", "mpol", "inode32", "inode64" };
	char *value = strchr(word, '=');
	u64 n;

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++) {
		if (!strcmp(word, ignored[i]))
			return 0;
	}
	if (!value)
		return -EINVAL;
	if (!strcmp(word, "mode"))
		return parse_mode(value, &o->mode);
	if (!strcmp(word, "uid"))
		return parse_id(value, &o->uid);
	if (!strcmp(word, "gid"))
		return parse_id(value, &o->gid);
	if (parse_size(value, &n))
		return -EINVAL;
	if (!strcmp(word, "size"))
		o->pages = n / PAGE_SIZE + (n % PAGE_SIZE != 0);
	else if (!strcmp(word, "nr_blocks"))
		o->pages = n;
	else if (!strcmp(word, "nr_inodes"))
		o->inodes = n;
	else
		return -EINVAL;
	return 0;
}

static int parse_options(const char *text, bool plain, struct options *o)
{
	char *copy = kstrdup(text), *word = copy, *comma;
	int error = copy ? 0 : -ENOMEM;

	for (; word && !error; word = comma) {
		comma = strchr(word, ',');
		if (comma)
			*comma++ = '\0';
		if (*word)
			error = parse_word(o, word);
		if (plain && error == -EINVAL)
			error = 0;
	}
	kfree(copy);
	return error;
}

/* --- the file system -------------------------------------------------------------------------*/

/* On Linux the limits of what is mounted at boot are those of that moment, not the usual ones. */
static void show_options(struct super *s, struct text *out)
{
	struct tmpfs *fs = tmpfs_of(s);
	bool early = s->type != &tmpfs_type;

	if (fs->plain)
		return;
	if (early || fs->max_pages != default_limit())
		text_printf(out, ",size=%luk", fs->max_pages * (PAGE_SIZE / 1024));
	if (early || fs->max_inodes != default_limit())
		text_printf(out, ",nr_inodes=%lu", fs->max_inodes);
	if (fs->mode != 01777 && s->type != &rootfs_type)
		text_printf(out, ",mode=%03o", fs->mode);
	if (fs->uid)
		text_printf(out, ",uid=%u", fs->uid);
	if (fs->gid)
		text_printf(out, ",gid=%u", fs->gid);
	text_string(out, ",inode64");
}

static int remount(struct super *s, unsigned long flags, const char *text)
{
	struct tmpfs *fs = tmpfs_of(s);
	struct options o = { .pages = fs->max_pages, .inodes = fs->max_inodes };
	int error = fs->plain ? 0 : parse_options(text, false, &o);

	if (error || fs->plain)
		return error;
	if ((o.pages && o.pages < fs->used_pages) || (o.inodes && o.inodes < fs->used_inodes))
		return -EINVAL;
	WRITE_ONCE(fs->max_pages, o.pages);
	WRITE_ONCE(fs->max_inodes, o.inodes);
	return 0;
}

static void fill_statfs(struct super *s, struct statfs *out)
{
	struct tmpfs *fs = tmpfs_of(s);

	if (fs->max_pages) {
		out->f_blocks = fs->max_pages;
		out->f_bfree = fs->max_pages - min(READ_ONCE(fs->used_pages), fs->max_pages);
		out->f_bavail = out->f_bfree;
	}
	if (fs->max_inodes) {
		out->f_files = fs->max_inodes;
		out->f_ffree = fs->max_inodes - min(READ_ONCE(fs->used_inodes), fs->max_inodes);
	}
}

static void tmpfs_free(struct super *s)
{
	kfree(tmpfs_of(s));
}

static const struct super_ops super_ops = {
	.show_options = show_options,
	.remount = remount,
	.statfs = fill_statfs,
	.free = tmpfs_free,
};

static int make_root(struct super *s, const struct options *o)
{
	struct inode *root = tmpfs_inode_create(s, NULL, S_IFDIR | o->mode, &cred_root);

	if (IS_ERR(root))
		return PTR_ERR(root);
	root->uid = o->uid;
	root->gid = o->gid;
	s->root = dentry_create_root(s, root);
	if (!s->root)
		inode_put(root);
	return s->root ? 0 : -ENOMEM;
}

static struct super *tmpfs_mount(const struct fs_type *type, const char *source,
				 unsigned long flags, const char *text, const struct cred *cred)
{
	bool plain = type == &ramfs_type;
	struct options o = { .pages = plain ? 0 : default_limit(),
			     .inodes = plain ? 0 : default_limit(),
			     .mode = type == &tmpfs_type ? 01777 : 0755,
			     .uid = cred->fsuid,
			     .gid = cred->fsgid };
	struct tmpfs *fs;
	int error = parse_options(text, plain, &o);

	if (error)
		return ERR_PTR(error);
	fs = kzalloc(sizeof(*fs));
	if (!fs)
		return ERR_PTR(-ENOMEM);
	super_init(&fs->super, type, &super_ops, plain ? RAMFS_MAGIC : TMPFS_MAGIC);
	tmpfs_inode_init();
	fs->plain = plain;
	fs->max_pages = plain ? 0 : o.pages;
	fs->max_inodes = plain ? 0 : o.inodes;
	fs->mode = o.mode;
	fs->uid = o.uid;
	fs->gid = o.gid;
	error = make_root(&fs->super, &o);
	if (error) {
		kfree(fs);
		return ERR_PTR(error);
	}
	return &fs->super;
}

const struct fs_type tmpfs_type = { .name = "tmpfs", .nodev = true, .mount = tmpfs_mount };
const struct fs_type ramfs_type = { .name = "ramfs", .nodev = true, .mount = tmpfs_mount };
const struct fs_type rootfs_type = { .name = "rootfs", .nodev = true, .mount = tmpfs_mount };
