/*
 * uaccess.h - the only way to the memory of the running program.
 *
 * Every function checks that the range lies below USER_END and survives a fault in it.  They may
 * sleep (a page is fetched), so no spinlock may be held - but for the _atomic ones.
 */
#pragma once
#include "arch/boot.h"
#include "kernel/lib/types.h"

/* Return the number of bytes copied, less than n after a fault. */
must_check size_t user_read(void *dst, const void __user *src, size_t n);
must_check size_t user_write(void __user *dst, const void *src, size_t n);
must_check size_t user_clear(void __user *dst, size_t n);

/* True when [p, p + n) lies in user space altogether. */
static inline bool user_range_ok(const void __user *p, size_t n)
{
	return n <= USER_END && (u64)p <= USER_END - n;
}

/* 0 or -EFAULT. */
static inline must_check int copy_from_user(void *dst, const void __user *src, size_t n)
{
	return user_read(dst, src, n) == n ? 0 : -14;
}

static inline must_check int copy_to_user(void __user *dst, const void *src, size_t n)
{
	return user_write(dst, src, n) == n ? 0 : -14;
}

/* Single values, fast: size 1, 2, 4 or 8.  0 or -EFAULT. */
#define get_user(x, ptr) user_get(&(x), (ptr), sizeof(*(ptr)))
#define put_user(x, ptr)                                                 \
	({                                                               \
		__typeof__(*(ptr)) value_ = (x);                         \
		user_put((void __user *)(ptr), &value_, sizeof(value_)); \
	})
must_check int user_get(void *dst, const void __user *src, size_t size);
must_check int user_put(void __user *dst, const void *src, size_t size);

/* Copies a string of at most size - 1 characters and its NUL.  Returns its length, -EFAULT, or
   -ENAMETOOLONG when no NUL is within size bytes. */
must_check ssize_t user_string(char *dst, const char __user *src, size_t size);

/* Length without the NUL; -EFAULT; -E2BIG beyond limit. */
must_check ssize_t user_strlen(const char __user *src, size_t limit);

/* For futexes.  Never sleep: -EFAULT when the page is not there, and the caller faults it in. */
must_check int user_get_u32_atomic(u32 *value, const u32 __user *p);
/* Stores `new` if *p == old; *found is what was there. */
must_check int user_cmpxchg_u32_atomic(u32 __user *p, u32 old, u32 new, u32 *found);

/* --- straight to words of a struct ---------------------------------------------------------------
 *
 * Between user_access_begin() and user_access_end(), in a range that user_range_ok() has checked,
 * of which user_words() tells the address.
 */

/* For inline assembly: an instruction that may fault, and a place for stac or clac (extable.h of
   the processor). */
#define EXTABLE(insn, fixup, flags)                \
	".pushsection .rodata._extable, \"a\"\n\t" \
	".quad " insn ", " fixup ", " flags "\n\t" \
	".popsection\n\t"

#define SMAP_SITE(set)                          \
	"771: .byte 0x0f, 0x1f, 0x00\n\t"       \
	".pushsection .rodata._smap, \"a\"\n\t" \
	".quad 771b, " set "\n\t"               \
	".popsection\n\t"

static always_inline void *user_words(const void __user *p)
{
	return (void *)(u64)p;
}

static always_inline void user_access_begin(void)
{
	__asm__ volatile(SMAP_SITE("1")::: "memory", "cc");
}

static always_inline void user_access_end(void)
{
	__asm__ volatile(SMAP_SITE("0")::: "memory", "cc");
}

/* One word.  Where it cannot be, they go to the label `fault`, with the user's memory still
   open. */
#define USER_STORE(at, value, fault)                                        \
	asm goto("1: movq %0, %1\n\t" EXTABLE("1b", "%l[" #fault "]", "0")  \
		 : /* a store to what the compiler knows nothing else of */ \
		 : "er"((u64)(value)), "m"(at)                              \
		 :                                                          \
		 : fault)
#define USER_LOAD(variable, at, fault)                                     \
	asm goto("1: movq %1, %0\n\t" EXTABLE("1b", "%l[" #fault "]", "0") \
		 : "=r"(variable)                                          \
		 : "m"(at)                                                 \
		 :                                                         \
		 : fault)
