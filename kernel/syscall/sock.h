/*
 * sock.h - what the calls about sockets share.
 */
#pragma once
#include "fs/unix/unix.h"

/* The socket of a descriptor; file_put(*f) when done.  ERR_PTR(-EBADF, -ENOTSOCK). */
struct unix_socket *socket_get(int fd, struct file **f);

/* A name out of and into user space; the latter cut to *user_len, which becomes its length. */
int sockaddr_get(struct sockaddr_un *name, const void __user *user, int len) must_check;
int sockaddr_put(const struct sockaddr_un *name, u32 len, void __user *user,
		 int __user *user_len) must_check;
/* Whom s sends to by this name: a reference in *to. */
int socket_find(struct unix_socket *s, struct sockaddr_un *name, u32 len,
		struct unix_socket **to) must_check;
