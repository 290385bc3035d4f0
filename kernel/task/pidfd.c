/*
 * pidfd.c - descriptors that stand for a process: pidfd_open(2), CLONE_PIDFD.
 *
 * Such a file becomes readable for poll when the process has ended, that is when all of its tasks
 * are gone; it cannot be read.  It keeps the struct pid, not the number.
 */
#include "kernel/task/pidfd.h"

#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/task/task.h"

static u32 pidfd_poll(struct file *f, struct poll_table *table)
{
	struct pid *p = f->private;
	bool ended;

	poll_wait(table, &p->ended);
	spin_lock(&task_tree_lock);
	ended = !p->task || p->task->process->zombie;
	spin_unlock(&task_tree_lock);
	return ended ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct file *f)
{
	pid_put(f->private);
}

static const struct file_ops pidfd_ops = {
	.poll = pidfd_poll,
	.release = pidfd_release,
	.flags = FILE_NO_SEEK,
};

struct file *pidfd_create(struct pid *p, u32 flags)
{
	struct file *f = file_create_anonymous("[pidfd]", &pidfd_ops, NULL, p, O_RDWR | flags,
					       task_current()->cred);

	if (!IS_ERR(f))
		pid_get(p);
	return f;
}

struct pid *pidfd_pid(const struct file *f)
{
	return f->ops == &pidfd_ops ? f->private : NULL;
}

static int install(struct file *f)
{
	struct fdtable *files = task_current()->files;
	int fd = fd_reserve(files, 0, (u32)task_limit(RLIMIT_NOFILE), true);

	if (fd < 0)
		file_put(f);
	else
		fd_install(files, fd, f);
	return fd;
}

int pidfd_open(s32 nr, u32 flags)
{
	struct pid *p;
	struct file *f;
	bool leader;

	if ((flags & ~O_NONBLOCK) || nr <= 0)
		return -EINVAL;
	p = pid_find(task_view(), nr);
	if (!p)
		return -ESRCH;
	spin_lock(&task_tree_lock);
	leader = p->task && p->task->process->leader == p->task;
	spin_unlock(&task_tree_lock);
	f = leader ? pidfd_create(p, flags) : ERR_PTR(-EINVAL);
	pid_put(p);
	return IS_ERR(f) ? (int)PTR_ERR(f) : install(f);
}

struct pid *pidfd_find(int fd, u32 *flags)
{
	struct file *f = fd_get(task_current()->files, fd);
	struct pid *p;

	if (!f)
		return ERR_PTR(-EBADF);
	p = pidfd_pid(f);
	if (p)
		pid_get(p);
	if (flags)
		*flags = f->flags;
	file_put(f);
	return p ? p : ERR_PTR(-EBADF);
}
