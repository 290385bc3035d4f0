/*
 * sysctl.c - /proc/sys: settings.
 *
 * User space sees: numbers and words, a file each, which root may write where that has an effect.
 * A number is taken as Linux does: blanks around it, any base that C knows; beyond its range
 * EINVAL.  Modes and owners stay what they are, and bind root as well.
 *
 * Differs from Linux: a setting that cannot be changed here is not writable (overcommit_memory,
 * max_map_count, mmap_min_addr).
 */
#include "fs/procfs/sysctl.h"
#include "arch/boot.h"
#include "fs/devpts/devpts.h"
#include "fs/fd.h"
#include "fs/pipe.h"
#include "fs/procfs/procfs.h"
#include "kernel/abi/errno.h"
#include "kernel/container/hold.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/sched/runq.h"
#include "kernel/task/cad.h"
#include "kernel/task/cred.h"
#include "kernel/task/futex_hold.h"
#include "kernel/task/rlimit.h"
#include "kernel/task/uts.h"

struct sysctl {
	const char *name;
	u32 mode;
	void (*show)(struct text *out);
	int (*write)(char *text);
};

/* --- names ------------------------------------------------------------------------------------*/

static void show_hostname(struct text *out)
{
	struct utsname u;

	uts_read(&u);
	text_printf(out, "%s\n", u.nodename);
}

static void show_domainname(struct text *out)
{
	struct utsname u;

	uts_read(&u);
	text_printf(out, "%s\n", u.domainname);
}

static size_t line_length(const char *text)
{
	const char *end = strchr(text, '\n');
	size_t len = end ? (size_t)(end - text) : strlen(text);

	return min(len, (size_t)UTS_LEN);
}

static int write_hostname(char *text)
{
	uts_set_nodename(text, line_length(text));
	return 0;
}

static int write_domainname(char *text)
{
	uts_set_domainname(text, line_length(text));
	return 0;
}

static void show_ostype(struct text *out)
{
	text_string(out, UTS_SYSNAME "\n");
}

static void show_osrelease(struct text *out)
{
	text_string(out, UTS_RELEASE "\n");
}

static void show_version(struct text *out)
{
	text_string(out, UTS_VERSION "\n");
}

static void show_arch(struct text *out)
{
	text_string(out, UTS_MACHINE "\n");
}

/* --- numbers ----------------------------------------------------------------------------------*/

int sysctl_parse(char *text, s64 least, s64 most, s64 *out)
{
	if (parse_s64(str_trim(text), out) || *out < least || *out > most)
		return -EINVAL;
	return 0;
}

static void show_pid_max(struct text *out)
{
	text_printf(out, "%u\n", READ_ONCE(pid_max));
}

/* Above the numbers that are reserved, and eight for each CPU. */
static int write_pid_max(char *text)
{
	s64 value;
	int error = sysctl_parse(text, max(301, 8 * cpu_count()), PID_MAX_LIMIT, &value);

	if (!error)
		WRITE_ONCE(pid_max, (u32)value);
	return error;
}

static void show_last_pid(struct text *out)
{
	text_printf(out, "%d\n", pid_namespace_last());
}

/* The next task of the writer's namespace gets the number behind it. */
static int write_last_pid(char *text)
{
	s64 value;
	int error = sysctl_parse(text, 0, pid_max, &value);

	if (!task_capable(CAP_CHECKPOINT_RESTORE) && !task_capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!error)
		pid_namespace_set_last((s32)value);
	return error;
}

static void show_threads_max(struct text *out)
{
	text_printf(out, "%u\n", READ_ONCE(threads_max));
}

static int write_threads_max(char *text)
{
	s64 value;
	int error = sysctl_parse(text, 20, 0x3fffffff, &value);

	if (!error)
		WRITE_ONCE(threads_max, (u32)value);
	return error;
}

static void show_panic(struct text *out)
{
	text_printf(out, "%d\n", READ_ONCE(panic_seconds));
}

static int write_panic(char *text)
{
	s64 value;
	int error = sysctl_parse(text, INT32_MIN, INT32_MAX, &value);

	if (!error)
		WRITE_ONCE(panic_seconds, (int)value);
	return error;
}

/* 0: Ctrl-Alt-Del tells process 1. */
static void show_cad(struct text *out)
{
	text_printf(out, "%d\n", READ_ONCE(cad_restarts));
}

static int write_cad(char *text)
{
	s64 value;
	int error = sysctl_parse(text, INT32_MIN, INT32_MAX, &value);

	if (!error)
		WRITE_ONCE(cad_restarts, value != 0);
	return error;
}

#define SHOW_CONSTANT(what, value)                       \
	static void show_##what(struct text *out)        \
	{                                                \
		text_printf(out, "%lu\n", (u64)(value)); \
	}

