/* Tests of list.h, rbtree.h, bits.h and hash.h. */
#include "tests/unit/test.h"

#include "kernel/lib/bits.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"

struct item {
	int value;
	struct list list;
};

static int sum_in_order(struct list *head, int base)
{
	struct item *i;
	int sum = 0;

	list_for_each (i, head, list) {
		check(list_prev(list_next(i, list), list) == i);
		sum = sum * base + i->value;
	}
	return sum;
}

TEST("a list keeps order through adding, moving, splicing and deleting")
{
	struct item a = { 1 }, b = { 2 }, c = { 3 }, *i, *tmp;
	struct list one = LIST_INIT(one), two;

	list_init(&two);
	list_init(&a.list);
	check(list_empty(&one) && list_empty(&two) && list_empty(&a.list));
	list_add(&b.list, &one);
	list_add(&a.list, &one);
	list_add_tail(&c.list, &one);
	check_eq(sum_in_order(&one, 10), 123);
	list_move_tail(&a.list, &one);
	check_eq(sum_in_order(&one, 10), 231);
	list_del(&c.list);
	list_del(&c.list);
	check(list_empty(&c.list));
	list_add(&c.list, &two);
	list_splice_tail(&one, &two);
	check(list_empty(&one));
	check_eq(sum_in_order(&two, 10), 321);
	list_splice_tail(&one, &two);
	check_eq(sum_in_order(&two, 10), 321);
	check(list_first(&two, struct item, list) == &c &&
	      list_last(&two, struct item, list) == &a);
	list_for_each_safe (i, tmp, &two, list)
		list_del(&i->list);
	check(list_empty(&two));
}

struct entry {
	struct rbnode node;
	u32 key, order;
};

#define ENTRIES 300

static bool entry_less(const struct rbnode *a, const struct rbnode *b)
{
	return rb_entry(a, struct entry, node)->key < rb_entry(b, struct entry, node)->key;
}

/* Checks the rules below `n`; returns the number of black nodes on every way down. */
static int black_height(const struct rbnode *n, const struct rbnode *parent)
{
	bool red;
	int height;

	if (!n)
		return 0;
	red = !(n->parent_color & 1);
	check((struct rbnode *)(n->parent_color & ~1ul) == parent);
	if (red) {
		check(parent);
		check(!n->left || (n->left->parent_color & 1));
		check(!n->right || (n->right->parent_color & 1));
	}
	height = black_height(n->left, n);
	check_eq(black_height(n->right, n), height);
	return height + !red;
}

static void check_tree(const struct rbtree *t, int count)
{
	const struct entry *before = NULL;
	struct rbnode *n;

	black_height(t->root, NULL);
	check(rb_first(t) || count == 0);
	rb_for_each (n, t) {
		const struct entry *e = rb_entry(n, struct entry, node);

		check(!before || before->key < e->key ||
		      (before->key == e->key && before->order < e->order));
		check(rb_prev(n) == (before ? &before->node : NULL));
		before = e;
		count--;
	}
	check_eq(count, 0);
	check(rb_last(t) == (before ? &before->node : NULL));
}

TEST("a red-black tree keeps order, balance and its leftmost node through random changes")
{
	static struct entry entries[ENTRIES];
	struct rbtree t = {};
	int count = 0;
	u32 clock = 0;

	for (int i = 0; i < ENTRIES; i++)
		rb_clear(&entries[i].node);
	for (int round = 0; round < 20000; round++) {
		struct entry *e = &entries[test_below(ENTRIES)];

		/* Fill it and empty it in turn, so that all sizes occur. */
		if (!rb_linked(&e->node)) {
			if (round / 2000 % 2 && test_below(8))
				continue;
			e->key = (u32)test_below(100);
			e->order = clock++;
			rb_insert(&t, &e->node, entry_less);
			count++;
		} else {
			if (!(round / 2000 % 2) && test_below(8))
				continue;
			rb_erase(&t, &e->node);
			check(!rb_linked(&e->node));
			count--;
		}
		check_tree(&t, count);
	}
	while (t.root) {
		rb_erase(&t, rb_first(&t));
		check_tree(&t, --count);
	}
	check(!rb_first(&t) && !rb_last(&t));
}

TEST("bits are found, counted and walked")
{
	u64 seen = 0;
	int bit;

	check_eq(bits_first(0x50), 4);
	check_eq(bits_last(0x50), 6);
	check_eq(bits_last(-1), 63);
	for (int round = 0; round < 1000; round++) {
		u64 word = test_random() & test_random();

		check_eq(bits_count(word), __builtin_popcountl(word));
		seen = 0;
		for_each_bit(bit, word) seen |= BIT(bit);
		check(seen == word);
	}
}

TEST("searching a bitmap agrees with looking at each bit")
{
	for (int round = 0; round < 3000; round++) {
		size_t bits = 1 + test_below(300), from = test_below(bits + 10), set, clear;
		u64 *map = calloc(BITMAP_WORDS(bits), sizeof(u64));
		u64 often = test_below(100);

		for (size_t i = 0; i < BITMAP_WORDS(bits) * 64; i++)
			if (test_below(100) < often)
				bitmap_set(map, i);
		if (often == 50)
			bitmap_clear(map, 0);
		for (set = from; set < bits && !bitmap_test(map, set); set++)
			;
		for (clear = from; clear < bits && bitmap_test(map, clear); clear++)
			;
		check_eq(bitmap_next_set(map, bits, from), min(set, bits));
		check_eq(bitmap_next_clear(map, bits, from), min(clear, bits));
		free(map);
	}
}

TEST("hashes stay within their bits and spread neighbours")
{
	u32 used[64] = {}, most = 0;

	for (u64 i = 0; i < 640; i++) {
		u32 h = hash_u64(i * 4096, 6);

		check(h < 64);
		used[h]++;
		most = max(most, used[h]);
	}
	check(most <= 20);
	check(hash_bytes("abc", 3, 0) != hash_bytes("abd", 3, 0));
	check(hash_bytes("abc", 3, 0) != hash_bytes("abc", 3, 1));
	check_eq(hash_bytes("", 0, 0), 0xcbf29ce484222325ul);
	check_eq(hash_bytes("a", 1, 0), 0xaf63dc4c8601ec8cul);
}
