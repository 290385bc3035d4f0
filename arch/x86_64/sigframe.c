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
	u64 stack_sp;
	s32 stack_flags, pad;
	u64 stack_size;
	u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip,
		rflags;
	u16 cs, gs, fs, ss;
	u64 error_code, trapno, oldmask, cr2, fpstate;
};

struct frame {
	u64 restorer;
	struct ucontext_head uc;
	u64 reserved[8];
	struct sigset mask;
	struct siginfo info;
};
static_assert(offsetof(struct frame, mask) == 8 + 296 && sizeof(struct frame) == 440,
	      "struct rt_sigframe");

/* Where the frame goes; *fpu: where the FPU registers go.  0: nowhere. */
static u64 find_place(const struct trap_frame *f, const struct sigframe *s, u64 *fpu)
{
	bool nested = altstack_holds(&s->altstack, f->rsp), enters = false;
	u64 sp = f->rsp - RED_ZONE;

	if ((s->action->flags & SA_ONSTACK) && !nested && s->altstack.size) {
		sp = (u64)s->altstack.sp + s->altstack.size;
		enters = true;
	}
	*fpu = align_down(sp - fpu_size(), 64ul);
	sp = align_down(*fpu - sizeof(struct frame), 16ul) - 8;
	if ((nested || enters) &&
	    (sp <= (u64)s->altstack.sp || sp - (u64)s->altstack.sp > s->altstack.size))
		return 0;
	return sp;
}

static void head_fill(struct ucontext_head *uc, const struct trap_frame *f,
		      const struct sigframe *s, u64 fpu)
{
	*uc = (struct ucontext_head){
		.flags = (features.xsave ? UC_FP_XSTATE : 0) | UC_SIGCONTEXT_SS |
			 UC_STRICT_RESTORE_SS,
		.stack_sp = (u64)s->altstack.sp,
		.stack_flags = s->altstack.flags,
		.stack_size = s->altstack.size,
		.r8 = f->r8,
		.r9 = f->r9,
		.r10 = f->r10,
		.r11 = f->r11,
		.r12 = f->r12,
		.r13 = f->r13,
		.r14 = f->r14,
		.r15 = f->r15,
		.rdi = f->rdi,
		.rsi = f->rsi,
		.rbp = f->rbp,
		.rbx = f->rbx,
		.rdx = f->rdx,
		.rax = f->rax,
		.rcx = f->rcx,
		.rsp = f->rsp,
		.rip = f->rip,
		.rflags = f->rflags,
		.cs = (u16)f->cs,
		.ss = (u16)f->ss,
		.error_code = s->error_code,
		.trapno = s->trapno,
		.oldmask = s->mask.bits,
		.cr2 = s->trapno == 14 ? s->addr : 0, /* as Linux: of page faults only */
		.fpstate = fpu,
	};
}

int sigframe_push(struct trap_frame *f, const struct sigframe *s)
{
	struct {
		u64 restorer;
		struct ucontext_head uc;
	} head;
	struct frame __user *frame;
	u64 fpu, sp = find_place(f, s, &fpu);

	if (!sp || !(s->action->flags & SA_RESTORER))
		return -EFAULT;
	frame = (struct frame __user *)sp;
	head_fill(&head.uc, f, s, fpu);
	head.restorer = (u64)s->action->restorer;
	if (fpu_save_user((void __user *)fpu) || copy_to_user(frame, &head, sizeof(head)) ||
	    put_user(s->mask.bits, &frame->mask.bits))
		return -EFAULT;
	if ((s->action->flags & SA_SIGINFO) &&
	    copy_to_user(&frame->info, s->info, sizeof(*s->info)))
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

static void registers_restore(struct trap_frame *f, const struct ucontext_head *uc)
{
	f->r8 = uc->r8;
	f->r9 = uc->r9;
	f->r10 = uc->r10;
	f->r11 = uc->r11;
	f->r12 = uc->r12;
	f->r13 = uc->r13;
	f->r14 = uc->r14;
	f->r15 = uc->r15;
	f->rdi = uc->rdi;
	f->rsi = uc->rsi;
	f->rbp = uc->rbp;
	f->rbx = uc->rbx;
	f->rdx = uc->rdx;
	f->rax = uc->rax;
	f->rcx = uc->rcx;
	f->rsp = uc->rsp;
	f->rip = uc->rip;
	f->rflags = (f->rflags & ~RFLAGS_USER) | (uc->rflags & RFLAGS_USER);
	f->cs = SEL_USER_CODE;
	f->ss = SEL_USER_DATA;
	f->orig_rax = NO_SYSCALL;
}

int sigframe_pop(struct trap_frame *f, struct sigset *mask, struct sigaltstack *altstack)
{
	/* The handler's return has taken the restorer off the stack. */
	struct frame __user *frame = (struct frame __user *)(f->rsp - 8);
	struct ucontext_head uc;

	if (copy_from_user(&uc, &frame->uc, sizeof(uc)) || get_user(mask->bits, &frame->mask.bits))
		return -EFAULT;
	if (uc.rip >= USER_END)
		return -EFAULT;
	if (!uc.fpstate)
		fpu_load(fpu_clean);
	else if (fpu_restore_user((void __user *)uc.fpstate))
		return -EFAULT;
	registers_restore(f, &uc);
	*altstack =
		(struct sigaltstack){ (void __user *)uc.stack_sp, uc.stack_flags, uc.stack_size };
	return 0;
}
