/*
 * What characters and colours of the screen look like: KDFONTOP, PIO_UNIMAP, PIO_CMAP.
 *
 * guest: screen alone
 */
#include "console.h"

#include <linux/kd.h>
#include <sys/utsname.h>

#define PICTURE 32

static unsigned char before[512 * PICTURE], pictures[512 * PICTURE], after[512 * PICTURE];
static struct unipair pairs[4096];

static struct console_font_op font(unsigned op, unsigned count, unsigned char *data)
{
	return (struct console_font_op){
		.op = op, .width = 8, .height = 16, .charcount = count, .data = data
	};
}

static void test_map_of_the_first_font(void)
{
	struct unimapinit init = {};
	struct unipair two[] = { { 'A', 65 }, { 0x4e2d, 66 } };
	struct unimapdesc map = { 4096, pairs };
	struct console_font_op op = font(KD_FONT_OP_GET, 512, before), again = op;
	unsigned count;

	op.height = again.height = 32;
	CHECK(!ioctl(tty, KDFONTOP, &op) && !ioctl(tty, GIO_UNIMAP, &map), "the first font");
	count = map.entry_ct;
	CHECK_OK(ioctl(tty, PIO_UNIMAPCLR, &init), "its map can be emptied");
	again.data = after;
	CHECK(!ioctl(tty, KDFONTOP, &again) && again.charcount == op.charcount &&
		      !memcmp(before, after, op.charcount * PICTURE),
	      "and its pictures stay");
	map = (struct unimapdesc){ 2, two };
	CHECK_OK(ioctl(tty, PIO_UNIMAP, &map), "it can have another map");
	map = (struct unimapdesc){ 2, two };
	CHECK(!ioctl(tty, GIO_UNIMAP, &map) && map.entry_ct == 2, "with what was given");
	map = (struct unimapdesc){ (unsigned short)count, pairs };
	CHECK(!ioctl(tty, PIO_UNIMAPCLR, &init) && !ioctl(tty, PIO_UNIMAP, &map),
	      "and the old one again");
}

static void test_font(void)
{
	struct console_font_op op = font(KD_FONT_OP_GET, 512, before), bad;

	op.height = 32;
	CHECK_OK(ioctl(tty, KDFONTOP, &op), "the font can be read");
	CHECK(op.width == 8 && op.height == 16 && (op.charcount == 256 || op.charcount == 512),
	      "its characters are 8 by 16 pixels");
	op = font(KD_FONT_OP_GET, 16, before);
	CHECK_ERR(ioctl(tty, KDFONTOP, &op), ENOSPC, "not into a place for fewer");
	for (unsigned i = 0; i < sizeof(pictures); i++)
		pictures[i] = i % PICTURE < 16 ? (unsigned char)(i / PICTURE + i) : 0;
	op = font(KD_FONT_OP_SET, 256, pictures);
	CHECK_EQ(as_nobody(KDFONTOP, &op), EPERM, "it is not everybody's to change");
	bad = op;
	bad.width = 9;
	CHECK_ERR(ioctl(tty, KDFONTOP, &bad), EINVAL, "nine columns are too many");
	bad = op;
	bad.height = 0;
	CHECK_ERR(ioctl(tty, KDFONTOP, &bad), EINVAL, "no row is too few");
	bad = op;
	bad.height = 33;
	CHECK_ERR(ioctl(tty, KDFONTOP, &bad), EINVAL, "33 are too many");
	bad = op;
	bad.charcount = 300;
	CHECK_ERR(ioctl(tty, KDFONTOP, &bad), EINVAL, "a font has 256 characters or 512");
	bad = op;
	bad.data = NULL;
	CHECK_ERR(ioctl(tty, KDFONTOP, &bad), EINVAL, "and pictures of them");
	bad.data = (unsigned char *)8;
	CHECK_ERR(ioctl(tty, KDFONTOP, &bad), EFAULT, "in memory");
	CHECK_ERR(ioctl(tty, KDFONTOP, NULL), EFAULT, "a request must be told");
	for (unsigned count = 256; count <= 512; count *= 2) {
		op = font(KD_FONT_OP_SET, count, pictures);
		CHECK_OK(ioctl(tty, KDFONTOP, &op), "root loads another one");
		memset(after, 0xee, sizeof(after));
		op = font(KD_FONT_OP_GET, 512, after);
		CHECK(!ioctl(tty, KDFONTOP, &op) && op.charcount == count &&
			      !memcmp(after, pictures, count * PICTURE),
		      "and reads it back");
	}
}

static void test_map(void)
{
	struct unimapinit init = {};
	struct unimapdesc map = { 4096, pairs };
	struct unipair two[] = { { 'A', 65 }, { 0x4e2d, 66 } };

	CHECK(!ioctl(tty, GIO_UNIMAP, &map) && map.entry_ct >= 256, "a map has the characters");
	map.entry_ct = 2;
	CHECK(ioctl(tty, GIO_UNIMAP, &map) && errno == ENOMEM && map.entry_ct >= 256,
	      "a small place is too small, and told how large it must be");
	CHECK_EQ(as_nobody(PIO_UNIMAPCLR, &init), EPERM, "not everybody may empty it");
	CHECK_OK(ioctl(tty, PIO_UNIMAPCLR, &init), "root may");
	map = (struct unimapdesc){ 4096, pairs };
	CHECK(!ioctl(tty, GIO_UNIMAP, &map) && map.entry_ct == 0, "then it is empty");
	map = (struct unimapdesc){ 2, two };
	CHECK_EQ(as_nobody(PIO_UNIMAP, &map), EPERM, "not everybody may fill it");
	CHECK_OK(ioctl(tty, PIO_UNIMAP, &map), "root may do that too");
	map = (struct unimapdesc){ 4096, pairs };
	CHECK(!ioctl(tty, GIO_UNIMAP, &map) && map.entry_ct == 2, "with these pairs and no other");
	CHECK(pairs[0].unicode + pairs[1].unicode == 'A' + 0x4e2d &&
		      pairs[0].fontpos + pairs[1].fontpos == 65 + 66,
	      "a character and the number of its picture");
	map = (struct unimapdesc){ 2, (void *)8 };
	CHECK_ERR(ioctl(tty, PIO_UNIMAP, &map), EFAULT, "pairs lie in memory");
}

static void test_colours(void)
{
	unsigned char colours[48], changed[48], now[48];

	CHECK(!ioctl(tty, GIO_CMAP, colours) &&
		      !memcmp(colours, "\0\0\0\xaa\0\0\0\xaa\0\xaa\x55", 11),
	      "the first colours are black, red, green and brown");
	for (int i = 0; i < 48; i++)
		changed[i] = (unsigned char)(5 * i);
	CHECK_EQ(as_nobody(PIO_CMAP, changed), EPERM, "not everybody may change them");
	CHECK(!ioctl(tty, PIO_CMAP, changed) && !ioctl(tty, GIO_CMAP, now) &&
		      !memcmp(now, changed, 48),
	      "root may");
	CHECK_ERR(ioctl(tty, PIO_CMAP, (void *)8), EFAULT, "colours lie in memory");
	CHECK_OK(ioctl(tty, PIO_CMAP, colours), "and puts the old ones back");
}

int main(void)
{
	MUST((tty = open("/dev/tty1", O_RDWR | O_NOCTTY)) >= 0);
	test_map_of_the_first_font();
	test_font();
	test_map();
	test_colours();
	CHECK_END();
}