SHOW_CONSTANT(cap_last_cap, CAP_LAST)
SHOW_CONSTANT(ngroups_max, 65536)
SHOW_CONSTANT(overflow_id, 65534)
SHOW_CONSTANT(tainted, 0)
SHOW_CONSTANT(none, 0) /* what there is not: swap, dumps of set-user-id programs, random maps */
SHOW_CONSTANT(always, 1)
SHOW_CONSTANT(mount_max, MOUNTS_MAX)
SHOW_CONSTANT(rr_timeslice, RR_SLICE_NS / NS_PER_MSEC)
SHOW_CONSTANT(overcommit_memory, 0) /* refused: more than all the memory there is */
SHOW_CONSTANT(max_map_count, 65530)
SHOW_CONSTANT(mmap_min_addr, 65536)
SHOW_CONSTANT(file_max, INT64_MAX) /* memory is the limit */
SHOW_CONSTANT(pipe_max_size, PIPE_SIZE_MAX)
SHOW_CONSTANT(nr_open, rlimit_nofile_max)

static void show_file_nr(struct text *out)
{
	text_printf(out, "%lu\t0\t%lu\n", file_count(), (u64)INT64_MAX);
}

/* --- pseudo-terminals --------------------------------------------------------------------------*/

static void show_pty_max(struct text *out)
{
	text_printf(out, "%u\n", READ_ONCE(pty_max));
}

static void show_pty_reserve(struct text *out)
{
	text_printf(out, "%u\n", READ_ONCE(pty_reserve));
}

static void show_pty_nr(struct text *out)
{
	text_printf(out, "%u\n", pty_count());
}

static int write_pty_limit(char *text, u32 *limit)
{
	s64 value;
	int error = sysctl_parse(text, 0, 1 << 20, &value);

	if (!error)
		WRITE_ONCE(*limit, (u32)value);
	return error;
}

static int write_pty_max(char *text)
{
	return write_pty_limit(text, &pty_max);
}

static int write_pty_reserve(char *text)
{
	return write_pty_limit(text, &pty_reserve);
}

/* --- random numbers ----------------------------------------------------------------------------*/

SHOW_CONSTANT(pool_bits, 256) /* of the generator's key; all of them unknown from the start */

/* Version 4: all bits are random but for those that say so. */
static void show_uuid_of(struct text *out, const u8 *b)
{
	for (int i = 0; i < 16; i++)
		text_printf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			    i == 6   ? (b[i] & 15) | 0x40
			    : i == 8 ? (b[i] & 63) | 0x80
				     : b[i]);
	text_char(out, '\n');
}

static void show_uuid(struct text *out)
{
	u8 bytes[16];

	random_bytes(bytes, sizeof(bytes));
	show_uuid_of(out, bytes);
}

static void show_boot_id(struct text *out)
{
	static struct spinlock lock = SPINLOCK_INIT(RANK_LEAF);
	static u8 id[16]; /* [lock] until `known` */
	static bool known;
	u8 fresh[16];

	random_bytes(fresh, sizeof(fresh));
	spin_lock(&lock);
	if (!known)
		memcpy(id, fresh, sizeof(id));
	known = true;
	spin_unlock(&lock);
	show_uuid_of(out, id);
}

/* --- the tables
 * ---------------------------------------------------------------------------------*/

static const struct sysctl in_kernel[] = {
	{ "arch", 0444, show_arch, NULL },
	{ "cap_last_cap", 0444, show_cap_last_cap, NULL },
#ifdef DEBUG
	{ "container_hold", 0600, hold_show, hold_write },
#endif
	{ "ctrl-alt-del", 0644, show_cad, write_cad },
	{ "dmesg_restrict", 0644, proc_show_dmesg_restrict, proc_write_dmesg_restrict },
	{ "domainname", 0644, show_domainname, write_domainname },
#ifdef DEBUG
	{ "futex_hold", 0600, futex_hold_show, futex_hold_write },
#endif
	{ "hostname", 0644, show_hostname, write_hostname },
	{ "ngroups_max", 0444, show_ngroups_max, NULL },
	{ "ns_last_pid", 0666, show_last_pid, write_last_pid },
#ifdef DEBUG
	{ "objects", 0444, proc_show_objects, NULL },
#endif
	{ "osrelease", 0444, show_osrelease, NULL },
	{ "ostype", 0444, show_ostype, NULL },
	{ "overflowgid", 0644, show_overflow_id, NULL },
	{ "overflowuid", 0644, show_overflow_id, NULL },
	{ "panic", 0644, show_panic, write_panic },
	{ "pid_max", 0644, show_pid_max, write_pid_max },
	{ "printk", 0644, proc_show_printk, proc_write_printk },
	{ "printk_devkmsg", 0644, proc_show_printk_devkmsg, proc_write_printk_devkmsg },
	{ "printk_ratelimit", 0644, proc_show_printk_ratelimit, proc_write_printk_ratelimit },
	{ "printk_ratelimit_burst", 0644, proc_show_printk_ratelimit_burst,
	  proc_write_printk_ratelimit_burst },
#ifdef DEBUG
	{ "provoke", 0600, proc_show_faults, proc_provoke },
#endif
	{ "randomize_va_space", 0644, show_none, NULL },
	{ "sched_rr_timeslice_ms", 0644, show_rr_timeslice, NULL },
	{ "sysctl_writes_strict", 0644, show_always, NULL },
	{ "tainted", 0644, show_tainted, NULL },
	{ "threads-max", 0644, show_threads_max, write_threads_max },
	{ "version", 0444, show_version, NULL },
	{},
};

