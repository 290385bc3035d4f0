/*
 * syscall.h - the prototypes of all system call bodies, made from syscall.tbl.
 */
#pragma once
#include "kernel/lib/types.h"

struct iovec;
struct itimerspec;
struct itimerval;
struct pollfd;
struct rlimit;
struct rusage;
struct sigaction;
struct sigaltstack;
struct siginfo;
struct siginfo_user;
struct sigset;
struct stat;
struct statfs;
struct sysinfo;
struct timespec;
struct timeval;
struct tms;
struct utsname;

#define SYSCALL(nr, name, ...) long sys_##name(__VA_ARGS__);
#define SYSCALL_FRAME	       SYSCALL
#include "kernel/syscall/syscall.tbl"
#undef SYSCALL
#undef SYSCALL_FRAME
