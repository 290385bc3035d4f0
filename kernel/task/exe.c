/*
 * exe.c - programs that run and files that are written keep each other out.
 *
 * Both sides count themselves first and then look at the other's count; fs/ does the same when it
 * opens for writing.  So at least one of two that meet sees the other (ETXTBSY).
 */
#include "kernel/task/exe.h"

#include "kernel/abi/errno.h"
#include "kernel/task/task.h"

int exe_deny_write(struct inode *inode)
{
	__atomic_fetch_add(&inode->executing, 1, __ATOMIC_SEQ_CST);
	if (likely(!__atomic_load_n(&inode->writers, __ATOMIC_SEQ_CST)))
		return 0;
	exe_allow_write(inode);
	return -ETXTBSY;
}

void exe_allow_write(struct inode *inode)
{
	__atomic_fetch_sub(&inode->executing, 1, __ATOMIC_SEQ_CST);
}

struct file *exe_get(struct file *f)
{
	__atomic_fetch_add(&f->inode->executing, 1, __ATOMIC_SEQ_CST);
	return file_get(f);
}

void exe_put(struct file *f)
{
	exe_allow_write(f->inode);
	file_put(f);
}

struct file *exe_replace(struct process *p, struct file *f)
{
	struct file *old;

	spin_lock(&p->lock);
	old = p->exe;
	p->exe = f;
	spin_unlock(&p->lock);
	return old;
}
