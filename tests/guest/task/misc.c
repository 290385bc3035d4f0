/* prctl, uname, sysinfo, getrandom, arch_prctl and other small calls. */
#include "check.h"

#include <asm/prctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static void process_control(void)
{
	char name[17] = "";
	int value, status;

	CHECK_OK(prctl(PR_SET_NAME, "a name far too long for it", 0, 0, 0),
		 "PR_SET_NAME sets a name");
	prctl(PR_GET_NAME, name, 0, 0, 0);
	CHECK_STR(name, "a name far too ", "of fifteen bytes");
	CHECK_EQ(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1, "a process is dumpable");
	CHECK_OK(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "until it says otherwise");
	CHECK_ERR(prctl(PR_SET_DUMPABLE, 7, 0, 0, 0), EINVAL, "with a proper value");
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	CHECK(!prctl(PR_GET_PDEATHSIG, &value, 0, 0, 0) && value == 0,
	      "no signal for a parent's death");
	CHECK_ERR(prctl(PR_SET_PDEATHSIG, 100, 0, 0, 0), EINVAL, "signal 100 is none");
	status = IN_CHILD({
		int fds[2];
		char byte;
		MUST(!pipe(fds));
		if (!fork()) {
			if (!fork()) {
				prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
				write(fds[1], "r", 1);
				pause();
			}
			read(fds[0], &byte, 1);
			_exit(0);
		}
		close(fds[1]);
		wait(NULL);
		_exit(read(fds[0], &byte, 1));
	});
	CHECK(EXITED(status, 0), "PR_SET_PDEATHSIG kills with the parent");
	status = IN_CHILD({
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		int fds[2];
		pid_t told = 0;
		MUST(!pipe(fds));
		pid_t self = getpid();
		pid_t pid = fork();
		if (!pid) {
			pid_t parent = getpid();
			if (!fork()) {
				while (getppid() == parent)
					usleep(500);
				told = getppid();
				write(fds[1], &told, sizeof(told));
				_exit(7);
			}
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		read(fds[0], &told, sizeof(told));
		_exit(told == self && wait(&status) > 0 && EXITED(status, 7) ? 0 : 1);
	});
	CHECK(EXITED(status, 0), "PR_SET_CHILD_SUBREAPER adopts orphans");
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0, "no_new_privs is off");
	status = IN_CHILD(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
			  _exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
						prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == -1
					? 0
					: 1));
	CHECK(EXITED(status, 0), "and once on stays on");
	CHECK_ERR(prctl(123456, 0, 0, 0, 0), EINVAL, "an unknown request is EINVAL");
	CHECK_ERR(prctl(PR_GET_NAME, 8, 0, 0, 0), EFAULT, "a wild pointer is EFAULT");
}

static void system_facts(void)
{
	unsigned char bytes[64] = { 0 }, zero[64] = { 0 };
	struct sysinfo info;
	struct utsname name;

	CHECK(!uname(&name) && !strcmp(name.machine, "x86_64"), "uname says x86_64");
	CHECK_STR(name.sysname, "Linux", "and Linux, which programs look for");
	CHECK_EQ(name.release[0] >= '3', 1, "and a release that the C libraries accept");
	CHECK_STR(name.nodename, "corral", "and the name that init gave");
	CHECK_ERR(uname((void *)8), EFAULT, "a wild pointer is EFAULT");
	CHECK_OK(sethostname("other", 5), "sethostname sets the name");
	uname(&name);
	CHECK_STR(name.nodename, "other", "that uname tells");
	sethostname("corral", 6);
	CHECK_ERR(sethostname("x", 65), EINVAL, "of at most 64 bytes");

	MUST(!sysinfo(&info));
	CHECK((long)info.uptime >= 0 && info.procs > 1, "sysinfo counts seconds and tasks");
	unsigned long unit = info.mem_unit ? info.mem_unit : 1;
	CHECK(info.totalram * unit > 16 << 20 && info.freeram * unit < info.totalram * unit,
	      "and memory");

	CHECK(getrandom(bytes, 64, 0) == 64 && memcmp(bytes, zero, 64), "getrandom fills a buffer");
	CHECK(getrandom(zero, 64, GRND_NONBLOCK) == 64 && memcmp(bytes, zero, 64),
	      "differently each time");
	CHECK_ERR(getrandom(bytes, 1, 0x100), EINVAL, "unknown flags are EINVAL");
	CHECK_ERR(getrandom((void *)8, 16, 0), EFAULT, "a wild pointer is EFAULT");
}