static const struct sysctl in_pty[] = {
	{ "max", 0644, show_pty_max, write_pty_max },
	{ "nr", 0444, show_pty_nr, NULL },
	{ "reserve", 0644, show_pty_reserve, write_pty_reserve },
	{},
};

static const struct sysctl in_random[] = {
	{ "boot_id", 0444, show_boot_id, NULL },
	{ "entropy_avail", 0444, show_pool_bits, NULL },
	{ "poolsize", 0444, show_pool_bits, NULL },
	{ "uuid", 0444, show_uuid, NULL },
	{},
};

static const struct sysctl in_vm[] = {
	{ "max_map_count", 0644, show_max_map_count, NULL },
	{ "mmap_min_addr", 0644, show_mmap_min_addr, NULL },
	{ "oom_kill_allocating_task", 0644, show_none, NULL },
	{ "overcommit_memory", 0644, show_overcommit_memory, NULL },
	{ "panic_on_oom", 0644, show_none, NULL },
	{ "swappiness", 0644, show_none, NULL },
	{},
};

static const struct sysctl in_fs[] = {
	{ "file-max", 0644, show_file_max, NULL },
	{ "file-nr", 0444, show_file_nr, NULL },
	{ "mount-max", 0644, show_mount_max, NULL },
	{ "nr_open", 0644, show_nr_open, NULL },
	{ "overflowgid", 0644, show_overflow_id, NULL },
	{ "overflowuid", 0644, show_overflow_id, NULL },
	{ "pipe-max-size", 0644, show_pipe_max_size, NULL },
	{ "protected_hardlinks", 0644, show_always, NULL },
	{ "protected_symlinks", 0644, show_always, NULL },
	{ "suid_dumpable", 0644, show_none, NULL },
	{},
};

static int sysctl_show(struct file *f, struct text *out)
{
	const struct sysctl *s = pseudo_data(f);

	s->show(out);
	return 0;
}

/* What is fixed here, but not on Linux, may be set to what it is. */
static int write_same(const struct sysctl *s, char *text)
{
	char buf[64];
	struct text now;

	text_init(&now, buf, sizeof(buf) - 1);
	s->show(&now);
	buf[now.len] = '\0';
	return strcmp(str_trim(text), str_trim(buf)) ? -EINVAL : 0;
}

static int sysctl_write(struct file *f, char *text, size_t len)
{
	const struct sysctl *s = pseudo_data(f);

	return s->write ? s->write(text) : write_same(s, text);
}

static const struct pseudo_ops sysctl_ops = {
	.show = sysctl_show,
	.write = sysctl_write,
	.write_at_start = true, /* a later write is not the start of a value */
};

/* What the mode denies to user 0 no capability allows. */
static int sysctl_permission(struct inode *inode, unsigned may, const struct cred *cred)
{
	u32 mode = inode->mode;

	if (cred->euid == 0)
		mode >>= 6;
	else if (cred->egid == 0 || cred_in_group(cred, 0))
		mode >>= 3;
	return may & ~mode & (MAY_READ | MAY_WRITE | MAY_EXEC) ? -EACCES : 0;
}

static int sysctl_setattr(struct inode *inode, const struct setattr *a, const struct cred *cred)
{
	return a->valid & (ATTR_MODE | ATTR_UID | ATTR_GID) ? -EPERM : 0;
}

static const struct inode_ops sysctl_inode_ops = {
	.permission = sysctl_permission,
	.setattr = sysctl_setattr,
	.free = pseudo_inode_free,
};

static struct dentry *fixed(struct dentry *dentry)
{
	if (dentry)
		dentry->inode->ops = &sysctl_inode_ops;
	return dentry;
}

/* A directory with these files; NULL: no memory. */
static struct dentry *add_dir(struct dentry *parent, const char *name, const struct sysctl *table)
{
	struct dentry *dir = fixed(pseudo_add_dir(parent, name));

	for (; dir && table->name; table++)
		if (!fixed(pseudo_add_file(dir, table->name, table->mode, &sysctl_ops,
					   (void *)table)))
			return NULL;
	return dir;
}

int proc_add_sysctl(struct dentry *root)
{
	struct dentry *sys = fixed(pseudo_add_dir(root, "sys"));
	struct dentry *kernel = sys ? add_dir(sys, "kernel", in_kernel) : NULL;

	if (!kernel || !add_dir(kernel, "pty", in_pty) || !add_dir(kernel, "random", in_random) ||
	    !add_dir(sys, "vm", in_vm) || !add_dir(sys, "fs", in_fs))
		return -ENOMEM;
	return 0;
}
