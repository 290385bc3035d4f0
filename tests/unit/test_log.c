/* Tests of the log and of the locks' ranks. */
#include "tests/unit/test.h"

#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "tests/unit/host/host.h"

static struct log_record record;

static void restart_console(void)
{
	log_console_level = 7;
	host_console_len = 0;
	host_console[0] = '\0';
}

static const char *next_text(u64 *cursor)
{
	check_eq(log_next(cursor, &record), 1);
	record.text[record.len] = '\0';
	return record.text;
}

TEST("the console shows each line with its time, and nothing at or above its level")
{
	restart_console();
	host_now = 12123456789ul;
	log_info("hello %d\n", 5);
	log_print(LOG_DEBUG, "unseen");
	log_warn("two\nlines");
	log_print(LOG_WARN, "%s", "\n");
	check_str(host_console,
		  "[   12.123456] hello 5\n[   12.123456] two\n[   12.123456] lines\n");
}

TEST("the command line sets the level of the console")
{
	host_cmdline = "console=ttyS0 quiet loglevel=x";
	log_init();
	check_eq(log_console_level, 4);
	host_cmdline = "loglevel=6 quiet";
	log_init();
	check_eq(log_console_level, 6);
	restart_console();
}

TEST("a reader gets each record once, in order, with its level and time")
{
	u64 cursor = log_newest(), seq = cursor;

	restart_console();
	log_console_level = 1;
	check_eq(log_next(&cursor, &record), 0);
	host_now = 77;
	log_error("first");
	log_write(LOG_NOTICE, 3, "from a program\n", 15);
	check_eq(log_unread(seq, 10), 5 + 14 + 20);
	check_str(next_text(&cursor), "first");
	check(record.seq == seq && record.level == LOG_ERR && record.facility == 0 &&
	      record.ns == 77);
	check_str(next_text(&cursor), "from a program");
	check(record.seq == seq + 1 && record.level == LOG_NOTICE && record.facility == 3);
	check_eq(log_next(&cursor, &record), 0);
	check_eq(log_unread(cursor, 10), 0);
}

TEST("old records give way, and a reader that was too slow is told so")
{
	u64 cursor, slow;

	log_console_level = 1;
	log_info("begin");
	slow = log_newest() - 1;
	for (int i = 0; i < 3000; i++)
		log_info("%d %.*s", i, (int)test_below(i % 100 ? 60 : 2000),
			 "................................................................");
	check_eq(log_next(&slow, &record), -EPIPE);
	check_eq(slow, log_oldest());
	cursor = 0;
	check_eq(log_next(&cursor, &record), 1);
	check_eq(record.seq, log_oldest());
	for (int i = 3000 - (int)(log_newest() - log_oldest()); i < 3000; i++) {
		check_eq(atoi(next_text(&slow)), i);
		check(record.len < 70);
	}
	check_eq(log_next(&slow, &record), 0);
	restart_console();
}

TEST("a record longer than the limit is cut")
{
	static char text[2 * LOG_TEXT_MAX];
	u64 cursor = log_newest();

	log_console_level = 1;
	memset(text, 'x', sizeof(text));
	log_write(LOG_INFO, 1, text, sizeof(text));
	check_eq(log_next(&cursor, &record), 1);
	check_eq(record.len, LOG_TEXT_MAX);
	restart_console();
}

static unsigned notified;

static void count_notify(void)
{
	notified++;
}

TEST("whoever asked is told of each record")
{
	log_console_level = 1;
	log_set_notify(count_notify);
	log_info("a");
	log_info("b");
	log_set_notify(NULL);
	log_info("c");
	check_eq(notified, 2);
	restart_console();
}

#ifdef DEBUG
TEST("locks are taken in the order of their ranks")
{
	struct spinlock a, b, c;

	spin_init(&a, RANK_PIPE);
	spin_init(&b, RANK_RUNQ);
	spin_init(&c, RANK_RUNQ);
	spin_lock(&a);
	spin_lock(&b);
	assert_held(&a);
	check_panic(assert_held(&c), "must be held");
	check_panic(spin_lock(&c), "lock order");
	spin_lock_nested(&c);
	check_panic(spin_lock_nested(&a), "the same lock");
	check_panic(assert_no_spinlock(), "may sleep");
	spin_unlock(&a);
	check_panic(spin_lock(&a), "lock order");
	check(spin_trylock(&a));
	check(!spin_trylock(&a));
	spin_unlock(&a);
	spin_unlock(&c);
	spin_unlock(&b);
	check_panic(spin_unlock(&b), "not held");
	assert_no_spinlock();
	cpus[0].irq_depth = 0;
}
#endif
