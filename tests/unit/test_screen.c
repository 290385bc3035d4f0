/* Tests of kernel/dev/vt: screen.h, escape.h, glyph.h. */
#include "tests/unit/test.h"

#include <string.h>

#include "kernel/dev/vt/escape.h"
#include "kernel/dev/vt/glyph.h"

#define ROWS 5u
#define COLS 10u

static struct screen screen;
static struct escape escape;
static u32 *cells;
static char shown[SCREEN_ROWS_MAX * (SCREEN_COLS_MAX + 1)];

/* A fresh screen; its cells end with the block, so that a step beyond is seen. */
static void begin(u32 rows, u32 cols)
{
	free(cells);
	cells = malloc(screen_cells(rows, cols) * sizeof(*cells));
	check(screen_init(&screen, rows, cols, cells));
	escape_reset(&escape, &screen);
}

static void put(const char *text)
{
	escape_write(&escape, &screen, (const u8 *)text, strlen(text));
}

/* The rows with '/' between them, without blanks and empty rows at the end. */
static const char *show(void)
{
	char *out = shown;

	for (u32 row = 0; row < screen.rows; row++) {
		for (u32 col = 0; col < screen.cols; col++) {
			u32 c = CELL_CHAR(screen_row_seen(&screen, row)[col]);

			*out++ = c < 128 ? (char)c : '?';
		}
		while (out > shown && out[-1] == ' ')
			out--;
		*out++ = '/';
	}
	while (out > shown && out[-1] == '/')
		out--;
	*out = 0;
	return shown;
}

static const char *after(const char *text)
{
	begin(ROWS, COLS);
	put(text);
	return show();
}

static u32 attr_at(u32 row, u32 col)
{
	return CELL_ATTR(screen_row(&screen, row)[col]);
}

TEST("text fills lines, wraps behind the last column and scrolls at the bottom")
{
	check_str(after("one\r\ntwo"), "one/two");
	check_str(after("0123456789"), "0123456789");
	check_eq(screen.at.row, 0);
	check_str(after("0123456789ab"), "0123456789/ab");
	check_str(after("1\r\n2\r\n3\r\n4\r\n5\r\n6"), "2/3/4/5/6");
	check_str(after("\033[?7l0123456789abc"), "012345678c");
	check_str(after("ab\bc\rd"), "dc");
}

TEST("a tab goes to the next stop, and stops can be set and cleared")
{
	check_str(after("a\tb"), "a       b");
	check_str(after("\t\tb"), "         b");
	check_str(after("\033[3g\033[1;4H\033H\r\tx"), "   x");
	check_str(after("\tx\r\033[9G\033[g\r\ty"), "        xy");
}

TEST("the cursor moves as told and not beyond the screen")
{
	check_str(after("\033[3;4Hx"), "//   x");
	check_str(after("\033[999;999Hx\033[99A\033[99Dy"), "y////         x");
	check_str(after("\033[2;2Hx\033[Ay\033[2Bz\033[4Dw"), "  y/ x/w  z");
	check_str(after("abc\033[Ed\033[2Fe\033[4Gf\033[3dg"), "ebcf/d/    g");
	check_str(after("\033[2;3H\0337\033[4;4Ha\0338b\033[s\033[Hc\033[ud"), "c/  bd//   a");
	check_str(after("\033[0;0Ha"), "a");
}

TEST("erasing leaves blanks in the background colour")
{
	check_str(after("abcdef\033[3G\033[K"), "ab");
	check_str(after("abcdef\033[3G\033[1K"), "   def");
	check_str(after("abcdef\r\nghi\033[2K"), "abcdef");
	check_str(after("a\r\nb\r\nc\033[2;1H\033[J"), "a");
	check_str(after("a\r\nb\r\nc\033[2;1H\033[1J"), "//c");
	check_str(after("a\r\nb\033[2Jx"), "/ x");
	check_str(after("abcdef\033[3G\033[2X"), "ab  ef");
	after("\033[44m\033[2J");
	check_eq(attr_at(4, 9), 0x17);
}

