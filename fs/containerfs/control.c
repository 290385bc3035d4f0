/*
 * control.c - the control files of a container: which there are, how they are read and written.
 *
 * A control file's dentry and inode are made by the first look at it, and stay: opening one costs
 * no more than opening any file, and chmod and chown need no other memory.
 *
 * Who has a file open whose container, or whose subsystem, has gone since gets ENODEV for ever.
 *
 * Locking: show and write run under container_mutex.
 *
 *   [m] container_mutex    [I] immutable
 */
#include "fs/containerfs/containerfs.h"

#include "fs/poll.h"
#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define SEEK_LIMIT 0x7fffffff

/* --- the framework's own files ------------------------------------------------------------- */

static int write_flag(bool *flag, const char *text)
{
	u64 value;
	int error = parse_u64(text, &value);

	if (error)
		return error;
	*flag = value != 0;
	return 0;
}

static int show_notify(struct container *c, struct text *out)
{
	text_printf(out, "%d\n", c->notify_on_release);
	return 0;
}

static int write_notify(struct container *c, struct file *f, char *text)
{
	int error = write_flag(&c->notify_on_release, text);

	if (!error)
		c->releasable = false;
	return error;
}

static int show_clone_children(struct container *c, struct text *out)
{
	text_printf(out, "%d\n", c->clone_children);
	return 0;
}

static int write_clone_children(struct container *c, struct file *f, char *text)
{
	return write_flag(&c->clone_children, text);
}

static int show_sane(struct container *c, struct text *out)
{
	text_string(out, "0\n");
	return 0;
}

static int show_agent(struct container *c, struct text *out)
{
	text_printf(out, "%s\n", c->hierarchy->release_agent ? c->hierarchy->release_agent : "");
	return 0;
}

static int write_agent(struct container *c, struct file *f, char *text)
{
	char *agent;

	if (!cred_capable(f->cred, CAP_SYS_ADMIN))
		return -EPERM;
	if (strlen(text) >= PATH_MAX)
		return -E2BIG;
	agent = kstrdup(str_trim(text));
	if (!agent)
		return -ENOMEM;
	if (!*agent) {
		kfree(agent);
		agent = NULL;
	}
	kfree(c->hierarchy->release_agent);
	c->hierarchy->release_agent = agent;
	return 0;
}

/* A path in the hierarchy: all tasks of this container go there. */
static int write_transfer(struct container *c, struct file *f, char *text)
{
	struct container *to;

	if (!cred_capable(f->cred, CAP_SYS_ADMIN))
		return -EPERM;
	text = str_trim(text);
	if (*text != '/')
		return -EINVAL;
	to = container_find(c->hierarchy, text);
	return to ? container_transfer(to, c) : -ENOENT;
}

static const struct control own_files[] = {
	{ "cgroup", "clone_children", 0644, false, NULL, show_clone_children,
	  write_clone_children },
	{ "cgroup", "procs", 0644, false, &procs_file_ops },
	{ "", "notify_on_release", 0644, false, NULL, show_notify, write_notify },
	{ "", "release_agent", 0644, true, NULL, show_agent, write_agent },
	{ "", "tasks", 0644, false, &tasks_file_ops },
	{ "container", "transfer", 0200, false, NULL, NULL, write_transfer },
	{ "cgroup", "sane_behavior", 0444, true, NULL, show_sane },
};

/* --- the list ------------------------------------------------------------------------------ */

/* Does c have own_files[at]? */
static bool own_at(struct container *c, u32 at, struct control *out)
{
	if (own_files[at].root_only && c->parent)
		return false;
	*out = own_files[at];
	out->subsys = -1;
	out->number = at;
	return true;
}

static u32 file_mode(const struct container_file *file)
{
	return (file->show ? 0444 : 0) | (file->write ? 0200 : 0);
}

/* Does c have the at-th file of a subsystem of its hierarchy? */
static bool subsys_at(struct container *c, int id, u32 at, struct control *out)
{
	const struct container_file *file = &subsystems[id]->files[at];

	if (c->parent ? file->root_only : file->no_root)
		return false;
	*out = (struct control){ .prefix = subsys_prefix(c->hierarchy, id),
				 .name = file->name,
				 .mode = file_mode(file),
				 .subsys = id,
				 .file = file,
				 .number = CONTROL_EACH * (1 + (u32)id) + at };
	return true;
}

