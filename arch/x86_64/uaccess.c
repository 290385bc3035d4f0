/*
 * uaccess.c - the running program's memory.
 *
 * The range is checked first; each access has an entry in the table of extable.h, and trap.c brings
 * the page or lets the access end there.
 */
#include "arch/uaccess.h"

#include "arch/boot.h"
#include "arch/x86_64/extable.h"
#include "kernel/abi/errno.h"
#include "kernel/lock/spinlock.h"

#define ONES  0x0101010101010101ul
#define HIGHS 0x8080808080808080ul

size_t user_copy(void *dst, const void *src, size_t n);
size_t user_zero(void *dst, size_t n);

/* The address alone, for the instructions below, whose faults have entries. */
static always_inline void *raw(const void __user *p)
{
	return (void *)(u64)p;
}

size_t user_read(void *dst, const void __user *src, size_t n)
{
	assert_no_spinlock();
	if (unlikely(!user_range_ok(src, n)))
		return 0;
	return n - user_copy(dst, raw(src), n);
}

size_t user_write(void __user *dst, const void *src, size_t n)
{
	assert_no_spinlock();
	if (unlikely(!user_range_ok(dst, n)))
		return 0;
	return n - user_copy(raw(dst), src, n);
}

size_t user_clear(void __user *dst, size_t n)
{
	assert_no_spinlock();
	if (unlikely(!user_range_ok(dst, n)))
		return 0;
	return n - user_zero(raw(dst), n);
}

/* One access of a fixed size; `err` becomes -EFAULT when it fails. */
#define LOAD(err, value, address, insn, reg, flags)                   \
	__asm__ volatile("1: " insn " %2, %" reg "1\n"                \
			 "2:\n\t"                                     \
			 ".pushsection .text.fixup, \"ax\"\n"         \
			 "3: movl %3, %0\n\t"                         \
			 "jmp 2b\n\t"                                 \
			 ".popsection\n\t" EXTABLE("1b", "3b", flags) \
			 : "+r"(err), "=&r"(value)                    \
			 : "m"(*(address)), "i"(-EFAULT))

#define STORE(err, value, address, insn, reg)                        \
	__asm__ volatile("1: " insn " %" reg "1, %2\n"               \
			 "2:\n\t"                                    \
			 ".pushsection .text.fixup, \"ax\"\n"        \
			 "3: movl %3, %0\n\t"                        \
			 "jmp 2b\n\t"                                \
			 ".popsection\n\t" EXTABLE("1b", "3b", "0")  \
			 : "+r"(err)                                 \
			 : "r"(value), "m"(*(address)), "i"(-EFAULT) \
			 : "memory")

static always_inline int load_u64(u64 *value, const u64 __user *src)
{
	u64 v;

	user_access_begin();
	USER_LOAD(v, *(const u64 *)raw(src), fault);
	user_access_end();
	*value = v;
	return 0;

fault:
	user_access_end();
	return -EFAULT;
}

static always_inline int load_u8(u8 *value, const u8 __user *src)
{
	u32 v;
	int err = 0;

	user_access_begin();
	LOAD(err, v, (const volatile u8 *)raw(src), "movzbl", "k", "0");
	user_access_end();
	*value = (u8)v;
	return err;
}

static always_inline int load_u32(u32 *value, const u32 __user *src)
{
	u32 v;
	int err = 0;

	user_access_begin();
	LOAD(err, v, (const volatile u32 *)raw(src), "movl", "k", "0");
	user_access_end();
	*value = v;
	return err;
}

int user_get(void *dst, const void __user *src, size_t size)
{
	u64 v = 0;

	assert_no_spinlock();
	if (unlikely(!user_range_ok(src, size)))
		return -EFAULT;
	switch (size) {
	case 8:
		if (load_u64(&v, src))
			break;
		*(u64 *)dst = v;
		return 0;
	case 4:
		if (load_u32((u32 *)&v, src))
			break;
		*(u32 *)dst = (u32)v;
		return 0;
	case 1:
		if (load_u8((u8 *)&v, src))
			break;
		*(u8 *)dst = (u8)v;
		return 0;
	default:
		if (user_copy(&v, raw(src), min(size, sizeof(v))))
			break;
		*(u16 *)dst = (u16)v;
		return 0;
	}
	return -EFAULT;
}

