/* Signals that the processor raises, and the registers that a handler must not disturb. */
#include "check.h"

#include <setjmp.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile sig_atomic_t hits;

static void install(int sig, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	MUST(!sigaction(sig, &action, NULL));
	hits = 0;
}

static void install_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };

	MUST(!sigaction(sig, &action, NULL));
	hits = 0;
}

static void block(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how, &set, NULL);
}

static sigjmp_buf escape;
static volatile void *fault_address;
static volatile int fault_code;

static greg_t fault_rip, fault_error, fault_cr2;

static void fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	fault_rip = u->uc_mcontext.gregs[REG_RIP];
	fault_error = u->uc_mcontext.gregs[REG_ERR];
	fault_cr2 = u->uc_mcontext.gregs[REG_CR2];
	fault_address = info->si_addr;
	fault_code = info->si_code;
	siglongjmp(escape, sig);
}

static void skip(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	u->uc_mcontext.gregs[REG_RIP] += 2;
	hits++;
}

static void faults(void)
{
	static const char constant[4096] __attribute__((aligned(4096))) = "x";
	volatile int zero = 0;
	volatile uintptr_t low = 0x10;
	int sig, status;

	install_info(SIGSEGV, fault, 0);
	install_info(SIGFPE, fault, 0);
	install_info(SIGILL, fault, 0);
	install_info(SIGTRAP, fault, 0);
	if (!(sig = sigsetjmp(escape, 1)))
		__asm__ volatile("ud2");
	CHECK(sig == SIGILL && fault_cr2 == 0, "no CR2 is told of what is no page fault");
	if (!(sig = sigsetjmp(escape, 1)))
		*(volatile int *)low = 1;
	CHECK(sig == SIGSEGV && fault_address == (void *)low && fault_code == SEGV_MAPERR &&
		      fault_cr2 == (greg_t)low,
	      "a store to nowhere: SIGSEGV, SEGV_MAPERR and the address");
	if (!(sig = sigsetjmp(escape, 1)))
		*(volatile char *)constant = 1;
	CHECK(sig == SIGSEGV && fault_address == constant && fault_code == SEGV_ACCERR,
	      "a store to a constant: SEGV_ACCERR");
	if (!(sig = sigsetjmp(escape, 1)))
		*(volatile int *)0xffffffff81000000 = 1;
	CHECK_EQ(sig, SIGSEGV, "a store to kernel memory: SIGSEGV");
	if (!(sig = sigsetjmp(escape, 1)))
		*(volatile int *)0x8000000000000000 = 1;
	CHECK_EQ(sig, SIGSEGV, "a store to a non-canonical address: SIGSEGV");
	if (!(sig = sigsetjmp(escape, 1)))
		__asm__ volatile("xor %%edx, %%edx\n\tmov $1, %%eax\n\tidivl %0" ::"m"(zero)
				 : "eax", "edx");
	CHECK(sig == SIGFPE && fault_code == FPE_INTDIV, "a division by zero: SIGFPE");
	if (!(sig = sigsetjmp(escape, 1)))
		__asm__ volatile("ud2");
	CHECK_EQ(sig, SIGILL, "an undefined instruction: SIGILL");
	if (!(sig = sigsetjmp(escape, 1)))
		__asm__ volatile("jmp *%0" ::"r"(0x800000000000));
	CHECK(sig == SIGSEGV && fault_rip == 0x800000000000 && fault_error == 0,
	      "a jump to a non-canonical address: SIGSEGV there");
	if (!(sig = sigsetjmp(escape, 1)))
		__asm__ volatile("int3");
	CHECK_EQ(sig, SIGTRAP, "a breakpoint: SIGTRAP");
	if (!(sig = sigsetjmp(escape, 1)))
		__asm__ volatile("hlt");
	CHECK_EQ(sig, SIGSEGV, "a privileged instruction: SIGSEGV");
	if (!(sig = sigsetjmp(escape, 1)))
		__asm__ volatile("outb %%al, $0x80" ::: "memory");
	CHECK_EQ(sig, SIGSEGV, "port input and output: SIGSEGV");
	install_info(SIGILL, skip, 0);
	__asm__ volatile("ud2");
	CHECK_EQ(hits, 1, "a handler may change the registers that it returns to");
	status = IN_CHILD(block(SIG_BLOCK, SIGSEGV); *(volatile int *)low = 1);
	CHECK(KILLED(status, SIGSEGV), "a blocked SIGSEGV kills");
	status = IN_CHILD(signal(SIGSEGV, SIG_IGN); *(volatile int *)low = 1);
	CHECK(KILLED(status, SIGSEGV), "an ignored one too");
	status = IN_CHILD({
		install_info(SIGSEGV, fault, 0);
		__asm__ volatile("mov $8, %%rsp\n\tpush %%rax" ::: "memory");
	});
	CHECK(KILLED(status, SIGSEGV), "a handler without a usable stack: the process is killed");
	signal(SIGSEGV, SIG_DFL);
	signal(SIGFPE, SIG_DFL);
	signal(SIGILL, SIG_DFL);
	signal(SIGTRAP, SIG_DFL);
}

static double precious(int sig_to_raise)
{
	register double a __asm__("xmm7") = 1.5;

	__asm__ volatile("" : "+x"(a));
	raise(sig_to_raise);
	return a;
}

static void clobber(int sig)
{
	__asm__ volatile("pcmpeqd %%xmm7, %%xmm7\n\tpcmpeqd %%xmm0, %%xmm0" ::: "xmm7", "xmm0");
	hits++;
}

static void registers(void)
{
	volatile double a = 0.1, sum = 0;
	struct itimerval often = { { .tv_usec = 1000 }, { .tv_usec = 1000 } }, never = { 0 };

	install(SIGALRM, clobber, 0);
	setitimer(ITIMER_REAL, &often, NULL);
	double x = a;
	for (long i = 0; hits < 5; i++) {
		x = x * 1.0000001 / 1.0000001;
		sum += x > 0.0999 && x < 0.1001 ? 0 : 1;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	CHECK(sum == 0, "a handler that uses vector registers does not disturb its victim");
	CHECK(precious(SIGALRM) != 0, "and returns to it");
}

int main(void)
{
	faults();
	registers();
	CHECK_END();
}
