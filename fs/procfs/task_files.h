/*
 * task_files.h - what the files of a process say, by the source file that knows it.
 *
 * Each show function prints the whole text about t; 0 or -errno.
 */
#pragma once
#include "fs/procfs/procfs.h"

/* task_stat.c, task_status.c */
int proc_show_stat(struct task *t, const struct pid_namespace *ns, struct text *out);
int proc_show_thread_stat(struct task *t, const struct pid_namespace *ns, struct text *out);
int proc_show_statm(struct task *t, struct text *out);
int proc_show_schedstat(struct task *t, struct text *out);
int proc_show_status(struct task *t, const struct pid_namespace *ns, struct text *out);
const char *proc_state(struct task *t); /* "S (sleeping)" */

/* The number of t in ns, whatever exec is about to make of it. */
s32 proc_tid(struct task *t, const struct pid_namespace *ns);

/* Threads of a process; a zombie has one. */
static inline u32 proc_threads(const struct process *p)
{
	return max(READ_ONCE(p->task_count), 1u);
}

/* The signals that a process ignores, or catches. */
struct proc_signals {
	u64 pending, shared, blocked, ignored, caught;
};
void proc_get_signals(struct task *t, struct proc_signals *out);

/* task_memory.c, task_mem.c, task_smaps.c */
int proc_show_cmdline(struct task *t, struct text *out);
int proc_show_environ(struct task *t, struct text *out);
int proc_show_auxv(struct task *t, struct text *out);
int proc_show_maps(struct task *t, struct text *out);
int proc_show_smaps(struct task *t, struct text *out);
int proc_show_numa_maps(struct task *t, struct text *out); /* task_numa.c */
int proc_show_smaps_rollup(struct task *t, struct text *out);
extern const struct file_ops proc_mem_ops;

/* task_fd.c, task_link.c */
extern const struct inode_ops proc_fd_ops, proc_fdinfo_ops;
extern const struct file_ops proc_fd_fops;
int proc_place_exe(struct task *t, struct path *out);
int proc_place_cwd(struct task *t, struct path *out);
int proc_place_root(struct task *t, struct path *out);
/* The text of a link to a place, as the running task sees it; puts the place.  Its length or
 * -errno.
 */
ssize_t proc_read_place(struct path *place, char *buf, size_t size);
/* The root directory of the running task, with references; false: it has none. */
bool proc_reader_root(struct path *out);

/* task_ns.c */
extern const struct inode_ops proc_ns_ops;
extern const struct file_ops proc_ns_fops;

/* task_dir.c: a directory that is a table; base: what the numbers of its inodes begin behind. */
int proc_table_lookup(struct inode *dir, struct dentry *dentry, const struct proc_entry *table,
		      enum proc_kind kind, u32 base);
int proc_table_readdir(struct file *f, struct dir_sink *sink, const struct proc_entry *table);

/* task_attr.c */
int proc_show_comm(struct task *t, struct text *out);
int proc_write_comm(struct task *t, char *text);
int proc_show_limits(struct task *t, struct text *out);
int proc_show_cgroup(struct task *t, struct text *out);
int proc_show_cpuset(struct task *t, struct text *out);
int proc_show_container(struct task *t, struct text *out);
int proc_show_personality(struct task *t, struct text *out);
int proc_show_children(struct task *t, const struct pid_namespace *ns, struct text *out);

/* task_oom.c */
int proc_show_oom_score(struct task *t, struct text *out);
int proc_show_oom_score_adj(struct task *t, struct text *out);
int proc_write_oom_score_adj(struct task *t, char *text);
int proc_show_oom_adj(struct task *t, struct text *out);
int proc_write_oom_adj(struct task *t, char *text);
int proc_show_coredump_filter(struct task *t, struct text *out);
int proc_write_coredump_filter(struct task *t, char *text);

/* task_mounts.c */
int proc_show_mounts(struct task *t, struct text *out);
int proc_show_mountinfo(struct task *t, struct text *out);
int proc_show_mountstats(struct task *t, struct text *out);
extern const struct file_ops proc_mounts_fops;

/* task_misc.c */
int proc_show_io(struct task *t, struct text *out);
int proc_show_thread_io(struct task *t, struct text *out);
int proc_show_sched(struct task *t, const struct pid_namespace *ns, struct text *out);
int proc_show_wchan(struct task *t, struct text *out);
int proc_show_timerslack(struct task *t, struct text *out);
int proc_write_timerslack(struct task *t, char *text);
int proc_show_id_map(struct task *t, struct text *out);
int proc_show_setgroups(struct task *t, struct text *out);
int proc_write_refused(struct task *t, char *text);
int proc_show_no_login(struct task *t, struct text *out);

/* task_fail.c */
int proc_show_fail_nth(struct task *t, struct text *out);
int proc_write_fail_nth(struct task *t, char *text);
