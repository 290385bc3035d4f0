/*
 * vm.h - the address space of a program: regions, page faults, fork, the calls of mman.h.
 *
 * A region is a range of addresses with one protection and one source of pages: anonymous memory,
 * or a struct mapping (the page cache that an inode embeds), shared or private.
 *
 *   [v] vm->lock (sleeping)    [a] atomic    [I] immutable
 */
#pragma once
#include "arch/mmu.h"
#include "kernel/lib/rbtree.h"
#include "kernel/lib/refcount.h"
#include "kernel/sched/mutex.h"
#include "kernel/vm/mapping.h"

#define VM_READ	     0x01u
#define VM_WRITE     0x02u
#define VM_EXEC	     0x04u
#define VM_SHARED    0x08u
#define VM_MAYREAD   0x10u /* mprotect may turn it on */
#define VM_MAYWRITE  0x20u
#define VM_MAYEXEC   0x40u
#define VM_GROWSDOWN 0x80u /* a stack */
#define VM_LOCKED    0x100u
#define VM_DONTFORK  0x200u /* madvise(MADV_DONTFORK) */
#define VM_WIPEFORK  0x400u
#define VM_NORESERVE 0x800u
#define VM_HAS_ANON \
	0x1000u /* a private file region that holds copied pages: fork must copy entries */
#define VM_SPECIAL 0x2000u /* vdso and the like: no mremap, no madvise */

#define VM_WRITER (VM_SHARED | VM_MAYWRITE) /* both: counted, and kept out by seals */

struct region {
	struct rbnode node;	 /* [v] by start */
	u64 start, end;		 /* [v] page aligned */
	u32 flags;		 /* [v] VM_* */
	u32 zap_seq;		 /* [v and mapping lock] last truncation that has been here */
	struct vm *vm;		 /* [I] */
	struct mapping *mapping; /* [I] NULL: anonymous.  The owner is kept by hold/release. */
	void *owner;		 /* [I] the open file that was mapped; NULL for anonymous */
	u64 offset;		 /* [v] page index in the mapping that `start` shows */
	struct list link;	 /* [mapping lock] in mapping->regions */
	const char *name;	 /* [I] "[stack]", "[heap]"...; NULL: none, or the file's */
	struct policy *policy;	 /* [v] mbind(2), its own; NULL: the thread's that faults */
};

struct vm {
	struct refcount refs; /* tasks that use it, and readers of /proc */
	struct refcount pins; /* keep the structure: one for all refs, one for each truncation */
	struct mutex lock;
	struct rbtree regions;	  /* [v] */
	struct region *last;	  /* [v] the one found last */
	struct pagetable pt;	  /* [v] */
	u64 mmap_base;		  /* [I] mmap searches downwards from here; exec may move it */
	u64 search_top;		  /* [v] no gap above it is larger than search_gap; 0: unknown */
	u64 search_gap;		  /* [v] bytes */
	u64 brk_start, brk;	  /* [v] */
	u64 stack_limit;	  /* [v] RLIMIT_STACK at exec */
	u64 data_limit, as_limit; /* [v] RLIMIT_DATA, RLIMIT_AS as of the last exec or setrlimit */
	u64 lock_limit;		  /* [a] bytes that the last caller of mlock and mmap may lock */
	u32 lock_future;	  /* [v] VM_LOCKED: mlockall(MCL_FUTURE) */
	u32 count;		  /* [v] regions */
	u64 code_start, code_end, data_start, data_end; /* [v] */
	u64 arg_start, arg_end, env_start, env_end;	/* [v] /proc/PID/cmdline, environ */
	u64 stack_start;				/* [v] */
	u64 auxv[48];					/* [v] /proc/PID/auxv */
	u64 pages;					/* [v] pages in all regions: VmSize */
	u64 data_pages, stack_pages, exec_pages; /* [v] of these: VmData, VmStk, VmExe+VmLib */
	u64 locked;				 /* [v] pages in VM_LOCKED regions */
	bool policies;				 /* [v] a region has, or had, a policy of its own */
	u64 rss_anon, rss_file, rss_shared;	 /* [v] pages mapped now */
	u64 rss_peak, pages_peak;		 /* [v] */
};

