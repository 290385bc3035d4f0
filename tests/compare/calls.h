/*
 * calls.h - the system calls, what usual arguments of each are, and how each is varied.
 */
#pragma once

#include "answer.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define DIR "/tmp/compare"
#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif

enum {
	FILE_FD = 10,
	DIR_FD,
	PIPE_IN,
	PIPE_OUT,
	SOCKET,
	EVENT,
	EPOLL,
	TIMER,
	SIGNALS,
	PATH_FD,
	NULL_FD,
	CLOSED = 77,
};

/* The memory that arguments point to; behind it is a page without rights. */
#define PLACE	 0x10000000L
#define SIZE	 0x10000L
#define BUF	 (PLACE + 0x1000)
#define OTHER	 (PLACE + 0x2000)
#define NAME	 (PLACE + 0x3000) /* an existing file */
#define NEW	 (PLACE + 0x3100) /* a name that is free */
#define FOLDER	 (PLACE + 0x3200)
#define EMPTY	 (PLACE + 0x3300)
#define BELOW	 (PLACE + 0x3400) /* something below a file */
#define WORD	 (PLACE + 0x3500)
#define LONG	 (PLACE + 0x4000) /* a name that is too long */
#define IOV	 (PLACE + 0x6000)
#define PAIR	 (PLACE + 0x6100) /* two ints: a pipe of its own */
#define HALFMASK (PLACE + 0x6200)
#define CAPS	 (PLACE + 0x6300)
#define SHORT	 (PLACE + 0x6400) /* 1 ms */
#define NEGATIVE (PLACE + 0x6500)
#define OVER	 (PLACE + 0x6600) /* 1,000,000,000 ns */
#define NODES	 (PLACE + 0x6700)
#define ADDRESS	 (PLACE + 0x6800) /* sockaddr_un without a name */
#define LENGTH	 (PLACE + 0x6900)
#define EVENTS	 (PLACE + 0x7000)
#define CROSSING (PLACE + SIZE - 4)
#define OPEN_END (PLACE + SIZE - 16) /* a text that does not end */
#define KERNEL	 (long)0xffff888000000000
#define NOWHERE	 (long)0x8000000000000000
#define MAPPED	 0x20000000L /* four pages */

/* How an argument is varied. */
static const long fds[] = {
	-1,    CLOSED, 0x7fffffff, DIR_FD,  PIPE_IN, PIPE_OUT, SOCKET,
	EVENT, EPOLL,  TIMER,	   SIGNALS, PATH_FD, NULL_FD,  FILE_FD | 1L << 32
};
static const long dirs[] = { -1, CLOSED, FILE_FD, DIR_FD, AT_FDCWD, PIPE_IN, PATH_FD };
static const long pointers[] = { 0, 8, BUF + 1, CROSSING, CROSSING + 3, KERNEL, NOWHERE, -4096 };
static const long names[] = { 0, 8, NEW, FOLDER, EMPTY, BELOW, LONG, OPEN_END, KERNEL };
static const long lengths[] = { 0,   1,		 3,	     7,		 8,	   9,
				128, 0x7fffffff, 0x80000000, 0xffffffff, 1L << 40, -1 };
static const long numbers[] = { -1, 0, 1, 2, 3, 8, 100, 0x7fffffff, 0x80000000 };
static const long pids[] = { 0, -1, 0x7fffffff, 0x80000000, 0x3ffffe };
static const long advices[] = { -1, 0,	1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13,
				14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 99, 102 };
static const long few[] = { -1, 0, 1, 3, 100, 0x7fffffff };
static const long ids[] = { -1, 0, 1000, 0x7fffffff, 0xfffffffe };
static const long addresses[] = {
	0, 1, MAPPED, MAPPED + 1, MAPPED + 0x1000, MAPPED + 0x4000, KERNEL, 0x7ffffffff000, -4096
};
static const long times[] = { 8, NEGATIVE, OVER, KERNEL };
static const long signals[] = { -1, 0, 9, 19, 32, 33, 64, 65, 128 };

