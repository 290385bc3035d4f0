/*
 * mempolicy.c - from which memory nodes pages come, and moving them: set_mempolicy, get_mempolicy,
 * mbind, set_mempolicy_home_node, migrate_pages, move_pages.
 *
 * Errors and the order of their checks are those of Linux 6.1.
 *
 * Differs from Linux: a set names the first 64 nodes; higher ones, which no machine has, are looked
 * at only to refuse those that Linux refuses.
 */
#include "arch/uaccess.h"
#include "fs/procfs/procfs.h"
#include "kernel/abi/errno.h"
#include "kernel/syscall/syscall.h"
#include "kernel/task/task.h"
#include "kernel/vm/move.h"

#define SET_BITS_MAX (PAGE_SIZE * 8) /* longer sets are refused unread */
#define MF_VALID     (MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)

/* Reads a set of nodes; `count`: one more than its bits, as the calls have it. */
static int get_nodes(u64 *nodes, const u64 __user *user, u64 count)
{
	u64 bits = count - 1, word;

	*nodes = 0;
	if (!bits || !user)
		return 0;
	if (bits > SET_BITS_MAX)
		return -EINVAL;
	for (u64 at = 0; at < bits; at += 64) {
		if (get_user(word, user + at / 64))
			return -EFAULT;
		if (bits - at < 64)
			word &= BIT(bits - at) - 1;
		if (!at)
			*nodes = word;
		else if (word && at >= NODE_MASK_BITS)
			return -EINVAL;
	}
	return 0;
}

static int put_nodes(u64 __user *user, u64 count, u64 nodes)
{
	u64 bytes = align_up(count - 1, 64) / 8;

	if (bytes > PAGE_SIZE)
		return -EINVAL;
	if (bytes > sizeof(nodes) &&
	    user_clear(user + 1, bytes - sizeof(nodes)) != bytes - sizeof(nodes))
		return -EFAULT;
	return copy_to_user(user, &nodes, min(bytes, sizeof(nodes)));
}

/* Takes the flags out of the mode. */
static int split_mode(u32 *mode, u32 *flags)
{
	*flags = *mode & MPOL_MODE_FLAGS;
	*mode &= ~MPOL_MODE_FLAGS;
	if (*mode >= MPOL_MAX)
		return -EINVAL;
	if ((*flags & MPOL_F_STATIC_NODES) && (*flags & MPOL_F_RELATIVE_NODES))
		return -EINVAL;
	return (*flags & MPOL_F_NUMA_BALANCING) && *mode != MPOL_BIND ? -EINVAL : 0;
}

static struct mems *current_mems(void)
{
	return &task_current()->thread.mems;
}

static u64 current_nodes(void)
{
	return mems_allowed(current_mems()) & node_memory();
}

static bool may_move_all(void)
{
	return cred_capable(task_current()->cred, CAP_SYS_NICE);
}

long sys_set_mempolicy(u32 mode, const u64 __user *user, u64 count)
{
	u32 flags;
	u64 nodes;
	int error = split_mode(&mode, &flags);

	if (!error)
		error = get_nodes(&nodes, user, count);
	return error ?: mems_set_policy(current_mems(), mode, flags, nodes);
}

/* With MPOL_F_NODE: a node instead of a mode. */
static int node_wanted(u64 addr, u64 flags, const struct policy *p)
{
	if (flags & MPOL_F_ADDR)
		return vm_page_node(vm_current(), addr, true);
	if (p->mode != MPOL_INTERLEAVE)
		return -EINVAL;
	return (int)node_next(current_mems()->turn, p->nodes);
}

static long get_policy(s32 *mode, u64 *nodes, u64 addr, u64 flags)
{
	struct policy p = { .mode = MPOL_DEFAULT };
	int ret = 0;

	if (flags & MPOL_F_ADDR)
		ret = vm_get_policy(vm_current(), addr, &p);
	else if (addr)
		return -EINVAL;
	else
		mems_get_policy(current_mems(), &p);
	if (ret >= 0 && (flags & MPOL_F_NODE))
		ret = node_wanted(addr, flags, &p);
	if (ret < 0)
		return ret;
	*mode = flags & MPOL_F_NODE ? ret : (s32)(p.mode | p.flags);
	*nodes = p.asked ?: p.nodes;
	return 0;
}

long sys_get_mempolicy(s32 __user *mode_out, u64 __user *user, u64 count, u64 addr, u64 flags)
{
	u64 nodes = 0;
	s32 mode = 0;
	long ret = 0;

	if (user && count < node_limit())
		return -EINVAL;
	if (flags & ~(u64)(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED))
		return -EINVAL;
	if ((flags & MPOL_F_MEMS_ALLOWED) && (flags & (MPOL_F_NODE | MPOL_F_ADDR)))
		return -EINVAL;
	if (flags & MPOL_F_MEMS_ALLOWED)
		nodes = mems_allowed(current_mems());
	else
		ret = get_policy(&mode, &nodes, addr, flags);
	if (ret < 0)
		return ret;
	if (mode_out && put_user(mode, mode_out))
		return -EFAULT;
	return user ? put_nodes(user, count, nodes) : 0;
}

