/*
 * host.c - what the kernel's lower layers expect of the architecture, on the host.
 */
#include "tests/unit/test.h"

#include <stdarg.h>
#include <sys/mman.h>

#include "arch/boot.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/lib/log.h"
#include "kernel/lib/refcount.h"
#include "kernel/mem/page.h"
#include "kernel/mem/slab.h"
#include "tests/unit/host/host.h"

#define MEMORY_MAX (256ul << 20)
#define ALIGNMENT  (4ul << 20)

struct cpu cpus[NCPU];
struct boot_info boot;
char *host_memory;
__thread int host_cpu;
void (*host_unlocked)(void);
u64 host_now;
char host_console[4096];
size_t host_console_len;
const char *host_cmdline = "";
int cpus_found = 1;

u64 clock_now(void)
{
	return host_now;
}

void console_write_polled(const char *text, size_t n)
{
	for (size_t i = 0; i < n && host_console_len < sizeof(host_console) - 1; i++)
		host_console[host_console_len++] = text[i];
	host_console[host_console_len] = '\0';
}

/* Knows `name` and `name=value` between single blanks. */
bool boot_option(const char *name, char *buf, size_t size)
{
	size_t n = __builtin_strlen(name);

	for (const char *p = host_cmdline; *p;) {
		size_t word = __builtin_strcspn(p, " ");

		if (!__builtin_strncmp(p, name, n) && (n == word || p[n] == '=')) {
			snprintf(buf, size, "%.*s", (int)(word - min(n + 1, word)),
				 p + min(n + 1, word));
			return true;
		}
		p += word + (p[word] == ' ');
	}
	return false;
}

bool panic_active(void)
{
	return false;
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(test_panic_text, sizeof(test_panic_text), fmt, args);
	va_end(args);
	for (int i = 0; i < NCPU; i++)
		cpus[i].irq_depth = 0;
	if (test_panic_target)
		longjmp(*test_panic_target, 1);
	fprintf(stderr, "panic: %s\n", test_panic_text);
	abort();
}

void refcount_broken(const struct refcount *r)
{
	panic("reference count at %p is broken", (const void *)r);
}

void *boot_alloc(size_t size, size_t align)
{
	struct boot_range *r = &boot.free[0];
	void *p;

	r->start = align_up(r->start, align);
	p = phys_to_virt(r->start);
	r->start = align_up(r->start + size, PAGE_SIZE);
	check(r->start <= r->end);
	return p;
}

void host_boot(unsigned nodes, u64 size, int cpus_wanted)
{
	char *area;

	if (host_memory)
		munmap(host_memory, MEMORY_MAX);
	area = mmap(NULL, MEMORY_MAX + ALIGNMENT, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	check(area != MAP_FAILED);
	host_memory = (char *)align_up((u64)area, ALIGNMENT);
	munmap(area, (size_t)(host_memory - area));
	munmap(host_memory + MEMORY_MAX, (size_t)(area + ALIGNMENT - host_memory));
	boot = (struct boot_info){ .free_count = (int)nodes };
	for (unsigned i = 0; i < nodes; i++) {
		boot.free[i] = (struct boot_range){ .start = i * (size + ALIGNMENT),
						    .end = i * (size + ALIGNMENT) + size,
						    .node = i };
		boot.memory_end = boot.free[i].end;
		boot.memory_total += size;
	}
	check(boot.memory_end <= MEMORY_MAX);
	cpus_found = cpus_wanted;
	for (int i = 0; i < NCPU; i++)
		cpus[i] = (struct cpu){ .id = (u32)i, .node = (u32)i % nodes };
	host_cpu = 0;
}
