/*
 * tasks.c - the files that list a container's members and take new ones: tasks and cgroup.procs.
 *
 * Reading is members.c's work.
 *
 * Writing a number moves that thread (tasks) or its whole process (cgroup.procs); 0 is the writer.
 *
 * Locking: container_mutex for a whole read or write.
 */
#include "fs/containerfs/containerfs.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define WRITE_LIMIT 4096

static ssize_t tasks_read(struct file *f, struct io *io, u64 *pos)
{
	bool procs = f->ops == &procs_file_ops;
	ssize_t result = -ENODEV;

	if (!io->left)
		return 0;
	mutex_lock(&container_mutex);
	control_note_read(f);
	if (!control_is_gone(f))
		result = members_read(f->private, control_container(f), procs, io, pos);
	mutex_unlock(&container_mutex);
	return result;
}

/* The opener's rights count, not the writer's: a descriptor may be handed on (cgroup-v1: EACCES).
 */
static noinline int may_move(u32 euid, struct task *t)
{
	const struct cred *target = task_get_cred(t);
	int error = 0;

	if (euid != target->uid && euid != target->suid)
		error = -EACCES;
	cred_put(target);
	return error;
}

static always_inline int move(struct file *f, struct container *c, struct task *t,
			      bool whole_process)
{
	u32 euid = f->cred->euid;
	int error = likely(!euid) ? 0 : may_move(euid, t);

	if (error)
		return error;
	if (t->is_kernel && whole_process ? process_pid(t->process) == 2 : task_tid(t) == 2)
		return container_refuse(-EINVAL, "the parent of the kernel's tasks stays");
	return container_attach(c, t, whole_process);
}

/* Nearly always it is decimal digits, and perhaps a newline. */
static always_inline bool parse_plain(const char *text, size_t len, s64 *id)
{
	s64 n = 0;

	if (text[len - 1] == '\n')
		len--;
	if (len - 1 > 8 || *text == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		u32 digit = (u32)(u8)text[i] - '0';

		if (digit > 9)
			return false;
		n = n * 10 + digit;
	}
	*id = n;
	return true;
}

/* Whatever else a number may look like. */
static noinline int parse_any(char *text, s64 *id, struct container_request *request)
{
	container_request_keep(request, text);
	return parse_s64(str_trim(text), id) || *id < 0 || *id > 0x7fffffff ? -EINVAL : 0;
}

static always_inline int write_member(struct file *f, struct container *c, char *text, size_t len,
				      struct container_request *request)
{
	bool procs = f->ops == &procs_file_ops;
	struct task *t;
	s64 id;
	int error;

	if (unlikely(!parse_plain(text, len, &id)) && parse_any(text, &id, request))
		return -EINVAL;
	if (id == 0)
		return container_attach(c, task_current(), procs);
	t = task_find(id);
	if (!t)
		return -ESRCH;
	error = move(f, c, t, procs);
	task_put(t);
	return error;
}

static noinline void report(struct file *f, struct container *c, const char *text,
			    struct container_request *request, int error)
{
	bool procs = f->ops == &procs_file_ops;

	if (!*request->value)
		container_request_keep(request, text);
	container_report_error(request, c, procs ? "cgroup" : "", procs ? "procs" : "tasks", error);
}

static always_inline int write_members(struct file *f, char *text, size_t len)
{
	struct control_data *d = control_data(f);
	struct container *c = d->container;
	struct container_request request;
	int error = -ENODEV;

	mutex_lock(&container_mutex);
	container_request_begin(&request);
	if (likely(!d->gone))
		error = write_member(f, c, text, len, &request);
	if (unlikely(error))
		report(f, c, text, &request, error);
	mutex_unlock(&container_mutex);
	return error;
}

/* text has room for len bytes and a NUL. */
static always_inline ssize_t write_text(struct file *f, struct io *io, u64 *pos, char *text,
					u64 len)
{
	int error;

	if (unlikely(io_get(io, text, len) != len))
		return -EFAULT;
	text[len] = 0;
	error = len ? write_members(f, text, len) : 0;
	if (unlikely(error))
		return error;
	*pos += len;
	return len;
}

static noinline ssize_t write_long(struct file *f, struct io *io, u64 *pos, u64 len)
{
	char *text = len > WRITE_LIMIT ? ERR_PTR(-E2BIG) : kmalloc(len + 1);
	ssize_t result;

	if (!text)
		return -ENOMEM;
	if (IS_ERR(text))
		return PTR_ERR(text);
	result = write_text(f, io, pos, text, len);
	kfree(text);
	return result;
}

static ssize_t tasks_write(struct file *f, struct io *io, u64 *pos)
{
	char number[24];
	u64 len = io->left;

	if (unlikely(len >= sizeof(number)))
		return write_long(f, io, pos, len);
	return write_text(f, io, pos, number, len);
}

static int tasks_open(struct inode *inode, struct file *f)
{
	if (control_is_gone(f)) /* found through a descriptor */
		return -ENODEV;
	f->private = f->can_read ? members_create() : NULL;
	return f->can_read && !f->private ? -ENOMEM : 0;
}

static void tasks_release(struct file *f)
{
	if (f->private)
		members_destroy(f->private);
}

const struct file_ops tasks_file_ops = {
	.open = tasks_open,
	.release = tasks_release,
	.read = tasks_read,
	.write = tasks_write,
	.poll = control_poll,
	.seek = control_seek,
};

const struct file_ops procs_file_ops = {
	.open = tasks_open,
	.release = tasks_release,
	.read = tasks_read,
	.write = tasks_write,
	.poll = control_poll,
	.seek = control_seek,
};
