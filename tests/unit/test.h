/*
 * test.h - tests of the kernel's pure parts, run as a program of the host.
 *
 *   TEST("a sentence that says what must be so")
 *   {
 *           check(condition);
 *           check_eq(got, wanted);
 *   }
 *
 * A failed check ends its test and is reported with file and line; the next test goes on.
 * Include this first: it renames what the kernel shares with the C library.
 */
#pragma once
#include "tests/unit/host/rename.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/lib/types.h"

struct test {
	const char *sentence, *file;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *t);
_Noreturn void test_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Repeatable: the seed is fixed, or SEED in the environment. */
u64 test_random(void);

static inline u64 test_below(u64 limit)
{
	return test_random() % limit;
}

#define TEST_JOIN2(a, b) a##b
#define TEST_JOIN(a, b)	 TEST_JOIN2(a, b)

#define TEST(text) TEST_NAMED(text, TEST_JOIN(test_, __LINE__))
#define TEST_NAMED(text, id)                                                                      \
	static void id(void);                                                                     \
	static struct test TEST_JOIN(id,                                                          \
				     _entry) = { .sentence = text, .file = __FILE__, .run = id }; \
	__attribute__((constructor)) static void TEST_JOIN(id, _add)(void)                        \
	{                                                                                         \
		test_register(&TEST_JOIN(id, _entry));                                            \
	}                                                                                         \
	static void id(void)

#define check(cond)                                                 \
	do {                                                        \
		if (!(cond))                                        \
			test_fail(__FILE__, __LINE__, "%s", #cond); \
	} while (0)

#define check_eq(got, wanted)                                                                   \
	do {                                                                                    \
		long long got_ = (long long)(got), wanted_ = (long long)(wanted);               \
		if (got_ != wanted_)                                                            \
			test_fail(__FILE__, __LINE__, "%s is %lld (0x%llx), not %lld (0x%llx)", \
				  #got, got_, got_, wanted_, wanted_);                          \
	} while (0)

#define check_str(got, wanted)                                                                \
	do {                                                                                  \
		const char *got_ = (got), *wanted_ = (wanted);                                \
		if (__builtin_strcmp(got_, wanted_))                                          \
			test_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #got, got_, \
				  wanted_);                                                   \
	} while (0)

/* The statement must end in a panic whose text contains `words`. */
extern jmp_buf *test_panic_target;
extern char test_panic_text[512];

#define check_panic(statement, words)                                                \
	do {                                                                         \
		jmp_buf target_;                                                     \
		test_panic_target = &target_;                                        \
		if (!setjmp(target_)) {                                              \
			statement;                                                   \
			test_panic_target = NULL;                                    \
			test_fail(__FILE__, __LINE__, "no panic by %s", #statement); \
		}                                                                    \
		test_panic_target = NULL;                                            \
		if (!__builtin_strstr(test_panic_text, words))                       \
			test_fail(__FILE__, __LINE__, "panic \"%s\" lacks \"%s\"",   \
				  test_panic_text, words);                           \
	} while (0)
