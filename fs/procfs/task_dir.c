/*
 * task_dir.c - the directories of processes and threads: /proc/PID, /proc/PID/task, .../task/TID.
 *
 * User space sees: a directory for each process, by number; that of a thread can be named there too
 * but is listed only in its process's task.  Names are found by asking, so nothing is kept for a
 * process that nobody looks at, and what is open when it ends answers ESRCH.
 *
 * Locking: task_tree_lock to find a task by its number; process->lock to step through its threads.
 */
#include "fs/procfs/task_files.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

static const struct inode_ops task_list_ops;
static const struct file_ops task_list_fops;

#define PROC_MOUNTS(filename, show_fn)                                         \
	{                                                                      \
		.name = (filename), .mode = S_IFREG | 0444, .show = (show_fn), \
		.fops = &proc_mounts_fops                                      \
	}

/* What a process and a thread have in common. */
// clang-format off
#define TASK_ENTRIES \
	PROC_SECRET("auxv", 0400, proc_show_auxv), \
	PROC_FILE("cgroup", 0444, proc_show_cgroup), \
	PROC_FILE("cmdline", 0444, proc_show_cmdline), \
	PROC_RW("comm", 0644, proc_show_comm, proc_write_comm), \
	PROC_FILE("container", 0444, proc_show_container), \
	PROC_FILE("cpuset", 0444, proc_show_cpuset), \
	PROC_LINK("cwd", proc_place_cwd), \
	PROC_SECRET("environ", 0400, proc_show_environ), \
	PROC_LINK("exe", proc_place_exe), \
	PROC_RW("fail-nth", 0644, proc_show_fail_nth, proc_write_fail_nth), \
	PROC_DIR("fd", 0500, proc_fd_ops, proc_fd_fops), \
	PROC_DIR("fdinfo", 0555, proc_fdinfo_ops, proc_fd_fops), \
	PROC_RW("gid_map", 0644, proc_show_id_map, proc_write_refused), \
	PROC_FILE("limits", 0444, proc_show_limits), \
	PROC_RW("loginuid", 0644, proc_show_no_login, proc_write_refused), \
	PROC_SECRET("maps", 0444, proc_show_maps), \
	{ .name = "mem", .mode = S_IFREG | 0600, .flags = PROC_TRACE, .fops = &proc_mem_ops }, \
	PROC_MOUNTS("mountinfo", proc_show_mountinfo), \
	PROC_MOUNTS("mounts", proc_show_mounts), \
	PROC_DIR("ns", 0511, proc_ns_ops, proc_ns_fops), \
	PROC_SECRET("numa_maps", 0444, proc_show_numa_maps), \
	PROC_RW("oom_adj", 0644, proc_show_oom_adj, proc_write_oom_adj), \
	PROC_FILE("oom_score", 0444, proc_show_oom_score), \
	PROC_RW("oom_score_adj", 0644, proc_show_oom_score_adj, proc_write_oom_score_adj), \
	PROC_SECRET("personality", 0400, proc_show_personality), \
	PROC_LINK("root", proc_place_root), \
	PROC_NUMBERS("sched", 0444, proc_show_sched), \
	PROC_FILE("schedstat", 0444, proc_show_schedstat), \
	PROC_FILE("sessionid", 0444, proc_show_no_login), \
	PROC_RW("setgroups", 0644, proc_show_setgroups, proc_write_refused), \
	PROC_SECRET("smaps", 0444, proc_show_smaps), \
	PROC_SECRET("smaps_rollup", 0444, proc_show_smaps_rollup), \
	PROC_FILE("statm", 0444, proc_show_statm), \
	PROC_NUMBERS("status", 0444, proc_show_status), \
	PROC_RW("uid_map", 0644, proc_show_id_map, proc_write_refused), \
	PROC_FILE("wchan", 0444, proc_show_wchan)
// clang-format on

