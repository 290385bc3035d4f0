/*
 * socket.c - socket(2) and its relatives but for messages and options: see fs/unix for what they
 * do.
 *
 * Differs from Linux: AF_UNIX is the only family, all others are EAFNOSUPPORT.
 */
#include "kernel/abi/socket.h"
#include "arch/uaccess.h"
#include "fs/unix/unix.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/sock.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/walk.h"

struct unix_socket *socket_get(int fd, struct file **f)
{
	struct unix_socket *s;

	*f = fd_get_open(task_current()->files, fd);
	s = *f ? unix_of(*f) : NULL;
	if (s)
		return s;
	if (!*f)
		return ERR_PTR(-EBADF);
	file_put(*f);
	return ERR_PTR(-ENOTSOCK);
}

static int give_fd(struct unix_socket *s, int flags)
{
	struct fdtable *files = task_current()->files;
	struct file *f = unix_file(s, flags & SOCK_NONBLOCK, task_current()->cred);
	int fd;

	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	fd = fd_reserve(files, 0, (u32)task_limit(RLIMIT_NOFILE), flags & SOCK_CLOEXEC);
	if (fd < 0)
		file_put(f);
	else
		fd_install(files, fd, f);
	return fd;
}

/* --- making -----------------------------------------------------------------------------------*/

/* *type without its flags, as it will be; 0 or -errno. */
static int check_kind(int domain, int *type, int protocol)
{
	int flags = *type & ~SOCK_TYPE_MASK;

	*type &= SOCK_TYPE_MASK;
	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	if (domain < 0 || domain >= AF_MAX)
		return -EAFNOSUPPORT;
	if (*type >= SOCK_MAX)
		return -EINVAL;
	if (domain != AF_UNIX)
		return -EAFNOSUPPORT;
	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (*type == SOCK_RAW)
		*type = SOCK_DGRAM;
	return *type == SOCK_STREAM || *type == SOCK_DGRAM || *type == SOCK_SEQPACKET
		       ? 0
		       : -ESOCKTNOSUPPORT;
}

long sys_socket(int domain, int type, int protocol)
{
	int flags = type, error = check_kind(domain, &type, protocol);
	struct unix_socket *s;

	if (error)
		return error;
	s = unix_create((u32)type);
	return s ? give_fd(s, flags) : -ENOMEM;
}

long sys_socketpair(int domain, int type, int protocol, int __user *out)
{
	int flags = type, error = check_kind(domain, &type, protocol), fds[2];
	struct unix_socket *a, *b;

	if (error)
		return error;
	a = unix_create((u32)type);
	b = a ? unix_create((u32)type) : NULL;
	if (!b) {
		unix_put(a);
		return -ENOMEM;
	}
	unix_pair(a, b);
	fds[0] = give_fd(a, flags);
	if (fds[0] < 0) {
		unix_close(b);
		return fds[0];
	}
	fds[1] = give_fd(b, flags);
	error = fds[1] < 0 ? fds[1] : copy_to_user(out, fds, sizeof(fds));
	if (!error)
		return 0;
	(void)fd_close(task_current()->files, (u32)fds[0]);
	if (fds[1] >= 0)
		(void)fd_close(task_current()->files, (u32)fds[1]);
	return error;
}

/* --- names ------------------------------------------------------------------------------------*/

int sockaddr_get(struct sockaddr_un *name, const void __user *user, int len)
{
	if (len < 0 || len > 128)
		return -EINVAL;
	*name = (struct sockaddr_un){};
	return copy_from_user(name, user, min((size_t)len, sizeof(*name)));
}

int sockaddr_put(const struct sockaddr_un *name, u32 len, void __user *user, int __user *user_len)
{
	int room;

	if (!len) { /* of who has no name only the family is told */
		len = sizeof(u16);
	}
	if (get_user(room, user_len))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (copy_to_user(user, name, min((size_t)room, (size_t)min(len, (u32)sizeof(*name)))))
		return -EFAULT;
	return put_user((int)len, user_len);
}

static long bind(struct unix_socket *s, const struct sockaddr_un *name, u32 len)
{
	u32 umask = READ_ONCE(task_current()->fs->umask);
	struct task_walk w;
	long error = task_walk_begin(&w, AT_FDCWD, "");

	if (error)
		return error;
	error = unix_bind(s, name, len, &w.walk, 0777 & ~umask);
	task_walk_end(&w);
	return error;
}

