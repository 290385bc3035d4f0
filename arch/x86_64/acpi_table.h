/*
 * acpi_table.h - looking into an ACPI table whose length and checksum are right, and whose contents
 * may still be anything.  For acpi*.c only.
 */
#pragma once
#include "kernel/lib/string.h"
#include "kernel/lib/types.h"

struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} packed;

/* Unaligned fields; 0 beyond the table. */
static inline u64 acpi_field(const struct acpi_header *h, size_t offset, size_t size)
{
	u64 v = 0;

	if (offset + size <= h->length)
		memcpy(&v, (const u8 *)h + offset, size);
	return v;
}

/* Entries of { u8 type; u8 length; ... } behind the head of a table. */
#define for_each_acpi_entry(e, h, head)                                                       \
	for (const u8 *(e) = (const u8 *)(h) + (head), *end_ = (const u8 *)(h) + (h)->length; \
	     end_ - (e) >= 2 && (e)[1] >= 2 && (e)[1] <= end_ - (e); (e) += (e)[1])

static inline u32 acpi_u32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline u64 acpi_u64(const u8 *p)
{
	return acpi_u32(p) | (u64)acpi_u32(p + 4) << 32;
}

/* acpi_numa.c.  The MADT has been read; the SRAT comes before the SLIT. */
void acpi_read_srat(const struct acpi_header *h);
void acpi_read_slit(const struct acpi_header *h);