static const struct proc_entry process_entries[] = {
	TASK_ENTRIES,
	PROC_RW("coredump_filter", 0644, proc_show_coredump_filter, proc_write_coredump_filter),
	PROC_SECRET("io", 0400, proc_show_io),
	PROC_FILE("mountstats", 0400, proc_show_mountstats),
	PROC_NUMBERS("stat", 0444, proc_show_stat),
	PROC_DIR("task", 0555, task_list_ops, task_list_fops),
	PROC_RW("timerslack_ns", 0666, proc_show_timerslack, proc_write_timerslack),
	{},
};

static const struct proc_entry thread_entries[] = {
	TASK_ENTRIES,
	PROC_NUMBERS("children", 0444, proc_show_children),
	PROC_SECRET("io", 0400, proc_show_thread_io),
	PROC_NUMBERS("stat", 0444, proc_show_thread_stat),
	{},
};

/* --- tables as directories --------------------------------------------------------------------*/

int proc_table_lookup(struct inode *dir, struct dentry *dentry, const struct proc_entry *table,
		      enum proc_kind kind, u32 base)
{
	const struct proc_entry *entry = table;
	struct inode *inode;
	struct task *t;

	while (entry->name && strcmp(entry->name, dentry->name) != 0)
		entry++;
	t = entry->name ? proc_get_task(dir) : NULL;
	if (!t)
		return -ENOENT;
	inode = proc_inode_create(dir->super, t, entry, kind, base + (u32)(entry - table) + 1);
	task_put(t);
	if (!inode)
		return -ENOMEM;
	dentry_attach_temporary(dentry, inode);
	return 0;
}

int proc_table_readdir(struct file *f, struct dir_sink *sink, const struct proc_entry *table)
{
	u64 ino = f->inode->ino, i;

	if (!proc_valid(f->path.dentry))
		return -ENOENT;
	if (!dir_emit_dots(f, sink))
		return 0;
	for (i = f->pos - PROC_FIRST_POS; table[i].name; i++) {
		if (!sink->emit(sink, table[i].name, strlen(table[i].name), ino + i + 1,
				table[i].mode >> 12, PROC_FIRST_POS + i + 1))
			break;
		f->pos = PROC_FIRST_POS + i + 1;
	}
	return 0;
}

static int process_lookup(struct inode *dir, struct dentry *dentry)
{
	return proc_table_lookup(dir, dentry, process_entries, PROC_PROCESS, 0);
}

static int process_readdir(struct file *f, struct dir_sink *sink)
{
	return proc_table_readdir(f, sink, process_entries);
}

static int thread_lookup(struct inode *dir, struct dentry *dentry)
{
	return proc_table_lookup(dir, dentry, thread_entries, PROC_THREAD, 0);
}

static int thread_readdir(struct file *f, struct dir_sink *sink)
{
	return proc_table_readdir(f, sink, thread_entries);
}

/* The directories of tasks cannot be changed at all. */
static int task_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	return -EPERM;
}

static int task_permission(struct inode *inode, unsigned may, const struct cred *cred)
{
	return may & MAY_WRITE ? -EPERM : inode_permission_generic(inode, may, cred);
}

static const struct inode_ops process_ops = {
	.lookup = process_lookup,
	.permission = task_permission,
	.valid = proc_valid,
	.cover = proc_cover,
	.setattr = task_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};

static const struct inode_ops thread_ops = {
	.lookup = thread_lookup,
	.permission = task_permission,
	.valid = proc_valid,
	.cover = proc_cover,
	.setattr = task_setattr,
	.getattr = proc_getattr,
	.free = proc_free,
};

static const struct file_ops process_fops = { .readdir = process_readdir };
static const struct file_ops thread_fops = { .readdir = thread_readdir };

struct pid *proc_directory_pid(const struct file *f)
{
	return f->ops == &process_fops ? proc_inode_of(f->inode)->pid : NULL;
}

static const struct proc_entry process_dir = PROC_DIR("", 0555, process_ops, process_fops);
static const struct proc_entry thread_dir = PROC_DIR("", 0555, thread_ops, thread_fops);

