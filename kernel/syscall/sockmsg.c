/*
 * sockmsg.c - sending and receiving through sockets: sendto, sendmsg, sendmmsg, recvfrom, recvmsg,
 * recvmmsg.
 *
 * Control data is a row of records; SCM_RIGHTS carries descriptors, SCM_CREDENTIALS who sends.
 */
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/realtime.h"
#include "kernel/syscall/sock.h"
#include "kernel/syscall/syscall.h"
#include "kernel/syscall/transfer.h"
#include "kernel/task/cred.h"
#include "kernel/task/task.h"

#define CONTROL_MAX	20480 /* net.core.optmem_max */
#define MMSG_MAX	1024
#define ALIGN_CMSG(len) align_up((u64)(len), 8ul)

/* --- control data of a sender -----------------------------------------------------------------*/

static int get_files(struct unix_control *c, const s32 *fds, u32 n)
{
	if (c->files || n > SCM_MAX_FD)
		return -EINVAL;
	if (!n)
		return 0;
	c->files = kmalloc_array(n, sizeof(*c->files));
	if (!c->files)
		return -ENOMEM;
	for (; c->file_count < n; c->file_count++) {
		struct file *f = fd_get(task_current()->files, fds[c->file_count]);

		if (!f)
			return -EBADF;
		c->files[c->file_count] = f;
	}
	return 0;
}

/* Only one's own, unless one may be anybody. */
static int get_cred(struct unix_control *c, const struct ucred *u)
{
	const struct cred *me = task_current()->cred;
	struct pid *pid;

	if ((u->pid != pid_seen(task_current()->process->pid) && !task_capable(CAP_SYS_ADMIN)) ||
	    (u->uid != me->uid && u->uid != me->euid && u->uid != me->suid &&
	     !task_capable(CAP_SETUID)) ||
	    (u->gid != me->gid && u->gid != me->egid && u->gid != me->sgid &&
	     !task_capable(CAP_SETGID)))
		return -EPERM;
	pid = pid_find(task_view(), u->pid);
	if (!pid)
		return -ESRCH;
	unix_cred_put(&c->cred);
	c->cred = (struct unix_cred){ pid, u->uid, u->gid };
	c->has_cred = true;
	return 0;
}

static int parse_record(struct unix_control *c, const struct cmsghdr *h)
{
	u64 len = h->len - sizeof(*h);

	if (h->level != SOL_SOCKET)
		return 0;
	if (h->type == SCM_RIGHTS)
		return get_files(c, (const s32 *)(h + 1), (u32)(len / sizeof(s32)));
	if (h->type == SCM_CREDENTIALS && len == sizeof(struct ucred))
		return get_cred(c, (const struct ucred *)(h + 1));
	return -EINVAL;
}

static int parse_control(struct unix_control *c, const u8 *data, u64 len)
{
	int error = 0;

	for (u64 at = 0; !error && len - at >= sizeof(struct cmsghdr);) {
		const struct cmsghdr *h = (const struct cmsghdr *)(data + at);

		if (h->len < sizeof(*h) || h->len > len - at)
			return -EINVAL;
		error = parse_record(c, h);
		at += min(ALIGN_CMSG(h->len), len - at);
	}
	return error;
}

static int control_get(struct unix_control *c, const void __user *user, u64 len)
{
	u8 *data;
	int error;

	if (!len)
		return 0;
	if (len > CONTROL_MAX)
		return -ENOBUFS;
	data = kmalloc(len);
	if (!data)
		return -ENOMEM;
	error = copy_from_user(data, user, len);
	if (!error)
		error = parse_control(c, data, len);
	kfree(data);
	return error;
}

/* --- sending ----------------------------------------------------------------------------------*/

/* To a name, if there is one.  Takes c over. */
static ssize_t send_to(struct file *f, struct io *io, struct sockaddr_un *name, u32 name_len,
		       struct unix_control *c, u32 flags)
{
	struct unix_socket *s = unix_of(f), *to = NULL;
	bool nonblock = (flags & MSG_DONTWAIT) || (READ_ONCE(f->flags) & O_NONBLOCK);
	ssize_t n = 0;

	if (flags & MSG_OOB)
		n = -EOPNOTSUPP;
	else if (name_len && s->type == SOCK_STREAM)
		n = READ_ONCE(s->peer) ? -EISCONN : -EOPNOTSUPP;
	else if (name_len && s->type == SOCK_DGRAM)
		n = socket_find(s, name, name_len, &to);
	if (!n && to && READ_ONCE(to->peer) && READ_ONCE(to->peer) != s)
		n = -EPERM;
	if (!n)
		n = unix_send(s, to, io, c, nonblock);
	if (to && !IS_ERR(to))
		unix_put(to);
	unix_control_drop(c);
	if (n == -EPIPE && s->type == SOCK_STREAM && !(flags & MSG_NOSIGNAL))
		n = with_write_signals(n, INT64_MAX);
	return n;
}

