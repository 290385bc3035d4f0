/*
 * exec.c - execve(2) and execveat(2): another program for the running task.
 *
 * The file is opened and checked, a new address space is built and filled, everything that will be
 * needed is allocated; then all other threads are made to leave; and then, without a way to fail,
 * the task changes over.  So a failure is an errno of the old program in all cases.
 *
 * What stays: pid, parent, group, session, limits, pending and blocked signals, ignored signals,
 * descriptors without FD_CLOEXEC, ITIMER_REAL.  What goes: memory, handlers, the alternate stack,
 * POSIX timers, robust futexes, other threads.
 */
#include "kernel/task/exec.h"

#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/account.h"
#include "kernel/task/cred.h"
#include "kernel/task/exe.h"
#include "kernel/task/exit.h"
#include "kernel/task/futex.h"
#include "kernel/task/usage.h"
#include "kernel/task/walk.h"

#define FD_PATH 24 /* "/dev/fd/4294967295/" */

/* The place that (dirfd, name) means. */
static int find_program(int dirfd, const char *name, int flags, struct path *path)
{
	struct task_walk w;
	int ret = task_walk_begin(&w, dirfd, name);

	if (ret < 0)
		return ret;
	if (!name[0] && (flags & AT_EMPTY_PATH)) {
		*path = w.walk.base;
		path_get(path);
	} else {
		ret = path_walk(&w.walk, name, flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW, path);
	}
	task_walk_end(&w);
	return ret;
}

/* The caller needs the right to execute, not to read. */
static int may_run(const struct path *path)
{
	struct inode *inode = path->dentry->inode;

	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (!S_ISREG(inode->mode) || !path->mount || (path->mount->flags & MS_NOEXEC))
		return -EACCES;
	return inode_permission(inode, MAY_EXEC, task_current()->cred);
}

struct file *exec_open(int dirfd, const char *name, int flags)
{
	struct file *f = NULL;
	struct path path;
	int ret = find_program(dirfd, name, flags, &path);

	if (ret < 0)
		return ERR_PTR(ret);
	ret = may_run(&path);
	if (ret == 0) {
		f = file_open_path(&path, O_RDONLY | O_LARGEFILE, &cred_root);
		if (IS_ERR(f))
			ret = (int)PTR_ERR(f);
	}
	path_put(&path);
	if (ret == 0) {
		ret = exe_deny_write(f->inode);
		if (ret < 0)
			file_put(f);
	}
	return ret < 0 ? ERR_PTR(ret) : f;
}

/* What the program is called by: a file that is reached through a descriptor has a made-up name. */
static int set_name(struct exec *e, int dirfd, const char *name)
{
	size_t size = strlen(name) + 1 + FD_PATH;

	e->filename = kmalloc(size);
	if (!e->filename)
		return -ENOMEM;
	e->script_name = e->filename;
	if (dirfd == AT_FDCWD || name[0] == '/') {
		strcopy(e->filename, name, size);
		return 0;
	}
	format(e->filename, size, name[0] ? "/dev/fd/%d/%s" : "/dev/fd/%d", dirfd, name);
	e->hidden = fd_cloexec(task_current()->files, dirfd, -1) > 0;
	return 0;
}

/* The OOM killer must know whose the pages are that exec fills. */
static void show_space(struct vm *vm)
{
	struct task *t = task_current();

	spin_lock(&t->process->lock);
	t->exec_vm = vm;
	spin_unlock(&t->process->lock);
}

static int make_space(struct exec *e)
{
	struct vm *vm = vm_create();

	if (!vm)
		return -ENOMEM;
	vm->stack_limit = task_limit(RLIMIT_STACK);
	vm->data_limit = task_limit(RLIMIT_DATA);
	vm->as_limit = task_limit(RLIMIT_AS);
	e->vm = vm;
	show_space(vm);
	return 0;
}

