/*
 * console.c - the terminals that console= names (console.h).
 *
 * Without that word messages go to the screen, or to the first serial port of a machine that has
 * none.  A name that stands for nothing is skipped.
 *
 * Locking: the list is made at boot and read after it.
 */
#include "kernel/dev/console.h"

#include "arch/boot.h"
#include "kernel/dev/uart.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/log.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"

struct console {
	char name[8];
	bool screen;
	u32 number; /* of the terminal: ttyS0 has 0, as has the tty in front */
	void (*write)(void *number, const char *text, size_t n);
};

static struct console consoles[CONSOLES_MAX]; /* [I] after boot, with the count */
static unsigned count;

static void write_all(const char *text, size_t n)
{
	for (unsigned i = 0; i < count; i++)
		consoles[i].write((void *)(u64)consoles[i].number, text, n);
}

/* The number behind a name's first part. */
static bool has_number(const char *name, const char *first, u32 limit, u32 *number)
{
	size_t n = strlen(first);
	u64 value;

	if (strncmp(name, first, n) || parse_u64(name + n, &value) || value >= limit)
		return false;
	*number = (u32)value;
	return true;
}

/* False: there is no such terminal. */
static bool find(const char *name, struct console *c)
{
	*c = (struct console){};
	strcopy(c->name, name, sizeof(c->name));
	if (has_number(name, "ttyS", UARTS, &c->number) && uart_tty(c->number)) {
		c->write = uart_log;
		return true;
	}
	if (vt_exists() && has_number(name, "tty", VTS + 1, &c->number) && vt_tty(c->number)) {
		c->write = vt_log;
		c->screen = true;
		return true;
	}
	return false;
}

/* One that is named twice counts where it is named last. */
static void add(const char *name)
{
	struct console c;
	unsigned kept = 0;

	if (!find(name, &c))
		return;
	for (unsigned i = 0; i < count; i++)
		if (strcmp(consoles[i].name, c.name))
			consoles[kept++] = consoles[i];
	count = kept;
	if (count < CONSOLES_MAX)
		consoles[count++] = c;
}

void console_init(void)
{
	char word[32];

	for (unsigned n = 0; boot_option_nth("console", n, word, sizeof(word)); n++) {
		char *options = strchr(word, ',');

		if (options)
			*options = 0;
		add(word);
	}
	if (!count)
		add("tty0");
	if (!count)
		add("ttyS0");
	if (!count)
		return;
	for (unsigned i = 0; i < count; i++)
		if (consoles[i].screen)
			log_replay(vt_log, (void *)(u64)consoles[i].number);
	log_set_console(write_all);
	log_info("The console is %s", consoles[count - 1].name);
}

static struct tty *tty_of_console(const struct console *c)
{
	return c->screen ? vt_tty(c->number) : uart_tty(c->number);
}

struct tty *console_tty(void)
{
	return count ? tty_of_console(&consoles[count - 1]) : NULL;
}

bool console_show(unsigned n, struct console_place *out)
{
	const struct console *c;
	struct tty *t;

	if (n >= count)
		return false;
	c = &consoles[n ? n - 1 : count - 1];
	t = tty_of_console(c);
	*out = (struct console_place){
		.name = c->name, .number = t ? t->number : 0, .screen = c->screen, .preferred = !n
	};
	return true;
}
