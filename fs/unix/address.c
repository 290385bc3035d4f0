/*
 * address.c - names of sockets: paths, and names that no file has.
 *
 * A path is found by the inode it leads to, so renaming the file changes nothing and removing it
 * makes the socket unreachable.  Other names begin with a NUL and are compared as bytes.
 *
 * Locking: unix_lock for the table.
 */
#include "fs/name.h"
#include "fs/unix/unix.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

#define PATH_AT	  offsetof(struct sockaddr_un, path)
#define HASH_BITS 6

static struct list table[1 << HASH_BITS]; /* [unix_lock] struct unix_socket.bound */

static struct list *bucket(u64 key)
{
	struct list *b = &table[hash_u64(key, HASH_BITS)];

	if (!b->next)
		list_init(b);
	return b;
}

static struct list *bucket_of_name(const struct sockaddr_un *name, u32 len)
{
	u64 key = len;

	for (u32 i = 0; i < len - PATH_AT; i++)
		key = key * 31 + (u8)name->path[i];
	return bucket(key);
}

int unix_name_check(struct sockaddr_un *name, u32 *len)
{
	if (*len <= PATH_AT || *len > sizeof(*name) || name->family != AF_UNIX)
		return -EINVAL;
	if (!name->path[0])
		return 0;
	*len = PATH_AT + strnlen(name->path, *len - PATH_AT) + 1;
	if (*len <= sizeof(*name))
		name->path[*len - PATH_AT - 1] = '\0';
	return 0;
}

/* A path of the full 108 characters has no NUL of its own. */
static void copy_path(char *to, const struct sockaddr_un *name)
{
	memcpy(to, name->path, UNIX_PATH_MAX);
	to[UNIX_PATH_MAX] = '\0';
}

/* Each type has its own names. */
static struct unix_socket *find_name_locked(const struct sockaddr_un *name, u32 len, u32 type)
{
	struct unix_socket *s;

	list_for_each (s, bucket_of_name(name, len), bound)
		if (!s->place.dentry && s->type == type && s->name_len == len &&
		    memcmp(s->name.path, name->path, len - PATH_AT) == 0)
			return s;
	return NULL;
}

static struct unix_socket *find_inode_locked(const struct inode *inode)
{
	struct unix_socket *s;

	list_for_each (s, bucket((u64)inode), bound)
		if (s->place.dentry && s->place.dentry->inode == inode)
			return s;
	return NULL;
}

/* --- bind -------------------------------------------------------------------------------------*/

static void set_name_locked(struct unix_socket *s, const struct sockaddr_un *name, u32 len,
			    struct list *where)
{
	s->name = *name;
	WRITE_ONCE(s->name_len, len);
	list_add_tail(&s->bound, where);
}

static int bind_name(struct unix_socket *s, const struct sockaddr_un *name, u32 len)
{
	int error = 0;

	mutex_lock(&unix_lock);
	if (s->name_len)
		error = -EINVAL;
	else if (find_name_locked(name, len, s->type))
		error = -EADDRINUSE;
	else
		set_name_locked(s, name, len, bucket_of_name(name, len));
	mutex_unlock(&unix_lock);
	return error;
}

/* Any free name of five digits. */
static int bind_auto(struct unix_socket *s)
{
	static u32 last; /* [unix_lock] */
	struct sockaddr_un name = { .family = AF_UNIX };
	u32 len = PATH_AT + 6, tries = 0;
	int error = 0;

	mutex_lock(&unix_lock);
	while (!s->name_len && !error) {
		format(name.path + 1, 6, "%05x", last++ & 0xfffff);
		if (!find_name_locked(&name, len, s->type))
			set_name_locked(s, &name, len, bucket_of_name(&name, len));
		else if (++tries > 0xfffff)
			error = -ENOSPC;
	}
	mutex_unlock(&unix_lock);
	return error;
}

static int bind_path(struct unix_socket *s, const struct sockaddr_un *name, u32 len,
		     const struct walk *walk, u32 mode)
{
	char path[UNIX_PATH_MAX + 1];
	struct path place;
	int error;

	copy_path(path, name);
	error = name_mknod(walk, path, S_IFSOCK | mode, 0);
	if (error)
		return error == -EEXIST ? -EADDRINUSE : error;
	error = path_walk(walk, path, 0, &place);
	if (error)
		return error;
	mutex_lock(&unix_lock);
	if (s->name_len) {
		error = -EINVAL;
	} else {
		s->place = place;
		set_name_locked(s, name, len, bucket((u64)place.dentry->inode));
	}
	mutex_unlock(&unix_lock);
	if (error) {
		path_put(&place);
		error = name_unlink(walk, path) ?: error;
	}
	return error;
}

int unix_bind(struct unix_socket *s, const struct sockaddr_un *name, u32 len,
	      const struct walk *walk, u32 mode)
{
	if (len == PATH_AT)
		return bind_auto(s);
	return name->path[0] ? bind_path(s, name, len, walk, mode) : bind_name(s, name, len);
}

void unix_unbind_locked(struct unix_socket *s, struct path *place)
{
	assert(mutex_held(&unix_lock));
	*place = s->place;
	s->place = (struct path){ NULL, NULL };
	list_del(&s->bound);
	list_init(&s->bound);
}

/* --- finding ----------------------------------------------------------------------------------*/

static struct unix_socket *find_path(const struct sockaddr_un *name, const struct walk *walk)
{
	char path[UNIX_PATH_MAX + 1];
	struct unix_socket *s;
	struct inode *inode;
	struct path place;
	int error;

	copy_path(path, name);
	error = path_walk(walk, path, WALK_FOLLOW, &place);
	if (error)
		return ERR_PTR(error);
	inode = place.dentry->inode;
	error = inode_permission(inode, MAY_WRITE, walk->cred);
	s = ERR_PTR(error ?: -ECONNREFUSED);
	if (!error && (inode->mode & S_IFMT) == S_IFSOCK) {
		mutex_lock(&unix_lock);
		s = find_inode_locked(inode);
		s = s ? unix_get(s) : ERR_PTR(-ECONNREFUSED);
		mutex_unlock(&unix_lock);
	}
	path_put(&place);
	return s;
}

struct unix_socket *unix_find(const struct sockaddr_un *name, u32 len, u32 type,
			      const struct walk *walk)
{
	struct unix_socket *s;

	if (name->path[0]) {
		s = find_path(name, walk);
	} else {
		mutex_lock(&unix_lock);
		s = find_name_locked(name, len, type);
		s = s ? unix_get(s) : ERR_PTR(-ECONNREFUSED);
		mutex_unlock(&unix_lock);
	}
	if (!IS_ERR(s) && s->type != type) {
		unix_put(s);
		s = ERR_PTR(-EPROTOTYPE);
	}
	return s;
}
