/*
 * sockopt.c - getsockopt(2) and setsockopt(2), level SOL_SOCKET.
 *
 * Options that mean nothing between processes of one machine are taken and forgotten, as long as
 * their value is a number.
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/syscall/sock.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

#define SNDBUF_MIN 4608
#define RCVBUF_MIN 2304
#define BUF_MAX	   212992 /* net.core.wmem_max */

/* A size is doubled for the overhead, as on Linux. */
static u32 buffer_size(int value, u32 least, bool force)
{
	u32 size = force ? min((u32)max(value, 0), 0x3fffffffu) : min((u32)value, (u32)BUF_MAX);

	return max(size * 2, least);
}

static int set_timeout(u64 *ns, const void __user *user, int len)
{
	struct timeval tv;

	if (len < (int)sizeof(tv))
		return -EINVAL;
	if (copy_from_user(&tv, user, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	if (tv.tv_sec < 0)
		WRITE_ONCE(*ns, 0);
	else
		WRITE_ONCE(*ns,
			   (u64)tv.tv_sec > 1000000000
				   ? 0
				   : (u64)tv.tv_sec * NS_PER_SEC + (u64)tv.tv_usec * NS_PER_USEC);
	return 0;
}

static int set_number(struct unix_socket *s, int option, int value)
{
	bool force = option == SO_SNDBUFFORCE || option == SO_RCVBUFFORCE;

	switch (option) {
	case SO_PASSCRED:
		WRITE_ONCE(s->passcred, value != 0);
		return 0;
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		if (force && !task_capable(CAP_NET_ADMIN))
			return -EPERM;
		if (option == SO_SNDBUF || option == SO_SNDBUFFORCE)
			WRITE_ONCE(s->sndbuf, buffer_size(value, SNDBUF_MIN, force));
		else
			WRITE_ONCE(s->rcvbuf, buffer_size(value, RCVBUF_MIN, force));
		return 0;
	case SO_DEBUG:
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_OOBINLINE:
	case SO_REUSEPORT:
	case SO_LINGER:
		return 0;
	case SO_TYPE:
	case SO_ERROR:
	case SO_DOMAIN:
	case SO_PROTOCOL:
	default:
		return -ENOPROTOOPT;
	}
}

static int set_option(struct unix_socket *s, int option, const void __user *user, int len)
{
	int value;

	if (option == SO_RCVTIMEO)
		return set_timeout(&s->receive_ns, user, len);
	if (option == SO_SNDTIMEO)
		return set_timeout(&s->send_ns, user, len);
	if (len < (int)sizeof(value))
		return -EINVAL;
	if (get_user(value, (const int __user *)user))
		return -EFAULT;
	return set_number(s, option, value);
}

long sys_setsockopt(int fd, int level, int option, const void __user *user, int len)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	long error;

	if (IS_ERR(s))
		return PTR_ERR(s);
	error = level == SOL_SOCKET ? set_option(s, option, user, len) : -EOPNOTSUPP;
	file_put(f);
	return error;
}

/* --- reading ----------------------------------------------------------------------------------*/

static int get_number(struct unix_socket *s, int option, int *value)
{
	switch (option) {
	case SO_TYPE:
		*value = (int)s->type;
		return 0;
	case SO_ERROR:
		*value = -__atomic_exchange_n(&s->error, 0, __ATOMIC_RELAXED);
		return 0;
	case SO_SNDBUF:
		*value = (int)READ_ONCE(s->sndbuf);
		return 0;
	case SO_RCVBUF:
		*value = (int)READ_ONCE(s->rcvbuf);
		return 0;
	case SO_PASSCRED:
		*value = READ_ONCE(s->passcred);
		return 0;
	case SO_ACCEPTCONN:
		*value = READ_ONCE(s->listening);
		return 0;
	case SO_DOMAIN:
		*value = AF_UNIX;
		return 0;
	case SO_DEBUG:
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_OOBINLINE:
	case SO_PROTOCOL:
		*value = 0;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static struct ucred peer_cred(struct unix_socket *s)
{
	struct ucred u;

	mutex_lock(&unix_lock);
	u = (struct ucred){ s->peer_cred.pid ? pid_seen(s->peer_cred.pid) : 0, s->peer_cred.uid,
			    s->peer_cred.gid };
	mutex_unlock(&unix_lock);
	return u;
}

static long get_option(struct unix_socket *s, int option, void __user *user, int __user *user_len)
{
	union {
		int number;
		struct ucred cred;
		struct timeval time;
		int linger[2];
	} value = {};
	int len, size = sizeof(int), error = 0;
	u64 ns;

	if (get_user(len, user_len))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (option == SO_PEERCRED) {
		value.cred = peer_cred(s);
		size = sizeof(value.cred);
	} else if (option == SO_RCVTIMEO || option == SO_SNDTIMEO) {
		ns = READ_ONCE(*(option == SO_RCVTIMEO ? &s->receive_ns : &s->send_ns));
		value.time.tv_sec = (s64)(ns / NS_PER_SEC);
		value.time.tv_usec = (s64)(ns % NS_PER_SEC / NS_PER_USEC);
		size = sizeof(value.time);
	} else if (option == SO_LINGER) {
		size = sizeof(value.linger);
	} else {
		error = get_number(s, option, &value.number);
	}
	if (error)
		return error;
	len = min(len, size);
	return copy_to_user(user, &value, (size_t)len) ?: put_user(len, user_len);
}

long sys_getsockopt(int fd, int level, int option, void __user *user, int __user *len)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	long error;

	if (IS_ERR(s))
		return PTR_ERR(s);
	error = level == SOL_SOCKET ? get_option(s, option, user, len) : -EOPNOTSUPP;
	file_put(f);
	return error;
}
