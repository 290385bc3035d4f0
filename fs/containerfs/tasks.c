/*
 * tasks.c - the files that list a container's members and take new ones: tasks and cgroup.procs.
 *
 * Reading walks the lists of the css_sets that are linked to the container and prints ids in rising
 * order, a window of them at a time: what is printed next depends only on the id printed last, so
 * members that come and go meanwhile neither hide nor repeat the others, and no array of all of
 * them is made.  The ids are those of the reader's pid namespace; who is not in it is left out.
 *
 * Writing a number moves that thread (tasks) or its whole process (cgroup.procs); 0 is the writer.
 *
 * Locking: container_mutex for a whole read or write; css_set_lock for each walk.
 */
#include "fs/containerfs/containerfs.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/format.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define WINDOW	    256
#define WRITE_LIMIT 4096

struct tasks_reader {
	u64 pos;	 /* [m] where in the file `line` begins */
	s32 last;	 /* [m] the id in `line` */
	u32 len;	 /* [m] of line; 0 at the start */
	u32 count, next; /* [m] ids in the window, and how many are used up */
	char line[16];
	s32 window[WINDOW];
};

/* Into the sorted window: keeps the WINDOW smallest, each once. */
static void window_add(struct tasks_reader *r, s32 id)
{
	u32 at = r->count;

	if (id <= r->last || (r->count == WINDOW && id >= r->window[WINDOW - 1]))
		return;
	while (at && r->window[at - 1] > id)
		at--;
	if (at && r->window[at - 1] == id)
		return;
	if (r->count == WINDOW)
		r->count--;
	memmove(&r->window[at + 1], &r->window[at], (r->count - at) * sizeof(s32));
	r->window[at] = id;
	r->count++;
}

static void window_add_list(struct tasks_reader *r, struct list *tasks, bool procs)
{
	struct task *t;

	list_for_each (t, tasks, containers.node)
		window_add(r, pid_seen(procs ? t->process->pid : t->pid));
}

static void window_fill(struct tasks_reader *r, struct container *c, bool procs)
{
	struct css_set_link *link;

	r->count = r->next = 0;
	spin_lock(&css_set_lock);
	list_for_each (link, &c->links, of_container) {
		window_add_list(r, &link->set->tasks, procs);
		window_add_list(r, &link->set->mg_tasks, procs);
	}
	spin_unlock(&css_set_lock);
}

/* Makes `line` the next one; false at the end. */
static bool reader_step(struct tasks_reader *r, struct container *c, bool procs)
{
	if (r->next == r->count) {
		window_fill(r, c, procs);
		if (!r->count)
			return false;
	}
	r->pos += r->len;
	r->last = r->window[r->next++];
	r->len = format(r->line, sizeof(r->line), "%d\n", r->last);
	return true;
}

static ssize_t read_members(struct file *f, struct io *io, u64 *pos, bool procs)
{
	struct container *c = control_container(f);
	struct tasks_reader *r = f->private;
	ssize_t done = 0;

	if (c->removed)
		return -ENODEV;
	if (*pos < r->pos || *pos == 0)
		*r = (struct tasks_reader){};
	while (io->left) {
		u64 skip = *pos - r->pos, got;

		if (skip >= r->len) {
			if (!reader_step(r, c, procs))
				break;
			continue;
		}
		got = io_put(io, r->line + skip, r->len - skip);
		*pos += got;
		done += got;
		if (got < r->len - skip && io->left)
			return done ? done : -EFAULT;
	}
	return done;
}

static ssize_t tasks_read(struct file *f, struct io *io, u64 *pos)
{
	bool procs = f->ops == &procs_file_ops;
	ssize_t result;

	mutex_lock(&container_mutex);
	result = read_members(f, io, pos, procs);
	mutex_unlock(&container_mutex);
	return result;
}

/* The opener's rights count, not the writer's: a descriptor may be handed on (cgroup-v1: EACCES).
 */
static int may_move(struct file *f, struct task *t)
{
	const struct cred *target = task_get_cred(t);
	u32 euid = f->cred->euid;
	int error = 0;

	if (euid && euid != target->uid && euid != target->suid)
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

static int write_member(struct file *f, char *text, size_t len, bool procs)
{
	struct task *t;
	s64 id;
	int error;

	if (!len)
		return 0;
	if (parse_s64(str_trim(text), &id) || id < 0 || id > 0x7fffffff)
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
	error = c->removed ? -ENODEV : write_member(f, text, len, procs);
	container_report(&request, c, procs ? "cgroup" : "", procs ? "procs" : "tasks", error);
	mutex_unlock(&container_mutex);
	return error;
}

static ssize_t tasks_write(struct file *f, struct io *io, u64 *pos)
{
	u64 len = io->left;
	char *text;
	int error;

	if (len > WRITE_LIMIT)
		return -E2BIG;
	text = kmalloc(len + 1);
	if (!text)
		return -ENOMEM;
	error = io_get(io, text, len) == len ? 0 : -EFAULT;
	text[len] = 0;
	if (!error)
		error = write_members(f, text, len);
	kfree(text);
	if (error)
		return error;
	*pos += len;
	return len;
}

static int tasks_open(struct inode *inode, struct file *f)
{
	f->private = f->can_read ? kzalloc(sizeof(struct tasks_reader)) : NULL;
	return f->can_read && !f->private ? -ENOMEM : 0;
}

static void tasks_release(struct file *f)
{
	kfree(f->private);
}

const struct file_ops tasks_file_ops = {
	.open = tasks_open,
	.release = tasks_release,
	.read = tasks_read,
	.write = tasks_write,
};

const struct file_ops procs_file_ops = {
	.open = tasks_open,
	.release = tasks_release,
	.read = tasks_read,
	.write = tasks_write,
};
