/*
 * font.c - the font that the build has put into the kernel (tools/font.sh), and the colours.
 */
#include "kernel/dev/vt/display.h"

extern const u8 font_start[], font_end[];

const u32 display_colours[16] = { 0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa,
				  0xaa5500, 0xaaaaaa, 0x555555, 0x5555ff, 0x55ff55, 0x55ffff,
				  0xff5555, 0xff55ff, 0xffff55, 0xffffff };

const struct font *display_font(void)
{
	static struct font font;

	if (!font.count)
		font_init(&font, font_start, (size_t)(font_end - font_start));
	return &font;
}
