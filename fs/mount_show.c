/*
 * mount_show.c - /proc/PID/mounts and mountinfo, in the words of Linux.
 */
#include "fs/mount.h"
#include "fs/path.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"

struct flag_word {
	unsigned long flag;
	const char *word;
};

static const struct flag_word mount_words[] = {
	{ MS_NOSUID, ",nosuid" },   { MS_NODEV, ",nodev" },	      { MS_NOEXEC, ",noexec" },
	{ MS_NOATIME, ",noatime" }, { MS_NODIRATIME, ",nodiratime" }, { MS_RELATIME, ",relatime" },
};

static const struct flag_word super_words[] = {
	{ MS_SYNCHRONOUS, ",sync" },
	{ MS_DIRSYNC, ",dirsync" },
	{ MS_MANDLOCK, ",mand" },
	{ MS_LAZYTIME, ",lazytime" },
};

static void show_words(const struct flag_word *words, size_t n, unsigned long flags,
		       struct text *out)
{
	for (size_t i = 0; i < n; i++) {
		if (flags & words[i].flag)
			text_string(out, words[i].word);
	}
}

static void show_flags(unsigned long flags, struct text *out)
{
	show_words(mount_words, ARRAY_SIZE(mount_words), flags, out);
}

static void show_own_options(struct super *s, struct text *out)
{
	if (s->ops->show_options)
		s->ops->show_options(s, out);
}

static void show_mounts_line(struct mount *m, const char *where, struct text *out)
{
	text_escaped(out, m->source);
	text_char(out, ' ');
	text_escaped(out, where);
	text_printf(out, " %s %s", m->super->type->name, mount_want_write(m) ? "ro" : "rw");
	show_words(super_words, ARRAY_SIZE(super_words), m->super->flags, out);
	show_flags(m->flags, out);
	show_own_options(m->super, out);
	text_string(out, " 0 0\n");
}

static bool root_path(struct mount *m, char *buf)
{
	struct super *s = m->super;

	return (s->ops->path_seen && s->ops->path_seen(s, m->root, buf, PATH_MAX)) ||
	       dentry_path(m->root, buf, PATH_MAX) > 0;
}

static void show_info_line(struct mount *m, const char *where, struct text *out)
{
	struct super *s = m->super;
	u32 minor = (s->dev & 0xff) | (s->dev >> 12 & ~0xffu),
	    parent = m->parent ? m->parent->id : m->id;
	char *buf = kmalloc(PATH_MAX);

	text_printf(out, "%u %u %lu:%u ", m->id, parent, s->dev >> 8 & 0xfff, minor);
	if (buf && root_path(m, buf))
		text_escaped(out, buf);
	kfree(buf);
	text_char(out, ' ');
	text_escaped(out, where);
	text_string(out, m->flags & MS_RDONLY ? " ro" : " rw");
	show_flags(m->flags, out);
	text_printf(out, " - %s ", s->type->name);
	text_escaped(out, m->source);
	text_string(out, s->readonly ? " ro" : " rw");
	show_words(super_words, ARRAY_SIZE(super_words), s->flags, out);
	show_own_options(s, out);
	text_char(out, '\n');
}

static void show_stats_line(struct mount *m, const char *where, struct text *out)
{
	text_string(out, "device ");
	text_escaped(out, m->source);
	text_string(out, " mounted on ");
	text_escaped(out, where);
	text_printf(out, " with fstype %s\n", m->super->type->name);
}

/* Those that the root does not show are left out. */
static void show_all(struct mount_namespace *ns, const struct path *root, struct text *out,
		     void (*line)(struct mount *m, const char *where, struct text *out))
{
	char *buf = kmalloc(PATH_MAX), *where;
	struct mount *m;

	if (!buf) {
		out->overflow = true;
		return;
	}
	mutex_lock(&mount_lock);
	list_for_each (m, &ns->mounts, in_ns) {
		struct path place = { m, m->root };

		where = path_text_mount(&place, root, buf, PATH_MAX);
		if (!IS_ERR(where))
			line(m, where, out);
	}
	mutex_unlock(&mount_lock);
	kfree(buf);
}

void mount_show(struct mount_namespace *ns, const struct path *root, struct text *out)
{
	show_all(ns, root, out, show_mounts_line);
}

void mount_show_info(struct mount_namespace *ns, const struct path *root, struct text *out)
{
	show_all(ns, root, out, show_info_line);
}

void mount_show_stats(struct mount_namespace *ns, const struct path *root, struct text *out)
{
	show_all(ns, root, out, show_stats_line);
}