TEST("cells and lines are inserted and deleted")
{
	check_str(after("abcdef\033[3G\033[2@"), "ab  cdef");
	check_str(after("abcdef\033[3G\033[2P"), "abef");
	check_str(after("abcdef\033[3G\033[99P"), "ab");
	check_str(after("abcdef\033[3G\033[99@"), "ab");
	check_str(after("abcdef\033[3G\033[4hXY\033[4lZ"), "abXYZdef");
	check_str(after("1\r\n2\r\n3\033[2;1H\033[L"), "1//2/3");
	check_str(after("1\r\n2\r\n3\033[2;1H\033[M"), "1/3");
	check_str(after("1\r\n2\r\n3\r\n4\r\n5\033[2;4r\033[2;1H\033[9L"), "1////5");
	check_str(after("1\r\n2\r\n3\r\n4\r\n5\033[2;4r\033[H\033[9M"), "1/2/3/4/5");
}

TEST("a region scrolls alone")
{
	check_str(after("1\r\n2\r\n3\r\n4\r\n5\033[2;4r\033[4;1H\nx"), "1/3/4/x/5");
	check_str(after("1\r\n2\r\n3\r\n4\r\n5\033[2;4r\033[2;1H\033Mx"), "1/x/2/3/5");
	check_str(after("1\r\n2\033[H\033Mx"), "x/1/2");
	check_str(after("1\r\n2\r\n3\033[2;4r\033[?6h\033[1;1Hx\033[99Bz"), "1/x/3/ z");
	check_str(after("1\033[4;2rx"), "1x");
	check_str(after("1\033[1;99r\r\n2"), "1/2");
}

TEST("colours are those of Linux's console")
{
	after("\033[31ma\033[1mb\033[7mc\033[0;4md\033[0;2me\033[0;44;5mf\033[39;49mg");
	check_eq(attr_at(0, 0), 0x04);
	check_eq(attr_at(0, 1), 0x0c);
	check_eq(attr_at(0, 2), 0x48);
	check_eq(attr_at(0, 3), 0x03);
	check_eq(attr_at(0, 4), 0x08);
	check_eq(attr_at(0, 5), 0x97);
	check_eq(attr_at(0, 6), 0x87);
	after("\033[91ma\033[0;104mb\033[0;38;5;196mc\033[0;48;2;255;0;0md\033[0;3me\033[m\033[38;"
	      "5mf");
	check_eq(attr_at(0, 0), 0x0c);
	check_eq(attr_at(0, 1), 0x17);
	check_eq(attr_at(0, 2), 0x0c);
	check_eq(attr_at(0, 3), 0x47);
	check_eq(attr_at(0, 4), 0x02);
	check_eq(attr_at(0, 5), 0x87);
}

TEST("UTF-8 is read, and what is none is shown as such")
{
	after("\303\244\342\202\254\360\237\230\200x\377y\303z\300\200");
	check_eq(CELL_CHAR(screen_row(&screen, 0)[0]), 0xe4);
	check_eq(CELL_CHAR(screen_row(&screen, 0)[1]), 0x20ac);
	check_eq(CELL_CHAR(screen_row(&screen, 0)[2]), GLYPH_UNKNOWN);
	check_str(show(), "???x?y?z?");
	check_str(after("a\314\201b"), "ab");
	after("\346\227\245x");
	check_eq(CELL_CHAR(screen_row(&screen, 0)[2]), 'x');
	after("\033%@\344");
	check_eq(CELL_CHAR(screen_row(&screen, 0)[0]), 0xe4);
	after("\033[11m\311\315\033[10mq");
	check_eq(CELL_CHAR(screen_row(&screen, 0)[0]), 0x2554);
	check_eq(CELL_CHAR(screen_row(&screen, 0)[2]), 'q');
	after("\033%@\033(0lq\033(Bl");
	check_eq(CELL_CHAR(screen_row(&screen, 0)[0]), 0x250c);
	check_eq(CELL_CHAR(screen_row(&screen, 0)[2]), 'l');
}

TEST("the terminal answers what it is asked")
{
	after("\033[3;4H\033[6n\033[5n\033[c\033Z");
	escape.reply[escape.reply_len] = 0;
	check_str(escape.reply, "\033[3;4R\033[0n\033[?6c\033[?6c");
	for (int i = 0; i < 100; i++)
		put("\033[6n");
	check(escape.reply_len <= ESCAPE_REPLY);
}

