/* Tests of memory nodes: ACPI's SRAT and SLIT as an enemy may write them, and policies. */
#include "tests/unit/vm_host.h"

#include "arch/x86_64/acpi.h"
#include "arch/x86_64/acpi_table.h"
#include "arch/x86_64/loader.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/text.h"
#include "kernel/mem/node.h"

#define GIB (1ul << 30)

struct acpi acpi;

static struct {
	u64 start, end;
	u32 node;
} told[64];
static int told_count;

void memory_set_node(u64 start, u64 end, u32 node)
{
	check(node < NNODE && start < end && told_count < (int)ARRAY_SIZE(told));
	told[told_count].start = start;
	told[told_count].end = end;
	told[told_count++].node = node;
}

static u8 bytes[8192];
static struct acpi_header *const table = (struct acpi_header *)bytes;

static void put(const void *p, size_t n)
{
	check(table->length + n <= sizeof(bytes));
	__builtin_memcpy(bytes + table->length, p, n);
	table->length += (u32)n;
}

static void begin(const char *signature, u32 head)
{
	__builtin_memset(bytes, 0, sizeof(bytes));
	__builtin_memcpy(table->signature, signature, 4);
	table->length = head;
	told_count = 0;
}

static void put_memory(u32 domain, u64 base, u64 size, u32 flags)
{
	u8 e[40] = { 1, 40 };

	__builtin_memcpy(e + 2, &domain, 4);
	__builtin_memcpy(e + 8, &base, 8);
	__builtin_memcpy(e + 16, &size, 8);
	__builtin_memcpy(e + 28, &flags, 4);
	put(e, sizeof(e));
}

static void put_cpu(u8 apic, u32 domain, u32 flags)
{
	u8 e[16] = { 0, 16, (u8)domain, apic };

	__builtin_memcpy(e + 4, &flags, 4);
	e[9] = (u8)(domain >> 8);
	e[10] = (u8)(domain >> 16);
	e[11] = (u8)(domain >> 24);
	put(e, sizeof(e));
}

static void put_slit(u64 n, const u8 *matrix)
{
	begin("SLIT", 36);
	put(&n, 8);
	put(matrix, n * n);
}

/* Four CPUs, and nodes that the firmware calls 7 and 3. */
static void two_nodes(void)
{
	acpi = (struct acpi){ .cpu_count = 4 };
	for (u32 i = 0; i < 4; i++)
		acpi.cpus[i].apic_id = i;
	begin("SRAT", 48);
	for (u8 i = 0; i < 4; i++)
		put_cpu(i, i < 2 ? 7 : 3, 1);
	put_memory(7, 0, GIB, 1);
	put_memory(3, GIB, GIB, 1);
	acpi_read_srat(table);
}

TEST("the SRAT gives memory and CPUs their nodes, numbered by memory")
{
	two_nodes();
	check_eq(told_count, 2);
	check(told[0].node == 0 && told[0].start == 0 && told[0].end == GIB);
	check(told[1].node == 1 && told[1].start == GIB && told[1].end == 2 * GIB);
	check(acpi.cpus[0].node == 0 && acpi.cpus[1].node == 0);
	check(acpi.cpus[2].node == 1 && acpi.cpus[3].node == 1);
}

TEST("entries of the SRAT that are off, empty, too large or unknown change nothing")
{
	u8 unknown[6] = { 99, 6 };

	two_nodes();
	begin("SRAT", 48);
	put_memory(3, 0, GIB, 0);
	put_memory(3, 0, 0, 1);
	put_memory(3, ~0ul - 10, GIB, 1);
	put_cpu(0, 3, 0);
	put_cpu(200, 3, 1);
	put(unknown, sizeof(unknown));
	acpi_read_srat(table);
	check_eq(told_count, 0);
	check_eq(acpi.cpus[0].node, 0);
}

TEST("a SRAT that is cut anywhere, or whose lengths lie, is read to where it makes sense")
{
	u32 whole;

	two_nodes();
	whole = table->length;
	for (u32 length = 36; length <= whole; length++) {
		told_count = 0;
		table->length = length;
		acpi_read_srat(table);
		check(told_count <= 2);
	}
	for (u32 at = 48; at < whole; at++) {
		for (int value = 0; value < 256; value += 5) {
			u8 was = bytes[at];

			told_count = 0;
			table->length = whole;
			bytes[at] = (u8)value;
			acpi_read_srat(table);
			for (int i = 0; i < acpi.cpu_count; i++)
				check(acpi.cpus[i].node < NNODE);
			bytes[at] = was;
		}
	}
}

