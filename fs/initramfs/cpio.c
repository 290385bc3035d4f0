/*
 * cpio.c - the "newc" format (and "crc", whose checksum is not verified): a header of 110
 * characters, thirteen numbers of eight hex digits behind the magic, then name and data, each
 * padded to four bytes.
 */
#include "fs/initramfs/cpio.h"

#include "kernel/lib/string.h"

#define HEADER_SIZE 110
#define NAME_LIMIT  4096

enum field {
	F_INO,
	F_MODE,
	F_UID,
	F_GID,
	F_NLINK,
	F_MTIME,
	F_SIZE,
	F_DEV_MAJOR,
	F_DEV_MINOR,
	F_RDEV_MAJOR,
	F_RDEV_MINOR,
	F_NAME_SIZE,
	F_CHECK,
	FIELDS,
};

static bool parse_hex(const u8 *digits, u32 *out)
{
	*out = 0;
	for (int i = 0; i < 8; i++) {
		u8 c = digits[i];
		u8 lower = c | 0x20;

		if (c >= '0' && c <= '9')
			*out = *out << 4 | (u32)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*out = *out << 4 | (u32)(lower - 'a' + 10);
		else
			return false;
	}
	return true;
}

static bool is_magic(const u8 *p)
{
	return !memcmp(p, "070701", 6) || !memcmp(p, "070702", 6);
}

static size_t padded(size_t n)
{
	return (n + 3) & ~3ul;
}

enum cpio_result cpio_next(const u8 **at, const u8 *end, struct cpio_entry *out)
{
	const u8 *p = *at;
	size_t left = end - p, body, size;
	u32 f[FIELDS];

	if (left < HEADER_SIZE)
		return CPIO_TRUNCATED;
	if (!is_magic(p))
		return CPIO_DAMAGED;
	for (int i = 0; i < FIELDS; i++)
		if (!parse_hex(p + 6 + 8 * i, &f[i]))
			return CPIO_DAMAGED;
	if (!f[F_NAME_SIZE] || f[F_NAME_SIZE] > NAME_LIMIT)
		return CPIO_DAMAGED;
	body = padded(HEADER_SIZE + (size_t)f[F_NAME_SIZE]);
	if (body > left || f[F_SIZE] > left - body)
		return CPIO_TRUNCATED;
	if (p[HEADER_SIZE + f[F_NAME_SIZE] - 1])
		return CPIO_DAMAGED;
	*out = (struct cpio_entry){
		.ino = f[F_INO],
		.mode = f[F_MODE],
		.uid = f[F_UID],
		.gid = f[F_GID],
		.nlink = f[F_NLINK],
		.mtime = f[F_MTIME],
		.dev_major = f[F_DEV_MAJOR],
		.dev_minor = f[F_DEV_MINOR],
		.rdev_major = f[F_RDEV_MAJOR],
		.rdev_minor = f[F_RDEV_MINOR],
		.name = (const char *)p + HEADER_SIZE,
		.data = p + body,
		.size = f[F_SIZE],
	};
	size = body + padded(f[F_SIZE]);
	*at = p + min(size, left);
	return strcmp(out->name, "TRAILER!!!") ? CPIO_ENTRY : CPIO_TRAILER;
}

const char *cpio_compression(const u8 *at, const u8 *end)
{
	static const struct {
		u8 magic[6];
		u8 len;
		const char *name;
	} formats[] = {
		{ { 0x1f, 0x8b }, 2, "gzip" },
		{ { 0x1f, 0x9e }, 2, "gzip" },
		{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, "xz" },
		{ { 'B', 'Z', 'h' }, 3, "bzip2" },
		{ { 0x5d, 0, 0 }, 3, "lzma" },
		{ { 0x89, 'L', 'Z', 'O', 0, '\r' }, 6, "lzo" },
		{ { 0x02, 0x21, 0x4c, 0x18 }, 4, "lz4" },
		{ { 0x04, 0x22, 0x4d, 0x18 }, 4, "lz4" },
		{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "zstd" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(formats); i++)
		if ((size_t)(end - at) >= formats[i].len &&
		    !memcmp(at, formats[i].magic, formats[i].len))
			return formats[i].name;
	return NULL;
}