static void segment_bases(void)
{
	unsigned long fs = 0, gs = 0, word = 0x1122334455667788, got;

	CHECK(!syscall(SYS_arch_prctl, ARCH_GET_FS, &fs) && fs,
	      "ARCH_GET_FS tells the thread pointer");
	CHECK_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, &word), "ARCH_SET_GS sets the other base");
	__asm__ volatile("mov %%gs:0, %0" : "=r"(got));
	CHECK_EQ(got, word, "which programs can use");
	syscall(SYS_getppid);
	usleep(1000);
	__asm__ volatile("mov %%gs:0, %0" : "=r"(got));
	CHECK_EQ(got, word, "and which outlives calls and switches");
	CHECK(!syscall(SYS_arch_prctl, ARCH_GET_GS, &gs) && gs == (unsigned long)&word,
	      "ARCH_GET_GS tells it");
	CHECK_ERR(syscall(SYS_arch_prctl, ARCH_SET_FS, 0xffff800000000000), EPERM,
		  "a base outside user memory is EPERM");
	CHECK_ERR(syscall(SYS_arch_prctl, 1, 0), EINVAL, "an unknown request is EINVAL");
}

/* Calls with numbers in the registers that a call preserves; are they there afterwards? */
static int registers_stay(long number)
{
	unsigned long sum, result;

	__asm__ volatile("push %%rbp\n\t"
			 "mov $0x1001, %%ebx; mov $0x2002, %%ebp; mov $0x4004, %%r12d\n\t"
			 "mov $0x8008, %%r13d; mov $0x10010, %%r14d; mov $0x20020, %%r15d\n\t"
			 "syscall\n\t"
			 "xor %%rbp, %%rbx; xor %%r13, %%r12; xor %%r15, %%r14\n\t"
			 "xor %%r12, %%rbx; xor %%r14, %%rbx\n\t"
			 "pop %%rbp"
			 : "=a"(result), "=&b"(sum)
			 : "a"(number)
			 : "rcx", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
	return sum == 0x3f03f && result == (unsigned long)-ENOSYS;
}

static void other_calls(void)
{
	unsigned cpu = 999, node = 999;
	struct utsname names;

	CHECK_ERR(syscall(9999), ENOSYS, "an unknown call is ENOSYS");
	CHECK_ERR(syscall(-1L), ENOSYS, "so is -1");
	CHECK_ERR(syscall(0x80000000L), ENOSYS, "so is one far away");
	CHECK(syscall(0x100000000L + SYS_getpid) == getpid() &&
		      syscall(-0x100000000L + SYS_getpid) == getpid(),
	      "of the number of a call 32 bits are looked at");
	CHECK_ERR(syscall(0x40000000L + SYS_getpid), ENOSYS,
		  "so one of the 32-bit calls of the x32 ABI is unknown");
	CHECK(registers_stay(0x1ffffffff), "as is -1 with other bits above");
	CHECK(registers_stay(214), "one that was never used leaves the program's registers alone");
	CHECK(registers_stay(9999), "and so does one behind the last");
	CHECK(registers_stay(-1), "and so does -1");
	CHECK(!syscall(SYS_getcpu, &cpu, &node, NULL) && cpu < 64, "getcpu tells a processor");
	CHECK_EQ(personality(0xffffffff), 0, "the personality is Linux");
	CHECK(!personality(PER_LINUX32 | ADDR_NO_RANDOMIZE) && !uname(&names) &&
		      !strcmp(names.machine, "i686"),
	      "that of 32-bit programs makes the machine an i686");
	CHECK(personality(0) == (PER_LINUX32 | ADDR_NO_RANDOMIZE) && !uname(&names) &&
		      !strcmp(names.machine, "x86_64"),
	      "for as long as it lasts");
	CHECK_OK(syscall(SYS_sync), "sync succeeds");
	CHECK_EQ(syscall(SYS_gettid), getpid(), "the first thread's tid is the pid");
}

int main(void)
{
	process_control();
	system_facts();
	segment_bases();
	other_calls();
	CHECK_END();
}