TEST("a SLIT is taken when it is square, whole and makes sense")
{
	u8 matrix[64];

	two_nodes();
	vm_host_boot();
	for (int i = 0; i < 64; i++)
		matrix[i] = i % 9 ? 33 : 10;
	put_slit(8, matrix);
	table->length--;
	acpi_read_slit(table); /* shorter than it says */
	put_slit(3, matrix);
	acpi_read_slit(table); /* knows no domain 3 */
	matrix[9 * 3] = 11;
	put_slit(8, matrix);
	acpi_read_slit(table); /* a node far from itself */
	check_eq(node_distance(0, 1), 20);
	begin("SLIT", 36);
	acpi_read_slit(table); /* of no size */
	matrix[9 * 3] = 10;
	for (int i = 0; i < 64; i++)
		matrix[i] = i % 9 ? 33 : 10;
	put_slit(8, matrix);
	acpi_read_slit(table);
	check_eq(node_distance(0, 1), 33);
	check_eq(node_distance(1, 1), 10);
}

TEST("nodes are asked by distance, of equally distant ones first those that follow")
{
	vm_host_boot();
	check_eq(node_order(2)[0], 2);
	check_eq(node_nearest(2, 1 | 2), 0);
	check_eq(node_nearest(2, 8 | 1), 3);
	check_eq(node_nearest(3, 2 | 4), 1);
	check_eq(node_cpus(1), BIT(1) | BIT(3));
	check_eq(node_limit(), 2);
	check_eq(node_online(), 3);
}

TEST("sets of nodes: the next, the n-th, and one mapped onto another")
{
	check_eq(node_next(0, 5), 2);
	check_eq(node_next(2, 5), 0);
	check_eq(node_next(63, 5), 0);
	check_eq(node_nth(3, 0x16), 1);
	check_eq(node_nth(5, 0x16), 4);
	check_eq(nodes_remap(3, 3, 0xc), 0xc);
	check_eq(nodes_remap(3, 3, 4), 4);
	check_eq(nodes_remap(8, 3, 4), 8);
	check_eq(nodes_remap(2, 2, 0), 2);
	check_eq(nodes_remap(1, 3, 6), 2);
}

TEST("a policy follows the allowed nodes as Linux's do")
{
	struct policy p;

	check_eq(policy_make(&p, MPOL_BIND, 0, 3, 3), 0);
	policy_rebind(&p, 4);
	check_eq(p.nodes, 4);
	policy_rebind(&p, 6); /* what was one node stays one */
	check_eq(p.nodes, 2);
	check_eq(policy_make(&p, MPOL_BIND, MPOL_F_STATIC_NODES, 3, 2), 0);
	check_eq(p.nodes, 2);
	policy_rebind(&p, 4); /* none of them is allowed: no say */
	check_eq(p.nodes, 4);
	policy_rebind(&p, 7);
	check_eq(p.nodes, 3);
	check_eq(policy_make(&p, MPOL_INTERLEAVE, MPOL_F_RELATIVE_NODES, 9, 6), 0);
	check_eq(p.nodes, 6);
	policy_rebind(&p, 7);
	check_eq(p.nodes, 1);
	check_eq(policy_make(&p, MPOL_PREFERRED, 0, 6, 7), 0);
	check_eq(p.nodes, 2);
	check_eq(policy_make(&p, MPOL_BIND, 0, 4, 3), -EINVAL);
}

TEST("pages of a program come from where its policy says and never from elsewhere")
{
	struct list held = LIST_INIT(held);
	struct page *page, *next;
	struct policy p;
	struct mems m;

	vm_host_boot();
	mems_init(&m, NULL);
	mems_set(&m, 2, NODES_ALL, 0);
	page = page_alloc_default(&m, PAGE_PLAIN);
	check_eq(page->nid, 1);
	page_free(page);
	check_eq(policy_make(&p, MPOL_BIND, 0, 1, 3), 0);
	page = page_alloc_policy(&m, &p, 0, PAGE_PLAIN); /* not allowed: the policy has no say */
	check_eq(page->nid, 1);
	page_free(page);
	mems_set(&m, 3, NODES_ALL, 0);
	check_eq(policy_make(&p, MPOL_INTERLEAVE, 0, 3, 3), 0);
	for (u64 i = 0; i < 6; i++) {
		page = page_alloc_policy(&m, &p, i, PAGE_PLAIN);
		check_eq(page->nid, i % 2);
		page_free(page);
	}
	mems_set(&m, 2, NODES_ALL, 0);
	while ((page = page_alloc_default(&m, PAGE_PLAIN))) {
		check_eq(page->nid, 1);
		list_add(&page->list, &held);
	}
	check_eq(m.wanted, 2);
	list_for_each_safe (page, next, &held, list)
		page_free(page);
}
