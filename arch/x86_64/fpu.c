/*
 * fpu.c - the areas that hold a thread's FPU, SSE and AVX registers, and their form in a signal
 * frame.
 *
 * The kernel itself uses none of these registers, so they stay live in the CPU until the next
 * thread that has some is switched to.
 *
 * In a signal frame there is the FXSAVE image, with Linux's note about the rest in its last 48
 * bytes, and with XSAVE the rest and a second magic number behind it (asm/sigcontext.h).  A program
 * may have changed any byte of it, and XRSTOR faults on what it does not like, so loads go through
 * a copy that is checked first.
 */
#include "arch/x86_64/fpu.h"

#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define LEGACY_SIZE   512 /* FXSAVE */
#define HEADER_SIZE   64
#define CONTROL_RESET 0x37f
#define MXCSR_RESET   0x1f80u
#define MXCSR_MASK    0xffbfu /* where the CPU names no other */
#define MAGIC1	      0x46505853u
#define MAGIC2	      0x46505845u

struct fpu_note { /* struct _fpx_sw_bytes, at the end of the legacy part */
	u32 magic1, extended_size;
	u64 features;
	u32 state_size, padding[7];
};

struct fpu_area {
	u16 control, status;
	u32 unused[5];
	u32 mxcsr, mxcsr_mask;
	u8 registers[432];
	struct fpu_note note;
	/* With XSAVE only: */
	u64 present, compact, zero[6];
	u8 rest[];
};

static_assert(offsetof(struct fpu_area, note) == LEGACY_SIZE - sizeof(struct fpu_note), "Linux");
static_assert(offsetof(struct fpu_area, present) == LEGACY_SIZE, "Intel SDM volume 1, 13.4");

struct slab_cache *fpu_cache;
void *fpu_clean;

static size_t area_size = LEGACY_SIZE;
static u32 mxcsr_mask;

void fpu_init(void)
{
	struct fpu_area *clean;

	if (features.xsave)
		area_size = cpuid_read(0xd, 0).ebx;
	fpu_cache = slab_create("fpu", area_size, 64);
	clean = slab_zalloc(fpu_cache);
	if (!clean)
		panic("fpu: no memory");
	__asm__ volatile("fninit");
	fpu_save(clean);
	mxcsr_mask = clean->mxcsr_mask ?: MXCSR_MASK;
	memset(clean, 0, area_size);
	clean->control = CONTROL_RESET;
	clean->mxcsr = MXCSR_RESET;
	fpu_clean = clean;
	fpu_load(clean);
}

static void header_clear(struct fpu_area *a)
{
	if (!features.xsave)
		return;
	a->present = a->compact = 0;
	for (int i = 0; i < 6; i++)
		a->zero[i] = 0;
}

void *fpu_area_create(bool live)
{
	struct fpu_area *a = slab_alloc(fpu_cache);

	if (!a)
		return NULL;
	if (live) {
		header_clear(a); /* XSAVE does not write all of it */
		fpu_save(a);
	} else {
		memcpy(a, fpu_clean, area_size);
	}
	return a;
}

size_t fpu_size(void)
{
	return features.xsave ? area_size + sizeof(u32) : area_size;
}

/* The thread's own area is free while it runs; should it be switched away during the copying, the
   same registers are saved to it again. */
int fpu_save_user(void __user *user)
{
	struct fpu_area *a = ((struct arch_thread *)thread_current())->fpu;
	struct fpu_note note = { .magic1 = MAGIC1,
				 .extended_size = (u32)area_size + sizeof(u32),
				 .features = features.xcr0,
				 .state_size = (u32)area_size };
	u8 __user *at = user;
	u32 magic2 = MAGIC2;

	irq_disable();
	fpu_save(a);
	irq_restore();
	if (copy_to_user(at, a, area_size))
		return -EFAULT;
	if (!features.xsave)
		return 0;
	if (copy_to_user(at + offsetof(struct fpu_area, note), &note, sizeof(note)) ||
	    copy_to_user(at + area_size, &magic2, sizeof(magic2)))
		return -EFAULT;
	return 0;
}

/* Does the frame hold more than the legacy part?  It says so twice, or it does not. */
static bool frame_extended(const struct fpu_area *a, const u8 __user *user)
{
	u32 magic2;

	return a->note.magic1 == MAGIC1 && a->note.state_size == area_size &&
	       a->note.extended_size == area_size + sizeof(u32) &&
	       !copy_from_user(&magic2, user + area_size, sizeof(magic2)) && magic2 == MAGIC2;
}

static int frame_read(struct fpu_area *a, const u8 __user *user)
{
	if (copy_from_user(a, user, LEGACY_SIZE))
		return -EFAULT;
	if (features.xsave && frame_extended(a, user)) {
		u64 wanted = a->note.features & features.xcr0;

		if (copy_from_user(&a->present, user + LEGACY_SIZE, area_size - LEGACY_SIZE))
			return -EFAULT;
		if (a->present & ~features.xcr0)
			return -EINVAL;
		a->present &= wanted;
	} else if (features.xsave) {
		a->present = features.xcr0 & 3; /* x87 and SSE as given, the rest clean */
	}
	if (features.xsave) {
		a->compact = 0;
		for (int i = 0; i < 6; i++)
			a->zero[i] = 0;
	}
	return a->mxcsr & ~mxcsr_mask ? -EINVAL : 0;
}

int fpu_restore_user(const void __user *user)
{
	struct fpu_area *a = slab_alloc(fpu_cache);
	int err;

	if (!a)
		return -EFAULT;
	err = frame_read(a, user);
	if (!err)
		fpu_load(a);
	slab_free(fpu_cache, a);
	return err;
}
