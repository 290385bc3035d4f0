/*
 * wait.h - waiting for children: wait4(2), waitid(2).
 */
#pragma once
#include "kernel/task/usage.h"

struct wait_query {
	int type;	 /* P_ALL, P_PID, P_PGID */
	struct pid *pid; /* of the process or group; a reference; NULL: nobody has that number */
	u32 options;	 /* W*; WEXITED must be said */

	/* Of the child that was found. */
	s32 found; /* its number as the caller sees it; 0: none, WNOHANG */
	u32 uid;
	int code, value;    /* CLD_*, and si_status */
	s32 status;	    /* as wait4 has it */
	struct usage usage; /* its own and its children's */
};

/* 0, -ECHILD, -ERESTARTSYS. */
int process_wait(struct wait_query *q) must_check;
