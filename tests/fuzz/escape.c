/*
 * A screen that is written any bytes at all (libFuzzer): the cursor stays within it, and no cell
 * beyond its own is touched.  The first two bytes choose its size.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dev/vt/escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct screen screen;
	static struct escape escape;
	uint32_t rows, cols, *cells;

	if (size < 2)
		return 0;
	rows = 2 + data[0] % 60;
	cols = 2 + data[1] % 200;
	cells = malloc(screen_cells(rows, cols) * sizeof(*cells));
	if (!cells || !screen_init(&screen, rows, cols, cells))
		abort();
	escape_reset(&escape, &screen);
	escape_write(&escape, &screen, data + 2, size - 2);
	if (screen.at.row >= screen.rows || screen.at.col >= screen.cols ||
	    escape.reply_len > ESCAPE_REPLY)
		abort();
	free(cells);
	return 0;
}
