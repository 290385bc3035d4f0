/*
 * boot.h - what the loader handed over, the same for Multiboot2 and PVH.
 */
#pragma once
#include "kernel/lib/types.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096ul
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define NNODE	   8

#define DIRECT_MAP  0xffff888000000000ul /* physical address 0 */
#define KERNEL_BASE 0xffffffff80000000ul /* where the image is linked, less its load address */
#define USER_END    0x00007ffffffff000ul /* first address that no program may use (as Linux) */

static inline void *phys_to_virt(u64 phys)
{
	return (void *)(phys + DIRECT_MAP);
}

/* For addresses of the direct map, and of the kernel image. */
static inline u64 virt_to_phys(const void *p)
{
	u64 va = (u64)p;

	return va >= KERNEL_BASE ? va - KERNEL_BASE : va - DIRECT_MAP;
}

struct boot_range {
	u64 start, end; /* physical, page aligned */
	u32 node;
};

/* A picture in memory that the loader has set up; width 0: none. */
struct boot_screen {
	u64 phys;
	u32 pitch, width, height; /* bytes a line; pixels */
	u8 bits;		  /* of a pixel: 16, 24 or 32 */
	struct {
		u8 shift, size;
	} red, green, blue;
};

struct boot_info {
	char cmdline[2048];	       /* always ends with NUL; cut and logged when longer */
	u64 initrd_start, initrd_size; /* physical; size 0: none */
	u64 rsdp;		       /* physical address of the ACPI root pointer, or 0 */
	u64 memory_end;		       /* physical end of usable RAM */
	u64 memory_total;	       /* bytes of usable RAM, below what mem= says */
	int free_count;
	struct boot_range free[64]; /* RAM nobody uses yet; boot_alloc() takes from here */
	u64 entry_ns;		    /* clock_now() at kernel entry; 0 by definition */
	const char *loader;
	struct boot_screen screen;
};

extern struct boot_info boot;

/* Zeroed physical memory that is never given back; panics when there is none.  Returns a direct map
   address.  Only until page_init() has taken over boot.free. */
void *boot_alloc(size_t size, size_t align);

/* First steps on the boot CPU: GDT, IDT, boot information, ACPI tables, direct map. */
void arch_init_early(void);
/* After the allocators: FPU, APICs, clock.  Interrupts stay off. */
void arch_init(void);

/* The value of `name=` on the command line into buf (cut to size); false when it is not there.
   A bare word `name` yields an empty value.  Stops at `--`. */
bool boot_option(const char *name, char *buf, size_t size);
/* Of several such words the one with number n, from 0. */
bool boot_option_nth(const char *name, unsigned n, char *buf, size_t size);

/* Prints on the first serial port by polling, \n as \r\n.  Any context, from the first instruction
   of C on; silent where there is no port. */
void console_write_polled(const char *text, size_t n);
/* From now on it prints with this as well: a screen. */
void console_also_polled(void (*write)(const char *text, size_t n));
