/*
 * cmos.c - the battery-backed clock, read once at boot.  It is taken to run in UTC.
 */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/clock.h"
#include "arch/x86_64/insn.h"
#include "kernel/lib/string.h"

#define STATUS_A 10
#define STATUS_B 11
#define UPDATING 0x80
#define BINARY	 0x04
#define HOURS_24 0x02
#define PM	 0x80
#define RETRIES	 100000

struct cmos_time {
	u8 second, minute, hour, day, month, year, century;
};

static u8 cmos_read(u8 reg)
{
	out8(0x70, reg);
	return in8(0x71);
}

static struct cmos_time read_once(void)
{
	for (int i = 0; i < RETRIES && cmos_read(STATUS_A) & UPDATING; i++)
		;
	return (struct cmos_time){ cmos_read(0),
				   cmos_read(2),
				   cmos_read(4),
				   cmos_read(7),
				   cmos_read(8),
				   cmos_read(9),
				   acpi.century ? cmos_read(acpi.century) : 0 };
}

static unsigned number(u8 raw, bool binary)
{
	return binary ? raw : (raw >> 4) * 10u + (raw & 15);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar: years begin in March, so that the leap
   day is the last one. */
static u64 days_since_1970(unsigned year, unsigned month, unsigned day)
{
	unsigned y = month > 2 ? year : year - 1;
	unsigned m = month > 2 ? month - 3 : month + 9;

	return (u64)y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

u64 cmos_wall(void)
{
	struct cmos_time t = read_once(), again;
	u8 status = cmos_read(STATUS_B);
	bool binary = status & BINARY;
	unsigned hour, year;

	/* Twice the same: no digit was just turning over. */
	for (int i = 0; i < 10; i++) {
		again = read_once();
		if (!memcmp(&t, &again, sizeof(t)))
			break;
		t = again;
	}
	hour = number(t.hour & (status & HOURS_24 ? 0xff : 0x7f), binary);
	if (!(status & HOURS_24))
		hour = hour % 12 + (t.hour & PM ? 12 : 0);
	year = number(t.year, binary);
	if (t.century)
		year += 100 * number(t.century, binary);
	else
		year += year < 70 ? 2000 : 1900;
	return days_since_1970(year, number(t.month, binary), number(t.day, binary)) * 86400 +
	       hour * 3600 + number(t.minute, binary) * 60 + number(t.second, binary);
}
