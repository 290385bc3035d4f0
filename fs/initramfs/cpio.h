/*
 * cpio.h - reading "newc" archives, the format of initramfs images.
 *
 * A pure parser: it looks at bytes and knows no files.
 */
#pragma once
#include "kernel/lib/types.h"

struct cpio_entry {
	u32 ino, mode, uid, gid, nlink, mtime;
	u32 dev_major, dev_minor; /* of the archive: tells hard links of two archives apart */
	u32 rdev_major, rdev_minor;
	const char *name; /* ends with NUL, inside the archive */
	const u8 *data;
	u32 size;
};

enum cpio_result { CPIO_ENTRY, CPIO_TRAILER, CPIO_DAMAGED, CPIO_TRUNCATED };

/* Parses the entry at *at, which moves behind it, padding included. */
enum cpio_result cpio_next(const u8 **at, const u8 *end, struct cpio_entry *out);

/* What an archive that does not start as one is instead: "gzip", "xz"...; NULL: unknown. */
const char *cpio_compression(const u8 *at, const u8 *end);
