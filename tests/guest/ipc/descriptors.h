/*
 * Descriptors on their way through a socket.
 */
#pragma once
#include "check.h"

#include <sys/socket.h>
#include <sys/uio.h>

#define DESCRIPTORS_MAX 300

/* n of them (-1: none) with one byte: 1, or -1 with errno. */
static int send_fds(int s, const int *fds, int n, int flags)
{
	union {
		struct cmsghdr h;
		char space[CMSG_SPACE(sizeof(int) * DESCRIPTORS_MAX)];
	} control = {};
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = CMSG_SPACE(sizeof(int) * n) };

	control.h.cmsg_len = CMSG_LEN(sizeof(int) * n);
	control.h.cmsg_level = SOL_SOCKET;
	control.h.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&control.h), fds, sizeof(int) * n);
	return syscall(SYS_sendmsg, s, &msg, flags); /* musl copies small ones only */
}
