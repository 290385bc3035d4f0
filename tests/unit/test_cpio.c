/* Tests of fs/initramfs/cpio.h: whatever the bytes are, the parser stays inside them. */
#include "tests/unit/test.h"

#include "fs/initramfs/cpio.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

static size_t add_entry(u8 *at, const char *name, u32 mode, const char *data, size_t size)
{
	size_t name_size = strlen(name) + 1, n;

	n = format((char *)at, 111, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
		   7, mode, 1000, 1001, 1, 99, size, 8, 1, 5, 1, name_size, 0);
	memcpy(at + n, name, name_size);
	n = (n + name_size + 3) & ~3ul;
	memcpy(at + n, data, size);
	return (n + size + 3) & ~3ul;
}

TEST("a newc entry gives its name, mode, owner, device and data")
{
	u8 area[512] = { 0 };
	const u8 *at = area;
	size_t n = add_entry(area, "bin/sh", 0100755, "hello", 5);
	struct cpio_entry e;

	n += add_entry(area + n, "TRAILER!!!", 0, "", 0);
	check_eq(cpio_next(&at, area + n, &e), CPIO_ENTRY);
	check_str(e.name, "bin/sh");
	check_eq(e.mode, 0100755);
	check_eq(e.uid, 1000);
	check_eq(e.gid, 1001);
	check_eq(e.mtime, 99);
	check_eq(e.rdev_major, 5);
	check_eq(e.size, 5);
	check(!memcmp(e.data, "hello", 5));
	check_eq(cpio_next(&at, area + n, &e), CPIO_TRAILER);
	check_eq(at - area, n);
}

TEST("an archive that is cut anywhere is truncated or damaged, never read beyond its end")
{
	u8 whole[512] = { 0 };
	size_t n = add_entry(whole, "etc/passwd", 0100644, "root::0:0", 9);

	for (size_t cut = 0; cut < n - 3; cut++) {
		u8 *copy = malloc(cut);
		const u8 *at = copy;
		struct cpio_entry e;
		enum cpio_result r;

		__builtin_memcpy(copy, whole, cut);
		r = cpio_next(&at, copy + cut, &e);
		check(r == CPIO_TRUNCATED || r == CPIO_DAMAGED);
		check(at == copy);
		free(copy);
	}
}

TEST("random damage to a header never makes an entry reach outside the archive")
{
	u8 whole[512] = { 0 };
	size_t n = add_entry(whole, "etc/passwd", 0100644, "root::0:0", 9);

	for (int round = 0; round < 20000; round++) {
		u8 *copy = malloc(n);
		const u8 *at = copy;
		struct cpio_entry e;

		__builtin_memcpy(copy, whole, n);
		for (u64 i = test_below(6) + 1; i--;)
			copy[test_below(130)] = "0fF9z\0/"[test_below(7)];
		if (cpio_next(&at, copy + n, &e) == CPIO_ENTRY) {
			check(e.data >= copy && e.data + e.size <= copy + n);
			check((const u8 *)e.name + strlen(e.name) < copy + n);
		}
		check(at >= copy && at <= copy + n);
		free(copy);
	}
}

TEST("a compressed archive is recognised by its first bytes")
{
	static const u8 gzip[] = { 0x1f, 0x8b, 8, 0 }, zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

	check_str(cpio_compression(gzip, gzip + sizeof(gzip)), "gzip");
	check_str(cpio_compression(zstd, zstd + sizeof(zstd)), "zstd");
	check(!cpio_compression(gzip, gzip + 1));
	check(!cpio_compression((const u8 *)"070701", (const u8 *)"070701" + 6));
}
