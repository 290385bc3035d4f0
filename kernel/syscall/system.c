/*
 * system.c - calls about the machine as a whole: names, figures, its end.
 */
#include "arch/clock.h"
#include "arch/power.h"
#include "arch/smp.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/prctl.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/cad.h"
#include "kernel/task/cred.h"
#include "kernel/task/pid_namespace.h"
#include "kernel/task/task.h"
#include "kernel/task/uts.h"
#include "kernel/vm/mapping.h"

#define LOAD_SHIFT   5 /* sched_loadavg's 2048 to sysinfo's 65536 */
#define RESTART_TEXT 256
#define PER_MASK     0xff
#define PER_LINUX32  8 /* a program that is to be told of a 32-bit machine */

long sys_uname(struct utsname __user *out)
{
	struct utsname *names = kmalloc(sizeof(*names)); /* too large for the stack */
	long ret;

	if (!names)
		return -ENOMEM;
	uts_read(names);
	if ((task_current()->personality & PER_MASK) == PER_LINUX32)
		memcpy(names->machine, "i686", sizeof("i686"));
	ret = copy_to_user(out, names, sizeof(*names));
	kfree(names);
	return ret;
}

static long set_name(void (*set)(const char *, size_t), const char __user *name, int len)
{
	char text[UTS_LEN];

	if (!task_capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > UTS_LEN)
		return -EINVAL;
	if (copy_from_user(text, name, (size_t)len))
		return -EFAULT;
	set(text, (size_t)len);
	return 0;
}

long sys_sethostname(const char __user *name, int len)
{
	return set_name(uts_set_nodename, name, len);
}

long sys_setdomainname(const char __user *name, int len)
{
	return set_name(uts_set_domainname, name, len);
}

long sys_sysinfo(struct sysinfo __user *out)
{
	struct sysinfo info = { .mem_unit = 1 };
	struct page_stats pages;

	page_stats(&pages, NODES_ALL);
	info.uptime = (s64)(clock_now() / NS_PER_SEC);
	sched_loadavg(info.loads);
	for (int i = 0; i < 3; i++)
		info.loads[i] <<= LOAD_SHIFT;
	info.totalram = pages.total * PAGE_SIZE;
	info.freeram = pages.free * PAGE_SIZE;
	info.sharedram = mapping_total() * PAGE_SIZE;
	info.procs = (u16)task_count();
	return copy_to_user(out, &info, sizeof(info));
}

static noreturn void restart_with(const char __user *user)
{
	char text[RESTART_TEXT];

	if (user_string(text, user, sizeof(text)) < 0)
		text[0] = '\0';
	log_print(LOG_EMERG, "reboot: Restarting system with command '%s'", text);
	power_reset();
}

/* Below the first pid namespace only that is ended, and its init seems to have died of a signal
   that tells the parent what was asked for. */
static long reboot_namespace(u32 cmd)
{
	switch (cmd) {
	case REBOOT_RESTART:
	case REBOOT_RESTART2:
		pid_namespace_reboot(SIGHUP);
	case REBOOT_HALT:
	case REBOOT_POWER_OFF:
		pid_namespace_reboot(SIGINT);
	}
	return -EINVAL;
}

long sys_reboot(u32 magic1, u32 magic2, u32 cmd, void __user *arg)
{
	if (!task_capable(CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != REBOOT_MAGIC1 || (magic2 != 672274793 && magic2 != 85072278 &&
					magic2 != 369367448 && magic2 != 537993216))
		return -EINVAL;
	if (task_view()->level)
		return reboot_namespace(cmd);
	switch (cmd) {
	case REBOOT_CAD_ON:
	case REBOOT_CAD_OFF:
		WRITE_ONCE(cad_restarts, cmd == REBOOT_CAD_ON);
		return 0;
	case REBOOT_RESTART:
		log_print(LOG_EMERG, "reboot: Restarting system");
		power_reset();
	case REBOOT_RESTART2:
		restart_with(arg);
	case REBOOT_HALT:
		log_print(LOG_EMERG, "reboot: System halted");
		power_halt();
	case REBOOT_POWER_OFF:
		log_print(LOG_EMERG, "reboot: Power down");
		power_off();
	}
	return -EINVAL;
}

long sys_personality(u32 persona)
{
	struct task *t = task_current();
	u32 old = t->personality;

	if (persona != 0xffffffff)
		t->personality = persona;
	return old;
}

long sys_arch_prctl(int option, u64 addr)
{
	struct task *t = task_current();

	switch (option) {
	case ARCH_SET_FS:
		if (addr >= USER_END)
			return -EPERM;
		context_set_fs(addr);
		return 0;
	case ARCH_SET_GS:
		if (addr >= USER_END)
			return -EPERM;
		context_set_gs(addr);
		return 0;
	case ARCH_GET_FS:
		return put_user(t->thread.arch.fs_base, (u64 __user *)addr);
	case ARCH_GET_GS:
		return put_user(context_get_gs(), (u64 __user *)addr);
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return -ENODEV;
	}
	return -EINVAL;
}