TEST("unknown sequences are read to their end and do nothing")
{
	check_str(after("a\033[?1049h\033[>c\033[1;2;3zb"), "ab");
	check_str(after("a\033]0;a title\ab\033]2;t\033\\c\033P1$r\033\\d"), "abcd");
	check_str(after("a\033]P1aabbccb"), "ab");
	check_eq(escape.colours[4], 0xaabbcc); /* ANSI's red */
	check_eq(escape.colours[1], 0x0000aa);
	check_str(after("a\033]P1aaxb\033]P1aabbccdd\033]Rc"), "abddc"); /* the x ends it */
	check_eq(escape.colours[4], 0xaa0000);
	check_str(after("a\033[1 qb\033[[Ac\033#3d\033(Xe"), "abcde");
	check_str(after("a\033[12\030b\033[3\033[1Dc"), "ac");
	check_str(after("\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20mx"), "x");
	check_str(after("\033[99999999999999999999Cx"), "         x");
}

TEST("lines that leave the screen can be looked at, and come back")
{
	begin(ROWS, COLS);
	for (int i = 0; i < 1000; i++) {
		char line[16];

		snprintf(line, sizeof(line), "\r\n%d", i);
		put(line);
	}
	check_str(show(), "995/996/997/998/999");
	screen_look(&screen, 2);
	check_str(show(), "993/994/995/996/997");
	put("\r\nmore");
	check_str(show(), "993/994/995/996/997");
	screen_look(&screen, 100000);
	check_eq(screen.view, SCREEN_HISTORY);
	screen_look(&screen, -100000);
	check_str(show(), "996/997/998/999/more");
	put("\033[3J");
	screen_look(&screen, 1);
	check_eq(screen.view, 0);
}

TEST("a screen can become smaller and large again, and no larger")
{
	begin(ROWS, COLS);
	put("0123456789\r\nb\r\nc\r\nd\r\ne");
	check(screen_resize(&screen, 3, 4));
	check_str(show(), "0123/b/c");
	put("\033[99;99Hxy");
	check_str(show(), "b/c  x/y");
	check(screen_resize(&screen, ROWS, COLS));
	check_str(show(), "b/c  x/y");
	check(!screen_resize(&screen, ROWS + 1, COLS));
	check(!screen_resize(&screen, ROWS, COLS + 1));
	check(!screen_resize(&screen, 1, COLS));
	check(!screen_resize(&screen, 0, 0));
}

TEST("no bytes at all lead out of the screen")
{
	static const char set[] = "\033[[;?0123456789HABCDJKLMPX@rmhlnst78c()#%\n\b\t\r\303\244x";

	for (int round = 0; round < 300; round++) {
		u8 bytes[300];

		begin(2 + (u32)test_below(40), 2 + (u32)test_below(100));
		for (u32 i = 0; i < sizeof(bytes); i++)
			bytes[i] = (u8)(test_below(4) ? set[test_below(sizeof(set) - 1)]
						      : test_below(256));
		escape_write(&escape, &screen, bytes, sizeof(bytes));
		check(screen.at.row < screen.rows && screen.at.col < screen.cols);
		screen_look(&screen, (s64)test_below(300));
		show();
	}
}

TEST("sizes that are none are refused")
{
	check_eq(screen_cells(0, 80), 0);
	check_eq(screen_cells(25, 0), 0);
	check_eq(screen_cells(25, SCREEN_COLS_MAX + 1), 0);
	check_eq(screen_cells(SCREEN_ROWS_MAX + 1, 80), 0);
	check(screen_cells(SCREEN_ROWS_MAX, SCREEN_COLS_MAX));
}

TEST("every character of the PC goes to Unicode and back")
{
	for (u32 c = 1; c < 256; c++)
		check_eq(glyph_to_pc(glyph_pc((u8)c)), c);
	check_eq(glyph_to_pc(0x4e00), '?');
}

TEST("a font is read only as far as its file goes")
{
	static u8 file[4 + 256 * 2 + 8] = { 0x36, 0x04, 2, 2 };
	struct font f;

	memcpy(file + 4 + 512, "\x41\x00\xfe\xff\x42\x00\xff\xff", 8);
	check(font_init(&f, file, sizeof(file)));
	check(font_find(&f, 'A') == file + 4);
	check(!font_find(&f, 'B'));
	check(!font_init(&f, file, sizeof(file) - 9));
	check(!font_init(&f, file, 3));
	check(!font_init(&f, file, 0));
	file[3] = 0;
	check(!font_init(&f, file, sizeof(file)));
	file[3] = 2;
}