int user_put(void __user *dst, const void *src, size_t size)
{
	int err = 0;

	assert_no_spinlock();
	if (unlikely(!user_range_ok(dst, size)))
		return -EFAULT;
	user_access_begin();
	switch (size) {
	case 8:
		STORE(err, *(const u64 *)src, (volatile u64 *)raw(dst), "movq", "q");
		break;
	case 4:
		STORE(err, *(const u32 *)src, (volatile u32 *)raw(dst), "movl", "k");
		break;
	case 2:
		STORE(err, *(const u16 *)src, (volatile u16 *)raw(dst), "movw", "w");
		break;
	default:
		STORE(err, *(const u8 *)src, (volatile u8 *)raw(dst), "movb", "b");
		break;
	}
	user_access_end();
	return err;
}

/* A bit set in the lowest byte of the word that is 0 (and perhaps in higher ones). */
static always_inline u64 zero_bytes(u64 word)
{
	return (word - ONES) & ~word & HIGHS;
}

/* No page is touched before a string comes to it. */
static always_inline bool in_one_page(u64 va)
{
	return (va & (PAGE_SIZE - 1)) <= PAGE_SIZE - sizeof(u64);
}

/* Steps through a string by words, near the end of a page by bytes.  Length, -EFAULT, or `limit`
   when there is no NUL in so many bytes. */
static always_inline ssize_t string_scan(char *dst, const char __user *src, size_t limit,
					 bool copies)
{
	size_t len = 0, room = (u64)src < USER_END ? USER_END - (u64)src : 0;
	size_t end = min(limit, room), in_page = PAGE_SIZE - ((u64)src & (PAGE_SIZE - 1));
	u64 word, zero;
	u8 byte;

	/* Nearly all end in the page in which they begin. */
	user_access_begin();
	for (; len + sizeof(word) <= min(end, in_page); len += sizeof(word)) {
		USER_LOAD(word, *(const u64 *)raw(src + len), fault);
		if (copies)
			*(u64 *)(dst + len) = word;
		zero = zero_bytes(word);
		if (zero) {
			user_access_end();
			return (ssize_t)len + __builtin_ctzl(zero) / 8;
		}
	}
	user_access_end();
	while (len < end) {

		if (likely(len + sizeof(word) <= end && in_one_page((u64)(src + len)))) {
			if (unlikely(load_u64(&word, (const u64 __user *)(src + len))))
				return -EFAULT;
			if (copies)
				*(u64 *)(dst + len) = word;
			zero = zero_bytes(word);
			if (zero)
				return (ssize_t)len + __builtin_ctzl(zero) / 8;
			len += sizeof(word);
		} else {
			if (unlikely(load_u8(&byte, (const u8 __user *)(src + len))))
				return -EFAULT;
			if (copies)
				dst[len] = (char)byte;
			if (!byte)
				return (ssize_t)len;
			len++;
		}
	}
	return end < limit ? -EFAULT : (ssize_t)limit;

fault:
	user_access_end();
	return -EFAULT;
}

ssize_t user_string(char *dst, const char __user *src, size_t size)
{
	ssize_t len;

	assert_no_spinlock();
	len = string_scan(dst, src, size, true);
	return len == (ssize_t)size ? -ENAMETOOLONG : len;
}

ssize_t user_strlen(const char __user *src, size_t limit)
{
	ssize_t len;

	assert_no_spinlock();
	len = string_scan(NULL, src, limit, false);
	return len == (ssize_t)limit ? -E2BIG : len;
}

int user_get_u32_atomic(u32 *value, const u32 __user *p)
{
	u32 v;
	int err = 0;

	if (unlikely(!user_range_ok(p, sizeof(*p))))
		return -EFAULT;
	user_access_begin();
	LOAD(err, v, (const volatile u32 *)raw(p), "movl", "k", "1");
	user_access_end();
	*value = v;
	return err;
}

int user_cmpxchg_u32_atomic(u32 __user *p, u32 old, u32 new, u32 *found)
{
	int err = 0;

	if (unlikely(!user_range_ok(p, sizeof(*p))))
		return -EFAULT;
	user_access_begin();
	__asm__ volatile("1: lock cmpxchgl %3, %2\n"
			 "2:\n\t"
			 ".pushsection .text.fixup, \"ax\"\n"
			 "3: movl %4, %0\n\t"
			 "jmp 2b\n\t"
			 ".popsection\n\t" EXTABLE("1b", "3b", "1")
			 : "+r"(err), "+a"(old), "+m"(*(volatile u32 *)raw(p))
			 : "r"(new), "i"(-EFAULT)
			 : "memory", "cc");
	user_access_end();
	*found = old;
	return err;
}
