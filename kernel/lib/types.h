/*
 * types.h - the integer types, annotations and small macros that every file uses.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef long ssize_t;

#ifdef __CHECKER__
#define __user __attribute__((noderef, address_space(1)))
#else
#define __user /* a pointer into the running program: only arch/uaccess.h may follow it */
#endif

#define must_check	   __attribute__((warn_unused_result))
#define noreturn	   __attribute__((noreturn))
#define packed		   __attribute__((packed))
#define aligned_to(n)	   __attribute__((aligned(n)))
#define noinline	   __attribute__((noinline))
#define always_inline	   inline __attribute__((always_inline))
#define printf_like(f, a)  __attribute__((format(printf, f, a)))
#define likely(x)	   __builtin_expect(!!(x), 1)
#define unlikely(x)	   __builtin_expect(!!(x), 0)
#define READ_ONCE(x)	   (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)   (*(volatile __typeof__(x) *)&(x) = (v))
#define compiler_barrier() __asm__ volatile("" ::: "memory")
#define compiler_hide(variable) \
	__asm__ volatile("" : "+r"(variable)) /* it may have any value now */

/* Clang's thread-safety analysis reads these; gcc ignores them. */
#define must_hold(lock)

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define min(a, b)			((a) < (b) ? (a) : (b))
#define max(a, b)			((a) > (b) ? (a) : (b))
#define align_up(x, a)			(((x) + ((a)-1)) & ~((__typeof__(x))(a)-1))
#define align_down(x, a)		((x) & ~((__typeof__(x))(a)-1))
#define static_assert _Static_assert

#define NS_PER_SEC  1000000000ul
#define NS_PER_MSEC 1000000ul
#define NS_PER_USEC 1000ul

/* Errors travel inside pointers: the last page of addresses is never mapped. */
static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline bool IS_ERR(const void *p)
{
	return unlikely((u64)p >= (u64)-4095);
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}
