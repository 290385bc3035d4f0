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
static int may_move(struct file *f, struct task *t)
{
	const struct cred *target;
	u32 euid = f->cred->euid;
	int error = 0;

	if (!euid)
		return 0;
	target = task_get_cred(t);
	if (euid != target->uid && euid != target->suid)
		error = -EACCES;
	cred_put(target);
	return error;
}

static int move(struct file *f, struct task *t, bool whole_process)
{
	int error = may_move(f, t);

	if (error)
		return error;
	if (t->is_kernel && whole_process ? process_pid(t->process) == 2 : task_tid(t) == 2)
		return container_refuse(-EINVAL, "the parent of the kernel's tasks stays");
	return container_attach(control_container(f), t, whole_process);
}

/* Nearly always it is decimal digits, and perhaps a newline. */
static bool parse_plain(const char *text, size_t len, s64 *id)
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

static int write_member(struct file *f, char *text, size_t len, bool procs)
{
	struct task *t;
	s64 id;
	int error;

	if (!len)
		return 0;
	if (!parse_plain(text, len, &id) &&
	    (parse_s64(str_trim(text), &id) || id < 0 || id > 0x7fffffff))
		return -EINVAL;
	if (id == 0)
		return container_attach(control_container(f), task_current(), procs);
	t = task_find(id);
	if (!t)
		return -ESRCH;
	error = move(f, t, procs);
	task_put(t);
	return error;
}

static int write_members(struct file *f, char *text, size_t len)
{
	struct container *c = control_container(f);
	bool procs = f->ops == &procs_file_ops;
	struct container_request request;
	int error;

	mutex_lock(&container_mutex);
	container_request_begin(&request, text);
	error = control_is_gone(f) ? -ENODEV : write_member(f, text, len, procs);
	container_report(&request, c, procs ? "cgroup" : "", procs ? "procs" : "tasks", error);
	mutex_unlock(&container_mutex);
	return error;
}

static ssize_t tasks_write(struct file *f, struct io *io, u64 *pos)
{
	u64 len = io->left;
	char number[24], *text = number;
	int error;

	if (len > WRITE_LIMIT)
		return -E2BIG;
	if (len >= sizeof(number))
		text = kmalloc(len + 1);
	if (!text)
		return -ENOMEM;
	error = io_get(io, text, len) == len ? 0 : -EFAULT;
	text[len] = 0;
	if (!error)
		error = write_members(f, text, len);
	if (text != number)
		kfree(text);
	if (error)
		return error;
	*pos += len;
	return len;
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