long sys_bind(int fd, const void __user *user, int user_len)
{
	u32 len = (u32)user_len;
	struct sockaddr_un name;
	struct unix_socket *s;
	struct file *f;
	long error;

	s = socket_get(fd, &f);
	if (IS_ERR(s))
		return PTR_ERR(s);
	error = sockaddr_get(&name, user, user_len);
	if (!error && (len != offsetof(struct sockaddr_un, path) || name.family != AF_UNIX))
		error = unix_name_check(&name, &len);
	if (!error)
		error = bind(s, &name, len);
	file_put(f);
	return error;
}

int socket_find(struct unix_socket *s, struct sockaddr_un *name, u32 len, struct unix_socket **to)
{
	struct task_walk w;
	int error = unix_name_check(name, &len);

	if (!error)
		error = task_walk_begin(&w, AT_FDCWD, "");
	if (error)
		return error;
	*to = unix_find(name, len, s->type, &w.walk);
	task_walk_end(&w);
	return IS_ERR(*to) ? (int)PTR_ERR(*to) : 0;
}

long sys_connect(int fd, const void __user *user, int user_len)
{
	u32 len = (u32)user_len;
	struct sockaddr_un name;
	struct unix_socket *s;
	struct task_walk w;
	struct file *f;
	long error;

	s = socket_get(fd, &f);
	if (IS_ERR(s))
		return PTR_ERR(s);
	error = sockaddr_get(&name, user, user_len);
	if (!error && !(s->type == SOCK_DGRAM && len >= sizeof(u16) && name.family == AF_UNSPEC))
		error = unix_name_check(&name, &len);
	if (!error)
		error = task_walk_begin(&w, AT_FDCWD, "");
	if (!error) {
		error = unix_connect(s, &name, len, &w.walk, READ_ONCE(f->flags) & O_NONBLOCK);
		task_walk_end(&w);
	}
	file_put(f);
	return error;
}

long sys_getsockname(int fd, void __user *user, int __user *len)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	struct sockaddr_un name = { .family = AF_UNIX };
	long error;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (READ_ONCE(s->name_len))
		name = s->name;
	error = sockaddr_put(&name, s->name_len, user, len);
	file_put(f);
	return error;
}

long sys_getpeername(int fd, void __user *user, int __user *len)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f), *peer;
	struct sockaddr_un name = { .family = AF_UNIX };
	long error = -ENOTCONN;

	if (IS_ERR(s))
		return PTR_ERR(s);
	peer = unix_peer(s);
	if (peer) {
		if (READ_ONCE(peer->name_len))
			name = peer->name;
		error = sockaddr_put(&name, peer->name_len, user, len);
		unix_put(peer);
	}
	file_put(f);
	return error;
}

/* --- connections ------------------------------------------------------------------------------*/

long sys_listen(int fd, int backlog)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	long error;

	if (IS_ERR(s))
		return PTR_ERR(s);
	error = unix_listen(s, min((u32)backlog, 4096u)); /* net.core.somaxconn */
	file_put(f);
	return error;
}

/* The descriptor of who has connected, with the name of the other side. */
static long accept_one(struct unix_socket *s, bool nonblock, void __user *user, int __user *len,
		       int flags)
{
	struct unix_socket *fresh = unix_accept(s, nonblock), *peer;
	struct sockaddr_un name = { .family = AF_UNIX };
	u32 name_len = 0;
	int fd, error = 0;

	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	peer = unix_peer(fresh);
	if (peer && READ_ONCE(peer->name_len)) {
		name = peer->name;
		name_len = peer->name_len;
	}
	unix_put(peer);
	fd = give_fd(fresh, flags);
	if (fd >= 0 && user)
		error = sockaddr_put(&name, name_len, user, len);
	if (!error)
		return fd;
	(void)fd_close(task_current()->files, (u32)fd);
	return error;
}

long sys_accept4(int fd, void __user *user, int __user *len, int flags)
{
	struct unix_socket *s;
	struct file *f;
	long result;

	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	s = socket_get(fd, &f);
	if (IS_ERR(s))
		return PTR_ERR(s);
	result = accept_one(s, READ_ONCE(f->flags) & O_NONBLOCK, user, len, flags);
	file_put(f);
	return result;
}

long sys_accept(int fd, void __user *user, int __user *len)
{
	return sys_accept4(fd, user, len, 0);
}

long sys_shutdown(int fd, int how)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	long error = -EINVAL;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (how >= SHUT_RD && how <= SHUT_RDWR)
		error = unix_shutdown(s, (u32)how + 1);
	file_put(f);
	return error;
}