/* The identity of the new program: set-id bits count unless the mount or the task forbids it. */
static void set_cred(struct exec *e)
{
	const struct cred *old = task_current()->cred;
	const struct inode *inode = e->file->inode;
	struct cred *c = e->cred;

	if (!(e->file->path.mount->flags & MS_NOSUID) && !c->no_new_privs) {
		if (inode->mode & S_ISUID)
			c->euid = inode->uid;
		if ((inode->mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
			c->egid = inode->gid;
	}
	e->secure = cred_fix_exec(c, old);
}

/* Follows interpreters of scripts to a program that can be mapped. */
static int load(struct exec *e)
{
	ssize_t n;
	int ret;

	for (int depth = 0; depth <= EXEC_DEPTH; depth++) {
		memset(e->head, 0, sizeof(e->head));
		n = file_read_kernel(e->file, e->head, EXEC_HEAD, 0);
		if (n < 0)
			return (int)n;
		if (e->head[0] != '#' || e->head[1] != '!') {
			set_cred(e);
			return elf_load(e);
		}
		ret = script_load(e);
		if (ret < 0)
			return ret;
	}
	return -ELOOP;
}

static int build(struct exec *e, int dirfd, const char *name, int flags)
{
	int ret;

	e->file = exec_open(dirfd, name, flags);
	if (IS_ERR(e->file)) {
		/* Linux reads the lists first. */
		ret = exec_stack_check(e->args) ?: (int)PTR_ERR(e->file);
		e->file = NULL;
		return ret;
	}
	e->cred = cred_prepare();
	ret = e->cred ? set_name(e, dirfd, name) : -ENOMEM;
	if (ret == 0)
		ret = make_space(e);
	if (ret == 0)
		ret = exec_stack_fill(e);
	if (ret == 0)
		ret = load(e);
	if (ret == 0)
		ret = exec_stack_finish(e);
	if (ret == 0 && e->stack_exec)
		ret = vm_protect(e->vm, align_down(USER_END - 1, PAGE_SIZE), PAGE_SIZE,
				 PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN);
	return ret;
}

/* What the new program must not share: tables that other processes use too. */
struct unshared {
	struct fdtable *files;
	struct fs_context *fs;
	struct sighand *sighand;
};

static int unshare(struct unshared *u, struct task *t, bool secure)
{
	if (refcount_read(&t->files->refs) > 1) {
		u->files = fdtable_copy(t->files);
		if (!u->files)
			return -ENOMEM;
	}
	if (secure && refcount_read(&t->fs->refs) > 1) {
		u->fs = fs_context_copy(t->fs);
		if (!u->fs)
			return -ENOMEM;
	}
	if (refcount_read(&t->process->sighand->refs) > 1) {
		u->sighand = sighand_create(t->process->sighand);
		if (!u->sighand)
			return -ENOMEM;
	}
	return 0;
}

/* Puts the copies in place and lets go of what they replace; or of unused copies. */
static void unshare_finish(struct unshared *u, struct task *t, bool commit)
{
	struct unshared old = *u;

	if (commit) {
		spin_lock(&t->process->lock);
		if (u->files) {
			old.files = t->files;
			t->files = u->files;
		}
		if (u->fs) {
			old.fs = t->fs;
			t->fs = u->fs;
		}
		if (u->sighand) {
			old.sighand = t->process->sighand;
			t->process->sighand = u->sighand;
		}
		spin_unlock(&t->process->lock);
	}
	if (old.files)
		fdtable_put(old.files);
	if (old.fs)
		fs_context_put(old.fs);
	if (old.sighand)
		sighand_put(old.sighand);
}

static void change_space(struct task *t, struct vm *vm)
{
	struct vm *old = t->vm;

	if (old) {
		futex_exit(t);
		usage_leave_space(t->process, old);
	}
	t->robust_list = NULL;
	t->clear_child_tid = NULL;
	spin_lock(&t->process->lock);
	t->vm = vm;
	t->exec_vm = NULL;
	t->thread.arch.pt = &vm->pt;
	pagetable_switch(&vm->pt);
	spin_unlock(&t->process->lock);
	vfork_release(t);
	if (old)
		vm_put(old);
}

static void change_identity(struct exec *e, struct task *t)
{
	const char *slash = strrchr(e->filename, '/');
	struct process *p = t->process;
	struct cred *c = e->cred;
	bool readable = inode_permission(e->file->inode, MAY_READ, t->cred) == 0;

	e->cred = NULL;
	strcopy(t->thread.name, slash ? slash + 1 : e->filename, sizeof(t->thread.name));
	p->dumpable = readable && c->euid == c->uid && c->egid == c->gid;
	if (e->secure) {
		t->death_signal = 0;
		t->personality = 0;
	}
	if (cred_commit(c) < 0)
		panic("exec: the real uid changed");
}

/* The new program is there; nothing below fails. */
static void commit(struct exec *e, struct unshared *u, struct task *t, struct trap_frame *frame)
{
	struct file *exe = e->file;

	t->exec_done = true; /* before anybody could tell by the name */
	change_space(t, e->vm);
	e->vm = NULL;
	change_identity(e, t);
	unshare_finish(u, t, true);
	fdtable_close_on_exec(t->files);
	signal_exec(t);
	e->file = exe_replace(t->process, exe);
	t->over_nproc = false;
	WRITE_ONCE(t->process->membarrier, 0);
	context_reset_user(&t->thread.arch);
	frame_init_user(frame, e->entry, e->stack.sp);
	frame->orig_rax = NO_SYSCALL;
}

static void finish(struct exec *e)
{
	exec_stack_end(&e->stack);
	if (e->vm) {
		show_space(NULL);
		vm_put(e->vm);
	}
	if (e->file)
		exe_put(e->file);
	if (e->cred)
		cred_put(e->cred);
	if (e->script_name != e->filename)
		kfree(e->script_name);
	kfree(e->filename);
	kfree(e);
}

int task_exec(int dirfd, const char *name, int flags, const struct exec_args *args,
	      struct trap_frame *frame)
{
	struct task *t = task_current();
	struct unshared u = { 0 };
	struct exec *e;
	int ret;

	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	if (t->over_nproc && READ_ONCE(t->account->tasks) > task_limit(RLIMIT_NPROC))
		return -EAGAIN;
	e = kzalloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->args = args;
	ret = build(e, dirfd, name, flags);
	if (ret == 0)
		ret = unshare(&u, t, e->secure);
	if (ret == 0)
		ret = exec_alone(t);
	if (ret == 0)
		commit(e, &u, t, frame);
	else
		unshare_finish(&u, t, false);
	finish(e);
	return ret;
}
