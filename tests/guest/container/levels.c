/* Which values sched_relax_domain_level takes: no more levels than the machine has, which is shown
   on machines with one memory node (cpuset.c has one with two). */
#include "group.h"

#define ROOT "/tmp/lv"
#define FILE ROOT "/cpuset.sched_relax_domain_level"

int main(void)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_CONF), most = cpus == 1 ? 1 : 3;
	char value[16];

	MUST(!mkdir(ROOT, 0755) && !group_mount(ROOT, "cpuset"));
	for (int level = -1; level <= 3; level++) {
		snprintf(value, sizeof(value), "%d", level);
		CHECK_EQ(text_write(FILE, value) ? errno : 0, level <= most ? 0 : EINVAL,
			 "a level of balancing is one of those that the machine has");
	}
	CHECK_ERR(text_write(FILE, "4"), EINVAL, "there is no level of nodes where there is one");
	MUST(!text_write(FILE, "-1"));
	MUST(!umount(ROOT) && !rmdir(ROOT));
	CHECK_END();
}
