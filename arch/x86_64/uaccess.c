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

size_t user_read(void *dst, const void __user *src, size_t n)
{
	assert_no_spinlock();
	if (unlikely(!user_range_ok(src, n)))
		return 0;
	return user_copy(dst, user_words(src), n);
}

size_t user_write(void __user *dst, const void *src, size_t n)
{
	assert_no_spinlock();
	if (unlikely(!user_range_ok(dst, n)))
		return 0;
	return user_copy(user_words(dst), src, n);
}

size_t user_clear(void __user *dst, size_t n)
{
	assert_no_spinlock();
	if (unlikely(!user_range_ok(dst, n)))
		return 0;
	return user_zero(user_words(dst), n);
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
	USER_LOAD(v, *(const u64 *)user_words(src), fault);
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
	LOAD(err, v, (const volatile u8 *)user_words(src), "movzbl", "k", "0");
	user_access_end();
	*value = (u8)v;
	return err;
}

static always_inline int load_u32(u32 *value, const u32 __user *src)
{
	u32 v;
	int err = 0;

	user_access_begin();
	LOAD(err, v, (const volatile u32 *)user_words(src), "movl", "k", "0");
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
		if (user_copy(&v, user_words(src), sizeof(u16)) != sizeof(u16))
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
		STORE(err, *(const u64 *)src, (volatile u64 *)user_words(dst), "movq", "q");
		break;
	case 4:
		STORE(err, *(const u32 *)src, (volatile u32 *)user_words(dst), "movl", "k");
		break;
	case 2:
		STORE(err, *(const u16 *)src, (volatile u16 *)user_words(dst), "movw", "w");
		break;
	default:
		STORE(err, *(const u8 *)src, (volatile u8 *)user_words(dst), "movb", "b");
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

static always_inline ssize_t string_length(size_t len, u64 zero)
{
	return (ssize_t)(len + (unsigned)__builtin_ctzl(zero) / 8);
}

/* No page is touched before a string comes to it. */
static always_inline bool in_one_page(u64 va)
{
	return (va & (PAGE_SIZE - 1)) <= PAGE_SIZE - sizeof(u64);
}

/* Steps through a string by words, near the end of a page by bytes.  Length, -EFAULT, or `long_as`
   when there is no NUL in `limit` bytes.  dst NULL: nothing is copied. */
static noinline ssize_t string_over_pages(char *dst, const char __user *src, size_t limit,
					  int long_as)
{
	size_t len = 0, end = min(limit, USER_END - (u64)src);
	u64 word, zero;
	u8 byte;

	while (len < end) {
		if (likely(len + sizeof(word) <= end && in_one_page((u64)(src + len)))) {
			if (unlikely(load_u64(&word, (const u64 __user *)(src + len))))
				return -EFAULT;
			if (dst)
				*(u64 *)(dst + len) = word;
			zero = zero_bytes(word);
			if (zero)
				return string_length(len, zero);
			len += sizeof(word);
		} else {
			if (unlikely(load_u8(&byte, (const u8 __user *)(src + len))))
				return -EFAULT;
			if (dst)
				dst[len] = (char)byte;
			if (!byte)
				return (ssize_t)len;
			len++;
		}
	}
	return end < limit ? -EFAULT : long_as;
}

/* The same.  Nearly all end in the page in which they begin. */
static always_inline ssize_t string_scan(char *dst, const char __user *src, size_t limit,
					 int long_as, bool copies)
{
	size_t in_page = PAGE_SIZE - ((u64)src & (PAGE_SIZE - 1));
	size_t end = min(limit, in_page) & -sizeof(u64);
	u64 word, zero;

	if (unlikely((u64)src >= USER_END))
		return -EFAULT;
	user_access_begin();
	for (size_t len = 0; len < end; len += sizeof(word)) {
		USER_LOAD(word, *(const u64 *)user_words(src + len), fault);
		if (copies)
			*(u64 *)(dst + len) = word;
		/* So look words with a NUL, or with a byte of 0x80 and more. */
		if (likely(!((word - ONES) & HIGHS)))
			continue;
		zero = zero_bytes(word);
		if (likely(zero)) {
			user_access_end();
			return string_length(len, zero);
		}
	}
	user_access_end();
	return string_over_pages(dst, src, limit, long_as);

fault:
	user_access_end();
	return -EFAULT;
}

ssize_t user_string(char *dst, const char __user *src, size_t size)
{
	assert_no_spinlock();
	return string_scan(dst, src, size, -ENAMETOOLONG, true);
}

ssize_t user_strlen(const char __user *src, size_t limit)
{
	assert_no_spinlock();
	return string_scan(NULL, src, limit, -E2BIG, false);
}

int user_get_u32_atomic(u32 *value, const u32 __user *p)
{
	u32 v;
	int err = 0;

	if (unlikely(!user_range_ok(p, sizeof(*p))))
		return -EFAULT;
	user_access_begin();
	LOAD(err, v, (const volatile u32 *)user_words(p), "movl", "k", "1");
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
			 : "+r"(err), "+a"(old), "+m"(*(volatile u32 *)user_words(p))
			 : "r"(new), "i"(-EFAULT)
			 : "memory", "cc");
	user_access_end();
	*found = old;
	return err;
}
