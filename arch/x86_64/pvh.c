/*
 * pvh.c - reads the start information of a PVH loader (QEMU's -kernel).
 *
 * Reference: Xen's public/arch-x86/hvm/start_info.h; version 1 added the memory map.
 */
#include "arch/x86_64/insn.h"
#include "arch/x86_64/loader.h"

#include "kernel/lib/log.h"

#define PVH_MAGIC    0x336ec578u
#define PVH_RAM	     1u
#define PVH_ENTRIES  1024u
#define CMDLINE_PEEK 4096u

struct pvh_info {
	u32 magic, version, flags, module_count;
	u64 modules, cmdline, rsdp;
	/* Version 1: */
	u64 memmap;
	u32 memmap_count, reserved;
};

struct pvh_module {
	u64 start, size, cmdline, reserved;
};

struct pvh_range {
	u64 start, size;
	u32 type, reserved;
};

static void read_memory(const struct pvh_info *info)
{
	u32 n = min(info->memmap_count, PVH_ENTRIES);
	const struct pvh_range *map = boot_peek(info->memmap, n * sizeof(*map));

	if (!map)
		return;
	for (u32 i = 0; i < n; i++)
		if (map[i].type == PVH_RAM && map[i].start + map[i].size > map[i].start)
			memory_add(map[i].start, map[i].start + map[i].size);
	for (u32 i = 0; i < n; i++)
		if (map[i].type != PVH_RAM && map[i].start + map[i].size > map[i].start)
			memory_reserve(map[i].start, map[i].start + map[i].size);
}

static u8 cmos(u8 reg)
{
	out8(0x70, reg);
	return in8(0x71);
}

/* Version 0 brings no map: the CMOS knows the sizes below and above 4 GiB, in units of 64 KiB. */
static void guess_memory(void)
{
	u64 low = (u64)(cmos(0x34) | cmos(0x35) << 8) << 16;
	u64 high = (u64)(cmos(0x5b) | cmos(0x5c) << 8 | cmos(0x5d) << 16) << 16;
	u64 small = (u64)(cmos(0x30) | cmos(0x31) << 8) << 10;

	log_warn("boot: the loader brought no memory map, using the CMOS's sizes");
	memory_add(0x100000, low ? low + (16ul << 20) : small + 0x100000);
	if (high)
		memory_add(4ul << 30, (4ul << 30) + high);
}

void pvh_parse(u64 phys)
{
	const struct pvh_info *info = boot_peek(phys, sizeof(*info));
	const struct pvh_module *module;
	const char *cmdline;

	boot.loader = "PVH";
	if (!info || info->magic != PVH_MAGIC) {
		guess_memory();
		return;
	}
	boot.rsdp = info->rsdp;
	if (info->version >= 1 && info->memmap_count)
		read_memory(info);
	else
		guess_memory();
	cmdline = info->cmdline ? boot_peek(info->cmdline, 1) : NULL;
	if (cmdline)
		boot_set_cmdline(cmdline, min((u64)CMDLINE_PEEK, BOOT_MAPPED - info->cmdline));
	module = info->module_count ? boot_peek(info->modules, sizeof(*module)) : NULL;
	if (module)
		boot_set_initrd(module->start, module->size);
}