/* The first file of the subsystem from the at-th on. */
static bool subsys_next(struct container *c, int id, u32 at, struct control *out)
{
	const struct container_file *file = subsystems[id]->files;

	for (u32 i = 0; file[i].name; i++) {
		assert(i < CONTROL_EACH);
		if (i >= at && subsys_at(c, id, i, out))
			return true;
	}
	return false;
}

bool control_next(struct container *c, u32 number, struct control *out)
{
	u32 group = number / CONTROL_EACH, at = number % CONTROL_EACH;
	int id;

	for (; group == 0 && at < ARRAY_SIZE(own_files); at++)
		if (own_at(c, at, out))
			return true;
	for_each_bit(id, c->hierarchy->subsys)
	{
		if ((u32)id + 1 >= group && subsys_next(c, id, group == (u32)id + 1 ? at : 0, out))
			return true;
	}
	return false;
}

/* What follows "PREFIX." in the name; NULL: it does not begin so. */
static const char *behind_prefix(const char *name, const char *prefix)
{
	if (!*prefix)
		return name;
	while (*prefix && *prefix == *name)
		prefix++, name++;
	return *prefix || *name != '.' ? NULL : name + 1;
}

static bool subsys_find(struct container *c, int id, const char *name, struct control *out)
{
	const struct container_file *file = subsystems[id]->files;

	name = behind_prefix(name, subsys_prefix(c->hierarchy, id));
	for (u32 i = 0; name && file[i].name; i++)
		if (!strcmp(name, file[i].name) && subsys_at(c, id, i, out))
			return true;
	return false;
}

/* The control file of that name. */
static bool control_find(struct container *c, const char *name, struct control *out)
{
	const char *rest;
	int id;

	for (u32 at = 0; at < ARRAY_SIZE(own_files); at++) {
		rest = behind_prefix(name, own_files[at].prefix);
		if (rest && !strcmp(rest, own_files[at].name) && own_at(c, at, out))
			return true;
	}
	for_each_bit(id, c->hierarchy->subsys)
	{
		if (subsys_find(c, id, name, out))
			return true;
	}
	return false;
}

/* --- an open file --------------------------------------------------------------------------- */

static struct control_data *data_of_inode(struct inode *inode)
{
	return container_of(inode, struct pseudo_inode, inode)->data;
}

int control_open(struct inode *inode, struct file *f)
{
	return control_is_gone(f) ? -ENODEV : 0; /* found through a descriptor */
}

/* --- reading and writing ------------------------------------------------------------------- */

/* What there is to be read changes with each event, or never. */
static u32 version_now(const struct control_data *d)
{
	bool notifies = d->control.file && d->control.file->notifies;

	return 1 + (notifies ? __atomic_load_n(&d->container->events, __ATOMIC_SEQ_CST) : 0);
}

void control_note_read(struct file *f)
{
	WRITE_ONCE(f->version, version_now(control_data(f)));
}

/* Always ready; and something has happened, which Linux says of a file that was not read yet. */
u32 control_poll(struct file *f, struct poll_table *table)
{
	u32 ready = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

	poll_wait(table, &container_events);
	if (control_is_gone(f) || READ_ONCE(f->version) != version_now(control_data(f)))
		ready |= POLLERR | POLLPRI;
	return ready;
}

/* The size is 0, and nothing lies beyond 31 bits (kernfs, generic_file_llseek). */
s64 control_seek(struct file *f, s64 offset, int whence)
{
	if (whence == SEEK_DATA || whence == SEEK_HOLE)
		return -ENXIO;
	if (whence < SEEK_SET || whence > SEEK_END)
		return -EINVAL;
	if (whence == SEEK_CUR && __builtin_add_overflow(offset, (s64)f->pos, &offset))
		return -EINVAL;
	if (offset < 0 || offset > SEEK_LIMIT)
		return -EINVAL;
	f->pos = (u64)offset;
	return offset;
}

