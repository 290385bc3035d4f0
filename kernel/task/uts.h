/*
 * uts.h - the names of the system, as uname(2) and /proc/sys/kernel tell them, and the namespaces
 * that have names of their own.
 *
 * The release is that of the Linux whose interface this is, because programs look at it to see what
 * they may use.
 */
#pragma once
#include "fs/namespace.h"
#include "kernel/abi/system.h"

#define UTS_SYSNAME "Linux"
#define UTS_RELEASE "6.1.0-corral"
#define UTS_VERSION "#1 SMP Corral"
#define UTS_MACHINE "x86_64"

struct uts_namespace {
	struct namespace base; /* first */
	struct utsname names;  /* [lock of uts.c] */
};

extern struct uts_namespace uts_first;

struct uts_namespace *uts_copy(const struct uts_namespace *from); /* NULL: no memory */

/* Of the running task's namespace. */
void uts_read(struct utsname *out);
/* Replaced by len bytes, which are at most UTS_LEN; rights are the caller's to check. */
void uts_set_nodename(const char *name, size_t len);
void uts_set_domainname(const char *name, size_t len);
