/*
 * css_set.c - shared sets of containers: one per distinct combination that some task has.
 *
 * A set is found by the hash of its vector of css pointers and then by comparing its links, which
 * tells hierarchies without subsystems apart.  All sets list their links in the order of
 * hierarchies.
 *
 * Locking: sets are made under container_mutex, so a search followed by a creation is safe;
 * they go under css_set_lock alone, with their last reference.
 */
#include "kernel/container/framework.h"

#include "kernel/lib/hash.h"
#include "kernel/lib/log.h"
#include "kernel/mem/slab.h"

#define HASH_BITS 7

struct mutex container_mutex = MUTEX_INIT(container_mutex, RANK_CONTAINER);
struct spinlock css_set_lock = SPINLOCK_INIT(RANK_CSS_SET);
struct css_set init_css_set;

static struct list buckets[1 << HASH_BITS]; /* [m+s] css_set.hash */
static u32 next_id = 1;			    /* [m] */

static struct list *bucket_of(struct css *const css[SUBSYS_COUNT])
{
	u64 key = 0;

	for (int i = 0; i < SUBSYS_COUNT; i++)
		key += (u64)css[i];
	return &buckets[hash_u64(key, HASH_BITS)];
}

static void set_init(struct css_set *set)
{
	*set = (struct css_set){ .id = next_id++ };
	refcount_init(&set->refs, 1);
	list_init(&set->hash);
	list_init(&set->links);
	list_init(&set->tasks);
	list_init(&set->mg_tasks);
	list_init(&set->mg_source);
	list_init(&set->mg_target);
	list_init(&set->mg_node);
}

static void link_join(struct css_set_link *link, struct css_set *set, struct container *c)
{
	link->set = set;
	link->container = c;
	list_add_tail(&link->of_set, &set->links);
	list_add_tail(&link->of_container, &c->links);
}

static void link_part(struct css_set_link *link)
{
	list_del(&link->of_set);
	list_del(&link->of_container);
	kfree(link);
}

/* The first set: every subsystem's root.  It is never freed. */
void css_set_init_first(void)
{
	static struct css_set_link link;

	for (int i = 0; i < 1 << HASH_BITS; i++)
		list_init(&buckets[i]);
	set_init(&init_css_set);
	for (int i = 0; i < SUBSYS_COUNT; i++)
		init_css_set.css[i] = dummy_hierarchy.top.css[i];
	link_join(&link, &init_css_set, &dummy_hierarchy.top);
	list_add(&init_css_set.hash, bucket_of(init_css_set.css));
}

struct container *css_set_container(const struct css_set *set, const struct hierarchy *h)
{
	struct css_set_link *link;

	list_for_each (link, &set->links, of_set)
		if (link->container->hierarchy == h)
			return link->container;
	panic("css_set %u has no container in hierarchy %u", set->id, h->id);
}

bool container_is_busy(struct container *c)
{
	bool busy;

	spin_lock(&css_set_lock);
	busy = !list_empty(&c->links);
	spin_unlock(&css_set_lock);
	return busy;
}

/* Where a task of `from` is after a move to `to`. */
static struct container *container_after(const struct css_set_link *link, struct container *to)
{
	return link->container->hierarchy == to->hierarchy ? to : link->container;
}

static bool set_matches(struct css_set *set, struct css_set *from, struct container *to,
			struct css *const css[SUBSYS_COUNT])
{
	struct css_set_link *theirs, *ours = list_first(&set->links, struct css_set_link, of_set);

	for (int i = 0; i < SUBSYS_COUNT; i++)
		if (set->css[i] != css[i])
			return false;
	list_for_each (theirs, &from->links, of_set) {
		if (ours->container != container_after(theirs, to))
			return false;
		ours = list_next(ours, of_set);
	}
	return true;
}

static struct css_set *set_find(struct list *bucket, struct css_set *from, struct container *to,
				struct css *const css[SUBSYS_COUNT])
{
	struct css_set *set;

	spin_lock(&css_set_lock);
	list_for_each (set, bucket, hash) {
		if (set_matches(set, from, to, css)) {
			css_set_get(set);
			spin_unlock(&css_set_lock);
			return set;
		}
	}
	spin_unlock(&css_set_lock);
	return NULL;
}

