/* The system calls about memory nodes, which musl has no functions for. */
#pragma once
#include "check.h"

#define PAGE 4096ul

enum { MPOL_DEFAULT, MPOL_PREFERRED, MPOL_BIND, MPOL_INTERLEAVE, MPOL_LOCAL, MPOL_PREFERRED_MANY };
enum { MPOL_F_NODE = 1, MPOL_F_ADDR = 2, MPOL_F_MEMS_ALLOWED = 4 };
enum { MPOL_MF_STRICT = 1, MPOL_MF_MOVE = 2, MPOL_MF_MOVE_ALL = 4 };
#define MPOL_F_STATIC_NODES   (1 << 15)
#define MPOL_F_RELATIVE_NODES (1 << 14)

static inline char *map_pages(size_t n)
{
	return mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static inline long mbind_pages(void *p, size_t len, int mode, const unsigned long *nodes,
			       unsigned long count, unsigned flags)
{
	return syscall(SYS_mbind, p, len, mode, nodes, count, flags);
}

static inline long set_policy(int mode, const unsigned long *nodes, unsigned long count)
{
	return syscall(SYS_set_mempolicy, mode, nodes, count);
}

static inline long get_policy(int *mode, unsigned long *nodes, unsigned long count, void *p,
			      unsigned long flags)
{
	return syscall(SYS_get_mempolicy, mode, nodes, count, p, flags);
}

static inline long set_home_node(void *p, size_t len, unsigned long node, unsigned long flags)
{
	return syscall(450, p, len, node, flags);
}

static inline long move_pages(int pid, unsigned long count, void **pages, const int *nodes,
			      int *status, int flags)
{
	return syscall(SYS_move_pages, pid, count, pages, nodes, status, flags);
}

static inline long migrate(int pid, unsigned long from, unsigned long to)
{
	return syscall(SYS_migrate_pages, pid, 64ul, &from, &to);
}

/* The node of the page at p, which is fetched if need be; -1: none. */
static inline int node_of(const void *p)
{
	int node;

	return get_policy(&node, NULL, 0, (void *)p, MPOL_F_NODE | MPOL_F_ADDR) ? -1 : node;
}
