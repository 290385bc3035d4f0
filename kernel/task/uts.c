/*
 * uts.c - the names of the system.
 *
 * User space sees: uname(2), sethostname(2), setdomainname(2), /proc/sys/kernel/hostname and
 * others.
 */
#include "kernel/task/uts.h"

#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

static struct spinlock lock = SPINLOCK_INIT(RANK_LEAF);
static struct utsname names = { /* [lock] */
				.sysname = UTS_SYSNAME, .nodename = "(none)",
				.release = UTS_RELEASE, .version = UTS_VERSION,
				.machine = UTS_MACHINE, .domainname = "(none)"
};

void uts_read(struct utsname *out)
{
	spin_lock(&lock);
	*out = names;
	spin_unlock(&lock);
}

static void set(char *field, const char *name, size_t len)
{
	spin_lock(&lock);
	memset(field, 0, UTS_LEN + 1);
	memcpy(field, name, min(len, (size_t)UTS_LEN));
	spin_unlock(&lock);
}

void uts_set_nodename(const char *name, size_t len)
{
	set(names.nodename, name, len);
}

void uts_set_domainname(const char *name, size_t len)
{
	set(names.domainname, name, len);
}
