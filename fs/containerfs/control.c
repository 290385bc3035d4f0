/*
 * control.c - the control files of a container: which there are, how they are read and written.
 *
 * A control file's dentry and inode are made by the first look at it, and stay: opening one costs
 * no more than opening any file, and chmod and chown need no other memory.
 *
 * Locking: show and write run under container_mutex; a removed container answers ENODEV.
 */
#include "fs/containerfs/containerfs.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

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

static bool own_get(struct container *c, unsigned *index, struct control *out)
{
	for (unsigned i = 0; i < ARRAY_SIZE(own_files); i++) {
		if (own_files[i].root_only && c->parent)
			continue;
		if ((*index)--)
			continue;
		*out = own_files[i];
		out->subsys = -1;
		out->number = i;
		return true;
	}
	return false;
}

static u32 file_mode(const struct container_file *file)
{
	return (file->show ? 0444 : 0) | (file->write ? 0200 : 0);
}

static u32 file_number(int id, const struct container_file *file)
{
	u64 at = (u64)(file - subsystems[id]->files);

	assert(at < CONTROL_EACH);
	return (u32)(CONTROL_EACH * (1 + (u64)id) + at);
}

bool control_get(struct container *c, unsigned index, struct control *out)
{
	if (own_get(c, &index, out))
		return true;
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		const struct container_file *file = subsystems[id]->files;

		if (!(c->hierarchy->subsys & BIT(id)))
			continue;
		for (; file->name; file++) {
			if ((c->parent ? file->root_only : file->no_root) || index--)
				continue;
			*out = (struct control){ .prefix = subsys_prefix(c->hierarchy, id),
						 .name = file->name,
						 .mode = file_mode(file),
						 .subsys = id,
						 .file = file,
						 .number = file_number(id, file) };
			return true;
		}
	}
	return false;
}

static bool control_is(const struct control *ctl, const char *name)
{
	const char *prefix = ctl->prefix;

	if (*prefix) {
		while (*prefix && *prefix == *name)
			prefix++, name++;
		if (*prefix || *name++ != '.')
			return false;
	}
	return *name == *ctl->name && !strcmp(name, ctl->name);
}

/* --- inodes ------------------------------------------------------------------------------- */

struct control_data {
	struct container *container; /* a reference */
	struct control control;
};

static struct control_data *data_of(struct file *f)
{
	return pseudo_data(f);
}

struct container *control_container(struct file *f)
{
	return data_of(f)->container;
}

/* Its container was removed, or its subsystem unbound by a remount. */
static bool is_gone(const struct control_data *d)
{
	return d->container->removed || (d->control.file && !d->container->css[d->control.subsys]);
}

static int control_show(struct file *f, struct text *out)
{
	struct control_data *d = data_of(f);
	struct container *c = d->container;
	int error = 0;

	mutex_lock(&container_mutex);
	if (is_gone(d))
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
	struct control_data *d = data_of(f);
	struct container *c = d->container;
	struct container_request request;
	int error;

	mutex_lock(&container_mutex);
	container_request_begin(&request, text);
	if (is_gone(d))
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
	return READ_ONCE(data_of(f)->container->removed) ? -ENODEV : 0;
}

static const struct pseudo_ops control_ops = {
	.show = control_show,
	.write = control_write,
	.check = control_check,
};

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
	if (ctl->fops)
		inode->fops = ctl->fops;
	dir = c->dentry->inode;
	inode->ino = dir->ino + 1 + ctl->number;
	inode->uid = c->uid;
	inode->gid = c->gid;
	inode->atime = inode->mtime = inode->ctime = dir->ctime;
	return inode;
}

/* The control file of that name. */
static bool control_find(struct container *c, const char *name, struct control *out)
{
	for (u32 i = 0; i < ARRAY_SIZE(own_files); i++) {
		if ((own_files[i].root_only && c->parent) || !control_is(&own_files[i], name))
			continue;
		*out = own_files[i];
		out->subsys = -1;
		out->number = i;
		return true;
	}
	for (unsigned index = 0; control_get(c, index, out); index++)
		if (control_is(out, name))
			return true;
	return false;
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
		dentry_remove(d);
	}
}
