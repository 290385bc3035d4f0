/*
 * system.c - the files of /proc that tell about the machine as a whole.
 *
 * User space sees: a file for each line of the table, made when /proc is first mounted.  Formats
 * are Linux 6.1's; figures that this kernel does not keep are left out.
 */
#include "arch/boot.h"
#include "arch/clock.h"
#include "arch/trap.h"
#include "fs/device.h"
#include "fs/procfs/procfs.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/container/framework.h"
#include "kernel/container/trace.h"
#include "kernel/dev/console.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/realtime.h"
#include "kernel/sched/trace.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/uts.h"

#define NS_PER_TICK (NS_PER_SEC / USER_HZ)

/* --- time and load -----------------------------------------------------------------------------*/

static void show_seconds(struct text *out, u64 ns, char end)
{
	text_printf(out, "%lu.%02lu%c", ns / NS_PER_SEC, ns / (NS_PER_SEC / 100) % 100, end);
}

static int show_uptime(struct text *out)
{
	struct sched_stats s;
	u64 idle = 0;

	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		sched_stats(cpu, &s);
		idle += s.idle;
	}
	show_seconds(out, clock_now(), ' ');
	show_seconds(out, idle, '\n');
	return 0;
}

static int show_loadavg(struct text *out)
{
	struct sched_stats s;
	u32 runnable = 0;
	u64 load[3];

	sched_loadavg(load);
	for (int cpu = 0; cpu < cpu_count(); cpu++) {
		sched_stats(cpu, &s);
		runnable += s.runnable;
	}
	for (int i = 0; i < 3; i++) {
		u64 rounded = load[i] + 2048 / 200;

		text_printf(out, "%lu.%02lu ", rounded / 2048, rounded % 2048 * 100 / 2048);
	}
	text_printf(out, "%u/%u %u\n", runnable, task_count(), pid_namespace_last());
	return 0;
}

/* user nice system idle iowait irq softirq steal guest guest_nice */
static void show_cpu_times(struct text *out, const struct sched_stats *s)
{
	text_printf(out, " %lu 0 %lu %lu 0 0 0 0 0 0\n", s->time[CPU_USER] / NS_PER_TICK,
		    s->time[CPU_SYSTEM] / NS_PER_TICK, s->idle / NS_PER_TICK);
}

static void add_stats(struct sched_stats *sum, int cpu, struct sched_stats *s)
{
	sched_stats(cpu, s);
	sum->time[CPU_USER] += s->time[CPU_USER];
	sum->time[CPU_SYSTEM] += s->time[CPU_SYSTEM];
	sum->idle += s->idle;
	sum->switches += s->switches;
	sum->forks += s->forks;
	sum->runnable += s->runnable;
}

static int show_stat(struct text *out)
{
	struct sched_stats sum = { { 0 } }, s;
	int online;

	for (int cpu = 0; cpu < cpu_count(); cpu++)
		add_stats(&sum, cpu, &s);
	text_string(out, "cpu ");
	show_cpu_times(out, &sum);
	for_each_bit(online, sched_online())
	{
		sched_stats(online, &s);
		text_printf(out, "cpu%d", online);
		show_cpu_times(out, &s);
	}
	text_printf(out, "intr %lu\nctxt %lu\nbtime %lu\nprocesses %lu\n", irq_total(),
		    sum.switches, realtime_offset() / NS_PER_SEC, sum.forks);
	text_printf(out, "procs_running %u\nprocs_blocked 0\n", max(sum.runnable, 1u));
	return 0;
}

/* --- what the kernel is ------------------------------------------------------------------------*/

static int show_cmdline(struct text *out)
{
	text_printf(out, "%s\n", boot.cmdline);
	return 0;
}

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

static int show_version(struct text *out)
{
	text_string(out, UTS_SYSNAME " version " UTS_RELEASE " (corral) (" COMPILER ") " UTS_VERSION
				     "\n");
	return 0;
}

static int show_filesystems(struct text *out)
{
	for (const struct fs_type *const *t = fs_types; *t; t++)
		text_printf(out, "%s\t%s\n", (*t)->nodev ? "nodev" : "", (*t)->name);
	return 0;
}

static int show_cpuinfo(struct text *out)
{
	int cpu;

	for_each_bit(cpu, sched_online()) cpu_show(out, cpu);
	return 0;
}

static int show_interrupts(struct text *out)
{
	irq_show(out);
	return 0;
}

static int show_slabinfo(struct text *out)
{
	slab_show(out);
	return 0;
}

static int show_cgroups(struct text *out)
{
	container_show_subsystems(out, false);
	return 0;
}

static int show_container_trace(struct text *out)
{
	trace_show(out);
	return 0;
}

