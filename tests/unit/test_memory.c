/* Tests of kernel/mem: pages, objects, radix trees. */
#include "tests/unit/test.h"

#include <pthread.h>

#include "arch/cpu.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/page.h"
#include "kernel/mem/radix.h"
#include "kernel/mem/slab.h"

#define MIB (1ul << 20)

static struct slab_cache *things;
static bool booted;

/* The allocators start once per process, as they do per boot. */
static void boot_once(void)
{
	mem_fail_hook = NULL;
	host_cpu = 0;
	if (booted)
		return;
	booted = true;
	host_boot(2, 32 * MIB, 4);
	page_init();
	slab_init();
	things = slab_create("things", 200, 0);
}

static u64 pages_free(u64 nodes)
{
	struct page_stats s;

	page_stats(&s, nodes);
	return s.free;
}

TEST("at boot all memory but the page array is free, in both nodes")
{
	struct page_stats s;

	boot_once();
	check_eq(node_memory(), 3);
	page_stats(&s, 2);
	check_eq(s.total, 32 * MIB / PAGE_SIZE);
	page_stats(&s, 1);
	check(s.total < 32 * MIB / PAGE_SIZE && s.total > 30 * MIB / PAGE_SIZE);
	check_eq(node_distance(0, 0), 10);
	check_eq(node_distance(0, 1), 20);
}

TEST("blocks of pages are aligned, do not overlap, and come back as they were")
{
	static struct page *held[400];
	static u8 orders[400];
	u64 before;

	boot_once();
	before = pages_free(NODES_ALL);
	for (int round = 0; round < 20000; round++) {
		u64 i = test_below(ARRAY_SIZE(held));
		unsigned order = (unsigned)test_below(test_below(6) ? 3 : 8);

		host_cpu = (int)test_below(4);
		if (held[i]) {
			for (u64 p = 0; p < 1ul << orders[i]; p++)
				check_eq(*(u64 *)page_virt(held[i] + p), i + 1);
			page_put(held[i]);
			held[i] = NULL;
			continue;
		}
		held[i] = page_alloc(order, test_below(2) ? PAGE_ZERO : PAGE_PLAIN);
		if (!held[i])
			continue;
		orders[i] = (u8)order;
		check_eq(held[i]->order, order);
		check_eq(refcount_read(&held[i]->refs), 1);
		check_eq(page_phys(held[i]) % (PAGE_SIZE << order), 0);
		check(page_of_virt(page_virt(held[i])) == held[i]);
		for (u64 p = 0; p < 1ul << order; p++)
			*(u64 *)page_virt(held[i] + p) = i + 1;
	}
	for (u64 i = 0; i < ARRAY_SIZE(held); i++) {
		if (held[i])
			page_put(held[i]);
		held[i] = NULL;
	}
	check_eq(pages_free(NODES_ALL), before);
}

TEST("a cleared page is clear, however it was used before")
{
	boot_once();
	host_cpu = 0;
	for (int i = 0; i < 200; i++) {
		struct page *p = page_alloc(0, PAGE_ZERO);
		const u64 *words = page_virt(p);

		for (unsigned n = 0; n < PAGE_SIZE / 8; n++)
			check(!words[n]);
		memset(page_virt(p), 0xff, PAGE_SIZE);
		page_put(p);
	}
}

TEST("the mask of nodes is strict, the nearest node comes first, and all memory can be had")
{
	struct list got = LIST_INIT(got);
	u64 of_node[2];
	struct page *p, *tmp;
	u64 n = 0;

	boot_once();
	of_node[0] = pages_free(1);
	of_node[1] = pages_free(2);
	host_cpu = 1; /* of node 1 */
	p = page_alloc(0, PAGE_PLAIN);
	check_eq(p->nid, 1);
	page_put(p);
	p = page_alloc_nodes(0, PAGE_PLAIN, 1);
	check_eq(p->nid, 0);
	page_put(p);
	check(!page_alloc_nodes(0, PAGE_PLAIN, 0));
	check(!page_alloc_nodes(0, PAGE_PLAIN, 4));
	for (int cpu = 0; cpu < 4; cpu++) {
		/* Other CPUs' stocks are theirs; empty them by taking everything on each. */
		host_cpu = cpu;
		while ((p = page_alloc_nodes(0, PAGE_PLAIN, 2))) {
			check_eq(p->nid, 1);
			list_add(&p->list, &got);
			n++;
		}
	}
	check_eq(n, of_node[1]);
	check_eq(pages_free(1), of_node[0]);
	host_cpu = 1;
	p = page_alloc(0, PAGE_PLAIN); /* nothing near: from the other node */
	check_eq(p->nid, 0);
	page_put(p);
	list_for_each_safe (p, tmp, &got, list) {
		list_del(&p->list);
		page_put(p);
	}
	check_eq(pages_free(1), of_node[0]);
	check_eq(pages_free(2), of_node[1]);
}