long sys_sendto(int fd, const void __user *buf, size_t len, u32 flags, const void __user *user,
		int user_len)
{
	struct unix_control none = {};
	struct sockaddr_un name;
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	struct io io;
	long n = 0;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (user)
		n = sockaddr_get(&name, user, user_len);
	len = min(len, RW_MAX);
	if (!n && !user_range_ok(buf, len))
		n = -EFAULT;
	if (!n) {
		io_init_user(&io, (void __user *)buf, len);
		n = send_to(f, &io, &name, user ? (u32)user_len : 0, &none, flags);
	}
	file_put(f);
	return n;
}

static long send_message(struct file *f, const struct msghdr *h, u32 flags)
{
	struct unix_control c = {};
	struct sockaddr_un name;
	struct iovec *iov;
	struct io io;
	u64 total;
	long n = 0;

	if (h->iov_count > 1024)
		return -EMSGSIZE;
	if (h->name)
		n = sockaddr_get(&name, h->name, h->name_len);
	if (n)
		return n;
	iov = vector_copy(h->iov, h->iov_count, &total);
	if (IS_ERR(iov))
		return PTR_ERR(iov);
	n = control_get(&c, h->control, h->control_len);
	if (n) {
		unix_control_drop(&c);
	} else {
		io_init_vector(&io, iov, total);
		n = send_to(f, &io, &name, h->name ? (u32)h->name_len : 0, &c, flags);
	}
	kfree(iov);
	return n;
}

long sys_sendmsg(int fd, const void __user *user, u32 flags)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	struct msghdr h;
	long n;

	if (IS_ERR(s))
		return flags & MSG_CMSG_COMPAT ? -EINVAL : PTR_ERR(s);
	if (flags & MSG_CMSG_COMPAT) {
		file_put(f);
		return -EINVAL;
	}
	n = copy_from_user(&h, user, sizeof(h)) ?: send_message(f, &h, flags);
	file_put(f);
	return n;
}

long sys_sendmmsg(int fd, void __user *user, u32 count, u32 flags)
{
	struct mmsghdr __user *at = user;
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	struct msghdr h;
	u32 done = 0;
	long n = 0;

	if (IS_ERR(s))
		return flags & MSG_CMSG_COMPAT ? -EINVAL : PTR_ERR(s);
	if (flags & MSG_CMSG_COMPAT) {
		file_put(f);
		return -EINVAL;
	}
	for (; done < min(count, (u32)MMSG_MAX) && n >= 0; done += n >= 0) {
		n = copy_from_user(&h, &at[done].header, sizeof(h)) ?: send_message(f, &h, flags);
		if (n >= 0)
			n = put_user((u32)n, &at[done].len);
	}
	file_put(f);
	return done ?: n;
}

/* --- receiving --------------------------------------------------------------------------------*/

/* Where control data goes. */
struct sink {
	u8 __user *at;
	u64 left, done;
	u32 flags; /* MSG_CTRUNC */
};

/* One record; what does not fit is cut. */
static int put_record(struct sink *k, s32 type, const void *data, u64 len)
{
	struct cmsghdr h = { .len = sizeof(h) + len, .level = SOL_SOCKET, .type = type };
	u64 used;

	if (k->left < sizeof(h)) {
		k->flags |= MSG_CTRUNC;
		return 0;
	}
	if (h.len > k->left) {
		k->flags |= MSG_CTRUNC;
		h.len = k->left;
	}
	if (copy_to_user(k->at, &h, sizeof(h)) ||
	    copy_to_user(k->at + sizeof(h), data, h.len - sizeof(h)))
		return -EFAULT;
	used = min(ALIGN_CMSG(h.len), k->left);
	k->at += used;
	k->left -= used;
	k->done += used;
	return 0;
}

/* Descriptors for as many files as there is room for; the others are closed. */
static int put_files(struct sink *k, struct unix_control *c, bool cloexec)
{
	struct fdtable *files = task_current()->files;
	u64 room = k->left > sizeof(struct cmsghdr) ? (k->left - sizeof(struct cmsghdr)) / 4 : 0;
	u32 n = 0, most = (u32)min(room, (u64)c->file_count);
	s32 *fds = kmalloc_array(max(most, 1u), sizeof(*fds));
	int error;

	if (!fds)
		return -ENOMEM;
	for (; n < most; n++) {
		fds[n] = fd_reserve(files, 0, (u32)task_limit(RLIMIT_NOFILE), cloexec);
		if (fds[n] < 0)
			break;
	}
	error = n ? put_record(k, SCM_RIGHTS, fds, n * sizeof(*fds)) : 0;
	for (u32 i = 0; i < n; i++) {
		if (error)
			fd_release(files, fds[i]);
		else
			fd_install(files, fds[i], file_get(c->files[i]));
	}
	if (n < c->file_count)
		k->flags |= MSG_CTRUNC;
	kfree(fds);
	return error;
}

