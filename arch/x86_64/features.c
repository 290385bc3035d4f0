/*
 * features.c - finds out what the CPU can do and switches it on.
 *
 * SMAP: the text has a nop of three bytes wherever stac or clac belongs (extable.h); they are
 * written in when the CPU knows them, before the text becomes read-only.
 */
#include "arch/x86_64/features.h"

#include "arch/boot.h"
#include "arch/x86_64/extable.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/offsets.h"
#include "kernel/lib/string.h"

#define XCR0_X87 1ul
#define XCR0_SSE 2ul
#define XCR0_AVX 4ul

struct features features;

void syscall_entry(void);

static void smap_patch(void)
{
	for (const struct smap_site *s = smap_sites_start; s < smap_sites_end; s++) {
		u8 *text = phys_to_virt(virt_to_phys((void *)s->address));

		text[0] = 0x0f;
		text[1] = 0x01;
		text[2] = s->set ? 0xcb : 0xca;
	}
}

void features_init(void)
{
	struct cpuid c = cpuid_read(0, 0);
	u32 last = c.eax;

	c = cpuid_read(1, 0);
	features.pge = c.edx & 1u << 13;
	features.x2apic = c.ecx & 1u << 21;
	features.tsc_deadline = c.ecx & 1u << 24;
	features.xsave = c.ecx & 1u << 26;
	features.avx = features.xsave && c.ecx & 1u << 28;
	features.rdrand = c.ecx & 1u << 30;
	if (last >= 7) {
		c = cpuid_read(7, 0);
		features.smep = c.ebx & 1u << 7;
		features.smap = c.ebx & 1u << 20;
		features.umip = c.ecx & 1u << 2;
	}
	c = cpuid_read(0x80000001, 0);
	features.nx = c.edx & 1u << 20;
	if (features.xsave)
		features.xcr0 = XCR0_X87 | XCR0_SSE | (features.avx ? XCR0_AVX : 0);
	if (features.smap)
		smap_patch();
}

static void control_registers(void)
{
	u64 cr0 = cr0_read() & ~(CR0_EM | CR0_TS | CR0_CD | CR0_NW);
	u64 cr4 = cr4_read() | CR4_OSFXSR | CR4_OSXMMEXCPT;

	cr0_write(cr0 | CR0_MP | CR0_NE | CR0_WP | CR0_AM);
	cr4 |= features.pge ? CR4_PGE : 0;
	cr4 |= features.smep ? CR4_SMEP : 0;
	cr4 |= features.smap ? CR4_SMAP : 0;
	cr4 |= features.umip ? CR4_UMIP : 0;
	cr4 |= features.xsave ? CR4_OSXSAVE : 0;
	cr4_write(cr4);
	if (features.xsave)
		__asm__ volatile("xsetbv" ::"c"(0), "a"((u32)features.xcr0), "d"(0));
}

void cpu_control_init(void)
{
	control_registers();
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SCE | (features.nx ? EFER_NXE : 0));
	msr_write(MSR_STAR, (u64)SEL_SYSRET << 48 | (u64)SEL_KERNEL_CODE << 32);
	msr_write(MSR_LSTAR, (u64)syscall_entry);
	/* Cleared on entry: AC, NT, IOPL, DF, IF, TF and the arithmetic flags (as Linux). */
	msr_write(MSR_FMASK, 0x257fd5);
	msr_write(MSR_FS_BASE, 0);
	msr_write(MSR_USER_GS_BASE, 0);
}
