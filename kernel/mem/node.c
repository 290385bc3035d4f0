/*
 * node.c - memory nodes, their distances, and the sets of nodes that threads may use.
 *
 * Locking: the tables are fixed after boot.  The fields of struct mems are words that their readers
 * read once.  mems_lock keeps those who change a policy apart; an allocation looks at it without,
 * and may see the mode of one and the nodes of another, once: it stays within what is allowed.
 */
#include "kernel/mem/node.h"

#include "kernel/lib/log.h"
#include "kernel/lock/rank.h"
#include "kernel/lock/spinlock.h"

#define REMOTE 20 /* what Linux assumes of two nodes without a SLIT */

static u8 distances[NNODE][NNODE]; /* [I] after boot; 0: the table did not say */
static u8 order[NNODE][NNODE];	   /* [I] after boot */
static u64 memory;		   /* [I] after boot */

bool mems_confined;
const struct mems *(*mems_running_hook)(void);
void (*mems_pressure_hook)(void);
static struct spinlock mems_lock = SPINLOCK_INIT(RANK_LEAF);

u64 node_memory(void)
{
	return memory;
}

u64 node_with_cpus(void)
{
	u64 nodes = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		nodes |= BIT(cpus[cpu].node);
	return nodes;
}

u64 node_online(void)
{
	return memory | node_with_cpus();
}

u64 node_cpus(unsigned node)
{
	u64 set = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		if (cpus[cpu].node == node)
			set |= BIT(cpu);
	return set;
}

unsigned node_limit(void)
{
	return (unsigned)bits_last(node_online()) + 1;
}

unsigned node_distance(unsigned from, unsigned to)
{
	return distances[from][to];
}

const u8 *node_order(unsigned from)
{
	return order[from];
}

unsigned node_nearest(unsigned from, u64 nodes)
{
	unsigned i = 0;

	while (i < NNODE - 1 && !(nodes & BIT(order[from][i])))
		i++;
	return order[from][i];
}

/* Insertion keeps the order of equally distant ones. */
static void sort_nodes(unsigned from)
{
	u8 *near = order[from];

	for (unsigned n = 0; n < NNODE; n++) {
		unsigned to = (from + n) % NNODE, i = n;

		for (; i > 0 && distances[from][near[i - 1]] > distances[from][to]; i--)
			near[i] = near[i - 1];
		near[i] = (u8)to;
	}
}

static bool distances_valid(const u8 *matrix, unsigned n)
{
	for (unsigned from = 0; from < n; from++)
		for (unsigned to = 0; to < n; to++)
			if (from == to ? matrix[from * n + to] != NODE_LOCAL
				       : matrix[from * n + to] <= NODE_LOCAL)
				return false;
	return true;
}

void node_set_distances(const u8 *matrix, unsigned n)
{
	if (n > NNODE || !distances_valid(matrix, n)) {
		log_warn("numa: the table of distances makes no sense, ignored");
		return;
	}
	for (unsigned from = 0; from < n; from++)
		for (unsigned to = 0; to < n; to++)
			distances[from][to] = matrix[from * n + to];
}

void node_add_memory(unsigned node)
{
	memory |= BIT(node);
}

void node_init(void)
{
	for (unsigned from = 0; from < NNODE; from++) {
		for (unsigned to = 0; to < NNODE; to++)
			if (!distances[from][to])
				distances[from][to] = from == to ? NODE_LOCAL : REMOTE;
		sort_nodes(from);
	}
}

/* --- what a thread may use ---------------------------------------------------------------------*/

void mems_init(struct mems *m, const struct mems *from)
{
	if (from && likely(from->policy.mode == MPOL_DEFAULT)) {
		*m = *from;
	} else if (from) {
		spin_lock(&mems_lock);
		*m = *from;
		spin_unlock(&mems_lock);
	} else {
		*m = (struct mems){ .allowed = memory, .kernel = NODES_ALL };
	}
}

void mems_set(struct mems *m, u64 allowed, u64 kernel, u32 spread)
{
	assert(allowed & memory);
	if (kernel != NODES_ALL || memory & ~allowed)
		WRITE_ONCE(mems_confined, true);
	spin_lock(&mems_lock);
	WRITE_ONCE(m->kernel, kernel);
	WRITE_ONCE(m->allowed, allowed);
	WRITE_ONCE(m->spread, spread);
	if (m->policy.mode != MPOL_DEFAULT)
		policy_rebind(&m->policy, allowed & memory);
	spin_unlock(&mems_lock);
}

int mems_set_policy(struct mems *m, unsigned mode, unsigned flags, u64 nodes)
{
	struct policy p;
	int error;

	spin_lock(&mems_lock);
	error = policy_make(&p, mode, flags, nodes, m->allowed & memory);
	if (!error) {
		m->policy = p;
		m->turn = NNODE - 1;
	}
	spin_unlock(&mems_lock);
	return error;
}

void mems_get_policy(const struct mems *m, struct policy *out)
{
	spin_lock(&mems_lock);
	*out = m->policy;
	spin_unlock(&mems_lock);
}
