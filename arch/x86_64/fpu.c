/*
 * fpu.c - the areas that hold a thread's FPU, SSE and AVX registers, and their form in a signal
 * frame.
 *
 * The kernel itself uses none of these registers, so they stay live in the CPU until the next
 * thread that has some is switched to.
 *
 * In a signal frame there is the FXSAVE image, with Linux's note about the rest in its last 48
 * bytes, and with XSAVE the rest and a second magic number behind it (asm/sigcontext.h).  They are
 * saved there and loaded from there directly.  A program may have changed any byte of it: what the
 * CPU does not like, it refuses (#GP), and the program has clean registers then.
 */
#include "arch/x86_64/fpu.h"

#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/uaccess.h"
#include "arch/x86_64/extable.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define LEGACY_SIZE   512 /* FXSAVE */
#define HEADER_SIZE   64
#define CONTROL_RESET 0x37f
#define MXCSR_RESET   0x1f80u
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

void fpu_init(void)
{
	struct fpu_area *clean;

	if (features.xsave)
		area_size = cpuid_read(0xd, 0).ebx;
	fpu_cache = slab_create("fpu", area_size, 64);
	clean = slab_zalloc(fpu_cache);
	if (!clean)
		panic("fpu: no memory");
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

/* What a signal frame with XSAVE has besides what XSAVE writes. */
static int notes_write(struct fpu_area __user *user)
{
	struct fpu_note note = { .magic1 = MAGIC1,
				 .extended_size = (u32)area_size + sizeof(u32),
				 .features = features.xcr0,
				 .state_size = (u32)area_size };
	u32 magic2 = MAGIC2;

	return copy_to_user(&user->note, &note, sizeof(note)) ||
			       copy_to_user((u8 __user *)user + area_size, &magic2, sizeof(magic2))
		       ? -EFAULT
		       : 0;
}

/* Should the thread be switched away while a page is brought, the registers come back with it, and
   the instruction begins anew. */
#define ACCESS(insn, at, mask, fault)                                         \
	asm goto("1: " insn " (%0)\n\t" EXTABLE("1b", "%l3", "0")             \
		 :                                                            \
		 : "r"((u64)(at)), "a"((u32)(mask)), "d"((u32)((mask) >> 32)) \
		 : "memory"                                                   \
		 : fault)

int fpu_save_user(void __user *at)
{
	struct fpu_area __user *user = at;

	if (!user_range_ok(user, fpu_size()))
		return -EFAULT;
	if (features.xsave) /* writes one word of its header and looks at the others */
		if (user_clear(&user->present, HEADER_SIZE) != HEADER_SIZE || notes_write(user))
			return -EFAULT;
	user_access_begin();
	if (features.xsave)
		ACCESS("xsave64", user, features.xcr0, fault);
	else
		ACCESS("fxsave64", user, 0ul, fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

/* What the frame holds besides the legacy part.  It says so twice, or it does not. */
static u64 frame_features(const struct fpu_area __user *user)
{
	struct fpu_note note;
	u32 magic2;

	if (copy_from_user(&note, &user->note, sizeof(note)) || note.magic1 != MAGIC1 ||
	    note.state_size != area_size || note.extended_size != area_size + sizeof(u32) ||
	    copy_from_user(&magic2, (const u8 __user *)user + area_size, sizeof(magic2)) ||
	    magic2 != MAGIC2)
		return 0;
	return note.features & features.xcr0;
}

int fpu_restore_user(const void __user *user)
{
	u64 mask = features.xsave ? frame_features(user) : 0;

	if (!user_range_ok(user, mask ? area_size : LEGACY_SIZE))
		return -EFAULT;
	if (features.xsave)
		fpu_load(fpu_clean); /* what the frame does not have */
	user_access_begin();
	if (mask)
		ACCESS("xrstor64", user, mask, fault);
	else
		ACCESS("fxrstor64", user, 0ul, fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	fpu_load(fpu_clean);
	return -EFAULT;
}