static int put_control(struct sink *k, struct unix_socket *s, struct unix_control *c, u32 flags)
{
	struct ucred u = { .uid = 65534, .gid = 65534 };
	int error = 0;

	if (READ_ONCE(s->passcred)) {
		if (c->has_cred)
			u = (struct ucred){ pid_seen(c->cred.pid), c->cred.uid, c->cred.gid };
		error = put_record(k, SCM_CREDENTIALS, &u, sizeof(u));
	}
	if (!error && c->file_count)
		error = put_files(k, c, flags & MSG_CMSG_CLOEXEC);
	return error;
}

static long no_urgent_byte(const struct unix_socket *s)
{
	return s->type == SOCK_STREAM ? -EINVAL : -EOPNOTSUPP;
}

static struct unix_receive receive_begin(struct file *f, u32 flags)
{
	return (struct unix_receive){
		.flags = flags,
		.nonblock = (flags & MSG_DONTWAIT) || (READ_ONCE(f->flags) & O_NONBLOCK),
	};
}

long sys_recvfrom(int fd, void __user *buf, size_t len, u32 flags, void __user *name,
		  int __user *name_len)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	struct unix_receive r;
	struct io io;
	long n;

	if (IS_ERR(s))
		return PTR_ERR(s);
	r = receive_begin(f, flags);
	len = min(len, RW_MAX);
	io_init_user(&io, buf, len);
	n = flags & MSG_OOB	       ? no_urgent_byte(s)
	    : !user_range_ok(buf, len) ? -EFAULT
				       : unix_receive(s, &io, &r);
	unix_control_drop(&r.control);
	if (n >= 0 && name) {
		int error = r.name_len ? sockaddr_put(&r.name, r.name_len, name, name_len)
				       : put_user(0, name_len);

		n = error ?: n;
	}
	file_put(f);
	return n;
}

/* The fields that a receiver changes. */
static int header_put(struct msghdr __user *user, const struct msghdr *h, struct unix_receive *r,
		      const struct sink *k)
{
	u32 flags = r->out_flags | k->flags | (r->flags & MSG_CMSG_CLOEXEC);
	int error = 0;

	if (h->name && r->name_len)
		error = sockaddr_put(&r->name, r->name_len, h->name, &user->name_len);
	else if (h->name)
		error = put_user(0, &user->name_len);
	return error ?: put_user(flags, &user->flags) ?: put_user(k->done, &user->control_len);
}

static long receive_message(struct file *f, struct msghdr __user *user, u32 flags)
{
	struct unix_receive r = receive_begin(f, flags);
	struct unix_socket *s = unix_of(f);
	struct iovec *iov;
	struct msghdr h;
	struct sink k;
	struct io io;
	u64 total;
	long n, error;

	if (copy_from_user(&h, user, sizeof(h)))
		return -EFAULT;
	if (h.iov_count > 1024)
		return -EMSGSIZE;
	if (flags & MSG_OOB)
		return no_urgent_byte(s);
	iov = vector_copy(h.iov, h.iov_count, &total);
	if (IS_ERR(iov))
		return PTR_ERR(iov);
	io_init_vector(&io, iov, total);
	n = unix_receive(s, &io, &r);
	kfree(iov);
	k = (struct sink){ .at = h.control, .left = h.control ? h.control_len : 0 };
	error = n < 0 ? 0 : put_control(&k, s, &r.control, flags);
	unix_control_drop(&r.control);
	if (n >= 0 && !error)
		error = header_put(user, &h, &r, &k);
	return error ?: n;
}

long sys_recvmsg(int fd, void __user *user, u32 flags)
{
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	long n;

	if (IS_ERR(s))
		return flags & MSG_CMSG_COMPAT ? -EINVAL : PTR_ERR(s);
	if (flags & MSG_CMSG_COMPAT) {
		file_put(f);
		return -EINVAL;
	}
	n = receive_message(f, user, flags);
	file_put(f);
	return n;
}

/* The time-out is looked at between messages, as on Linux. */
long sys_recvmmsg(int fd, void __user *user, u32 count, u32 flags, struct timespec __user *timeout)
{
	struct mmsghdr __user *at = user;
	u64 deadline = WAIT_FOREVER;
	struct timespec ts;
	struct file *f;
	struct unix_socket *s = socket_get(fd, &f);
	u32 done = 0;
	long n = 0;

	if (IS_ERR(s))
		return flags & MSG_CMSG_COMPAT ? -EINVAL : PTR_ERR(s);
	if (flags & MSG_CMSG_COMPAT) {
		file_put(f);
		return -EINVAL;
	}
	if (timeout && copy_from_user(&ts, timeout, sizeof(ts)))
		n = -EFAULT;
	else if (timeout && !timespec_valid(&ts))
		n = -EINVAL;
	else if (timeout)
		deadline = clock_after(timespec_ns(&ts));
	for (; n >= 0 && done < min(count, (u32)MMSG_MAX); done += n >= 0) {
		n = receive_message(f, &at[done].header, flags & ~(u32)MSG_WAITFORONE);
		if (n >= 0)
			n = put_user((u32)n, &at[done].len);
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (n >= 0 && clock_now() >= deadline) {
			done++;
			break;
		}
	}
	file_put(f);
	return done ?: n;
}
