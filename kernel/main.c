/*
 * main.c - the boot order, and the first program.
 *
 * The code that boots becomes each CPU's idle thread; pid 1 starts as a kernel task that unpacks
 * the initramfs and then turns into /init.
 */
#include "arch/boot.h"
#include "arch/clock.h"
#include "arch/smp.h"
#include "arch/upcall.h"
#include "fs/init.h"
#include "fs/initramfs/initramfs.h"
#include "fs/tmpfs/memfd.h"
#include "kernel/container/container.h"
#include "kernel/container/hotplug.h"
#include "kernel/dev/dev.h"
#include "kernel/init_args.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "kernel/sched/realtime.h"
#include "kernel/sched/worker.h"
#include "kernel/task/init.h"
#include "kernel/task/walk.h"
#include "kernel/vm/vm.h"

static void open_console(void)
{
	struct fdtable *files = task_current()->files;
	struct task_walk w;
	struct file *f;

	if (task_walk_begin(&w, AT_FDCWD, "/dev/console"))
		return;
	f = file_open(&w.walk, "/dev/console", O_RDWR, 0);
	task_walk_end(&w);
	if (IS_ERR(f)) {
		log_warn("Warning: unable to open an initial console.");
		return;
	}
	for (int fd = 0; fd < 3; fd++) {
		if (fd_reserve(files, fd, 3, false) == fd)
			fd_install(files, fd, file_get(f));
	}
	file_put(f);
}

/* Without the program of the initramfs there is nothing to run: Linux goes on to a root device
 * here. */
static bool is_there(const char *program)
{
	struct walk w;
	struct path p;

	fs_root_walk(&w);
	if (path_walk(&w, program, WALK_FOLLOW, &p))
		return false;
	path_put(&p);
	return true;
}

/* Does not come back when the program was there. */
static void run_init(const char *program, const struct init_args *args)
{
	struct trap_frame *frame = context_frame(&thread_current()->arch);
	static const char *argv[INIT_ARGS_MAX + 2]; /* of one task, too large for a stack */
	struct exec_args exec = { .argv = argv, .envp = args->envp, .from_kernel = true };
	int error;

	argv[0] = program;
	for (int i = 0; args->argv[i]; i++)
		argv[i + 1] = args->argv[i];
	error = task_exec(AT_FDCWD, program, 0, &exec, frame);
	if (error == 0) {
		log_info("Run %s as init process (%lu us after kernel entry)", program,
			 clock_now() / NS_PER_USEC);
		context_enter_user(frame);
	}
	if (error != -ENOENT)
		log_error("Cannot run %s (error %d)", program, error);
}

static void init_main(void *unused)
{
	static struct init_args args; /* of one task, too large for a stack */

	fs_make_console_node();
	initramfs_unpack(boot.initrd_start, boot.initrd_size);
	open_console();
	init_args_parse(&args, boot.cmdline);
	log_info("Corral: %d of %d CPUs are up", cpu_count(), cpu_count());
	if (!is_there(args.rdinit))
		panic("No init found: there is no %s. Pass an initramfs with -initrd, or rdinit=.",
		      args.rdinit);
	run_init(args.rdinit, &args);
	if (args.init[0]) {
		run_init(args.init, &args);
		panic("Requested init %s failed.", args.init);
	}
	run_init("/sbin/init", &args);
	run_init("/etc/init", &args);
	run_init("/bin/init", &args);
	run_init("/bin/sh", &args);
	panic("No working init found. Pass an initramfs with -initrd, or rdinit= to the kernel.");
}

noreturn void kernel_main(void)
{
	struct mount_namespace *mounts;

	arch_init_early();
	log_init();
	page_init();
	slab_init();
	arch_init();
	realtime_init();
	sched_init_cpu();
	vm_init();
	mounts = fs_init();
	container_init();
	task_init(mounts);
	memfd_init();
	dev_init();
	smp_boot();
	container_cpus_found();
	task_create_init(init_main, NULL);
	task_create_kernel("worker", worker_main, NULL);
	dev_start();
	irq_restore();
	sched_idle();
}

noreturn void kernel_main_secondary(void)
{
	sched_init_cpu();
	irq_restore();
	sched_idle();
}
