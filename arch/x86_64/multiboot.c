/*
 * multiboot.c - reads the boot information of a Multiboot2 loader (GRUB, with BIOS and UEFI).
 *
 * A list of tags of { u32 type; u32 size; ... }, 8-byte aligned, after { u32 total; u32 zero; }.
 * None of it is trusted: each tag must lie within the total, each field within its tag.
 *
 * Reference: Multiboot2 Specification version 2.0, section 3.6.
 */
#include "arch/x86_64/loader.h"

#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MMAP = 6,
	TAG_SCREEN = 8,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

#define INFO_LIMIT (1u << 20) /* no loader writes more than a few pages */
#define MMAP_RAM   1

#define SCREEN_LIMIT	     8192u /* pixels either way */
#define SCREEN_ADDRESS_LIMIT (1ul << 46)

struct tag {
	u32 type, size;
};

struct tag_module {
	struct tag tag;
	u32 start, end;
	char name[];
};

struct tag_mmap {
	struct tag tag;
	u32 entry_size, entry_version;
	u8 entries[];
};

#define SCREEN_RGB 1

struct tag_screen {
	struct tag tag;
	u64 address;
	u32 pitch, width, height;
	u8 bits, type;
	u16 zero;
	u8 red_shift, red_size, green_shift, green_size, blue_shift, blue_size; /* RGB */
};

struct mmap_entry {
	u64 start, length;
	u32 type, zero;
};

static char loader_name[64] = "Multiboot2";
static u8 rsdp_copy[36] aligned_to(16);

static void read_module(const struct tag_module *m)
{
	if (m->tag.size < sizeof(*m) || m->end < m->start)
		return;
	if (boot.initrd_size)
		log_warn("boot: more than one module; the first is the initrd");
	else
		boot_set_initrd(m->start, m->end - m->start);
}

static void read_mmap(const struct tag_mmap *t)
{
	size_t size = t->entry_size;

	if (t->tag.size < sizeof(*t) || size < sizeof(struct mmap_entry) || size % 8)
		return;
	for (size_t at = sizeof(*t); at + size <= t->tag.size; at += size) {
		const struct mmap_entry *e = (const void *)((const u8 *)t + at);

		if (e->type == MMAP_RAM && e->start + e->length > e->start)
			memory_add(e->start, e->start + e->length);
	}
}

/* What is not RAM wins over what is, whatever the order of the entries. */
static void read_holes(const struct tag_mmap *t)
{
	size_t size = t->entry_size;

	if (t->tag.size < sizeof(*t) || size < sizeof(struct mmap_entry) || size % 8)
		return;
	for (size_t at = sizeof(*t); at + size <= t->tag.size; at += size) {
		const struct mmap_entry *e = (const void *)((const u8 *)t + at);

		if (e->type != MMAP_RAM && e->start + e->length > e->start)
			memory_reserve(e->start, e->start + e->length);
	}
}

/* The tag holds a copy of the root pointer; the new form is the better one. */
static void read_rsdp(const struct tag *t)
{
	size_t size = min(t->size - sizeof(*t), sizeof(rsdp_copy));

	if (boot.rsdp && t->type == TAG_ACPI_OLD)
		return;
	memset(rsdp_copy, 0, sizeof(rsdp_copy));
	memcpy(rsdp_copy, t + 1, size);
	boot.rsdp = virt_to_phys(rsdp_copy);
}

static bool channel_fits(const struct tag_screen *t, u8 shift, u8 size)
{
	return size >= 1 && size <= 8 && shift + size <= t->bits;
}

/* A text screen needs no words: its driver looks for it.  Memory is no picture.  A pixel of 15 bits
   takes two bytes. */
static void read_screen(const struct tag_screen *t)
{
	u32 bits = (t->bits + 7u) & ~7u;

	if (t->tag.size < sizeof(struct tag) + 8 + 12 + 4 + 6 || t->type != SCREEN_RGB)
		return;
	if ((bits != 16 && bits != 24 && bits != 32) || !t->width || !t->height ||
	    t->width > SCREEN_LIMIT || t->height > SCREEN_LIMIT || t->pitch > 4 * SCREEN_LIMIT ||
	    t->pitch < t->width * bits / 8 || t->address > SCREEN_ADDRESS_LIMIT ||
	    !channel_fits(t, t->red_shift, t->red_size) ||
	    !channel_fits(t, t->green_shift, t->green_size) ||
	    !channel_fits(t, t->blue_shift, t->blue_size)) {
		log_warn("boot: a screen of %ux%u, %u bits, is not understood", t->width, t->height,
			 t->bits);
		return;
	}
	boot.screen = (struct boot_screen){ .phys = t->address,
					    .pitch = t->pitch,
					    .width = t->width,
					    .height = t->height,
					    .bits = bits,
					    .red = { t->red_shift, t->red_size },
					    .green = { t->green_shift, t->green_size },
					    .blue = { t->blue_shift, t->blue_size } };
}

static void read_tag(const struct tag *t)
{
	const char *text = (const char *)(t + 1);
	size_t size = t->size - sizeof(*t);

	switch (t->type) {
	case TAG_CMDLINE:
		boot_set_cmdline(text, size);
		break;
	case TAG_LOADER:
		strcopy(loader_name, text, min(size + 1, sizeof(loader_name)));
		break;
	case TAG_MODULE:
		read_module((const void *)t);
		break;
	case TAG_MMAP:
		read_mmap((const void *)t);
		read_holes((const void *)t);
		break;
	case TAG_SCREEN:
		read_screen((const void *)t);
		break;
	case TAG_ACPI_OLD:
	case TAG_ACPI_NEW:
		read_rsdp(t);
		break;
	}
}

void multiboot_parse(u64 phys)
{
	const u32 *head = boot_peek(phys, 8);
	const u8 *info;
	u32 total, at = 8;

	boot.loader = loader_name;
	if (!head)
		return;
	total = min(head[0], INFO_LIMIT);
	info = boot_peek(phys, total);
	while (info && at + sizeof(struct tag) <= total) {
		const struct tag *t = (const void *)(info + at);

		if (t->type == TAG_END || t->size < sizeof(*t) || t->size > total - at)
			break;
		read_tag(t);
		at += align_up(t->size, 8u);
	}
}
