/*
 * acpi_numa.c - memory nodes out of the ACPI tables: SRAT (which memory and which CPUs belong
 * together) and SLIT (how far apart they are).
 *
 * The firmware numbers its proximity domains as it likes; ours are numbered from 0 as the SRAT
 * names them, those with memory first.  What a table leaves out, or says beyond NNODE nodes, is
 * node 0.
 *
 * Locking: none; read once on the boot CPU.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/acpi_table.h"
#include "arch/x86_64/loader.h"
#include "kernel/lib/log.h"
#include "kernel/mem/node.h"

struct srat_memory {
	u8 type, length;
	u32 domain;
	u16 reserved;
	u64 base, size;
	u32 reserved2, flags;
	u64 reserved3;
} packed;

static u32 domains[NNODE]; /* the firmware's number of each node */
static u32 domain_count;

static u32 node_of_domain(u32 domain)
{
	for (u32 i = 0; i < domain_count; i++)
		if (domains[i] == domain)
			return i;
	if (domain_count == NNODE)
		return 0;
	domains[domain_count] = domain;
	return domain_count++;
}

static void set_cpu_node(u32 apic_id, u32 domain)
{
	for (int i = 0; i < acpi.cpu_count; i++)
		if (acpi.cpus[i].apic_id == apic_id)
			acpi.cpus[i].node = node_of_domain(domain);
}

/* Memory first, so that nodes are numbered by address and not by CPU. */
void acpi_read_srat(const struct acpi_header *h)
{
	domain_count = 0;
	for_each_acpi_entry(e, h, 48)
	{
		const struct srat_memory *m = (const void *)e;

		if (e[0] == 1 && e[1] >= sizeof(*m) && m->flags & 1 && m->size &&
		    m->base + m->size > m->base)
			memory_set_node(m->base, m->base + m->size, node_of_domain(m->domain));
	}
	for_each_acpi_entry(e, h, 48)
	{
		if (e[0] == 0 && e[1] >= 16 && acpi_u32(e + 4) & 1)
			set_cpu_node(e[3],
				     e[2] | (u32)e[9] << 8 | (u32)e[10] << 16 | (u32)e[11] << 24);
		else if (e[0] == 2 && e[1] >= 24 && acpi_u32(e + 12) & 1)
			set_cpu_node(acpi_u32(e + 8), acpi_u32(e + 4));
	}
}

/* -1: no memory and no CPU is there. */
static int find_domain(u64 domain)
{
	for (u32 i = 0; i < domain_count; i++)
		if (domains[i] == domain)
			return (int)i;
	return -1;
}

/* A square of bytes, row by row, in the order of the firmware's numbers. */
void acpi_read_slit(const struct acpi_header *h)
{
	u8 matrix[NNODE * NNODE] = { 0 };
	u64 count = acpi_field(h, 36, 8), known = 0;

	if (!domain_count)
		return;
	if (count > 256 || h->length < 44 + count * count) {
		log_warn("acpi: the SLIT is shorter than it says, ignored");
		return;
	}
	for (u64 at = 0; at < count * count; at++) {
		int from = find_domain(at / count), to = find_domain(at % count);

		if (from < 0 || to < 0)
			continue;
		matrix[(u32)from * domain_count + (u32)to] = ((const u8 *)h)[44 + at];
		known++;
	}
	if (known == (u64)domain_count * domain_count)
		node_set_distances(matrix, domain_count);
	else
		log_warn("acpi: the SLIT does not know all nodes, ignored");
}
