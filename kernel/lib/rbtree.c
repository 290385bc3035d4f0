/*
 * rbtree.c - red-black trees.
 *
 * The rules: the root is black; a red node has no red child; every way from a node down to a
 * missing child passes the same number of black nodes.  A missing child counts as black.
 *
 * Each repair below is written once and mirrored through `side`, so left and right share code.
 */
#include "kernel/lib/rbtree.h"

#define BLACK 1ul

static struct rbnode *parent_of(const struct rbnode *n)
{
	return (struct rbnode *)(n->parent_color & ~BLACK);
}

static bool is_black(const struct rbnode *n)
{
	return !n || (n->parent_color & BLACK);
}

static void set_parent(struct rbnode *n, struct rbnode *parent)
{
	n->parent_color = (u64)parent | (n->parent_color & BLACK);
}

static void set_black(struct rbnode *n)
{
	n->parent_color |= BLACK;
}

static void set_red(struct rbnode *n)
{
	n->parent_color &= ~BLACK;
}

/* The child on one side: 0 left, 1 right. */
static always_inline struct rbnode **child(struct rbnode *n, int side)
{
	return side ? &n->right : &n->left;
}

/* Puts `new` (or nothing) in the place that `old` has below its parent. */
static void replace_child(struct rbtree *t, struct rbnode *old, struct rbnode *new)
{
	struct rbnode *parent = parent_of(old);

	if (!parent)
		t->root = new;
	else
		*child(parent, parent->right == old) = new;
	if (new)
		set_parent(new, parent);
}

/* Turns n down to `side`; its child on the other side takes its place.  Colours stay. */
static void rotate(struct rbtree *t, struct rbnode *n, int side)
{
	struct rbnode *up = *child(n, !side);
	struct rbnode *moved = *child(up, side);

	replace_child(t, n, up);
	*child(n, !side) = moved;
	if (moved)
		set_parent(moved, n);
	*child(up, side) = n;
	set_parent(n, up);
}

void rb_link(struct rbtree *t, struct rbnode *node, struct rbnode *parent, struct rbnode **link,
	     bool leftmost)
{
	node->left = node->right = NULL;
	node->parent_color = (u64)parent; /* red */
	*link = node;
	if (leftmost)
		t->leftmost = node;

	/* node is red; the only rule that may be broken is that its parent is red too. */
	while ((parent = parent_of(node)) && !is_black(parent)) {
		struct rbnode *grand = parent_of(parent);
		int side = grand->right == parent;
		struct rbnode *uncle = *child(grand, !side);

		if (!is_black(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (*child(parent, !side) == node) {
			rotate(t, parent, side);
			parent = node;
		}
		rotate(t, grand, !side);
		set_black(parent);
		set_red(grand);
		break;
	}
	set_black(t->root);
}

/* Every way through `node`, a child of `parent`, is one black node short. */
static void repair_erase(struct rbtree *t, struct rbnode *node, struct rbnode *parent)
{
	while (parent && is_black(node)) {
		int side = parent->right == node;
		struct rbnode *sibling = *child(parent, !side);

		if (!is_black(sibling)) {
			rotate(t, parent, side);
			set_black(sibling);
			set_red(parent);
			sibling = *child(parent, !side);
		}
		if (is_black(sibling->left) && is_black(sibling->right)) {
			set_red(sibling);
			node = parent;
			parent = parent_of(node);
			continue;
		}
		if (is_black(*child(sibling, !side))) {
			set_black(*child(sibling, side));
			set_red(sibling);
			rotate(t, sibling, !side);
			sibling = *child(parent, !side);
		}
		sibling->parent_color = (u64)parent_of(sibling) | (parent->parent_color & BLACK);
		set_black(parent);
		set_black(*child(sibling, !side));
		rotate(t, parent, side);
		return;
	}
	if (node)
		set_black(node);
}

void rb_erase(struct rbtree *t, struct rbnode *node)
{
	struct rbnode *orphan, *parent;
	bool lost_black;

	if (t->root == node && !node->left && !node->right) { /* alone: the usual queue of a CPU */
		t->root = t->leftmost = NULL;
		rb_clear(node);
		return;
	}
	if (t->leftmost == node)
		t->leftmost = rb_next(node);
	if (node->left && node->right) {
		/* The next node, which has no left child, takes this one's place and colour. */
		struct rbnode *heir = node->right;

		while (heir->left)
			heir = heir->left;
		orphan = heir->right;
		lost_black = is_black(heir);
		parent = parent_of(heir);
		replace_child(t, heir, orphan);
		if (parent == node)
			parent = heir;
		heir->left = node->left;
		heir->right = node->right;
		set_parent(heir->left, heir);
		if (heir->right)
			set_parent(heir->right, heir);
		replace_child(t, node, heir);
		heir->parent_color = node->parent_color;
	} else {
		orphan = node->left ? node->left : node->right;
		lost_black = is_black(node);
		parent = parent_of(node);
		replace_child(t, node, orphan);
	}
	if (lost_black)
		repair_erase(t, orphan, parent);
	rb_clear(node);
}

/* The neighbour in order on one side. */
static always_inline struct rbnode *neighbour(const struct rbnode *node, int side)
{
	struct rbnode *n = *child((struct rbnode *)node, side);

	if (n) {
		while (*child(n, !side))
			n = *child(n, !side);
		return n;
	}
	while ((n = parent_of(node)) && *child(n, side) == node)
		node = n;
	return n;
}

struct rbnode *rb_next(const struct rbnode *node)
{
	return neighbour(node, 1);
}

struct rbnode *rb_prev(const struct rbnode *node)
{
	return neighbour(node, 0);
}

struct rbnode *rb_last(const struct rbtree *t)
{
	struct rbnode *n = t->root;

	while (n && n->right)
		n = n->right;
	return n;
}
