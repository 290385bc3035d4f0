/*
 * Lists of CPUs and nodes from any bytes at all (libFuzzer): what parse_list() takes lies below the
 * limit, is taken again as text_list() shows it, and comes out the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/parse.h"
#include "kernel/lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(u64 mask, unsigned limit)
{
	char buf[512];
	struct text text;
	u64 again;

	text_init(&text, buf, sizeof(buf) - 1);
	text_list(&text, mask);
	buf[text.len] = 0;
	if (text.overflow || parse_list(buf, limit, &again) || again != mask)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned limit;
	char *text;
	u64 mask = 0;

	if (!size)
		return 0;
	limit = 1 + data[0] % 64;
	text = malloc(size); /* of just that size, so that a byte too far is seen */
	memcpy(text, data + 1, size - 1);
	text[size - 1] = 0;
	if (!parse_list(text, limit, &mask)) {
		if (limit < 64 && mask >> limit)
			abort();
		round_trip(mask, limit);
	}
	free(text);
	return 0;
}
