/*
 * vt_font.c - requests about what characters and colours look like: KDFONTOP, PIO_UNIMAP, PIO_CMAP
 * and their opposites (ioctl_console(2)).
 *
 * All consoles have one font: that of the kernel until somebody loads another one, with pictures by
 * number and a map that tells which characters each of them is for.  A font without a map of its
 * own has its pictures in the order of code page 437, as Linux's first map has them.
 *
 * Differs from Linux: the number of rows and columns stays.  A lower font leaves the end of its
 * cells blank, a higher one is refused.
 *
 * Locking: vt_font_lock for the font; vt_lock for colours.
 */
#include "arch/uaccess.h"
#include "kernel/abi/vt.h"
#include "kernel/dev/vt/vt.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define PICTURES_MAX 512u
#define PAIRS_MAX    65535u
#define NEXT	     0xffffu /* in the table of struct font */

/* What somebody has loaded.  [vt_font_lock] */
static struct {
	struct font font;
	u8 *pictures;	       /* NULL: those of the kernel */
	u16 *table;	       /* NULL: none, pictures are in the order of characters */
	u16 *places;	       /* of the font; NULL with the table */
	struct unipair *pairs; /* of the map that was given; NULL: none was */
	u32 pair_count;
	bool mapped; /* a map was given, be it an empty one */
} own;

static const struct font *font_in_use(void)
{
	return own.font.count ? &own.font : display_font();
}

/* --- the map -------------------------------------------------------------------------------------
 */

/* The last two numbers are no characters and mean something else in a table. */
static bool is_in(const struct unipair *pair, u32 pictures)
{
	return pair->place < pictures && pair->c < NEXT - 1;
}

/* The characters of each picture, picture by picture; *end behind them.  NULL: no memory. */
static u16 *table_create(const struct unipair *pairs, u32 n, u32 pictures, u16 **end)
{
	u16 *table = kmalloc_array(n + pictures, sizeof(*table)), *at = table;
	u32 *first = kmalloc_array(pictures + 1, sizeof(*first));

	if (!table || !first) {
		kfree(table);
		kfree(first);
		return NULL;
	}
	memset(first, 0, (pictures + 1) * sizeof(*first));
	for (u32 i = 0; i < n; i++)
		if (is_in(&pairs[i], pictures))
			first[pairs[i].place + 1]++;
	/* A mark behind the characters of each. */
	for (u32 i = 0; i < pictures; i++) {
		at += first[i + 1];
		*at++ = NEXT;
		first[i + 1] += first[i] + 1;
	}
	*end = at;
	for (u32 i = 0; i < n; i++)
		if (is_in(&pairs[i], pictures))
			table[first[pairs[i].place]++] = pairs[i].c;
	kfree(first);
	return table;
}

/* Of a character that is in the table twice the first picture.  A table may be long, and painting
   must not be, so it is not walked. */
static u16 *places_create(const u16 *table, const u16 *end)
{
	u16 *places = kzalloc(FONT_PLACES * sizeof(*places)), place = 1;

	for (; places && table < end; table++) {
		if (*table == NEXT)
			place++;
		else if (!places[*table])
			places[*table] = place;
	}
	return places;
}

/* Code page 437. */
static u16 *usual_table(u32 pictures, u16 **end)
{
	struct unipair *pairs = kmalloc_array(256, sizeof(*pairs));
	u16 *table = NULL;

	for (u32 i = 0; pairs && i < 256; i++)
		pairs[i] = (struct unipair){ (u16)glyph_pc((u8)i), (u16)i };
	if (pairs)
		table = table_create(pairs, 256, pictures, end);
	kfree(pairs);
	return table;
}

/* --- both together -------------------------------------------------------------------------------
 */

static void repaint(void)
{
	spin_lock(&vt_lock);
	vt_paint_all();
	spin_unlock(&vt_lock);
	vt_changed();
}

