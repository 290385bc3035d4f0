/*
 * debug.digest: what a failed operation must leave alone.
 *
 * Who is where, with all lists and counts, must be the same at once.  Memory may become less: a
 * task that was waited for gives its last objects back a little later, when it has left its CPU, so
 * the first look may still have counted them.
 */
#pragma once
#include "text.h"

struct digest {
	char members[64];
	long objects; /* the fewest that were seen */
};

/* Objects are counted CPU by CPU while others come and go: so it takes two looks that agree. */
static void digest_read(const char *path, struct digest *d)
{
	long before;

	d->objects = -1;
	do {
		before = d->objects;
		MUST(text_read(path) > 0);
		MUST(sscanf(text, "members %63s objects %ld", d->members, &d->objects) == 2);
	} while (d->objects != before);
}

/* Nobody has moved, and in the end there is no more memory in use. */
static bool digest_same(const char *path, struct digest *before)
{
	for (int i = 0;; i++) {
		struct digest now;

		digest_read(path, &now);
		if (strcmp(now.members, before->members)) {
			dprintf(1, "# members %s, not %s\n", now.members, before->members);
			return false;
		}
		if (now.objects <= before->objects) {
			before->objects = now.objects;
			return true;
		}
		if (i == 1000)
			dprintf(1, "# %ld objects, not %ld\n", now.objects, before->objects);
		usleep(1000);
	}
}
