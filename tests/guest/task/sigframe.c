/* The frame of a signal handler: vector and x87 registers, siginfo, and frames that are no good. */
#include "check.h"

#include <ucontext.h>

static volatile sig_atomic_t hits;
static uint32_t seen_mxcsr;
static uint16_t seen_control;
static siginfo_t seen_info;

static void install(void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };

	MUST(!sigaction(SIGUSR1, &action, NULL));
	hits = 0;
}

static uint32_t mxcsr(void)
{
	uint32_t v;

	__asm__ volatile("stmxcsr %0" : "=m"(v));
	return v;
}

static void set_mxcsr(uint32_t v)
{
	__asm__ volatile("ldmxcsr %0" ::"m"(v));
}

static uint16_t control(void)
{
	uint16_t v;

	__asm__ volatile("fnstcw %0" : "=m"(v));
	return v;
}

static void set_control(uint16_t v)
{
	__asm__ volatile("fldcw %0" ::"m"(v));
}

#define ROUND_DOWN 0x3f80u /* MXCSR */
#define SINGLE	   0x007fu /* control word */

/* Sends the signal with a value in xmm9; what is there afterwards. */
static uint64_t across(uint64_t value)
{
	uint64_t after;

	__asm__ volatile("movq %[value], %%xmm9\n\t"
			 "syscall\n\t"
			 "movq %%xmm9, %[after]"
			 : [after] "=r"(after)
			 : [value] "r"(value), "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
			 : "rcx", "r11", "xmm9", "memory");
	return after;
}

static void spoil(int sig, siginfo_t *info, void *context)
{
	seen_mxcsr = mxcsr();
	seen_control = control();
	seen_info = *info;
	__asm__ volatile("pcmpeqd %%xmm9, %%xmm9" ::: "xmm9");
	set_mxcsr(0x1fc0);
	hits++;
}

static void change(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	uint64_t *xmm9 = (uint64_t *)&u->uc_mcontext.fpregs->_xmm[9];

	hits += *xmm9 == 0x1234;
	*xmm9 = 0x5678;
}

static void forget(int sig, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.fpregs = NULL;
}

static void point_nowhere(int sig, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.fpregs = (void *)0x1000;
}

static void point_at_kernel(int sig, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.fpregs = (void *)0xffff800000000000;
}

static void point_beside(int sig, siginfo_t *info, void *context)
{
	mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;

	m->fpregs = (void *)((char *)m->fpregs + 8);
}

static void registers(void)
{
	install(spoil, 0);
	set_mxcsr(ROUND_DOWN);
	set_control(SINGLE);
	CHECK(across(0x1234) == 0x1234 && hits == 1, "a handler's vector registers are its own");
	CHECK_EQ(mxcsr(), ROUND_DOWN, "so is its MXCSR");
	CHECK_EQ(control(), SINGLE, "and the x87 control word");
	CHECK_EQ(seen_mxcsr, 0x1f80, "it begins with a clean MXCSR");
	CHECK_EQ(seen_control, 0x37f, "and a clean control word");
	install(change, 0);
	CHECK(across(0x1234) == 0x5678 && hits == 1,
	      "a handler may change the vector registers that it returns to");
	install(forget, 0);
	set_mxcsr(ROUND_DOWN);
	set_control(SINGLE);
	CHECK(!across(0x1234) && mxcsr() == 0x1f80 && control() == 0x37f,
	      "a frame without such registers returns to clean ones");
}

static void information(void)
{
	static const char zeros[sizeof(siginfo_t)];
	const size_t known = 24; /* signal, error, code, sender, user */

	install(spoil, 0);
	memset(&seen_info, -1, sizeof(seen_info));
	kill(getpid(), SIGUSR1);
	CHECK(seen_info.si_signo == SIGUSR1 && seen_info.si_code == SI_USER &&
		      seen_info.si_pid == getpid() && seen_info.si_uid == getuid(),
	      "siginfo tells who sent it");
	CHECK(!memcmp((char *)&seen_info + known, zeros, sizeof(zeros) - known),
	      "all of siginfo that says nothing is zero");
}

/* What becomes of a child whose handler does this to its frame. */
static int fate(void (*handler)(int, siginfo_t *, void *))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		install(handler, 0);
		raise(SIGUSR1);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

/* The same of one whose stack has `room` bytes below it, or whose rt_sigreturn sees so many. */
static int fate_on_stack(size_t room, bool returns)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *at = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				-1, 0);

		MUST(at != MAP_FAILED && !munmap(at + (returns ? 4096 : 0), 4096));
		install(spoil, 0);
		if (returns)
			__asm__ volatile("mov %0, %%rsp\n\tmov $15, %%eax\n\tsyscall\n\thlt" ::"r"(
				at + 4096 - room));
		at += 4096 + room;
		__asm__ volatile("xchg %%rbx, %%rsp\n\tsyscall\n\txchg %%rbx, %%rsp"
				 : "+b"(at)
				 : "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
				 : "rcx", "r11", "memory");
		_exit(hits);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void bad_frames(void)
{
	CHECK_EQ(fate(point_nowhere), SIGSEGV, "registers from where nothing is: SIGSEGV");
	CHECK_EQ(fate(point_at_kernel), SIGSEGV, "from the kernel's memory: SIGSEGV");
	CHECK_EQ(fate(point_beside), SIGSEGV, "from an address that is not aligned: SIGSEGV");
	CHECK_EQ(fate_on_stack(7000, false), -1, "a handler runs where the stack has room for it");
	CHECK_EQ(fate_on_stack(128, false), SIGSEGV, "a stack that ends above the frame: SIGSEGV");
	CHECK_EQ(fate_on_stack(700, false), SIGSEGV,
		 "one that ends between the registers and the rest: SIGSEGV");
	CHECK_EQ(fate_on_stack(1000, false), SIGSEGV, "one that ends within the frame: SIGSEGV");
	CHECK_EQ(fate_on_stack(100, true), SIGSEGV,
		 "rt_sigreturn from a frame that ends too early: SIGSEGV");
	CHECK_EQ(fate_on_stack(0, true), SIGSEGV, "from where nothing is: SIGSEGV");
}

int main(void)
{
	registers();
	information();
	bad_frames();
	CHECK_END();
}