static void links_free(struct list *fresh)
{
	struct css_set_link *link, *next;

	list_for_each_safe (link, next, fresh, of_set) {
		list_del(&link->of_set);
		kfree(link);
	}
}

/* count unjoined links, chained through of_set. */
static int links_alloc(struct list *fresh, unsigned count)
{
	list_init(fresh);
	while (count--) {
		struct css_set_link *link = kmalloc(sizeof(*link));

		if (!link) {
			links_free(fresh);
			return -ENOMEM;
		}
		list_add(&link->of_set, fresh);
	}
	return 0;
}

static struct css_set_link *links_take(struct list *fresh)
{
	struct css_set_link *link = list_first(fresh, struct css_set_link, of_set);

	list_del(&link->of_set);
	return link;
}

static unsigned hierarchy_count(void)
{
	struct hierarchy *h;
	unsigned n = 0;

	list_for_each (h, &hierarchies, node)
		n++;
	return n;
}

struct css_set *css_set_find_or_create(struct css_set *from, struct container *to)
{
	struct css *css[SUBSYS_COUNT];
	struct css_set *set;
	struct css_set_link *link;
	struct list fresh, *bucket;

	assert(mutex_held(&container_mutex));
	for (int i = 0; i < SUBSYS_COUNT; i++)
		css[i] = to->css[i] ? to->css[i] : from->css[i];
	bucket = bucket_of(css);
	set = set_find(bucket, from, to, css);
	if (set)
		return set;
	set = kmalloc(sizeof(*set));
	if (!set || links_alloc(&fresh, hierarchy_count())) {
		kfree(set);
		return NULL;
	}
	set_init(set);
	for (int i = 0; i < SUBSYS_COUNT; i++)
		set->css[i] = css[i];
	spin_lock(&css_set_lock);
	list_for_each (link, &from->links, of_set)
		link_join(links_take(&fresh), set, container_after(link, to));
	list_add(&set->hash, bucket);
	spin_unlock(&css_set_lock);
	return set;
}

bool css_set_is_hashed(struct css_set *set)
{
	struct css_set *other;

	assert_held(&css_set_lock);
	list_for_each (other, bucket_of(set->css), hash)
		if (other == set)
			return true;
	return false;
}

void css_set_get(struct css_set *set)
{
	refcount_get(&set->refs);
}

/*
 * Whoever drops the last reference unlinks the set in the same hold of the lock: a set that is
 * linked to a container has users, so a container without links can be removed.  A set that was
 * prepared and never joined has not emptied anything by its end.
 */
bool css_set_drop(struct css_set *set)
{
	struct css_set_link *link, *next;

	assert_held(&css_set_lock);
	if (!refcount_put(&set->refs))
		return false;
	assert(list_empty(&set->tasks) && list_empty(&set->mg_tasks) && !set->task_count);
	list_del(&set->hash);
	list_for_each_safe (link, next, &set->links, of_set) {
		struct container *c = link->container;

		link_part(link);
		if (set->joined && list_empty(&c->links))
			release_check(c);
	}
	return true;
}

void css_set_put(struct css_set *set)
{
	bool last;

	spin_lock(&css_set_lock);
	last = css_set_drop(set);
	spin_unlock(&css_set_lock);
	if (last)
		kfree(set);
}

int css_set_link_hierarchy(struct hierarchy *h)
{
	struct css_set_link *link;
	struct list fresh;
	unsigned count = 0;

	/* Only sets that go away can change the count while the mutex is held. */
	spin_lock(&css_set_lock);
	list_for_each (link, &dummy_hierarchy.top.links, of_container)
		count++;
	spin_unlock(&css_set_lock);
	if (links_alloc(&fresh, count))
		return -ENOMEM;
	spin_lock(&css_set_lock);
	list_for_each (link, &dummy_hierarchy.top.links, of_container)
		link_join(links_take(&fresh), link->set, &h->top);
	spin_unlock(&css_set_lock);
	links_free(&fresh);
	return 0;
}

void css_set_unlink_hierarchy(struct hierarchy *h)
{
	struct css_set_link *link, *next;

	spin_lock(&css_set_lock);
	list_for_each_safe (link, next, &h->top.links, of_container)
		link_part(link);
	spin_unlock(&css_set_lock);
}
