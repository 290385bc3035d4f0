/*
 * i8042.c - the controller of a PS/2 keyboard: interrupts with bytes of set 1, and the lights.
 *
 * Locking: the interrupt reads, on one CPU; commands are given at boot and by the task that paints.
 */
#include "arch/clock.h"
#include "arch/trap.h"
#include "arch/x86_64/insn.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/log.h"

#define DATA		 0x60
#define STATUS		 0x64 /* written: a command */
#define STATUS_FULL	 0x01u
#define STATUS_BUSY	 0x02u
#define STATUS_MOUSE	 0x20u
#define READ_CONFIG	 0x20
#define WRITE_CONFIG	 0x60
#define DISABLE_MOUSE	 0xa7
#define DISABLE_KEYS	 0xad
#define ENABLE_KEYS	 0xae
#define CONFIG_IRQ	 0x01u
#define CONFIG_IRQ_MOUSE 0x02u
#define CONFIG_OFF	 0x10u
#define CONFIG_XLATE	 0x40u
#define KEYS_LEDS	 0xed
#define KEYS_ENABLE	 0xf4
#define LINE		 1
#define TRIES		 10000
#define BURST		 64 /* bytes at a time */

static void (*receive)(u8 byte); /* [I] */

static bool wait_free(void)
{
	for (int i = 0; i < TRIES; i++)
		if (!(in8(STATUS) & STATUS_BUSY))
			return true;
	return false;
}

static bool command(u8 c)
{
	if (!wait_free())
		return false;
	out8(STATUS, c);
	return true;
}

static bool send(u8 c)
{
	if (!wait_free())
		return false;
	out8(DATA, c);
	return true;
}

static void forget_input(void)
{
	for (int i = 0; i < BURST && (in8(STATUS) & STATUS_FULL); i++)
		in8(DATA);
}

static bool read_config(u8 *config)
{
	if (!command(READ_CONFIG))
		return false;
	for (int i = 0; i < TRIES; i++) {
		if (!(in8(STATUS) & STATUS_FULL))
			continue;
		*config = in8(DATA);
		return true;
	}
	return false;
}

static void interrupt(void *unused)
{
	for (int i = 0; i < BURST; i++) {
		u8 status = in8(STATUS), byte;

		if (!(status & STATUS_FULL))
			break;
		byte = in8(DATA);
		if (!(status & STATUS_MOUSE))
			receive(byte);
	}
}

void i8042_set_leds(u8 leds)
{
	static const u64 answer = 2 * NS_PER_MSEC; /* the keyboard's acknowledgement is dropped */

	if (!receive || !send(KEYS_LEDS))
		return;
	if (sleep_until(clock_now() + answer) == 0)
		send(leds & 7);
}

bool i8042_init(void (*fn)(u8 byte))
{
	u8 config;

	if (in8(STATUS) == 0xff || !command(DISABLE_KEYS) || !command(DISABLE_MOUSE))
		return false;
	forget_input();
	if (!read_config(&config))
		return false;
	config = (u8)((config | CONFIG_IRQ | CONFIG_XLATE) & ~(CONFIG_OFF | CONFIG_IRQ_MOUSE));
	if (!command(WRITE_CONFIG) || !send(config) || !command(ENABLE_KEYS) || !send(KEYS_ENABLE))
		return false;
	receive = fn;
	if (irq_connect(LINE, "i8042", interrupt, NULL)) {
		log_error("keyboard: interrupt %u cannot be had", LINE);
		return false;
	}
	/* What has come before the line was connected raises no interrupt, and nothing after it. */
	forget_input();
	return true;
}
