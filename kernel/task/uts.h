/*
 * uts.h - the names of the system, as uname(2) and /proc/sys/kernel tell them.
 *
 * The release is that of the Linux whose interface this is, because programs look at it to see what
 * they may use.
 */
#pragma once
#include "kernel/abi/system.h"

#define UTS_SYSNAME "Linux"
#define UTS_RELEASE "6.1.0-corral"
#define UTS_VERSION "#1 SMP Corral"
#define UTS_MACHINE "x86_64"

void uts_read(struct utsname *out);
/* Replaced by len bytes, which are at most UTS_LEN; rights are the caller's to check. */
void uts_set_nodename(const char *name, size_t len);
void uts_set_domainname(const char *name, size_t len);
