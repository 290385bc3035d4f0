/*
 * uts.c - the names of the system.
 *
 * User space sees: uname(2), sethostname(2), setdomainname(2), /proc/sys/kernel/hostname and
 * others; each speaks of the namespace of the task that asks.
 */
#include "kernel/task/uts.h"

#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/slab.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/task.h"

static struct spinlock lock = SPINLOCK_INIT(RANK_LEAF);

static void uts_free(struct namespace *base)
{
	kfree(container_of(base, struct uts_namespace, base));
}

static const struct namespace_kind kind = {
	.name = "uts",
	.flag = CLONE_NEWUTS,
	.free = uts_free,
};

struct uts_namespace uts_first = {
	.base = { .refs = REFCOUNT_INIT(1), .id = NAMESPACE_ID_UTS, .kind = &kind },
	.names = { .sysname = UTS_SYSNAME,
		   .nodename = "(none)",
		   .release = UTS_RELEASE,
		   .version = UTS_VERSION,
		   .machine = UTS_MACHINE,
		   .domainname = "(none)" },
};

struct uts_namespace *uts_copy(const struct uts_namespace *from)
{
	struct uts_namespace *ns = kmalloc(sizeof(*ns));

	if (!ns)
		return NULL;
	namespace_init(&ns->base, &kind, 0);
	spin_lock(&lock);
	ns->names = from->names;
	spin_unlock(&lock);
	return ns;
}

static struct uts_namespace *current_uts(void)
{
	return task_current()->spaces->uts;
}

void uts_read(struct utsname *out)
{
	spin_lock(&lock);
	*out = current_uts()->names;
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
	set(current_uts()->names.nodename, name, len);
}

void uts_set_domainname(const char *name, size_t len)
{
	set(current_uts()->names.domainname, name, len);
}
