/*
 * acpi.h - what the firmware's tables say, read once before the memory they lie in can be reused.
 */
#pragma once
#include "arch/boot.h"
#include "arch/cpu.h"

struct acpi_cpu {
	u32 apic_id, node;
};

struct acpi_ioapic {
	u64 phys;
	u32 first_gsi;
};

struct acpi_override {
	bool valid, level, low;
	u32 gsi;
};

struct acpi_register { /* a generic address: I/O port or memory */
	u8 space, width;
	u64 address; /* 0: there is none */
};

struct acpi {
	u64 lapic;		    /* physical */
	struct acpi_cpu cpus[NCPU]; /* in the order of the table */
	int cpu_count;		    /* 0: no MADT */
	struct acpi_ioapic ioapics[8];
	int ioapic_count;
	struct acpi_override overrides[16]; /* by ISA line */

	struct acpi_register pm_timer, reset, pm1a, pm1b;
	u8 reset_value, century; /* CMOS register of the century, 0: none */
	u16 smi_port;
	u8 enable_value;

	bool has_s5;
	u8 s5a, s5b; /* sleep types for soft-off */
};

extern struct acpi acpi; /* [I] after acpi_init() */

/* Also gives the free memory its nodes. */
void acpi_init(void);