static int control_show(struct file *f, struct text *out)
{
	struct control_data *d = control_data(f);
	struct container *c = d->container;
	int error = 0;

	mutex_lock(&container_mutex);
	control_note_read(f);
	if (d->gone)
		error = -ENODEV;
	else if (d->control.show)
		error = d->control.show(c, out);
	else if (d->control.file && d->control.file->show)
		d->control.file->show(c->css[d->control.subsys], out);
	else
		error = -EINVAL;
	mutex_unlock(&container_mutex);
	return error;
}

static int control_write(struct file *f, char *text, size_t len)
{
	struct control_data *d = control_data(f);
	struct container *c = d->container;
	struct container_request request;
	int error;

	mutex_lock(&container_mutex);
	container_request_begin(&request);
	container_request_keep(&request, text);
	if (d->gone)
		error = -ENODEV;
	else if (!len)
		error = 0;
	else if (d->control.write)
		error = d->control.write(c, f, text);
	else if (d->control.file && d->control.file->write)
		error = d->control.file->write(c->css[d->control.subsys], text);
	else
		error = -EINVAL;
	container_report(&request, c, d->control.prefix, d->control.name, error);
	mutex_unlock(&container_mutex);
	return error;
}

static int control_check(struct file *f)
{
	return control_is_gone(f) ? -ENODEV : 0;
}

static const struct pseudo_ops control_ops = {
	.show = control_show,
	.write = control_write,
	.check = control_check,
};

static const struct file_ops control_file_ops = {
	.open = control_open,
	.release = pseudo_release,
	.read = pseudo_read,
	.write = pseudo_write,
	.poll = control_poll,
	.seek = control_seek,
};

/* --- inodes ------------------------------------------------------------------------------- */

static void control_free(void *data)
{
	struct control_data *d = data;

	container_put(d->container);
	kfree(d);
}

static struct inode *control_inode(struct super *super, struct container *c,
				   const struct control *ctl)
{
	struct control_data *d = kmalloc(sizeof(*d));
	struct inode *dir, *inode;

	if (!d)
		return NULL;
	*d = (struct control_data){ .container = container_get(c), .control = *ctl };
	inode = pseudo_inode_create(super, S_IFREG | ctl->mode, &control_ops, d);
	if (!inode) {
		control_free(d);
		return NULL;
	}
	container_of(inode, struct pseudo_inode, inode)->free_data = control_free;
	inode->fops = ctl->fops ?: &control_file_ops;
	dir = c->dentry->inode;
	inode->ino = dir->ino + 1 + ctl->number;
	inode->uid = c->uid;
	inode->gid = c->gid;
	inode->atime = inode->mtime = inode->ctime = dir->ctime;
	return inode;
}

/* Two may look up a name that is not there yet: the second shares the inode of the first. */
int control_lookup(struct container *c, struct dentry *dentry)
{
	struct control ctl;
	struct dentry *there;
	struct inode *inode;
	int error = -ENOENT;

	mutex_lock(&container_mutex);
	if (!c->removed && control_find(c, dentry->name, &ctl)) {
		there = dentry_find(dentry->parent, dentry->name, dentry->name_len);
		inode = there ? inode_get(there->inode) : control_inode(dentry->super, c, &ctl);
		if (there) {
			dentry_attach_temporary(dentry, inode);
			dentry_put(there);
		} else if (inode) {
			dentry_attach_unlisted(dentry, inode, &c->files);
			c->file_count++;
		}
		error = inode ? 0 : -ENOMEM;
	}
	mutex_unlock(&container_mutex);
	return error;
}

/* Is there still such a file?  A subsystem may have left the hierarchy. */
static bool is_current(struct container *c, const struct dentry *d)
{
	struct control ctl;

	return !c->removed && control_find(c, d->name, &ctl);
}

void control_drop(struct container *c)
{
	struct dentry *d, *next;

	assert(mutex_held(&container_mutex));
	list_for_each_safe (d, next, &c->files, sibling) {
		if (is_current(c, d))
			continue;
		c->file_count--;
		WRITE_ONCE(data_of_inode(d->inode)->gone, true);
		dentry_remove(d);
	}
}
