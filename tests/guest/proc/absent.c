/*
 * absent.c - files of /proc that Linux has and Corral has not, as docs/differences.md lists them.
 */
#include "check.h"

static const char *const of_process[] = { "arch_status",
					  "attr",
					  "autogroup",
					  "clear_refs",
					  "map_files",
					  "net",
					  "pagemap",
					  "projid_map",
					  "stack",
					  "syscall",
					  "timens_offsets",
					  "timers",
					  "cpu_resctrl_groups",
					  "ksm_merging_pages",
					  "ksm_stat",
					  "patch_state",
					  NULL };
static const char *const of_machine[] = { "acpi",	 "bus",		  "crypto",	"dma",
					  "driver",	 "dynamic_debug", "fb",		"fs",
					  "iomem",	 "ioports",	  "irq",	"kallsyms",
					  "kcore",	 "key-users",	  "keys",	"kmsg",
					  "kpagecgroup", "kpagecount",	  "kpageflags", "mtrr",
					  "net",	 "pagetypeinfo",  "pressure",	"schedstat",
					  "softirqs",	 "sysvipc",	  "timer_list", "tty",
					  "vmallocinfo", "zoneinfo",	  NULL };

/* How many of these are there. */
static int count(const char *directory, const char *const *names, int *of)
{
	char path[64];
	int n = 0;

	for (*of = 0; names[*of]; ++*of) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[*of]);
		n += !access(path, F_OK);
	}
	return n;
}

int main(void)
{
	int n, of;

	n = count("/proc/self", of_process, &of);
	CHECK_EQ(n, on_corral() ? 0 : of, "Linux tells more of a process");
	n = count("/proc", of_machine, &of);
	CHECK_EQ(n, on_corral() ? 0 : of, "and of the machine");
	CHECK_END();
}
