/*
 * main.c - runs all tests, or those whose sentence or file contains the first argument.
 */
#include "tests/unit/test.h"

#include <stdarg.h>
#include <unistd.h>

#include "tests/unit/host/arch/cpu.h"

static struct test *first, **last = &first;
static jmp_buf failed;
static const struct test *running;
static u64 random_state;

jmp_buf *test_panic_target;
char test_panic_text[512];

void test_register(struct test *t)
{
	*last = t;
	last = &t->next;
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: failed: %s\n\t", file, line, running ? running->sentence : "");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	if (host_cpu != 0)
		abort(); /* not the thread that can jump */
	longjmp(failed, 1);
}

/* xorshift64* */
u64 test_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dul;
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "", *seed = getenv("SEED");
	volatile unsigned good = 0, bad = 0;

	for (struct test *volatile t = first; t; t = t->next) {
		if (!__builtin_strstr(t->sentence, only) && !__builtin_strstr(t->file, only))
			continue;
		running = t;
		random_state = (seed ? strtoul(seed, NULL, 0) : 2007) | 1;
		if (setjmp(failed)) {
			bad++;
			continue;
		}
		alarm(60);
		t->run();
		good++;
	}
	printf("%u passed, %u failed\n", good, bad);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
