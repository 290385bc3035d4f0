/*
 * init.c - the first steps in C: console, descriptor tables, the loader's information, the map.
 *
 * Locking: none, one CPU runs, and it runs this once.
 */
#include "arch/boot.h"

#include "arch/cpu.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/features.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/kmap.h"
#include "arch/x86_64/loader.h"
#include "arch/x86_64/segment.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

const void *boot_peek(u64 phys, u64 size)
{
	if (!phys || phys >= BOOT_MAPPED || size > BOOT_MAPPED - phys)
		return NULL;
	return phys_to_virt(phys);
}

void boot_set_cmdline(const char *s, size_t size)
{
	size_t len = strnlen(s, size);

	if (len >= sizeof(boot.cmdline)) {
		log_warn("boot: command line of %lu bytes cut to %lu", len,
			 sizeof(boot.cmdline) - 1);
		len = sizeof(boot.cmdline) - 1;
	}
	memcpy(boot.cmdline, s, len);
	boot.cmdline[len] = 0;
}

void boot_set_initrd(u64 start, u64 size)
{
	if (!start || !size || start + size < start)
		return;
	boot.initrd_start = start;
	boot.initrd_size = size;
}

/* Steps over one word, in which "..." may hold blanks. */
static const char *word_end(const char *s)
{
	for (bool quoted = false; *s && (quoted || *s != ' '); s++)
		if (*s == '"')
			quoted = !quoted;
	return s;
}

/* s..end without quotes. */
static void copy_value(char *buf, size_t size, const char *s, const char *end)
{
	size_t n = 0;

	for (; s < end && n + 1 < size; s++)
		if (*s != '"')
			buf[n++] = *s;
	if (size)
		buf[n] = 0;
}

/* The value of the word that begins at s, into buf; false: it is not `name`. */
static bool read_option(const char *s, const char *end, const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	if (strncmp(s, name, len) || (s[len] != '=' && s + len != end))
		return false;
	copy_value(buf, size, s + len == end ? end : s + len + 1, end);
	return true;
}

bool boot_option_nth(const char *name, unsigned n, char *buf, size_t size)
{
	const char *s = boot.cmdline, *end;

	for (;; s = end) {
		while (*s == ' ')
			s++;
		end = word_end(s);
		if (s == end || (end - s == 2 && s[0] == '-' && s[1] == '-'))
			return false;
		if (read_option(s, end, name, buf, size) && !n--)
			return true;
	}
}

bool boot_option(const char *name, char *buf, size_t size)
{
	unsigned n = 0;

	while (boot_option_nth(name, n, buf, size)) /* the last one wins */
		n++;
	return n;
}

void arch_init_early(void)
{
	boot_cpu_init();
	features_init();
	cpu_control_init();
	if (boot_protocol == 1 && boot_magic == 0x36d76289)
		multiboot_parse(boot_data);
	else
		pvh_parse(boot_protocol == 2 ? boot_data : 0);
	memory_finish();
	acpi_init();
	kmap_init();
}

void arch_init(void)
{
	fpu_init();
	apic_init();
	irq_init();
	clock_init();
}