static int show_sched_trace(struct text *out)
{
	container_show_sets(out);
	sched_trace_show(out);
	return 0;
}

static int write_sched_trace(char *text)
{
	return sched_trace_write(str_trim(text));
}

static int show_containers(struct text *out)
{
	container_show_subsystems(out, true);
	return 0;
}

/* --- devices -----------------------------------------------------------------------------------*/

/* Drivers by the numbers that they have, in Linux's words. */
static const struct {
	u32 major, first, last; /* minors */
	const char *name;
} drivers[] = {
	{ 1, 0, 255, "mem" },	 { 4, 0, 63, "tty" },	      { 4, 64, 255, "ttyS" },
	{ 5, 0, 0, "/dev/tty" }, { 5, 1, 1, "/dev/console" }, { 5, 2, 2, "/dev/ptmx" },
	{ 10, 0, ~0u, "misc" },	 { 128, 0, ~0u, "ptm" },      { 136, 0, ~0u, "pts" },
};

static bool device_is_named(const struct device *d)
{
	return d->name && *d->name;
}

static int show_devices(struct text *out)
{
	text_string(out, "Character devices:\n");
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		const struct device *d = devices;

		while (device_is_named(d) &&
		       (d->major != drivers[i].major || d->minor < drivers[i].first ||
			d->minor > drivers[i].last))
			d++;
		if (device_is_named(d))
			text_printf(out, "%3u %s\n", drivers[i].major, drivers[i].name);
	}
	text_string(out, "\nBlock devices:\n");
	return 0;
}

static int show_misc(struct text *out)
{
	for (const struct device *d = devices; device_is_named(d); d++)
		if (d->major == 10)
			text_printf(out, "%3u %s\n", d->minor, d->name);
	return 0;
}

/* Where the log goes: write only, enabled, the preferred one, for any processor. */
static int show_consoles(struct text *out)
{
	struct console_place c;

	for (unsigned n = 0; console_show(n, &c); n++)
		text_printf(out, "%-21s-W%c (E%c p %c) %4lu:%lu\n", c.name, c.screen ? 'U' : '-',
			    c.preferred ? 'C' : ' ', c.screen ? ' ' : 'a', c.number >> 8,
			    c.number & 255);
	return 0;
}

static int show_execdomains(struct text *out)
{
	text_string(out, "0-0\tLinux           \t[kernel]\n");
	return 0;
}

/* There is no swap. */
static int show_swaps(struct text *out)
{
	text_string(out, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

/* Of what there is none: disks, partitions, modules. */
static int show_nothing(struct text *out)
{
	return 0;
}

/* --- the table
 * -----------------------------------------------------------------------------------*/

struct system_file {
	const char *name;
	u32 mode;
	int (*show)(struct text *out);
	int (*write)(char *text); /* NULL: EIO */
};

static const struct system_file files[] = {
	{ "cgroups", 0444, show_cgroups },
	{ "cmdline", 0444, show_cmdline },
	{ "buddyinfo", 0444, proc_show_buddyinfo },
	{ "container_trace", 0400, show_container_trace },
	{ "containers", 0444, show_containers },
	{ "consoles", 0444, show_consoles },
	{ "cpuinfo", 0444, show_cpuinfo },
	{ "devices", 0444, show_devices },
	{ "diskstats", 0444, show_nothing },
	{ "execdomains", 0444, show_execdomains },
	{ "filesystems", 0444, show_filesystems },
	{ "interrupts", 0444, show_interrupts },
	{ "loadavg", 0444, show_loadavg },
	{ "meminfo", 0444, proc_show_meminfo },
	{ "misc", 0444, show_misc },
	{ "modules", 0444, show_nothing },
	{ "partitions", 0444, show_nothing },
	{ "sched_trace", 0600, show_sched_trace, write_sched_trace },
	{ "slabinfo", 0400, show_slabinfo },
	{ "stat", 0444, show_stat },
	{ "swaps", 0444, show_swaps },
	{ "uptime", 0444, show_uptime },
	{ "version", 0444, show_version },
	{ "vmstat", 0444, proc_show_vmstat },
};

static int system_show(struct file *f, struct text *out)
{
	const struct system_file *row = pseudo_data(f);

	return row->show(out);
}

/* Root may open any of them for writing, as on Linux. */
static int system_write(struct file *f, char *text, size_t len)
{
	const struct system_file *row = pseudo_data(f);

	return row->write ? row->write(text) : -EIO;
}

static const struct pseudo_ops file_ops = { .show = system_show, .write = system_write };

int proc_add_system(struct dentry *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!pseudo_add_file(root, files[i].name, files[i].mode, &file_ops,
				     (void *)&files[i]))
			return -ENOMEM;
	return 0;
}