int proc_task_lookup(struct inode *dir, struct dentry *dentry)
{
	s32 nr = proc_parse_number(dentry->name);
	struct task *t = nr > 0 ? task_find_in(proc_namespace(dir->super), nr) : NULL;
	struct inode *inode;

	if (!t)
		return -ENOENT;
	inode = proc_inode_create(dir->super, t, &process_dir, PROC_PROCESS, 0);
	task_put(t);
	if (!inode)
		return -ENOMEM;
	inode->nlink = 6; /* fd, fdinfo, ns, task */
	dentry_attach_temporary(dentry, inode);
	return 0;
}

/* --- task -------------------------------------------------------------------------------------*/

static int task_list_lookup(struct inode *dir, struct dentry *dentry)
{
	s32 nr = proc_parse_number(dentry->name);
	struct task *t = nr > 0 ? task_find_in(proc_namespace(dir->super), nr) : NULL;
	struct task *of = proc_get_task(dir);
	struct inode *inode = NULL;
	int error = -ENOENT;

	if (t && of && t->process == of->process) {
		inode = proc_inode_create(dir->super, t, &thread_dir, PROC_THREAD, 0);
		error = inode ? 0 : -ENOMEM;
	}
	if (t)
		task_put(t);
	if (of)
		task_put(of);
	if (error)
		return error;
	inode->nlink = 5; /* fd, fdinfo, ns */
	dentry_attach_temporary(dentry, inode);
	return 0;
}

/* A position names the thread that was listed last, and how many that were: when it has gone by
   the next call, the count says where to go on. */
#define POS_TID	 23
#define TID_MASK ((1u << POS_TID) - 1)

static u64 list_pos(u64 count, s32 tid)
{
	return PROC_FIRST_POS + (count << POS_TID | (u32)tid);
}

#define BATCH 32

/* The first thread behind that position, or the head of the list. */
static struct task *thread_after(struct process *p, const struct pid_namespace *ns, u64 count,
				 s32 tid)
{
	struct task *t;

	assert_held(&p->lock);
	if (count) {
		list_for_each (t, &p->tasks, in_process)
			if (pid_number(t->pid, ns) == tid)
				return list_next(t, in_process);
	}
	list_for_each (t, &p->tasks, in_process)
		if (count-- == 0)
			break;
	return t;
}

/* Numbers of up to BATCH threads from there; how many. */
static int threads_list(struct process *p, const struct pid_namespace *ns, u64 count, s32 tid,
			s32 *tids)
{
	struct task *t;
	int n = 0;

	spin_lock(&p->lock);
	t = thread_after(p, ns, count, tid);
	for (; &t->in_process != &p->tasks && n < BATCH; t = list_next(t, in_process))
		tids[n++] = pid_number(t->pid, ns);
	spin_unlock(&p->lock);
	return n;
}

static int task_list_readdir(struct file *f, struct dir_sink *sink)
{
	struct task *t = proc_get_task(f->inode);
	s32 tids[BATCH];
	char name[12];
	int n;

	if (!t)
		return -ENOENT;
	if (!dir_emit_dots(f, sink))
		goto out;
	do {
		u64 at = f->pos - PROC_FIRST_POS, count = at >> POS_TID;

		n = threads_list(t->process, proc_namespace(f->inode->super), count, at & TID_MASK,
				 tids);
		for (int i = 0; i < n; i++) {
			u64 next = list_pos(++count, tids[i]);
			size_t len = format(name, sizeof(name), "%d", tids[i]);

			if (!sink->emit(sink, name, len, proc_ino(tids[i], PROC_THREAD, 0),
					S_IFDIR >> 12, next))
				goto out;
			f->pos = next;
		}
		sched_relax();
	} while (n == BATCH);
out:
	task_put(t);
	return 0;
}

static void task_list_getattr(struct inode *inode)
{
	struct task *t = proc_get_task(inode);

	proc_getattr(inode);
	if (!t)
		return;
	inode->nlink = 2 + proc_threads(t->process);
	task_put(t);
}

static const struct inode_ops task_list_ops = {
	.lookup = task_list_lookup,
	.valid = proc_valid,
	.setattr = proc_setattr,
	.getattr = task_list_getattr,
	.free = proc_free,
};

static const struct file_ops task_list_fops = { .readdir = task_list_readdir };
