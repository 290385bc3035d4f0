/*
 * fork_migrate.pml - a fork storm against somebody who empties a container.
 *
 * TASKS tasks: the first is alive and in container S, and each live task may fork the next free one.  A
 * drainer moves the members of S to D, one at a time, until it sees none.  What must hold at the end:
 * no live task is in S.
 *
 * -DOLD models the first patches: the child takes over its parent's container when the fork begins, and
 * is listed when it ends.  A drainer that looks in between misses it, and it stays in S.
 *
 * Without OLD it is the scheme of kernel/container/fork.c: one atomic step reads the parent's container
 * as it is now and lists the child.
 */
#define TASKS 4

mtype = { S, D };

mtype where[TASKS];	/* the container that a task points to */
bool listed[TASKS];	/* it is in that container's list of tasks */
byte born = 1;		/* tasks whose number is taken */
byte finished = 0;	/* forkers that have stopped */
bool drained = false;

proctype forker(byte me)
{
	byte child;

	do
	:: atomic { born < TASKS -> child = born; born++ };
#ifdef OLD
		where[child] = where[me];
		listed[child] = true;
#else
		atomic { where[child] = where[me]; listed[child] = true };
#endif
		run forker(child)
	:: break
	od;
	finished++
}

proctype drainer()
{
	byte t;

	do
	:: atomic {
		t = 0;
		do
		:: t < TASKS && !(listed[t] && where[t] == S) -> t++
		:: else -> break
		od;
		if
		:: t < TASKS -> where[t] = D
		:: else -> drained = true; break
		fi
	}
	od
}

init
{
	byte t = 0;

	atomic {
		where[0] = S;
		listed[0] = true;
		run forker(0);
		run drainer()
	}
	(drained && finished == born);
	do
	:: t < TASKS -> assert(!(listed[t] && where[t] == S)); t++
	:: else -> break
	od
}
