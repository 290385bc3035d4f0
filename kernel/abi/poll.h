/*
 * poll.h - poll(2) and select(2) of the Linux ABI (asm-generic/poll.h).
 */
#pragma once
#include "kernel/lib/types.h"

#define POLLIN	   0x001u
#define POLLPRI	   0x002u
#define POLLOUT	   0x004u
#define POLLERR	   0x008u
#define POLLHUP	   0x010u
#define POLLNVAL   0x020u
#define POLLRDNORM 0x040u
#define POLLRDBAND 0x080u
#define POLLWRNORM 0x100u
#define POLLWRBAND 0x200u
#define POLLRDHUP  0x2000u

struct pollfd {
	s32 fd;
	s16 events;
	s16 revents;
};

/* The sixth argument of pselect6: there is no room for two. */
struct pselect_mask {
	u64 mask; /* const struct sigset __user * */
	u64 size;
};