/* Pictures, if there are new ones, and the map in own.pairs become the font. */
static long use(u8 *pictures, u32 rows, u32 count)
{
	struct font font = *font_in_use();
	u16 *table = NULL, *end = NULL, *places = NULL, *old_table = own.table;
	u16 *old_places = own.places;
	u8 *old = own.pictures;

	if (pictures)
		font = (struct font){ .pictures = pictures, .rows = rows, .count = count };
	if (own.pair_count)
		table = table_create(own.pairs, own.pair_count, font.count, &end);
	else if (!own.mapped)
		table = usual_table(font.count, &end);
	if (table)
		places = places_create(table, end);
	if (!places && (own.pair_count || !own.mapped)) {
		kfree(table);
		return -ENOMEM;
	}
	font.table = (const u8 *)table;
	font.end = (const u8 *)end;
	font.places = places;
	own.font = font;
	own.table = table;
	own.places = places;
	own.pictures = pictures ?: own.pictures;
	vt_display->set_font(&own.font);
	kfree(old_table);
	kfree(old_places);
	if (pictures)
		kfree(old);
	repaint();
	return 0;
}

static void use_first(void)
{
	vt_display->set_font(NULL);
	kfree(own.pictures);
	kfree(own.table);
	kfree(own.places);
	kfree(own.pairs);
	memset(&own, 0, sizeof(own));
	repaint();
}

/* --- requests ------------------------------------------------------------------------------------
 */

static long set_font(const struct console_font_op *op)
{
	u8 *given, *pictures;
	long result = -EFAULT;

	if (!op->data || op->width != GLYPH_WIDTH || !op->height || op->height > vt_display->cell ||
	    (op->count != 256 && op->count != PICTURES_MAX))
		return -EINVAL;
	given = kmalloc_array(op->count, FONT_PICTURE_SIZE);
	pictures = kmalloc_array(op->count, op->height);
	if (!given || !pictures)
		result = -ENOMEM;
	else if (!copy_from_user(given, op->data, op->count * FONT_PICTURE_SIZE))
		result = 0;
	for (u32 i = 0; !result && i < op->count; i++)
		memcpy(pictures + i * op->height, given + i * FONT_PICTURE_SIZE, op->height);
	if (!result)
		result = use(pictures, op->height, op->count);
	if (result)
		kfree(pictures);
	kfree(given);
	return result;
}

static long get_font(struct console_font_op *op)
{
	const struct font *f = font_in_use();
	u8 picture[FONT_PICTURE_SIZE] = {};

	if (op->data && f->count > op->count)
		return -ENOSPC;
	if (op->width < GLYPH_WIDTH || op->height < f->rows)
		return -ENOSPC;
	op->width = GLYPH_WIDTH;
	op->height = f->rows;
	op->count = f->count;
	for (u32 i = 0; op->data && i < f->count; i++) {
		memcpy(picture, f->pictures + i * f->rows, f->rows);
		if (copy_to_user(op->data + i * sizeof(picture), picture, sizeof(picture)))
			return -EFAULT;
	}
	return 0;
}

static long font_request(struct console_font_op __user *in, bool permitted)
{
	struct console_font_op op;
	long result;

	if (copy_from_user(&op, in, sizeof(op)))
		return -EFAULT;
	if (!permitted && op.op != KD_FONT_OP_GET)
		return -EPERM;
	if (!vt_display->set_font)
		return -ENOSYS;
	switch (op.op) {
	case KD_FONT_OP_SET:
		return set_font(&op);
	case KD_FONT_OP_SET_DEFAULT:
		use_first();
		return 0;
	case KD_FONT_OP_GET:
		result = get_font(&op);
		return result ?: copy_to_user(in, &op, sizeof(op));
	default:
		return -ENOSYS;
	}
}

/* Pictures then stand for the characters of their numbers, until pairs are given. */
static long clear_map(void)
{
	if (!vt_display->set_font)
		return -ENOSYS;
	kfree(own.pairs);
	own.pairs = NULL;
	own.pair_count = 0;
	own.mapped = true;
	return use(NULL, 0, 0);
}

