/*
 * sigframe.c - Linux's struct rt_sigframe for x86_64.
 *
 * From the handler's stack pointer upwards: return address (the action's restorer), ucontext,
 * siginfo, then, aligned to 64, the FPU registers as XSAVE writes them.  The 128 bytes below the
 * interrupted stack pointer belong to the program and are skipped.
 *
 * Differs from Linux: code and stack selectors are always those of 64-bit programs.
 */
#include "arch/sigframe.h"

#include "arch/boot.h"
#include "arch/context.h"
#include "arch/uaccess.h"
#include "arch/x86_64/extable.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/offsets.h"
#include "kernel/abi/errno.h"

#define RED_ZONE 128

#define UC_FP_XSTATE	     1u
#define UC_SIGCONTEXT_SS     2u
#define UC_STRICT_RESTORE_SS 4u

#define RFLAGS_DF 0x400ul
#define RFLAGS_RF 0x10000ul
#define RFLAGS_TF 0x100ul
/* AC OF DF TF SF ZF AF PF CF RF */
#define RFLAGS_USER (0x40000ul | 0x800 | RFLAGS_DF | RFLAGS_TF | 0xd5 | RFLAGS_RF)

/* struct ucontext up to the FPU pointer; behind it are 64 bytes that nobody uses. */
struct ucontext_head {
	u64 flags, link;
	u64 stack_sp, stack_flags, stack_size;
	u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip,
		rflags;
	u64 selectors; /* from the lowest: cs, gs, fs, ss */
	u64 error_code, trapno, oldmask, cr2, fpstate;
};

struct frame {
	u64 restorer;
	struct ucontext_head uc;
	u64 reserved[8];
	struct sigset mask;
	struct siginfo_user info;
};
static_assert(offsetof(struct frame, mask) == 8 + 296 && sizeof(struct frame) == 440,
	      "struct rt_sigframe");

/* Where the frame goes; *fpu: where the FPU registers go.  0: nowhere. */
static u64 find_place(const struct trap_frame *f, const struct sigframe *s, u64 *fpu)
{
	const struct sigaltstack *alt = s->altstack;
	bool nested = altstack_holds(alt, f->rsp), enters = false;
	u64 sp = f->rsp - RED_ZONE;

	if ((s->action->flags & SA_ONSTACK) && !nested && alt->size) {
		sp = (u64)alt->sp + alt->size;
		enters = true;
	}
	*fpu = align_down(sp - fpu_size(), 64ul);
	sp = align_down(*fpu - sizeof(struct frame), 16ul) - 8;
	if ((nested || enters) && (sp <= (u64)alt->sp || sp - (u64)alt->sp > alt->size))
		return 0;
	return sp;
}

