/*
 * The consoles of a screen: what ioctl_console(2) tells and refuses, and what the terminal answers.
 *
 * guest: screen alone (a console that was used keeps its memory)
 */
#include "console.h"

#include <linux/kd.h>
#include <linux/keyboard.h>
#include <linux/tiocl.h>
#include <linux/vt.h>
#include <termios.h>

static void modes(void)
{
	char type = 0, leds = 99;
	int mode = 99;

	CHECK(!ioctl(tty, KDGKBTYPE, &type) && type == KB_101, "the keyboard has 101 keys");
	CHECK(!ioctl(tty, KDGETMODE, &mode) && mode == KD_TEXT, "the console shows text");
	CHECK(!ioctl(tty, KDGKBMODE, &mode) && mode == K_UNICODE, "keys come as UTF-8");
	CHECK(!ioctl(tty, KDGKBMETA, &mode) && mode == K_ESCPREFIX, "Alt puts ESC in front");
	CHECK(!ioctl(tty, KDGKBLED, &leds) && !(leds & 7), "no lock is on");
	CHECK(!ioctl(tty, KDSKBLED, LED_CAP) && !ioctl(tty, KDGKBLED, &leds) &&
		      (leds & 7) == LED_CAP,
	      "a lock can be set");
	CHECK_OK(ioctl(tty, KDSKBLED, 0), "and taken back");
	CHECK(!ioctl(tty, KDSKBMODE, K_MEDIUMRAW) && !ioctl(tty, KDGKBMODE, &mode) &&
		      mode == K_MEDIUMRAW && !ioctl(tty, KDSKBMODE, K_UNICODE),
	      "a program can ask for the numbers of keys");
	CHECK_ERR(ioctl(tty, KDSKBMODE, 99), EINVAL, "an unknown mode of keys is refused");
	CHECK_ERR(ioctl(tty, KDSKBMETA, 99), EINVAL, "so is one of Alt");
	CHECK_ERR(ioctl(tty, KDSKBLED, 0x100), EINVAL, "so are unknown lights");
	CHECK_ERR(ioctl(tty, KDSETMODE, 99), EINVAL, "so is an unknown mode of the screen");
	CHECK_ERR(ioctl(tty, KDGKBMODE, (void *)1), EFAULT, "an answer needs a place");
	CHECK_ERR(ioctl(tty, TIOCMGET, &mode), ENOTTY, "there are no modem lines");
}

static void maps(void)
{
	static struct kbsentry string;
	struct kbentry e = { .kb_table = K_NORMTAB, .kb_index = 30 }, none = { 200, 30, 0 };

	CHECK(!ioctl(tty, KDGKBENT, &e) && e.kb_value == K(KT_LETTER, 'a'),
	      "key 30 is the letter a");
	e.kb_table = K_SHIFTTAB;
	CHECK(!ioctl(tty, KDGKBENT, &e) && e.kb_value == K(KT_LETTER, 'A'), "with Shift it is A");
	CHECK(!ioctl(tty, KDGKBENT, &none) && none.kb_value == K_HOLE,
	      "a table that is not there has holes");
	none.kb_index = 0;
	CHECK(!ioctl(tty, KDGKBENT, &none) && none.kb_value == K_NOSUCHMAP, "and says so at key 0");
	e.kb_value = K(KT_CUR, 9);
	CHECK_ERR(ioctl(tty, KDSKBENT, &e), EINVAL, "there are four directions");
	e = (struct kbentry){ K_NORMTAB, 120, K(KT_LATIN, 'q') };
	CHECK_EQ(as_nobody(KDSKBENT, &e), EPERM, "the map is not everybody's to change");
	CHECK_OK(ioctl(tty, KDSKBENT, &e), "root changes it");
	e.kb_value = 0;
	CHECK(!ioctl(tty, KDGKBENT, &e) && e.kb_value == K(KT_LATIN, 'q'), "and it is changed");
	e.kb_value = K_HOLE;
	ioctl(tty, KDSKBENT, &e);
	e = (struct kbentry){ 200, 30, K(KT_LATIN, 'q') };
	CHECK_OK(ioctl(tty, KDSKBENT, &e), "a new table begins with its first key");
	e = (struct kbentry){ 200, 0, K_NOSUCHMAP };
	CHECK_OK(ioctl(tty, KDSKBENT, &e), "and goes as a whole");
	string.kb_func = 0;
	CHECK(!ioctl(tty, KDGKBSENT, &string) && !strcmp((char *)string.kb_string, "\033[[A"),
	      "F1 sends ESC [ [ A");
	string.kb_func = 100;
	strcpy((char *)string.kb_string, "words");
	CHECK_EQ(as_nobody(KDSKBSENT, &string), EPERM, "nor are the strings everybody's");
	CHECK_OK(ioctl(tty, KDSKBSENT, &string), "root gives a key a string");
	memset(string.kb_string, 0, sizeof(string.kb_string));
	CHECK(!ioctl(tty, KDGKBSENT, &string) && !strcmp((char *)string.kb_string, "words"),
	      "and it is there");
	CHECK_ERR(ioctl(tty, KDGKBENT, (void *)1), EFAULT, "an entry needs a place");
}

