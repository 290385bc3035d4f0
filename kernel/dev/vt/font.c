/*
 * font.c - the font that the build has put into the kernel (tools/font.sh).
 */
#include "kernel/dev/vt/display.h"

extern const u8 font_start[], font_end[];

const struct font *display_font(void)
{
	static struct font font;

	if (!font.count)
		font_init(&font, font_start, (size_t)(font_end - font_start));
	return &font;
}
