/*
 * rbtree.h - a red-black tree whose nodes are embedded in the elements; the leftmost is cached.
 *
 * The owner supplies the order as a function, the compiler inlines it into rb_insert.
 */
#pragma once
#include "kernel/lib/types.h"

struct rbnode {
	struct rbnode *left, *right;
	u64 parent_color; /* parent's address; bit 0 set: black */
};

struct rbtree {
	struct rbnode *root, *leftmost;
};

/* Links `node` below `parent` at `*link` and rebalances. */
void rb_link(struct rbtree *t, struct rbnode *node, struct rbnode *parent, struct rbnode **link,
	     bool leftmost);
void rb_erase(struct rbtree *t, struct rbnode *node);
struct rbnode *rb_next(const struct rbnode *node);
struct rbnode *rb_prev(const struct rbnode *node);
struct rbnode *rb_last(const struct rbtree *t);

static inline struct rbnode *rb_first(const struct rbtree *t)
{
	return t->leftmost;
}

/* An erased or never inserted node for which rb_clear was called is not in a tree. */
static inline void rb_clear(struct rbnode *node)
{
	node->parent_color = (u64)node;
}

static inline bool rb_linked(const struct rbnode *node)
{
	return node->parent_color != (u64)node;
}

/* Equal elements go behind those that were there first. */
static always_inline void rb_insert(struct rbtree *t, struct rbnode *node,
				    bool (*less)(const struct rbnode *, const struct rbnode *))
{
	struct rbnode **link = &t->root, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (less(node, parent)) {
			link = &parent->left;
		} else {
			link = &parent->right;
			leftmost = false;
		}
	}
	rb_link(t, node, parent, link, leftmost);
}

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_for_each(node, tree)	    for (node = rb_first(tree); node; node = rb_next(node))
