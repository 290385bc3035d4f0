/*
 * ctr.h - ctr run: a program in namespaces and containers of its own.
 *
 * Three processes: ctr itself, the program, which is process 1 of its pid namespace, and a keeper,
 * which ends what is left and removes the containers when ctr has ended, however it ended: it reads
 * from a pipe that ctr holds open.
 */
#pragma once
#include "cg.h"

#define CTR_RUN	   "/run/ctr"
#define EXIT_SETUP 125

struct ctr {
	const char *name, *cpus, *mems, *pids, *host, *root;
	char **program;
	struct target *groups; /* where the program goes */
	int lock;	       /* held: nobody else makes or sweeps containers */
};

/* ctr_group.c.  The lock is held by create from its begin on, until unlock. */
void ctr_groups_create(struct ctr *ctr);
void ctr_unlock(struct ctr *ctr);
void ctr_groups_remove(struct ctr *ctr); /* with everybody in them */
int ctr_list(void);

/* ctr_enter.c: the rest of the program's life; returns only by _exit. */
void ctr_enter(const struct ctr *ctr) __attribute__((noreturn));