TEST("after all is freed the largest blocks are whole again")
{
	struct page *p = NULL;

	boot_once();
	/* Stocks keep single pages back; taking the last memory makes each CPU give its own up. */
	for (host_cpu = 0; host_cpu < 4; host_cpu++) {
		struct list got = LIST_INIT(got);
		struct page *tmp;

		while ((p = page_alloc(PAGE_ORDERS - 1, PAGE_PLAIN)))
			list_add(&p->list, &got);
		list_for_each_safe (p, tmp, &got, list) {
			list_del(&p->list);
			page_put(p);
		}
	}
	host_cpu = 0;
	p = page_alloc_nodes(PAGE_ORDERS - 1, PAGE_PLAIN, 2);
	check(p);
	page_put(p);
}

#ifdef DEBUG
TEST("freeing a page twice, and writing into a free one, panics")
{
	struct page *p;

	boot_once();
	p = page_alloc(0, PAGE_PLAIN);
	page_free(p);
	check_panic(page_free(p), "freed with 0 references");
	*(u64 *)((char *)page_virt(p) + 64) = 1;
	check_panic(while (page_alloc(0, PAGE_PLAIN)), "at offset 40");
}

TEST("freeing an object twice, into the wrong cache, overrun or used after free, panics")
{
	struct slab_cache *others;
	char *a, *b;

	boot_once();
	others = slab_create("others", 200, 0);
	a = slab_alloc(things);
	check_panic(slab_free(others, a), "is not its object");
	check_panic(slab_free(things, a + 16), "is inside an object");
	slab_free(things, a);
	check_panic(slab_free(things, a), "freed twice");
	a[3] = 'x';
	check_panic(slab_examine(NULL), "written after it was freed");
	a[3] = 0x6b;
	b = slab_alloc(things);
	b[200] = 'x';
	check_panic(slab_free(things, b), "overwritten behind its end");
	a = kmalloc(20);
	a[20] = 1;
	check_panic(kfree(a), "behind the size asked for");
	a[20] = (char)0xbb;
	kfree(a);
	a = kmalloc(5000);
	a[5000] = 0;
	check_panic(kfree(a), "overrun at offset 5000");
	a[5000] = (char)0xbb;
	kfree(a);
}

/* Frees others of the kind until this one is the next again; how many. */
static int rest(const char *object)
{
	char *other;
	int n = 0;

	do {
		other = slab_alloc(things);
		slab_free(things, other);
	} while (other != object && ++n < 1000);
	return n;
}

TEST("a freed object rests while others come and go, and is looked at before it is the next")
{
	char *a;

	boot_once();
	a = slab_alloc(things);
	slab_free(things, a);
	check(rest(a) >= 8192 / 256 && rest(a) < 300);
	a = slab_alloc(things);
	slab_free(things, a);
	a[3] = 'x';
	check_panic(rest(a), "written after it was freed");
	a[3] = 0x6b;
	a[200] = 'x'; /* its size */
	check_panic(rest(a), "overwritten behind its end while free");
	a[200] = (char)0xea;
	check(rest(a) < 300);
	slab_examine(NULL);
}
#endif

TEST("kmalloc of every size gives aligned blocks that do not overlap, counted exactly")
{
	static u8 *held[500];
	static u32 sizes[500];
	u64 before;

	boot_once();
	before = slab_allocated();
	for (int round = 0; round < 30000; round++) {
		u64 i = test_below(ARRAY_SIZE(held));
		u32 size = (u32)test_below(test_below(10) ? 300 : 9000);

		host_cpu = (int)test_below(4);
		if (held[i]) {
			for (u32 n = 0; n < sizes[i]; n++)
				check_eq(held[i][n], (u8)i);
			kfree(held[i]);
			held[i] = NULL;
			continue;
		}
		held[i] = kmalloc(size);
		check(held[i] && (u64)held[i] % 16 == 0);
		sizes[i] = size;
		memset(held[i], (int)i, size);
	}
	host_cpu = 0;
	for (u64 i = 0; i < ARRAY_SIZE(held); i++) {
		kfree(held[i]);
		held[i] = NULL;
	}
	check_eq(slab_allocated(), before);
	check(!kmalloc_array(1ul << 60, 17) && !kmalloc(5 * MIB) && !kmalloc(-1ul));
	kfree(NULL);
}

TEST("objects keep their contents, zalloc clears, and empty slabs give their pages back")
{
	static char *held[5000];
	u64 before, pages, peak;

	boot_once();
	host_cpu = 0;
	before = slab_allocated();
	pages = slab_pages();
	for (u64 i = 0; i < ARRAY_SIZE(held); i++) {
		held[i] = slab_zalloc(things);
		for (int n = 0; n < 200; n++)
			check(!held[i][n]);
		memset(held[i], (int)i, 200);
	}
	check_eq(slab_allocated(), before + ARRAY_SIZE(held));
	peak = slab_pages();
	check(peak >= pages + ARRAY_SIZE(held) * 200 / PAGE_SIZE);
	for (u64 i = 0; i < ARRAY_SIZE(held); i++) {
		check_eq(held[i][199], (char)i);
		slab_free(things, held[i]);
	}
	check_eq(slab_allocated(), before);
	check(slab_pages() < pages + 20);
}

