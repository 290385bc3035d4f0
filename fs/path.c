/*
 * path.c - places, their text, and the root and working directory of processes.
 */
#include "fs/path.h"

#include "fs/anonymous.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

static struct slab_cache *context_cache;

bool path_equal(const struct path *a, const struct path *b)
{
	return a->mount == b->mount && a->dentry == b->dentry;
}

/* --- text ------------------------------------------------------------------------------------*/

/* A text that grows towards the front. */
struct front {
	char *start, *limit;
	bool overflow;
};

static void front_add(struct front *t, const char *text, size_t len)
{
	if ((size_t)(t->start - t->limit) < len) {
		t->overflow = true;
		return;
	}
	t->start -= len;
	memcpy(t->start, text, len);
}

/* Names from p up to the root, or up to where the mounts end: false. */
static bool add_names(struct front *t, struct path p, const struct path *root)
{
	bool first = true;

	while (!path_equal(&p, root)) {
		if (p.dentry != p.mount->root && p.dentry->parent != p.dentry) {
			front_add(t, p.dentry->name, p.dentry->name_len);
			front_add(t, "/", 1);
			p.dentry = p.dentry->parent;
			first = false;
			continue;
		}
		if (!p.mount->parent) {
			if (first)
				front_add(t, "/", 1);
			return false;
		}
		p = (struct path){ p.mount->parent, p.mount->point };
	}
	if (first)
		front_add(t, "/", 1);
	return true;
}

static char *anonymous_text(const struct path *p, char *buf, size_t size)
{
	int len = anonymous_name(p->dentry, buf, size);

	return (size_t)len < size ? buf : ERR_PTR(-ENAMETOOLONG);
}

struct text_flags {
	bool removed, reached;
};

static char *text_of(const struct path *p, const struct path *root, char *buf, size_t size,
		     bool mark_removed, struct text_flags *flags)
{
	struct front t = { .start = buf + size, .limit = buf };

	front_add(&t, "", 1);
	spin_lock(&dentry_lock);
	flags->removed = p->dentry->removed;
	if (flags->removed && mark_removed)
		front_add(&t, " (deleted)", 10);
	flags->reached = add_names(&t, *p, root);
	spin_unlock(&dentry_lock);
	return t.overflow ? ERR_PTR(-ENAMETOOLONG) : t.start;
}

char *path_text(const struct path *p, const struct path *root, char *buf, size_t size)
{
	struct text_flags flags;

	if (p->mount == anonymous_mount || p->mount == namespace_mount)
		return anonymous_text(p, buf, size);
	return text_of(p, root, buf, size, true, &flags);
}

char *path_text_cwd(const struct path *p, const struct path *root, char *buf, size_t size)
{
	static const char mark[] = "(unreachable)";
	size_t len = sizeof(mark) - 1;
	struct text_flags flags;
	char *text = text_of(p, root, buf, size, false, &flags);

	if (flags.removed)
		return ERR_PTR(-ENOENT);
	if (IS_ERR(text) || flags.reached)
		return text;
	if ((size_t)(text - buf) < len)
		return ERR_PTR(-ENAMETOOLONG);
	return memcpy(text - len, mark, len);
}

char *path_text_mount(const struct path *p, const struct path *root, char *buf, size_t size)
{
	struct text_flags flags;
	char *text = text_of(p, root, buf, size, false, &flags);

	return flags.reached ? text : ERR_PTR(-ENOENT);
}

/* --- root and working directory
 * -----------------------------------------------------------------*/

void fs_context_init(void)
{
	context_cache = slab_create("fs_context", sizeof(struct fs_context), 0);
}

struct fs_context *fs_context_create(const struct path *root, const struct path *cwd, u32 umask)
{
	struct fs_context *c = slab_alloc(context_cache);

	if (!c)
		return NULL;
	refcount_init(&c->refs, 1);
	spin_init(&c->lock, RANK_LEAF);
	c->root = *root;
	c->cwd = *cwd;
	c->umask = umask;
	path_get(root);
	path_get(cwd);
	return c;
}

struct fs_context *fs_context_copy(struct fs_context *from)
{
	struct fs_context *c = slab_alloc(context_cache);

	if (!c)
		return NULL;
	refcount_init(&c->refs, 1);
	spin_init(&c->lock, RANK_LEAF);
	spin_lock(&from->lock);
	c->root = from->root;
	c->cwd = from->cwd;
	c->umask = from->umask;
	path_get(&c->root);
	path_get(&c->cwd);
	spin_unlock(&from->lock);
	return c;
}

void fs_context_put(struct fs_context *c)
{
	if (!refcount_put(&c->refs))
		return;
	path_put(&c->root);
	path_put(&c->cwd);
	slab_free(context_cache, c);
}

void fs_context_set(struct fs_context *c, bool root, const struct path *p)
{
	struct path *place = root ? &c->root : &c->cwd;
	struct path old;

	path_get(p);
	spin_lock(&c->lock);
	old = *place;
	*place = *p;
	spin_unlock(&c->lock);
	path_put(&old);
}
