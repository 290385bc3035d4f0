/*
 * socket.h - sockets of the Linux ABI (linux/socket.h, asm-generic/socket.h, linux/un.h).
 */
#pragma once
#include "kernel/lib/types.h"

#define AF_UNSPEC 0
#define AF_UNIX	  1
#define AF_MAX	  46

enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_SEQPACKET = 5, SOCK_MAX = 11 };

#define SOCK_TYPE_MASK 0xf
#define SOCK_NONBLOCK  00004000
#define SOCK_CLOEXEC   02000000

#define MSG_OOB		 0x1
#define MSG_PEEK	 0x2
#define MSG_CTRUNC	 0x8
#define MSG_TRUNC	 0x20
#define MSG_DONTWAIT	 0x40
#define MSG_EOR		 0x80
#define MSG_WAITALL	 0x100
#define MSG_NOSIGNAL	 0x4000
#define MSG_WAITFORONE	 0x10000
#define MSG_CMSG_CLOEXEC 0x40000000
#define MSG_CMSG_COMPAT	 0x80000000u

#define SOL_SOCKET	1
#define SCM_RIGHTS	1
#define SCM_CREDENTIALS 2
#define SCM_MAX_FD	253

enum {
	SO_DEBUG = 1,
	SO_REUSEADDR = 2,
	SO_TYPE = 3,
	SO_ERROR = 4,
	SO_DONTROUTE = 5,
	SO_BROADCAST = 6,
	SO_SNDBUF = 7,
	SO_RCVBUF = 8,
	SO_KEEPALIVE = 9,
	SO_OOBINLINE = 10,
	SO_LINGER = 13,
	SO_REUSEPORT = 15,
	SO_PASSCRED = 16,
	SO_PEERCRED = 17,
	SO_RCVTIMEO = 20,
	SO_SNDTIMEO = 21,
	SO_ACCEPTCONN = 30,
	SO_SNDBUFFORCE = 32,
	SO_RCVBUFFORCE = 33,
	SO_PROTOCOL = 38,
	SO_DOMAIN = 39,
};

enum { SHUT_RD, SHUT_WR, SHUT_RDWR };

#define UNIX_PATH_MAX 108
#define SIOCOUTQ      0x5411

struct sockaddr_un {
	u16 family;
	char path[UNIX_PATH_MAX];
};

struct ucred {
	s32 pid;
	u32 uid, gid;
};

struct msghdr {
	void __user *name;
	s32 name_len;
	struct iovec __user *iov;
	u64 iov_count;
	void __user *control;
	u64 control_len;
	u32 flags;
};

struct mmsghdr {
	struct msghdr header;
	u32 len;
};

struct cmsghdr {
	u64 len; /* with this header */
	s32 level, type;
};