void vm_init(void);		       /* boot: caches */
struct vm *vm_create(void);	       /* NULL: out of memory.  One reference. */
struct vm *vm_fork(struct vm *parent); /* copy-on-write copy; NULL: out of memory */
void vm_get(struct vm *vm);
void vm_put(struct vm *vm);   /* the last one unmaps everything; may sleep; no locks held */
void vm_unpin(struct vm *vm); /* drops struct vm.pins; frees no memory of the program */

/* Find the region that contains va, or the first one above it.  vm->lock held. */
struct region *vm_find(struct vm *vm, u64 va);
struct region *region_next(struct region *r); /* NULL at the end */

/* mmap: flags are MAP_*, prot PROT_* of kernel/abi/mman.h, checked here like Linux does.
   may: VM_MAY* (and thereby what the file's open mode allows).  owner/mapping NULL: anonymous.
   A private mapping may always be written.  An owner without a mapping: -ENODEV.
   On success takes its own reference of the owner through mapping->ops->hold.
   Returns the address or -EINVAL, -ENOMEM, -EEXIST, -EPERM, -EACCES, -EAGAIN (locked memory),
   -EOVERFLOW, -EOPNOTSUPP.  Locks vm itself. */
s64 vm_map(struct vm *vm, u64 addr, u64 len, u32 prot, u32 map_flags, u32 may,
	   struct mapping *mapping, void *owner, u64 page_offset) must_check;
int vm_unmap(struct vm *vm, u64 addr, u64 len) must_check;
int vm_protect(struct vm *vm, u64 addr, u64 len, u32 prot) must_check;
s64 vm_remap(struct vm *vm, u64 old, u64 old_len, u64 new_len, u32 flags, u64 new_addr) must_check;
int vm_advise(struct vm *vm, u64 addr, u64 len, int advice) must_check;
u64 vm_set_brk(struct vm *vm, u64 brk); /* the new, or on failure the old break */
int vm_sync(struct vm *vm, u64 addr, u64 len, u32 flags) must_check;
int vm_mincore(struct vm *vm, u64 addr, u64 len, u8 __user *out) must_check;
/* fill: fetches the pages at once (mlock2 without MLOCK_ONFAULT). */
int vm_lock(struct vm *vm, u64 addr, u64 len, bool lock, bool fill) must_check;
/* mlockall(2), flags MCL_*; 0 is munlockall. */
int vm_lock_all(struct vm *vm, u32 flags) must_check;
/* Faults in all pages of a range, as MAP_POPULATE.  -ENOMEM, -EFAULT, -EIO, -EINTR. */
int vm_populate(struct vm *vm, u64 start, u64 end) must_check;

/* exec: a region at a fixed address with a name; the stack grows down from `end`. */
int vm_map_stack(struct vm *vm, u64 end, u64 size, bool exec) must_check;

/* Reads or writes another program's memory (proc mem, environ, cmdline, ptrace, exec's arguments).
   Private pages that the program itself may not write can be written.  Returns the bytes done. */
size_t vm_access(struct vm *vm, u64 va, void *buf, size_t n, bool write);

/* Copies n bytes to pages of a space that is not running yet (exec). -EFAULT, -ENOMEM */
int vm_write_new(struct vm *vm, u64 va, const void *buf, size_t n) must_check;

/* Solves a fault at va.  0, -EFAULT with *code set to SEGV_MAPERR/SEGV_ACCERR, -EIO: SIGBUS
   (beyond the end of the file), -ENOMEM: nothing left although the OOM killer ran. */
int vm_fault(struct vm *vm, u64 va, unsigned fault, int *code) must_check;

/* The physical page and offset behind a user address, faulted in; for shared futexes. -EFAULT.
 *page gets a reference. */
int vm_pin(struct vm *vm, u64 va, bool write, struct page **page) must_check;

/* The running program's space; NULL in a kernel thread.  It is the one whose page table is loaded,
   so kernel/task sets thread.arch.pt = &vm->pt whenever task->vm changes. */
static always_inline struct vm *vm_current(void)
{
	struct pagetable *pt = thread_current()->arch.pt;

	return pt ? container_of(pt, struct vm, pt) : NULL;
}

/* A page for the running program that belongs to no address of it (a pipe's). */
struct page *vm_page_alloc(enum page_how how);

/* Upcalls to kernel/task.  oom_kill: picks a victim among users of these nodes and kills it; true:
   it is worth trying again (after waiting).  */
bool oom_kill(u64 nodes);
