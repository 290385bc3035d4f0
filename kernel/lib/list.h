/*
 * list.h - a circular, doubly linked list whose nodes are embedded in the elements.
 *
 * A node that is in no list points at itself, so list_empty(node) answers "is it linked?"
 * and list_del may be called twice.
 */
#pragma once
#include "kernel/lib/types.h"

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(name)          \
	{                        \
		&(name), &(name) \
	}

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return READ_ONCE(l->next) == l;
}

/* The neighbours no longer know the node; its own links are stale. */
static inline void list_unlink(struct list *node)
{
	struct list *prev = node->prev, *next = node->next;

	prev->next = next;
	next->prev = prev;
}

static inline void list_insert(struct list *node, struct list *prev, struct list *next)
{
	node->next = next;
	node->prev = prev;
	next->prev = node;
	prev->next = node;
}

/* First in the list. */
static inline void list_add(struct list *node, struct list *head)
{
	list_insert(node, head, head->next);
}

/* Last in the list. */
static inline void list_add_tail(struct list *node, struct list *head)
{
	list_insert(node, head->prev, head);
}

static inline void list_del(struct list *node)
{
	list_unlink(node);
	list_init(node);
}

static inline void list_move(struct list *node, struct list *head)
{
	list_unlink(node);
	list_add(node, head);
}

static inline void list_move_tail(struct list *node, struct list *head)
{
	list_unlink(node);
	list_add_tail(node, head);
}

/* Appends all of `from` to `head`; `from` is empty afterwards. */
static inline void list_splice_tail(struct list *from, struct list *head)
{
	struct list *first = from->next, *last = from->prev, *before = head->prev;

	if (first == from)
		return;
	first->prev = before;
	before->next = first;
	last->next = head;
	head->prev = last;
	list_init(from);
}

#define list_entry(ptr, type, member)  container_of(ptr, type, member)
#define list_first(head, type, member) container_of((head)->next, type, member)
#define list_last(head, type, member)  container_of((head)->prev, type, member)
#define list_next(pos, member)	       container_of((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev(pos, member)	       container_of((pos)->member.prev, __typeof__(*(pos)), member)

#define list_for_each(pos, head, member)                                               \
	for (pos = list_first(head, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_next(pos, member))

/* The body may unlink `pos`. */
#define list_for_each_safe(pos, tmp, head, member)                                           \
	for (pos = list_first(head, __typeof__(*pos), member), tmp = list_next(pos, member); \
	     &pos->member != (head); pos = tmp, tmp = list_next(tmp, member))
