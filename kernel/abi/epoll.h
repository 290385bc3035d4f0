/*
 * epoll.h - epoll, eventfd and timerfd of the Linux ABI (linux/eventpoll.h, eventfd.h, timerfd.h).
 */
#pragma once
#include "kernel/abi/fcntl.h"
#include "kernel/lib/types.h"

enum { EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3 };

/* Beside the bits of poll(2). */
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP    (1u << 29)
#define EPOLLONESHOT   (1u << 30)
#define EPOLLET	       (1u << 31)
#define EPOLL_CLOEXEC  O_CLOEXEC

struct epoll_event {
	u32 events;
	u64 data;
} packed;
_Static_assert(sizeof(struct epoll_event) == 12, "epoll_event");

#define EFD_SEMAPHORE 1u
#define EFD_CLOEXEC   O_CLOEXEC
#define EFD_NONBLOCK  O_NONBLOCK

#define TFD_TIMER_ABSTIME	1u
#define TFD_TIMER_CANCEL_ON_SET 2u
#define TFD_CLOEXEC		O_CLOEXEC
#define TFD_NONBLOCK		O_NONBLOCK
