/*
 * policy.c - memory policies as values: made, bound to other nodes, shown.
 *
 * Rules and errors are those of Linux 6.1: nodes that are not allowed are dropped, of RELATIVE ones
 * bit n means the n-th allowed node, and a policy loses its say rather than its last node when the
 * allowed nodes change.
 */
#include "kernel/mem/policy.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"

#define NODES_AS_ASKED (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES)

unsigned node_next(unsigned n, u64 nodes)
{
	u64 above = n < 63 ? nodes & (~0ul << (n + 1)) : 0;

	return (unsigned)bits_first(above ?: nodes);
}

unsigned node_nth(u64 n, u64 nodes)
{
	for (n %= (u64)bits_count(nodes); n; n--)
		nodes &= nodes - 1;
	return (unsigned)bits_first(nodes);
}

u64 nodes_remap(u64 nodes, u64 from, u64 to)
{
	u64 result = 0;
	unsigned bit;

	if (!to)
		return nodes;
	for_each_bit(bit, nodes)
	{
		u64 before = (u64)bits_count(from & (BIT(bit) - 1));

		result |= from & BIT(bit) ? BIT(node_nth(before, to)) : BIT(bit);
	}
	return result;
}

/* Bit n of `nodes` stands for the n-th of `allowed`. */
static u64 nodes_relative(u64 nodes, u64 allowed)
{
	u64 result = 0;
	unsigned bit;

	if (allowed)
		for_each_bit(bit, nodes) result |= BIT(node_nth(bit, allowed));
	return result;
}

/* What is asked for must suit the mode.  May change the mode.  -EINVAL. */
static int check_mode(unsigned *mode, unsigned flags, u64 nodes)
{
	if (*mode == MPOL_DEFAULT)
		return nodes ? -EINVAL : 0;
	if (*mode == MPOL_LOCAL)
		return nodes || (flags & NODES_AS_ASKED) ? -EINVAL : 0;
	if (*mode != MPOL_PREFERRED || nodes)
		return nodes ? 0 : -EINVAL;
	if (flags & NODES_AS_ASKED)
		return -EINVAL;
	*mode = MPOL_LOCAL;
	return 0;
}

int policy_make(struct policy *p, unsigned mode, unsigned flags, u64 nodes, u64 allowed)
{
	bool as_asked = flags & NODES_AS_ASKED;
	int error = check_mode(&mode, flags, nodes);
	u64 now;

	if (error)
		return error;
	*p = (struct policy){ .mode = (u16)mode, .home = -1 };
	if (mode == MPOL_DEFAULT)
		return 0;
	p->flags = (u16)flags;
	if (mode == MPOL_LOCAL)
		return 0;
	now = flags & MPOL_F_RELATIVE_NODES ? nodes_relative(nodes, allowed) : nodes & allowed;
	if (!now)
		return -EINVAL;
	p->nodes = mode == MPOL_PREFERRED ? now & -now : now;
	p->asked = as_asked ? nodes : 0;
	p->within = as_asked ? 0 : allowed;
	return 0;
}

void policy_rebind(struct policy *p, u64 allowed)
{
	u64 now;

	if (p->mode == MPOL_DEFAULT || p->mode == MPOL_LOCAL)
		return;
	if (p->mode == MPOL_BIND || p->mode == MPOL_INTERLEAVE) {
		if (p->flags & MPOL_F_STATIC_NODES)
			now = p->asked & allowed;
		else if (p->flags & MPOL_F_RELATIVE_NODES)
			now = nodes_relative(p->asked, allowed);
		else
			now = nodes_remap(p->nodes, p->within, allowed);
		WRITE_ONCE(p->nodes, now ?: allowed);
	}
	if (!(p->flags & NODES_AS_ASKED))
		p->within = allowed;
}

bool policy_alike(const struct policy *a, const struct policy *b)
{
	if (!a || !b)
		return a == b;
	return a->mode == b->mode && a->flags == b->flags && a->home == b->home &&
	       a->nodes == b->nodes && a->asked == b->asked;
}

void policy_show(struct text *out, const struct policy *p)
{
	static const char *const names[] = { "default",	   "prefer", "bind",
					     "interleave", "local",  "prefer (many)" };

	text_string(out, names[p->mode]);
	if (p->flags & MPOL_F_STATIC_NODES)
		text_string(out, "=static");
	else if (p->flags & MPOL_F_RELATIVE_NODES)
		text_string(out, "=relative");
	if (p->nodes) {
		text_char(out, ':');
		text_list(out, p->nodes);
	}
}
