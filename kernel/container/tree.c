/*
 * tree.c - the tree of containers of one hierarchy.
 *
 * Locking: container_mutex for all of it.  A removed container lives on, empty and marked, until
 * whoever looks at it lets go: an inode that shows it, the release worker.  It keeps its parent,
 * and so the root, in which the hierarchy lies.
 */
#include "kernel/container/framework.h"

#include "fs/dentry.h"
#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"

struct container *container_get(struct container *c)
{
	refcount_get(&c->refs);
	return c;
}

void container_put(struct container *c)
{
	while (c && refcount_put(&c->refs)) {
		struct container *parent = c->parent;

		assert(list_empty(&c->files));
		if (parent)
			kfree(c);
		else
			kfree(c->hierarchy);
		c = parent;
	}
}

static void css_destroy(struct container *c, int id)
{
	if (!c->css[id])
		return;
	if (subsystems[id]->destroy)
		subsystems[id]->destroy(c->css[id]);
	kfree(c->css[id]);
	c->css[id] = NULL;
}

static int css_create(struct container *c, int id)
{
	const struct container_subsys *s = subsystems[id];
	struct css *css = kzalloc(s->state_size);
	int error = 0;

	if (!css)
		return -ENOMEM;
	css->container = c;
	css->parent = c->parent ? c->parent->css[id] : NULL;
	if (s->create)
		error = s->create(css);
	if (error) {
		kfree(css);
		return error;
	}
	c->css[id] = css;
	return 0;
}

/* Makes the state of each of h's subsystems; all or nothing. */
int container_setup(struct container *c, struct hierarchy *h, struct container *parent)
{
	*c = (struct container){ .hierarchy = h, .parent = parent };
	refcount_init(&c->refs, 1);
	list_init(&c->children);
	list_init(&c->sibling);
	list_init(&c->links);
	list_init(&c->files);
	list_init(&c->release_node);
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		int error = h->subsys & (1ul << id) ? css_create(c, id) : 0;

		if (!error)
			continue;
		while (id--)
			css_destroy(c, id);
		return error;
	}
	return 0;
}

struct container *container_create(struct container *parent)
{
	struct container *c = kmalloc(sizeof(*c));
	int error;

	assert(mutex_held(&container_mutex));
	if (!c)
		return ERR_PTR(-ENOMEM);
	error = container_setup(c, parent->hierarchy, parent);
	if (error) {
		kfree(c);
		return ERR_PTR(error);
	}
	container_get(parent);
	c->notify_on_release = parent->notify_on_release;
	c->clone_children = parent->clone_children;
	return c;
}

void container_add(struct container *c, struct dentry *dentry)
{
	assert(mutex_held(&container_mutex));
	c->dentry = dentry;
	list_add_tail(&c->sibling, &c->parent->children);
	c->parent->child_count++;
	c->hierarchy->containers++;
}

void container_discard(struct container *c)
{
	for (int id = SUBSYS_COUNT; id--;)
		css_destroy(c, id);
	container_put(c);
}

/* With undo the child has never been somebody's: an event is only what happened meanwhile. */
static void tell_parent(struct container *parent, bool undo)
{
	spin_lock(&css_set_lock);
	if (!undo || list_empty(&parent->links))
		release_check(parent);
	spin_unlock(&css_set_lock);
}

int container_remove(struct container *c, bool undo)
{
	assert(mutex_held(&container_mutex));
	if (!list_empty(&c->children))
		return container_refuse(-EBUSY, "it has children");
	if (container_is_busy(c))
		return container_refuse(-EBUSY, "it has tasks");
	c->removed = true;
	c->dentry = NULL;
	list_del(&c->sibling);
	c->parent->child_count--;
	c->hierarchy->containers--;
	tell_parent(c->parent, undo);
	container_discard(c);
	return 0;
}

struct container *container_next(struct container *c)
{
	assert(mutex_held(&container_mutex));
	if (!list_empty(&c->children))
		return list_first(&c->children, struct container, sibling);
	for (; c->parent; c = c->parent)
		if (c->sibling.next != &c->parent->children)
			return list_next(c, sibling);
	return NULL;
}

struct container *container_find(struct hierarchy *h, const char *path)
{
	struct container *c = &h->top, *child;

	while (c) {
		const char *name = path;
		struct container *found = NULL;
		size_t len;

		while (*name == '/')
			name++;
		for (len = 0; name[len] && name[len] != '/'; len++)
			;
		if (!len)
			return c;
		list_for_each (child, &c->children, sibling)
			if (!strncmp(child->dentry->name, name, len) && !child->dentry->name[len])
				found = child;
		c = found;
		path = name + len;
	}
	return NULL;
}

static unsigned depth_of(const struct container *c)
{
	unsigned depth = 0;

	for (; c->parent; c = c->parent)
		depth++;
	return depth;
}

/* The nearest one that both are below, or are. */
static struct container *meeting(struct container *a, struct container *b)
{
	unsigned depth_a = depth_of(a), depth_b = depth_of(b);

	while (a != b) {
		if (depth_a >= depth_b) {
			a = a->parent;
			depth_a--;
		} else {
			b = b->parent;
			depth_b--;
		}
	}
	return a;
}

/* The names below `top` that lead to c.  Depth is bounded only by memory, so this climbs instead of
   recursing. */
static void show_below(struct container *top, struct container *c, struct text *out)
{
	struct container *up;
	size_t start = out->len, len = 0, end;

	for (up = c; up != top; up = up->parent)
		len += 1 + strlen(up->dentry->name);
	if (start + len > out->size) {
		out->overflow = true;
		return;
	}
	out->len = end = start + len;
	for (up = c; up != top; up = up->parent) {
		size_t n = strlen(up->dentry->name);

		end -= n;
		memcpy(out->buf + end, up->dentry->name, n);
		out->buf[--end] = '/';
	}
}

void container_show_path_from(struct container *root, struct container *c, struct text *out)
{
	struct container *top = meeting(root, c);

	if (root == c)
		text_char(out, '/');
	for (; root != top; root = root->parent)
		text_string(out, "/..");
	show_below(top, c, out);
}

void container_show_path(struct container *c, struct text *out)
{
	container_show_path_from(&c->hierarchy->top, c, out);
}