static const struct kind {
	char letter;
	const long *values;
	int count;
} kinds[] = {
#define KIND(letter, list)                                        \
	{                                                         \
		letter, list, (int)(sizeof(list) / sizeof(*list)) \
	}
	KIND('f', fds),	      KIND('d', dirs),	  KIND('b', pointers), KIND('s', names),
	KIND('n', lengths),   KIND('i', numbers), KIND('p', pids),     KIND('u', ids),
	KIND('a', addresses), KIND('t', times),	  KIND('k', signals),  KIND('m', advices),
	KIND('j', few),
};

#define C(name, how, ...)               \
	{                               \
		SYS_##name, #name, how, \
		{                       \
			__VA_ARGS__     \
		}                       \
	}
/* One letter an argument: those above, g each low bit of a word and the
   highest, G each, - as it is; + first: a number that
   is given has no meaning. */
static const struct call {
	int number;
	const char *name, *how;
	long args[6];
} calls[] = {
	C(read, "fbn", FILE_FD, BUF, 4),
	C(write, "fbn", FILE_FD, BUF, 4),
	C(open, "sGi", NAME, O_RDONLY, 0),
	C(close, "f", FILE_FD),
	C(stat, "sb", NAME, BUF),
	C(fstat, "fb", FILE_FD, BUF),
	C(lstat, "sb", NAME, BUF),
	C(poll, "bi-", BUF, 0, 0),
	C(poll, "b--", BUF, 1, 0),
	C(lseek, "fii", FILE_FD, 0, 0),
	C(mmap, "+aniifn", 0, 4096, 3, MAP_PRIVATE, FILE_FD, 0),
	C(mmap, "+---G--", 0, 4096, 1, MAP_PRIVATE, FILE_FD, 0),
	C(mmap, "+--G---", 0, 4096, 1, MAP_PRIVATE, FILE_FD, 0),
	C(mmap, "+-n-i--", 0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	C(mmap, "+an----", MAPPED, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	C(mmap, "+a-----", MAPPED, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
	  0),
	C(mprotect, "anG", MAPPED, 4096, 1),
	C(munmap, "an", MAPPED, 4096),
	C(rt_sigaction, "kbbn", 10, 0, BUF, 8),
	C(rt_sigprocmask, "ibbn", 0, BUF, OTHER, 8),
	C(ioctl, "fi-", FILE_FD, 0, BUF),
	C(pread64, "fbni", FILE_FD, BUF, 4, 0),
	C(pwrite64, "fbni", FILE_FD, BUF, 4, 0),
	C(readv, "fbn", FILE_FD, IOV, 2),
	C(writev, "fbn", FILE_FD, IOV, 2),
	C(access, "sg", NAME, 0),
	C(pipe, "b", BUF),
	C(select, "ibbb-", 0, BUF, BUF, BUF, BUF),
	C(select, "-bbb-", 64, BUF, OTHER, OTHER, BUF),
	C(sched_yield, "i", 0),
	C(mremap, "+annga", MAPPED, 4096, 8192, MREMAP_MAYMOVE, 0),
	C(mremap, "+ann-a", MAPPED, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, MAPPED + 0x8000),
	C(msync, "ang", MAPPED, 4096, MS_SYNC),
	C(mincore, "anb", MAPPED, 4096, BUF),
	C(madvise, "anm", MAPPED, 4096, 0),
	C(dup, "f", FILE_FD),
	C(dup2, "ff", FILE_FD, 30),
	C(nanosleep, "tb", BUF, 0),
	C(getitimer, "ib", 0, BUF),
	C(alarm, "i", 0),
	C(setitimer, "itb", 0, BUF, OTHER),
	C(sendfile, "ffbn", FILE_FD, FILE_FD, 0, 4),
	C(socket, "iii", 1, 1, 0),
	C(socket, "-g-", 1, SOCK_STREAM, 0),
	C(socketpair, "iiib", 1, 1, 0, PAIR),
	C(connect, "fbn", SOCKET, ADDRESS, 2),
	C(accept, "fbb", SOCKET, 0, 0),
	C(accept4, "fbbg", SOCKET, 0, 0, 0),
	C(bind, "fbn", SOCKET, ADDRESS, 2),
	C(listen, "fi", SOCKET, 1),
	C(sendto, "+fbnGbn", SOCKET, BUF, 4, 0, 0, 0),
	C(recvfrom, "fbnGbb", SOCKET, BUF, 4, MSG_DONTWAIT, 0, 0),
	C(sendmsg, "fbg", SOCKET, OTHER, 0),
	C(recvmsg, "fbg", SOCKET, OTHER, MSG_DONTWAIT),
	C(shutdown, "fi", SOCKET, 0),
	C(getsockname, "fbb", SOCKET, BUF, LENGTH),
	C(getpeername, "fbb", SOCKET, BUF, LENGTH),
	C(setsockopt, "fiibn", SOCKET, SOL_SOCKET, SO_PASSCRED, WORD, 4),
	C(getsockopt, "fiibb", SOCKET, SOL_SOCKET, SO_TYPE, BUF, LENGTH),
	C(execve, "sbb", NAME, 0, 0),
	C(execveat, "dsbbg", AT_FDCWD, NAME, 0, 0, 0),
	C(wait4, "pbgb", -1, BUF, WNOHANG, 0),
	C(waitid, "ipbgb", P_ALL, 0, BUF, WNOHANG | WEXITED, 0),
	C(kill, "-k", 0x3ffffe, 10),
	C(tkill, "pk", 0x3ffffe, 10),
	C(tgkill, "ppk", 0x3ffffe, 0x3ffffe, 10),
	C(uname, "b", BUF),
	C(fcntl, "fii", FILE_FD, F_GETFD, 0),
	C(fcntl, "-G-", FILE_FD, 0, 0),
	C(fcntl, "--G", FILE_FD, F_SETFL, 0),
	C(fcntl, "--b", FILE_FD, F_SETLK, BUF),
	C(fcntl, "--b", FILE_FD, F_OFD_SETLK, BUF),
	C(fcntl, "--b", FILE_FD, F_GETLK, BUF),
	C(fcntl, "--p", FILE_FD, F_SETOWN, 0),
	C(fcntl, "--k", FILE_FD, F_SETSIG, 0),
	C(fcntl, "--i", PIPE_IN, F_SETPIPE_SZ, 4096),
	C(fcntl, "--i", FILE_FD, F_DUPFD, 0),
	C(flock, "fg", FILE_FD, LOCK_UN),
	C(fsync, "f", FILE_FD),
	C(truncate, "si", NAME, 0),
	C(ftruncate, "fi", FILE_FD, 0),
	C(getdents, "+fbn", DIR_FD, BUF, 4096),
	C(getdents64, "+fbn", DIR_FD, BUF, 4096),
	C(getcwd, "bn", BUF, 4096),
	C(chdir, "s", FOLDER),
	C(fchdir, "f", DIR_FD),
	C(rename, "ss", NAME, NEW),
	C(mkdir, "si", NEW, 0700),
	C(rmdir, "s", FOLDER),
	C(creat, "si", NEW, 0600),
	C(link, "ss", NAME, NEW),
	C(unlink, "s", NAME),
	C(symlink, "ss", NAME, NEW),
	C(readlink, "sbi", NAME, BUF, 64),
	C(chmod, "sg", NAME, 0600),
	C(chown, "suu", NAME, -1, -1),
	C(fchmod, "fg", FILE_FD, 0600),
	C(fchown, "fuu", FILE_FD, -1, -1),
	C(lchown, "suu", NAME, -1, -1),
	C(umask, "i", 022),
	C(gettimeofday, "bb", BUF, 0),
	C(getrlimit, "ib", 0, BUF),
	C(setrlimit, "ib", RLIMIT_CORE, BUF),
	C(prlimit64, "pibb", 0, RLIMIT_CORE, 0, BUF),
	C(getrusage, "ib", 0, BUF),
	C(sysinfo, "b", BUF),
	C(times, "+b", BUF),
	C(syslog, "i--", 2, BUF, 0),
	C(syslog, "-b-", 3, BUF, 0),
	C(setuid, "u", 0),
	C(setgid, "u", 0),
	C(setpgid, "pp", 0, 0),
	C(getpgid, "+p", 0),
	C(getsid, "+p", 0),
	C(setreuid, "uu", 0, 0),
	C(setregid, "uu", 0, 0),
	C(setresuid, "uuu", 0, 0, 0),
	C(setresgid, "uuu", 0, 0, 0),
	C(getresuid, "bbb", BUF, BUF, BUF),
	C(getresgid, "bbb", BUF, BUF, BUF),
	C(getgroups, "ib", 0, BUF),
	C(setgroups, "ib", 0, BUF),
	C(setfsuid, "u", 0),
	C(setfsgid, "u", 0),
	C(capget, "bb", CAPS, BUF),
	C(capset, "bb", CAPS, BUF),
	C(rt_sigpending, "bn", BUF, 8),
	C(rt_sigtimedwait, "bbtn", BUF, 0, BUF, 8),
	C(rt_sigqueueinfo, "pkb", 0x3ffffe, 10, BUF),
	C(rt_tgsigqueueinfo, "ppkb", 0x3ffffe, 0x3ffffe, 10, BUF),
	C(rt_sigsuspend, "bj", BUF, 7),
	C(sigaltstack, "bb", 0, BUF),
	C(utime, "sb", NAME, BUF),
	C(utimes, "sb", NAME, BUF),
	C(futimesat, "dsb", AT_FDCWD, NAME, BUF),
	C(utimensat, "dsbg", AT_FDCWD, NAME, BUF, 0),
	C(mknod, "sgi", NEW, S_IFIFO | 0600, 0),
	C(mknodat, "dsgi", AT_FDCWD, NEW, S_IFIFO | 0600, 0),
	C(personality, "G", 0),
	C(statfs, "sb", NAME, BUF),
	C(fstatfs, "fb", FILE_FD, BUF),
	C(getpriority, "jp", 0, 0),
	C(setpriority, "ipi", 0, 0, 0),
	C(sched_setparam, "pb", 0, BUF),
	C(sched_getparam, "pb", 0, BUF),
	C(sched_setscheduler, "pgb", 0, 0, BUF),
	C(sched_setscheduler, "-i-", 0, 0, BUF),
	C(sched_setscheduler, "-i-", 0, 0, WORD),
	C(sched_getscheduler, "p", 0),
	C(sched_get_priority_max, "i", 0),
	C(sched_get_priority_min, "i", 0),
	C(sched_rr_get_interval, "pb", 0, BUF),
	C(sched_setaffinity, "pnb", 0, 8, WORD),
	C(sched_getaffinity, "pnb", 0, 8, BUF),
	C(sched_setattr, "pbg", 0, BUF, 0),
	C(sched_getattr, "pbng", 0, BUF, 48, 0),
	C(mlock, "an", MAPPED, 4096),
	C(mlock2, "ang", MAPPED, 4096, 0),
	C(munlock, "an", MAPPED, 4096),
	C(mlockall, "G", 1),
	C(prctl, "i----", 0, 0, 0, 0, 0),
	C(arch_prctl, "ib", 0x1003, BUF),
	C(setxattr, "ssbng", NAME, WORD, BUF, 0, 0),
	C(getxattr, "ssbn", NAME, WORD, BUF, 0),
	C(listxattr, "sbn", NAME, BUF, 64),
	C(removexattr, "ss", NAME, WORD),
	C(time, "+b", BUF),
	C(futex, "big-b-", BUF, FUTEX_WAKE, 1, 0, OTHER, 0),
	C(futex, "b--t--", BUF, FUTEX_WAIT, 1, 0, 0, 0),
	C(futex, "b--tbi", BUF, FUTEX_WAIT_BITSET, 1, 0, 0, 1),
	C(futex, "b-iibi", BUF, FUTEX_REQUEUE, 1, 1, OTHER, 0),
	C(futex, "b-iibi", BUF, FUTEX_CMP_REQUEUE, 1, 1, OTHER, 0),
	C(futex, "b-iibg", BUF, FUTEX_WAKE_OP, 1, 1, OTHER, 0),
	C(futex, "b-----", BUF, FUTEX_UNLOCK_PI, 0, 0, 0, 0),
	C(futex, "b-----", BUF, FUTEX_TRYLOCK_PI, 0, 0, 0, 0),
	C(epoll_create, "i", 1),
	C(epoll_create1, "g", 0),
	C(epoll_wait, "fbi-", EPOLL, EVENTS, 1, 0),
	C(epoll_pwait, "fbi-bn", EPOLL, EVENTS, 1, 0, 0, 8),
	C(epoll_pwait2, "fbitbn", EPOLL, EVENTS, 1, BUF, 0, 8),
	C(epoll_ctl, "fifb", EPOLL, EPOLL_CTL_ADD, PIPE_IN, EVENTS),
	C(epoll_ctl, "--f-", EPOLL, EPOLL_CTL_DEL, PIPE_IN, 0),
	C(epoll_ctl, "--f-", EPOLL, EPOLL_CTL_MOD, PIPE_IN, EVENTS),
	C(set_tid_address, "+b", BUF),
	C(fadvise64, "fiii", FILE_FD, 0, 0, 0),
	C(timer_create, "ibb", 0, 0, BUF),
	C(timer_settime, "iibb", 0, 0, BUF, 0),
	C(timer_gettime, "ib", 0, BUF),
	C(timer_getoverrun, "i", 0),
	C(timer_delete, "i", 0),
	C(clock_gettime, "ib", 0, BUF),
	C(clock_getres, "ib", 0, BUF),
	C(clock_nanosleep, "iitb", 1, 0, BUF, 0),
	C(mbind, "anibng", MAPPED, 4096, 0, 0, 0, 0),
	C(mbind, "--ib-g", MAPPED, 4096, 2, WORD, 64, 0),
	C(set_mempolicy, "ibn", 0, 0, 0),
	C(set_mempolicy, "ibn", 2, WORD, 64),
	C(get_mempolicy, "bbnag", BUF, 0, 0, 0, 0),
	C(migrate_pages, "pnbb", 0, 64, WORD, WORD),
	C(move_pages, "pnbbbg", 0, 1, IOV, 0, BUF, 2),
	C(openat, "dsGi", DIR_FD, NAME, 0, 0),
	C(mkdirat, "dsi", DIR_FD, NEW, 0700),
	C(fchownat, "dsuug", DIR_FD, NAME, -1, -1, 0),
	C(newfstatat, "dsbg", DIR_FD, NAME, BUF, 0),
	C(unlinkat, "dsg", DIR_FD, NAME, 0),
	C(renameat, "dsds", DIR_FD, NAME, DIR_FD, NEW),
	C(renameat2, "dsdsg", DIR_FD, NAME, DIR_FD, NEW, 0),
	C(linkat, "dsdsg", DIR_FD, NAME, DIR_FD, NEW, 0),
	C(symlinkat, "sds", NAME, DIR_FD, NEW),
	C(readlinkat, "dsbi", DIR_FD, NAME, BUF, 64),
	C(fchmodat, "dsg", DIR_FD, NAME, 0600),
	C(faccessat, "dsg", DIR_FD, NAME, 0),
	C(faccessat2, "dsgg", DIR_FD, NAME, 0, 0),
	C(pselect6, "ibbbtb", 0, BUF, BUF, BUF, BUF, 0),
	C(ppoll, "bntbn", BUF, 0, BUF, 0, 8),
	C(unshare, "G", 0),
	C(set_robust_list, "bn", BUF, 24),
	C(get_robust_list, "pbb", 0, BUF, OTHER),
	C(splice, "fbfbng", FILE_FD, 0, PIPE_OUT, 0, 4, SPLICE_F_NONBLOCK),
	C(tee, "ffng", PIPE_IN, PIPE_OUT, 4, SPLICE_F_NONBLOCK),
	C(sync_file_range, "fiig", FILE_FD, 0, 0, 0),
	C(signalfd, "fbn", -1, BUF, 8),
	C(signalfd4, "fbng", -1, BUF, 8, 0),
	C(timerfd_create, "ig", 1, 0),
	C(timerfd_settime, "fgbb", TIMER, 0, BUF, 0),
	C(timerfd_gettime, "fb", TIMER, BUF),
	C(eventfd, "i", 0),
	C(eventfd2, "ig", 0, 0),
	C(fallocate, "fgi-", FILE_FD, 0, 0, 1),
	C(dup3, "ffg", FILE_FD, 30, 0),
	C(pipe2, "bg", BUF, 0),
	C(preadv, "fbni-", FILE_FD, IOV, 2, 0, 0),
	C(pwritev, "fbni-", FILE_FD, IOV, 2, 0, 0),
	C(preadv2, "fbniig", FILE_FD, IOV, 2, 0, 0, 0),
	C(pwritev2, "fbniig", FILE_FD, IOV, 2, 0, 0, 0),
	C(recvmmsg, "fbigt", SOCKET, OTHER, 1, MSG_DONTWAIT, 0),
	C(sendmmsg, "fbig", SOCKET, OTHER, 1, 0),
	C(syncfs, "f", FILE_FD),
	C(setns, "fg", FILE_FD, 0),
	C(getcpu, "bbb", BUF, OTHER, 0),
	C(process_vm_readv, "+pbnbng", 0x3ffffe, IOV, 1, IOV, 1, 0),
	C(process_vm_writev, "+pbnbng", 0x3ffffe, IOV, 1, IOV, 1, 0),
	C(getrandom, "bng", BUF, 8, 0),
	C(memfd_create, "sg", WORD, 0),
	C(membarrier, "ig-", 0, 0, 0),
	C(copy_file_range, "fbfbng", FILE_FD, BUF, FILE_FD, OTHER, 0, 0),
	C(statx, "dsggb", DIR_FD, NAME, 0, 0xfff, BUF),
	C(pidfd_send_signal, "fkbg", FILE_FD, 10, 0, 0),
	C(pidfd_open, "pg", 0x3ffffe, 0),
	C(pidfd_getfd, "ffg", FILE_FD, 0, 0),
	C(clone3, "b-", BUF, 63),
	C(close_range, "iig", 40, 50, 0),
	C(set_mempolicy_home_node, "anig", MAPPED, 4096, 0, 0),
	C(chroot, "s", FOLDER),
	C(mount, "---gs", 0, EMPTY, WORD, 0, 0),
	C(mount, "sss-s", WORD, FOLDER, WORD, 0, 0),
	C(umount2, "sg", NAME, 0),
	C(pivot_root, "ss", FOLDER, FOLDER),
	C(sethostname, "bi", WORD, -1),
	C(setdomainname, "bi", WORD, -1),
	C(reboot, "ggi-", 0, 0, 0, 0),
	C(settimeofday, "tb", NEGATIVE, 0),
	C(clock_settime, "it", 0, NEGATIVE),
	C(restart_syscall, "i", 0),
	C(munlockall, "", 0),
	C(sync, "", 0),
	C(setsid, "+", 0),
	C(brk, "+", 0),
};
