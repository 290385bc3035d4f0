/*
 * acpi.c - reads the ACPI tables that we need: MADT (CPUs, interrupt routing), FADT (timer, power)
 * and the sleep type for soft-off out of the DSDT; acpi_numa.c has those of the memory nodes.
 *
 * Tables come from firmware and are checked as if from an enemy: each lies within the first 4 GiB,
 * its length is bounded, its bytes sum up to 0; entries end within their table.  There is no AML
 * interpreter: \_S5 is a constant package in all firmware that matters, found by its name.
 *
 * Reference: ACPI Specification 6.4, chapters 5.2 and 7.4.
 */
#include "arch/x86_64/acpi.h"

#include "arch/x86_64/acpi_table.h"
#include "arch/x86_64/loader.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

#define TABLE_LIMIT (4u << 20)
#define LAPIC_PHYS  0xfee00000ul

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt, length;
	u64 xsdt;
	u8 checksum2, reserved[3];
} packed;

struct acpi acpi = { .lapic = LAPIC_PHYS };

static bool sums_to_zero(const void *p, size_t n)
{
	const u8 *b = p;
	u8 sum = 0;

	while (n--)
		sum += *b++;
	return sum == 0;
}

static const struct acpi_header *table_at(u64 phys)
{
	const struct acpi_header *h = boot_peek(phys, sizeof(*h));

	if (!h || h->length < sizeof(*h) || h->length > TABLE_LIMIT)
		return NULL;
	h = boot_peek(phys, h->length);
	if (!h)
		return NULL;
	if (!sums_to_zero(h, h->length)) {
		log_warn("acpi: table %.4s has a wrong checksum, ignored", h->signature);
		return NULL;
	}
	return h;
}

static void add_cpu(u32 apic_id, u32 flags)
{
	if (!(flags & 1) || acpi.cpu_count == NCPU)
		return;
	for (int i = 0; i < acpi.cpu_count; i++)
		if (acpi.cpus[i].apic_id == apic_id)
			return;
	acpi.cpus[acpi.cpu_count++].apic_id = apic_id;
}

static void add_override(const u8 *e)
{
	u16 flags = (u16)(e[8] | e[9] << 8);
	struct acpi_override *o = &acpi.overrides[e[3] & 15];

	if (e[2] != 0 || e[3] > 15)
		return;
	o->valid = true;
	o->gsi = acpi_u32(e + 4);
	o->low = (flags & 3) == 3;
	o->level = (flags >> 2 & 3) == 3;
}

static void read_madt(const struct acpi_header *h)
{
	acpi.lapic = acpi_field(h, 36, 4) ?: LAPIC_PHYS;
	for_each_acpi_entry(e, h, 44)
	{
		if (e[0] == 0 && e[1] >= 8)
			add_cpu(e[3], acpi_u32(e + 4));
		else if (e[0] == 9 && e[1] >= 16)
			add_cpu(acpi_u32(e + 4), acpi_u32(e + 8));
		else if (e[0] == 2 && e[1] >= 10)
			add_override(e);
		else if (e[0] == 5 && e[1] >= 12)
			acpi.lapic = acpi_u64(e + 4);
		else if (e[0] == 1 && e[1] >= 12 && acpi.ioapic_count < 8)
			acpi.ioapics[acpi.ioapic_count++] =
				(struct acpi_ioapic){ acpi_u32(e + 4), acpi_u32(e + 8) };
	}
}

/* A generic address where the table has one, else the old port number. */
static struct acpi_register read_register(const struct acpi_header *h, size_t generic, size_t port)
{
	struct acpi_register r = { .space = (u8)acpi_field(h, generic, 1),
				   .width = (u8)acpi_field(h, generic + 1, 1),
				   .address = acpi_field(h, generic + 4, 8) };

	if (!r.address && port)
		r = (struct acpi_register){ .space = 1,
					    .width = 32,
					    .address = acpi_field(h, port, 4) };
	return r;
}

/* Skips a package's length (1 to 4 bytes) and the count of its elements. */
static const u8 *package_start(const u8 *p, const u8 *end)
{
	if (p >= end || end - p < 1 + (*p >> 6) + 1)
		return NULL;
	return p + 1 + (*p >> 6) + 1;
}

