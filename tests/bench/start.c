/*
 * An /init that tells the clock and turns the machine off: under -icount shift=0 the time stamp
 * counter and the monotonic clock count instructions since the machine's start.
 */
#include <stdio.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	unsigned low, high;
	struct timespec t;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("start %lld %lld\n", (long long)high << 32 | low,
	       t.tv_sec * 1000000000LL + t.tv_nsec);
	fflush(stdout);
	sleep(1);
	reboot(RB_POWER_OFF);
	return 0;
}