TEST("the slab file has a header and a line for each cache")
{
	static char buf[8192];
	struct text t;

	boot_once();
	text_init(&t, buf, sizeof(buf) - 1);
	slab_show(&t);
	check(!t.overflow);
	buf[t.len] = '\0';
	check(strstr(buf, "slabinfo - version: 2.1\n# name "));
	check(strstr(buf, "\nthings "));
	check(strstr(buf, "\nkmalloc-16 "));
}

/* Each thread is a CPU: takes and gives pages and objects, passing some to the others. */
static void *passed[64];

static void *cpu_thread(void *arg)
{
	u64 state = (u64)arg * 0x9e3779b97f4a7c15ul;

	host_cpu = (int)(u64)arg;
	for (int round = 0; round < 40000; round++) {
		void *mine, *theirs;

		state = state * 6364136223846793005ul + 1442695040888963407ul;
		mine = state >> 40 & 1 ? slab_alloc(things) : kmalloc(4096);
		if (!mine)
			abort();
		*(u64 *)mine = state;
		theirs = __atomic_exchange_n(&passed[state >> 58], mine, __ATOMIC_ACQ_REL);
		kfree(theirs);
	}
	return NULL;
}

TEST("four CPUs that free each other's memory lose none of it")
{
	pthread_t threads[4];
	u64 before, pages;

	boot_once();
	before = slab_allocated();
	pages = pages_free(NODES_ALL) + slab_pages();
	for (u64 i = 0; i < 4; i++)
		check(!pthread_create(&threads[i], NULL, cpu_thread, (void *)i));
	for (u64 i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++) {
		kfree(passed[i]);
		passed[i] = NULL;
	}
	check_eq(slab_allocated(), before);
	check_eq(pages_free(NODES_ALL) + slab_pages(), pages);
}

static u64 refuse_one_in;

static bool refuse(void)
{
	return refuse_one_in && test_below(refuse_one_in) == 0;
}

#define INDICES 500

/* Few clusters far apart, so that trees grow high and stay sparse. */
static u64 index_of(u64 i)
{
	static const u64 bases[] = { 0, 4000, 262100, 1ul << 40, ~0ul - 99 };

	return bases[i / 100] + i % 100;
}

TEST("a radix tree agrees with an array, and a failed set leaves it as it was")
{
	static void *model[INDICES];
	struct radix r = {};
	u64 before, index;

	boot_once();
	before = slab_allocated();
	mem_fail_hook = refuse;
	for (int round = 0; round < 60000; round++) {
		u64 i = test_below(round / 5000 % 2 ? INDICES : 130);
		void *value = (void *)(test_random() | 1);

		refuse_one_in = round % 3 ? 4 : 0;
		if (test_below(2)) {
			int error = radix_set(&r, index_of(i), value);

			check(error == 0 || (error == -ENOMEM && refuse_one_in));
			if (!error)
				model[i] = value;
		} else {
			check(radix_clear(&r, index_of(i)) == model[i]);
			model[i] = NULL;
		}
		i = test_below(INDICES);
		check(radix_get(&r, index_of(i)) == model[i]);
	}
	mem_fail_hook = NULL;
	index = 0;
	for (u64 i = 0; i < INDICES; i++) {
		check(radix_get(&r, index_of(i)) == model[i]);
		if (!model[i])
			continue;
		check(radix_next(&r, &index) == model[i]);
		check_eq(index, index_of(i));
		index++;
	}
	check(index == 0 || !radix_next(&r, &index));
	for (u64 i = 0; i < INDICES; i++) {
		if (i % 2)
			continue;
		check(radix_clear(&r, index_of(i)) == model[i]);
		model[i] = NULL;
	}
	radix_destroy(&r);
	check_eq(slab_allocated(), before);
}

TEST("the first free index is found behind full tables")
{
	struct radix r = {};

	boot_once();
	check_eq(radix_first_free(&r, 0, 100), 0);
	check_eq(radix_first_free(&r, 100, 100), 100);
	check_eq(radix_set(&r, 0, &r), 0);
	check_eq(r.height, 0);
	check_eq(radix_first_free(&r, 0, 100), 1);
	check_eq(radix_first_free(&r, 0, 1), 1);
	for (u64 i = 0; i < 5000; i++)
		check_eq(radix_set(&r, i, &r), 0);
	check_eq(radix_first_free(&r, 0, 10000), 5000);
	check_eq(radix_first_free(&r, 0, 4000), 4000);
	check_eq(radix_first_free(&r, 7000, 10000), 7000);
	radix_clear(&r, 4097);
	check_eq(radix_first_free(&r, 3, 10000), 4097);
	check_eq(radix_first_free(&r, 4098, 10000), 5000);
	for (u64 i = 0; i < 5000; i++)
		radix_clear(&r, i);
	check(!r.root && r.height == 0);
}