/* All but the FPU registers and siginfo, of a range that has been checked. */
static int frame_write(struct frame *frame, const struct trap_frame *f, const struct sigframe *s,
		       u64 fpu)
{
	struct ucontext_head *uc = &frame->uc;

	user_access_begin();
	USER_STORE(frame->restorer, s->action->restorer, fault);
	USER_STORE(uc->flags,
		   (features.xsave ? UC_FP_XSTATE : 0) | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS,
		   fault);
	USER_STORE(uc->link, 0, fault);
	USER_STORE(uc->stack_sp, s->altstack->sp, fault);
	USER_STORE(uc->stack_flags, (u32)s->altstack->flags, fault);
	USER_STORE(uc->stack_size, s->altstack->size, fault);
	USER_STORE(uc->r8, f->r8, fault);
	USER_STORE(uc->r9, f->r9, fault);
	USER_STORE(uc->r10, f->r10, fault);
	USER_STORE(uc->r11, f->r11, fault);
	USER_STORE(uc->r12, f->r12, fault);
	USER_STORE(uc->r13, f->r13, fault);
	USER_STORE(uc->r14, f->r14, fault);
	USER_STORE(uc->r15, f->r15, fault);
	USER_STORE(uc->rdi, f->rdi, fault);
	USER_STORE(uc->rsi, f->rsi, fault);
	USER_STORE(uc->rbp, f->rbp, fault);
	USER_STORE(uc->rbx, f->rbx, fault);
	USER_STORE(uc->rdx, f->rdx, fault);
	USER_STORE(uc->rax, f->rax, fault);
	USER_STORE(uc->rcx, f->rcx, fault);
	USER_STORE(uc->rsp, f->rsp, fault);
	USER_STORE(uc->rip, f->rip, fault);
	USER_STORE(uc->rflags, f->rflags, fault);
	USER_STORE(uc->selectors, (u16)f->cs | (u64)(u16)f->ss << 48, fault);
	USER_STORE(uc->error_code, s->fault->error, fault);
	USER_STORE(uc->trapno, s->fault->trapno, fault);
	USER_STORE(uc->oldmask, s->mask.bits, fault);
	/* As Linux: of page faults only. */
	USER_STORE(uc->cr2, s->fault->trapno == 14 ? s->fault->addr : 0, fault);
	USER_STORE(uc->fpstate, fpu, fault);
	USER_STORE(frame->mask.bits, s->mask.bits, fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int siginfo_put(struct siginfo_user __user *user, const struct siginfo *info)
{
	if (copy_to_user(&user->known, info, sizeof(*info)))
		return -EFAULT;
	return user_clear(user->rest, sizeof(user->rest)) == sizeof(user->rest) ? 0 : -EFAULT;
}

int sigframe_push(struct trap_frame *f, const struct sigframe *s)
{
	struct frame __user *frame;
	u64 fpu, sp = find_place(f, s, &fpu);

	if (!sp || !(s->action->flags & SA_RESTORER))
		return -EFAULT;
	frame = (struct frame __user *)sp;
	if (!user_range_ok(frame, sizeof(*frame)) || fpu_save_user((void __user *)fpu) ||
	    frame_write((struct frame *)sp, f, s, fpu))
		return -EFAULT;
	if ((s->action->flags & SA_SIGINFO) && siginfo_put(&frame->info, s->info))
		return -EFAULT;
	fpu_load(fpu_clean);
	f->rdi = (u64)s->signo;
	f->rsi = (u64)&frame->info;
	f->rdx = (u64)&frame->uc;
	f->rax = 0;
	f->rip = (u64)s->action->handler;
	f->rsp = sp;
	f->rflags &= ~(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
	f->cs = SEL_USER_CODE;
	f->ss = SEL_USER_DATA;
	f->orig_rax = NO_SYSCALL;
	return 0;
}

/* One of them. */
#define RESTORE(name)                             \
	do {                                      \
		USER_LOAD(word, uc->name, fault); \
		f->name = word;                   \
	} while (0)

/* The first and the last word of the frame were there a moment ago; who takes the stack away in
   between has a mixture of registers in SIGSEGV. */
static int registers_restore(struct trap_frame *f, const struct ucontext_head *uc)
{
	u64 word;

	user_access_begin();
	RESTORE(r8);
	RESTORE(r9);
	RESTORE(r10);
	RESTORE(r11);
	RESTORE(r12);
	RESTORE(r13);
	RESTORE(r14);
	RESTORE(r15);
	RESTORE(rdi);
	RESTORE(rsi);
	RESTORE(rbp);
	RESTORE(rbx);
	RESTORE(rdx);
	RESTORE(rax);
	RESTORE(rcx);
	RESTORE(rsp);
	USER_LOAD(word, uc->rflags, fault);
	user_access_end();
	f->rflags = (f->rflags & ~RFLAGS_USER) | (word & RFLAGS_USER);
	f->cs = SEL_USER_CODE;
	f->ss = SEL_USER_DATA;
	f->orig_rax = NO_SYSCALL;
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

/* What is looked at before anything changes. */
static int frame_peek(const struct frame *frame, u64 *fpu, u64 *rip, struct sigset *mask,
		      struct sigaltstack *altstack)
{
	const struct ucontext_head *uc = &frame->uc;
	u64 sp, flags;

	user_access_begin();
	USER_LOAD(sp, uc->stack_sp, fault);
	USER_LOAD(flags, uc->stack_flags, fault);
	USER_LOAD(altstack->size, uc->stack_size, fault);
	USER_LOAD(*rip, uc->rip, fault);
	USER_LOAD(*fpu, uc->fpstate, fault);
	USER_LOAD(mask->bits, frame->mask.bits, fault);
	user_access_end();
	altstack->sp = (void __user *)sp;
	altstack->flags = (s32)flags;
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int sigframe_pop(struct trap_frame *f, struct sigset *mask, struct sigaltstack *altstack)
{
	/* The handler's return has taken the restorer off the stack. */
	const struct frame *frame = (const struct frame *)(f->rsp - sizeof(frame->restorer));
	u64 fpu, rip;

	if (!user_range_ok((void __user *)frame, sizeof(*frame)) ||
	    frame_peek(frame, &fpu, &rip, mask, altstack) || rip >= USER_END)
		return -EFAULT;
	if (!fpu)
		fpu_load(fpu_clean);
	else if (fpu_restore_user((void __user *)fpu))
		return -EFAULT;
	f->rip = rip;
	return registers_restore(f, &frame->uc);
}
