/*
 * time.h - time structures and clock numbers of the Linux ABI (linux/time.h, 64 bit).
 */
#pragma once
#include "kernel/lib/types.h"

struct timespec {
	s64 tv_sec, tv_nsec;
};

struct timeval {
	s64 tv_sec, tv_usec;
};

struct itimerval {
	struct timeval it_interval, it_value;
};

struct itimerspec {
	struct timespec it_interval, it_value;
};

enum {
	CLOCK_REALTIME = 0,
	CLOCK_MONOTONIC = 1,
	CLOCK_PROCESS_CPUTIME_ID = 2,
	CLOCK_THREAD_CPUTIME_ID = 3,
	CLOCK_MONOTONIC_RAW = 4,
	CLOCK_REALTIME_COARSE = 5,
	CLOCK_MONOTONIC_COARSE = 6,
	CLOCK_BOOTTIME = 7,
	CLOCK_REALTIME_ALARM = 8,
	CLOCK_BOOTTIME_ALARM = 9,
	CLOCK_TAI = 11,
};

#define TIMER_ABSTIME 1
#define USER_HZ	      100 /* the unit of times(2) and of /proc/PID/stat */