static void consoles(void)
{
	struct vt_stat stat = {};
	struct vt_mode mode = { .mode = 99 };
	char what = TIOCL_GETFGCONSOLE;
	int n = -2;

	CHECK(!ioctl(tty, VT_GETSTATE, &stat) && stat.v_active == 1 && (stat.v_state & 3) == 3,
	      "tty1 is in front, and in use");
	CHECK(!ioctl(tty, VT_OPENQRY, &n) && n > 1, "another one is free");
	CHECK(!ioctl(tty, VT_GETMODE, &mode) && mode.mode == VT_AUTO,
	      "nobody is asked for a switch");
	CHECK_EQ(ioctl(tty, TIOCLINUX, &what), 0, "the one in front has number 0");
	what = 99;
	CHECK_ERR(ioctl(tty, TIOCLINUX, &what), EINVAL,
		  "an unknown question of Linux's is refused");
	CHECK_ERR(ioctl(tty, VT_ACTIVATE, 0), ENXIO, "there is no console 0 to go to");
	CHECK_ERR(ioctl(tty, VT_ACTIVATE, 1000), ENXIO, "and none with number 1000");
	CHECK_ERR(ioctl(tty, VT_WAITACTIVE, 0), ENXIO, "nor to wait for");
	CHECK_ERR(ioctl(tty, VT_DISALLOCATE, 1), EBUSY, "a console in use stays");
	CHECK_EQ(as_nobody(VT_ACTIVATE, (void *)2), EPERM,
		 "not everybody may go to another console");
	CHECK_EQ(as_nobody(VT_LOCKSWITCH, NULL), EPERM, "nor keep others from it");
	CHECK_EQ(as_nobody(KDSKBMODE, (void *)K_UNICODE), EPERM, "nor change another's keys");
	CHECK(!ioctl(tty, VT_ACTIVATE, 2) && !ioctl(tty, VT_WAITACTIVE, 2) &&
		      !ioctl(tty, VT_GETSTATE, &stat) && stat.v_active == 2,
	      "root goes there");
	CHECK(!ioctl(tty, VT_ACTIVATE, 1) && !ioctl(tty, VT_WAITACTIVE, 1) &&
		      !ioctl(tty, VT_GETSTATE, &stat) && stat.v_active == 1,
	      "and back");
	CHECK(ioctl(tty, 0x4bfe, &n) == -1, "an unknown request is refused");
}

/* What the terminal answers to a question. */
static const char *answer(const char *question, int length)
{
	static char text[64];
	int n = 0, got;

	dprintf(tty, "%s", question);
	while (n < length && (got = (int)read(tty, text + n, (size_t)(length - n))) > 0)
		n += got;
	text[n] = 0;
	return text;
}

static void answers(void)
{
	struct termios saved, raw;
	struct winsize size;

	tcgetattr(tty, &saved);
	CHECK(saved.c_iflag == (ICRNL | IXON | IUTF8) && cfgetospeed(&saved) == B38400 &&
		      (saved.c_cflag & (CSIZE | CREAD | HUPCL | CLOCAL)) == (CS8 | CREAD | HUPCL),
	      "its first settings are those of a console");
	raw = saved;
	raw.c_lflag &= ~(ICANON | ECHO);
	tcsetattr(tty, TCSANOW, &raw);
	CHECK(!strcmp(answer("\033[3;5H\033[6n", 6), "\033[3;5R"), "it tells where the cursor is");
	CHECK(!strcmp(answer("\033[999;999H\033[6n", 8), "\033[25;80R"), "within 25 rows of 80");
	CHECK(!strcmp(answer("\033[5n", 4), "\033[0n"), "it is well");
	CHECK(!strcmp(answer("\033[c", 5), "\033[?6c"), "it is a VT102");
	CHECK(!strcmp(answer("\033[2;4r\033[H\n\n\n\n\n\033[6n", 6), "\033[4;1R"),
	      "a line feed stops where scrolling ends");
	CHECK(!strcmp(answer("\033[r\033[5;5H\0337\033[Hab\t\0338\b\033[6n", 6), "\033[5;4R"),
	      "it comes back to where it was told to remember");
	CHECK(!strcmp(answer("\033[1;79Habcd\033[6n", 6), "\033[2;3R"),
	      "a full line goes on below");
	CHECK(!strcmp(answer("\033[2J\033[1;1H\303\244\342\202\254x\033[6n", 6), "\033[1;4R"),
	      "a character of several bytes takes one cell");
	dprintf(tty, "\033c");
	CHECK(!ioctl(tty, TIOCGWINSZ, &size) && size.ws_row == 25 && size.ws_col == 80,
	      "programs see its size");
	size.ws_row = 0;
	tcsetattr(tty, TCSANOW, &saved);
}

int main(void)
{
	tty = open("/dev/tty1", O_RDWR | O_NOCTTY);
	if (!CHECK(tty >= 0, "there is a first console"))
		return 1;
	modes();
	maps();
	consoles();
	answers();
	CHECK_END();
}
