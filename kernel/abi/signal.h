/*
 * signal.h - signals of the Linux ABI, x86_64 (asm/signal.h, asm-generic/siginfo.h).
 */
#pragma once
#include "kernel/lib/types.h"

#define NSIG 65 /* signals are 1 .. 64 */

enum {
	SIGHUP = 1,
	SIGINT,
	SIGQUIT,
	SIGILL,
	SIGTRAP,
	SIGABRT,
	SIGBUS,
	SIGFPE,
	SIGKILL,
	SIGUSR1,
	SIGSEGV,
	SIGUSR2,
	SIGPIPE,
	SIGALRM,
	SIGTERM,
	SIGSTKFLT,
	SIGCHLD,
	SIGCONT,
	SIGSTOP,
	SIGTSTP,
	SIGTTIN,
	SIGTTOU,
	SIGURG,
	SIGXCPU,
	SIGXFSZ,
	SIGVTALRM,
	SIGPROF,
	SIGWINCH,
	SIGIO,
	SIGPWR,
	SIGSYS,
	SIGRTMIN = 32,
};

#define SIG_DFL ((void __user *)0)
#define SIG_IGN ((void __user *)1)

#define SA_NOCLDSTOP 0x00000001ul
#define SA_NOCLDWAIT 0x00000002ul
#define SA_SIGINFO   0x00000004ul
#define SA_RESTORER  0x04000000ul
#define SA_ONSTACK   0x08000000ul
#define SA_RESTART   0x10000000ul
#define SA_NODEFER   0x40000000ul
#define SA_RESETHAND 0x80000000ul

enum { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK };

/* si_code */
enum {
	SI_USER = 0,
	SI_KERNEL = 0x80,
	SI_QUEUE = -1,
	SI_TIMER = -2,
	SI_MESGQ = -3,
	SI_SIGIO = -5,
	SI_TKILL = -6,
	ILL_ILLOPC = 1,
	ILL_ILLOPN = 2,
	FPE_INTDIV = 1,
	FPE_INTOVF,
	FPE_FLTDIV,
	FPE_FLTOVF,
	FPE_FLTUND,
	FPE_FLTRES,
	FPE_FLTINV,
	SEGV_MAPERR = 1,
	SEGV_ACCERR = 2,
	BUS_ADRALN = 1,
	BUS_ADRERR = 2,
	TRAP_BRKPT = 1,
	TRAP_TRACE = 2,
	TRAP_HWBKPT = 4,
	CLD_EXITED = 1,
	CLD_KILLED,
	CLD_DUMPED,
	CLD_TRAPPED,
	CLD_STOPPED,
	CLD_CONTINUED,
};

struct sigset {
	u64 bits; /* bit n - 1 is signal n */
};

struct sigaction { /* as rt_sigaction passes it */
	void __user *handler;
	u64 flags;
	void __user *restorer;
	struct sigset mask;
};

struct sigaltstack {
	void __user *sp;
	s32 flags;
	u64 size;
};

#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ   2048

/* What any signal's information takes; for user space zeros follow, see struct siginfo_user. */
struct siginfo {
	s32 signo, err, code, pad;
	union {
		struct {
			s32 pid;
			u32 uid;
			u64 value; /* rt signals */
		} kill;
		struct {
			s32 timer_id, overrun;
			u64 value;
		} timer;
		struct {
			s32 pid;
			u32 uid;
			s32 status;
			s64 utime, stime;
		} child;
		struct {
			u64 addr;
		} fault;
		struct {
			s64 band;
			s32 fd;
		} poll;
		struct {
			u64 call_addr;
			s32 syscall;
			u32 arch;
		} sys;
	};
};
_Static_assert(sizeof(struct siginfo) == 48, "as much as Linux keeps");

struct siginfo_user {
	struct siginfo known;
	u8 rest[80];
};
_Static_assert(sizeof(struct siginfo_user) == 128, "siginfo");

enum { SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD, SIGEV_THREAD_ID = 4 };

struct sigevent { /* timer_create(2) */
	u64 value;
	s32 signo, notify, tid;
	u8 unused[44];
};
_Static_assert(sizeof(struct sigevent) == 64, "sigevent");
