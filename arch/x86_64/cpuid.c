/*
 * cpuid.c - /proc/cpuinfo, in Linux's words; and a little entropy.
 */
#include "arch/cpu.h"

#include "arch/clock.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/features.h"
#include "arch/x86_64/insn.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* A register's flags from bit 0 on; "-" is one that Linux does not name. */
struct word {
	u32 leaf;
	u8 reg; /* 0 eax .. 3 edx */
	const char *names;
};

static const struct word words[] = {
	{ 1, 3,
	  "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - "
	  "dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe" },
	{ 0x80000001, 3,
	  "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp "
	  "- lm 3dnowext 3dnow" },
	{ 1, 2,
	  "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - "
	  "pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c "
	  "rdrand hypervisor" },
	{ 0x80000001, 2,
	  "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs "
	  "xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - "
	  "bpext "
	  "ptsc perfctr_llc mwaitx - -" },
	{ 7, 1,
	  "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a "
	  "avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf "
	  "avx512er "
	  "avx512cd sha_ni avx512bw avx512vl" },
	{ 7, 2,
	  "- avx512vbmi umip pku ospke waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni "
	  "avx512_bitalg tme avx512_vpopcntdq - la57 - - - - - rdpid" },
	{ 7, 3, "- - avx512_4vnniw avx512_4fmaps fsrm" },
};

static u32 leaf_register(u32 leaf, u8 reg)
{
	struct cpuid last = cpuid_read(leaf & 0x80000000, 0), c;

	if (leaf > last.eax)
		return 0;
	c = cpuid_read(leaf, 0);
	return reg == 0 ? c.eax : reg == 1 ? c.ebx : reg == 2 ? c.ecx : c.edx;
}

/* User programs cannot use AVX or more where XSAVE does not cover it. */
static u32 usable(const struct word *w, u32 bits)
{
	if (w->leaf == 7 && w->reg == 1)
		bits &= ~(0xdc230000u | 1u); /* AVX-512; FSGSBASE is not enabled */
	if (w->leaf == 7 && w->reg == 2)
		bits &= 0x00400704u; /* umip gfni vaes vpclmulqdq rdpid */
	if (w->leaf == 7 && w->reg == 3)
		bits &= 0x10;
	return bits;
}

static void show_flags(struct text *out)
{
	text_string(out, "flags\t\t:");
	for (const struct word *w = words; w < words + ARRAY_SIZE(words); w++) {
		u32 bits = usable(w, leaf_register(w->leaf, w->reg));
		const char *s = w->names;

		for (; *s; bits >>= 1) {
			size_t n = 0;

			while (s[n] && s[n] != ' ')
				n++;
			if (bits & 1 && *s != '-') {
				text_char(out, ' ');
				text_write(out, s, n);
			}
			s += n + (s[n] == ' ');
		}
	}
	text_char(out, '\n');
}

static void vendor(char name[13])
{
	struct cpuid c = cpuid_read(0, 0);

	memcpy(name, &c.ebx, 4);
	memcpy(name + 4, &c.edx, 4);
	memcpy(name + 8, &c.ecx, 4);
	name[12] = 0;
}

static void model_name(char name[49])
{
	struct cpuid c = cpuid_read(0x80000000, 0);

	strcopy(name, "unknown", 49);
	if (c.eax < 0x80000004)
		return;
	for (u32 i = 0; i < 3; i++) {
		c = cpuid_read(0x80000002 + i, 0);
		memcpy(name + 16 * i, &c, 16);
	}
	name[48] = 0;
}

/* Family, model and stepping, with their extensions (Intel SDM, CPUID leaf 1). */
static void show_model(struct text *out)
{
	u32 sig = cpuid_read(1, 0).eax, family = sig >> 8 & 15, model = sig >> 4 & 15;
	char name[49];

	if (family == 6 || family == 15)
		model += (sig >> 16 & 15) << 4;
	if (family == 15)
		family += sig >> 20 & 255;
	model_name(name);
	text_printf(out, "cpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n",
		    family, model, str_trim(name), sig & 15);
}

void cpu_show(struct text *out, int cpu)
{
	char name[13];
	u64 khz = clock_tsc_khz();
	u32 sizes = leaf_register(0x80000008, 0), line = leaf_register(1, 1) >> 8 & 255;
	u32 cache = leaf_register(0x80000006, 2) >> 16;

	vendor(name);
	text_printf(out, "processor\t: %d\nvendor_id\t: %s\n", cpu, name);
	show_model(out);
	text_printf(out, "cpu MHz\t\t: %lu.%03lu\ncache size\t: %u KB\n", khz / 1000, khz % 1000,
		    cache);
	text_printf(out, "physical id\t: %d\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n", cpu);
	text_printf(out, "apicid\t\t: %u\ninitial apicid\t: %u\n", cpus[cpu].apic_id,
		    cpus[cpu].apic_id);
	text_printf(out, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n",
		    cpuid_read(0, 0).eax);
	show_flags(out);
	text_printf(out, "bugs\t\t:\nbogomips\t: %lu.%02lu\n", khz * 2 / 1000, khz * 2 / 10 % 100);
	text_printf(out, "clflush size\t: %u\ncache_alignment\t: %u\n", line * 8, line * 8);
	text_printf(out, "address sizes\t: %u bits physical, %u bits virtual\n", sizes & 255,
		    sizes >> 8 & 255);
	text_string(out, "power management:\n\n");
}

static u64 rdrand(void)
{
	u64 v = 0;
	u8 ok;

	__asm__ volatile("rdrand %0; setc %1" : "=r"(v), "=q"(ok)::"cc");
	return ok ? v : 0;
}

u64 cpu_entropy(void)
{
	static u64 pool; /* [a] races only make it less predictable */
	u64 noise[4] = { tsc_read(), features.rdrand ? rdrand() : 0, pool, 0 };

	/* How long port accesses take is the host's business. */
	for (int i = 0; i < 4; i++) {
		in8(0x61);
		noise[3] = noise[3] * 0x9e3779b97f4a7c15ul + tsc_read();
	}
	pool = hash_bytes(noise, sizeof(noise), clock_boot_wall());
	return pool;
}
