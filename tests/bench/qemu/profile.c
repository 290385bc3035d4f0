/*
 * A plugin for QEMU that counts how often each instruction of the kernel is executed, and writes
 * "ADDRESS COUNT" for each when the machine ends: profile.py makes a profile of it.
 *
 * Debian's package has no header for plugins, so what is used of the interface is declared here.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*fn)(plugin_id, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int add, void *at,
						uint64_t n);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*fn)(plugin_id, void *), void *arg);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define SLOTS (1u << 20)

static struct slot {
	uint64_t address, count;
} slots[SLOTS];
static const char *output;

static struct slot *slot_of(uint64_t address)
{
	uint32_t i = address * 0x9e3779b97f4a7c15ull >> 44;

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % SLOTS;
	slots[i].address = address;
	return &slots[i];
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		/* All of user space is one slot. */
		qemu_plugin_register_vcpu_insn_exec_inline(
			insn, 0, &slot_of(address >> 63 ? address : 1)->count, 1);
	}
}

static void ended(plugin_id id, void *arg)
{
	FILE *f = fopen(output, "w");

	for (unsigned i = 0; f && i < SLOTS; i++)
		if (slots[i].count)
			fprintf(f, "%lx %lu\n", slots[i].address, slots[i].count);
	if (f)
		fclose(f);
}

/* The argument is out=FILE. */
__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info,
							       int argc, char **argv)
{
	if (argc != 1)
		return 1;
	output = argv[0] + 4;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