long sys_mbind(u64 start, u64 len, u64 mode, const u64 __user *user, u64 count, u32 mf)
{
	struct vm_bind b = { .start = start, .end = start + align_up(len, PAGE_SIZE), .mf = mf };
	int error;

	b.mode = (u32)mode;
	error = split_mode(&b.mode, &b.flags);
	if (!error)
		error = get_nodes(&b.nodes, user, count);
	if (error)
		return error;
	if (mf & ~MF_VALID)
		return -EINVAL;
	if ((mf & MPOL_MF_MOVE_ALL) && !may_move_all())
		return -EPERM;
	if ((start & ~PAGE_MASK) || b.end < start)
		return -EINVAL;
	if (b.end == start)
		return 0;
	b.allowed = current_nodes();
	return vm_bind(vm_current(), &b);
}

long sys_set_mempolicy_home_node(u64 start, u64 len, u64 node, u64 flags)
{
	u64 end = start + align_up(len, PAGE_SIZE);

	if ((start & ~PAGE_MASK) || flags)
		return -EINVAL;
	if (node >= NNODE || !(node_online() & BIT(node)) || end < start)
		return -EINVAL;
	return end == start ? 0 : vm_set_home(vm_current(), start, end, (unsigned)node);
}

/* --- moving pages ------------------------------------------------------------------------------*/

/* The space of a task that the running one may look into, with a reference, and the nodes that the
   task may use.  ERR_PTR: -ESRCH, -EPERM, -EINVAL (it has none). */
static struct vm *other_space(s32 pid, u64 *allowed)
{
	struct task *t = pid ? task_find(pid) : task_get(task_current());
	struct vm *vm;

	if (!t)
		return ERR_PTR(-ESRCH);
	if (proc_may_access(t, task_current()->cred))
		vm = task_get_vm(t) ?: ERR_PTR(-EINVAL);
	else
		vm = ERR_PTR(-EPERM);
	*allowed = mems_allowed(&t->thread.mems);
	task_put(t);
	return vm;
}

long sys_migrate_pages(s32 pid, u64 count, const u64 __user *from_user, const u64 __user *to_user)
{
	u64 from, to, allowed;
	struct vm *vm;
	long ret = get_nodes(&from, from_user, count);

	if (!ret)
		ret = get_nodes(&to, to_user, count);
	if (ret)
		return ret;
	vm = other_space(pid, &allowed);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	if ((to & ~allowed) && !may_move_all())
		ret = -EPERM;
	else if (!(to & current_nodes()))
		ret = -EINVAL;
	else
		ret = (long)vm_move_nodes(vm, from, to & current_nodes(), may_move_all(), NULL);
	vm_put(vm);
	return ret;
}

/* Item i: where its page is, or has gone. */
static long move_one(struct vm *vm, u64 addr, s32 node, u64 allowed, u32 mf)
{
	if (node < 0 || node >= NNODE || !(node_memory() & BIT(node)))
		return -ENODEV;
	if (!(allowed & BIT(node)))
		return -EACCES;
	return vm_move_page(vm, addr, (unsigned)node, mf & MPOL_MF_MOVE_ALL);
}

long sys_move_pages(s32 pid, u64 count, const u64 __user *pages, const s32 __user *nodes,
		    s32 __user *status, u32 mf)
{
	u64 allowed, addr, stayed = 0;
	long ret = 0, state;
	struct vm *vm;
	s32 node;

	if (mf & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
		return -EINVAL;
	if ((mf & MPOL_MF_MOVE_ALL) && !may_move_all())
		return -EPERM;
	vm = other_space(pid, &allowed);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	for (u64 i = 0; i < count && !ret; i++) {
		if (get_user(addr, pages + i) || (nodes && get_user(node, nodes + i))) {
			ret = -EFAULT;
			break;
		}
		state = nodes ? move_one(vm, addr, node, allowed, mf)
			      : vm_page_node(vm, addr, false);
		if (nodes && (state == -ENODEV || (state == -EACCES && !(allowed & BIT(node))))) {
			ret = state;
			break;
		}
		stayed += state == -EBUSY || state == -ENOMEM;
		if (nodes && !state)
			state = node;
		if (put_user((s32)state, status + i))
			ret = -EFAULT;
		if (thread_alerts(thread_current()) & ALERT_KILL)
			ret = -EINTR;
		sched_relax();
	}
	vm_put(vm);
	return ret ?: (long)stayed;
}
