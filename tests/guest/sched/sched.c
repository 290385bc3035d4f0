/* Affinity, nice values and policies: what the calls answer.  Who gets how much is in fair.c. */
#include "check.h"

#include <sched.h>
#include <sys/resource.h>

static int cpus;

static void affinity(void)
{
	cpu_set_t set, old;
	int status;

	MUST(!sched_getaffinity(0, sizeof(old), &old));
	cpus = CPU_COUNT(&old);
	CHECK(cpus >= 1 && CPU_ISSET(0, &old), "sched_getaffinity tells the processors");
	CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), cpus, "as many as are on line");
	for (int i = 0; i < cpus; i++) {
		unsigned here = 999;

		CPU_ZERO(&set);
		CPU_SET(i, &set);
		MUST(!sched_setaffinity(0, sizeof(set), &set));
		syscall(SYS_getcpu, &here, NULL, NULL);
		if (here != (unsigned)i)
			CHECK_EQ(here, i, "after sched_setaffinity the task runs there");
	}
	CHECK(true, "sched_setaffinity moves the running task to each processor");
	status = IN_CHILD({
		sched_getaffinity(0, sizeof(set), &set);
		_exit(CPU_COUNT(&set) == 1 && CPU_ISSET(cpus - 1, &set) ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "a child inherits the affinity");
	sched_setaffinity(0, sizeof(old), &old);
	CPU_ZERO(&set);
	CHECK_ERR(sched_setaffinity(0, sizeof(set), &set), EINVAL, "an empty set is EINVAL");
	CPU_SET(1000, &set);
	CHECK_ERR(sched_setaffinity(0, sizeof(set), &set), EINVAL,
		  "so is one without a real processor");
	CHECK_ERR(sched_setaffinity(999999, sizeof(old), &old), ESRCH, "nobody is ESRCH");
	CHECK_ERR(syscall(SYS_sched_getaffinity, 0, 3, &set), EINVAL, "a bad length is EINVAL");
	CHECK_ERR(syscall(SYS_sched_getaffinity, 0, 128, 8), EFAULT, "a wild set is EFAULT");
	status = IN_CHILD(
		MUST(!setresuid(1000, 1000, 1000));
		_exit(sched_setaffinity(1, sizeof(old), &old) == -1 && errno == EPERM ? 0 : 1));
	CHECK(EXITED(status, 0), "a user may not set root's: EPERM");
}

static void priorities(void)
{
	int status;

	errno = 0;
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 0, "the nice value is 0");
	status = IN_CHILD({
		if (setpriority(PRIO_PROCESS, 0, 5) || getpriority(PRIO_PROCESS, 0) != 5)
			_exit(1);
		if (nice(3) != 8)
			_exit(2);
		if (setpriority(PRIO_PROCESS, 0, 100) || getpriority(PRIO_PROCESS, 0) != 19)
			_exit(3);
		if (setpriority(PRIO_PROCESS, 0, -100) || getpriority(PRIO_PROCESS, 0) != -20)
			_exit(4);
		if (setpriority(PRIO_PROCESS, 0, 7))
			_exit(5);
		MUST(!setresuid(1000, 1000, 1000));
		if (setpriority(PRIO_PROCESS, 0, 6) != -1 || errno != EACCES)
			_exit(6);
		if (setpriority(PRIO_PROCESS, 1, 9) != -1 || errno != EPERM)
			_exit(7);
	});
	CHECK(!EXITED(status, 1) && !EXITED(status, 2), "setpriority and nice set it");
	CHECK(!EXITED(status, 3) && !EXITED(status, 4), "within -20 and 19");
	CHECK(!EXITED(status, 5) && !EXITED(status, 6), "a user may not lower it: EACCES");
	CHECK(EXITED(status, 0), "nor touch another's: EPERM");
	CHECK_ERR(getpriority(PRIO_PROCESS, 999999), ESRCH, "nobody is ESRCH");
	CHECK_ERR(getpriority(9, 0), EINVAL, "an unknown kind is EINVAL");
	status = IN_CHILD({
		setpgid(0, 0);
		if (!fork()) {
			pause();
			_exit(0);
		}
		if (setpriority(PRIO_PGRP, 0, 4))
			_exit(1);
		_exit(getpriority(PRIO_PGRP, 0) == 4 ? (kill(0, SIGKILL), 0) : 1);
	});
	CHECK(KILLED(status, SIGKILL), "PRIO_PGRP reaches the group");
}

static void policies(void)
{
	struct sched_param param = { 0 };

	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER, "the policy is SCHED_OTHER");
	CHECK(!syscall(SYS_sched_getparam, 0, &param) && !param.sched_priority, "with priority 0");
	CHECK_EQ(sched_get_priority_max(SCHED_OTHER), 0, "the highest, too");
	CHECK_EQ(sched_get_priority_max(SCHED_FIFO), 99, "that of SCHED_FIFO is 99");
	CHECK_EQ(sched_get_priority_min(SCHED_RR), 1, "the lowest of SCHED_RR is 1");
	CHECK_ERR(sched_get_priority_max(77), EINVAL, "an unknown policy is EINVAL");
	CHECK_ERR(syscall(SYS_sched_getscheduler, 999999), ESRCH, "nobody is ESRCH");
	CHECK_OK(sched_yield(), "sched_yield succeeds");
}

int main(void)
{
	affinity();
	priorities();
	policies();
	CHECK_END();
}