/* ZeroOp, OneOp, or BytePrefix and a byte. */
static const u8 *small_number(const u8 *p, const u8 *end, u8 *value)
{
	if (!p || p >= end)
		return NULL;
	if (*p <= 1) {
		*value = *p;
		return p + 1;
	}
	if (*p != 0x0a || end - p < 2)
		return NULL;
	*value = p[1];
	return p + 2;
}

static void read_dsdt(const struct acpi_header *h)
{
	const u8 *aml = (const u8 *)(h + 1), *end = (const u8 *)h + h->length;

	for (const u8 *p = aml + 1; end - p > 8; p++) {
		const u8 *q;

		if (p[0] != '_' || memcmp(p, "_S5_", 4) || p[4] != 0x12)
			continue;
		if (p[-1] != 0x08 && !(p[-1] == '\\' && p - aml >= 2 && p[-2] == 0x08))
			continue; /* not a NameOp */
		q = small_number(package_start(p + 5, end), end, &acpi.s5a);
		acpi.has_s5 = small_number(q, end, &acpi.s5b);
		return;
	}
}

static void read_fadt(const struct acpi_header *h)
{
	const struct acpi_header *dsdt = table_at(acpi_field(h, 140, 8) ?: acpi_field(h, 40, 4));
	u32 flags = (u32)acpi_field(h, 112, 4);

	acpi.smi_port = (u16)acpi_field(h, 48, 4);
	acpi.enable_value = (u8)acpi_field(h, 52, 1);
	acpi.century = (u8)acpi_field(h, 108, 1);
	acpi.pm_timer = read_register(h, 208, 76);
	acpi.pm1a = read_register(h, 172, 64);
	acpi.pm1b = read_register(h, 184, 68);
	if (flags & 1u << 10) {
		acpi.reset = read_register(h, 116, 0);
		acpi.reset_value = (u8)acpi_field(h, 128, 1);
	}
	if (dsdt && !memcmp(dsdt->signature, "DSDT", 4))
		read_dsdt(dsdt);
}

static const struct rsdp *rsdp_check(const struct rsdp *r)
{
	return r && !memcmp(r->signature, "RSD PTR ", 8) && sums_to_zero(r, 20) ? r : NULL;
}

/* Where a BIOS has it when the loader did not tell. */
static const struct rsdp *rsdp_search(void)
{
	for (u64 at = 0xe0000; at < 0x100000; at += 16) {
		const struct rsdp *r = rsdp_check(boot_peek(at, sizeof(*r)));

		if (r)
			return r;
	}
	return NULL;
}

static const struct acpi_header *find_table(const struct acpi_header *root, const char *signature)
{
	size_t size = root->signature[0] == 'X' ? 8 : 4;

	for (size_t at = sizeof(*root); at + size <= root->length; at += size) {
		const struct acpi_header *h = boot_peek(acpi_field(root, at, size), sizeof(*h));

		if (h && !memcmp(h->signature, signature, 4))
			return table_at(acpi_field(root, at, size));
	}
	return NULL;
}

static void read_table(const struct acpi_header *root, const char *signature,
		       void (*read)(const struct acpi_header *))
{
	const struct acpi_header *h = find_table(root, signature);

	if (h)
		read(h);
}

void acpi_init(void)
{
	const struct rsdp *rsdp = NULL;
	const struct acpi_header *root = NULL;

	if (boot.rsdp)
		rsdp = rsdp_check(boot_peek(boot.rsdp, sizeof(*rsdp)));
	if (!rsdp)
		rsdp = rsdp_search();
	if (!rsdp) {
		log_warn("acpi: no tables; one CPU, no power control");
		return;
	}
	if (rsdp->revision >= 2 && rsdp->xsdt)
		root = table_at(rsdp->xsdt);
	if (!root)
		root = table_at(rsdp->rsdt);
	if (!root)
		return;
	read_table(root, "APIC", read_madt);
	read_table(root, "SRAT", acpi_read_srat);
	read_table(root, "SLIT", acpi_read_slit);
	read_table(root, "FACP", read_fadt);
}