static long add_map(const struct unimap __user *in)
{
	struct unimap map;
	struct unipair *pairs;
	u32 n;

	if (copy_from_user(&map, in, sizeof(map)))
		return -EFAULT;
	if (!map.count)
		return 0;
	n = own.pair_count + map.count;
	if (!vt_display->set_font || n > PAIRS_MAX)
		return -ENOMEM;
	pairs = kmalloc_array(n, sizeof(*pairs));
	if (!pairs)
		return -ENOMEM;
	if (copy_from_user(pairs + own.pair_count, map.entries, map.count * sizeof(*pairs))) {
		kfree(pairs);
		return -EFAULT;
	}
	if (own.pair_count)
		memcpy(pairs, own.pairs, own.pair_count * sizeof(*pairs));
	kfree(own.pairs);
	own.pairs = pairs;
	own.pair_count = n;
	own.mapped = true;
	return use(NULL, 0, 0);
}

static long get_map(struct unimap __user *out)
{
	const struct font *f = font_in_use();
	struct unimap map;
	u32 place = 0, n = 0;
	bool sequence = false;

	if (copy_from_user(&map, out, sizeof(map)))
		return -EFAULT;
	for (const u8 *p = f->table; f->end - p >= 2 && place < f->count; p += 2) {
		struct unipair pair = { (u16)(p[0] | p[1] << 8), (u16)place };

		if (pair.c == NEXT) {
			place++;
			sequence = false;
		} else if (pair.c == NEXT - 1) {
			sequence = true;
		} else if (!sequence) {
			if (n < map.count && copy_to_user(map.entries + n, &pair, sizeof(pair)))
				return -EFAULT;
			n++;
		}
	}
	return put_user((u16)min(n, PAIRS_MAX), &out->count) ?: (n > map.count ? -ENOMEM : 0);
}

/* --- colours: three bytes each, in ANSI's order --------------------------------------------------
 */

static long get_colours(u8 __user *out)
{
	u8 bytes[16][3];

	spin_lock(&vt_lock);
	for (u32 i = 0; i < 16; i++)
		for (u32 part = 0; part < 3; part++)
			bytes[i][part] =
				(u8)(escape_colours[escape_vga_colour(i)] >> (16 - 8 * part));
	spin_unlock(&vt_lock);
	return copy_to_user(out, bytes, sizeof(bytes));
}

static long set_colours(const u8 __user *in)
{
	u8 bytes[16][3];

	if (copy_from_user(bytes, in, sizeof(bytes)))
		return -EFAULT;
	spin_lock(&vt_lock);
	for (u32 i = 0; i < 16; i++)
		escape_colours[escape_vga_colour(i)] =
			(u32)bytes[i][0] << 16 | (u32)bytes[i][1] << 8 | bytes[i][2];
	for (u32 i = 0; i < VTS; i++)
		if (vt_find(i))
			escape_colours_reset(&vt_find(i)->escape);
	spin_unlock(&vt_lock);
	vt_changed();
	return 0;
}

static long locked_request(unsigned cmd, u64 arg, bool permitted)
{
	switch (cmd) {
	case KDFONTOP:
		return font_request((struct console_font_op __user *)arg, permitted);
	case PIO_UNIMAPCLR:
		return permitted ? clear_map() : -EPERM;
	case PIO_UNIMAP:
		return permitted ? add_map((const struct unimap __user *)arg) : -EPERM;
	default:
		return get_map((struct unimap __user *)arg);
	}
}

long vt_font_ioctl(unsigned cmd, u64 arg, bool permitted)
{
	long result;

	switch (cmd) {
	case GIO_CMAP:
		return get_colours((u8 __user *)arg);
	case PIO_CMAP:
		return permitted ? set_colours((const u8 __user *)arg) : -EPERM;
	case KDFONTOP:
	case PIO_UNIMAPCLR:
	case PIO_UNIMAP:
	case GIO_UNIMAP:
		mutex_lock(&vt_font_lock);
		result = locked_request(cmd, arg, permitted);
		mutex_unlock(&vt_font_lock);
		return result;
	default:
		return -ENOTTY;
	}
}
