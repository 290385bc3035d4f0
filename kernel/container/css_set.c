/*
 * css_set.c - shared sets of containers: one per distinct combination that some task has.
 *
 * A set is found by its key, the sum of its containers' addresses, and then by comparing its links,
 * which all sets list in the order of hierarchies.  Roots add nothing to a key, so it stays the
 * same when hierarchies come and go.
 *
 * Locking: sets are made under container_mutex, so a search followed by a creation is safe;
 * they go under css_set_lock alone, with their last task or pin.
 */
#include "kernel/container/framework.h"

#include "kernel/lib/bits.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

#define HASH_BITS 7

struct mutex container_mutex = MUTEX_INIT(container_mutex, RANK_CONTAINER);
struct spinlock css_set_lock = SPINLOCK_INIT(RANK_CSS_SET);
struct css_set init_css_set;

static struct list buckets[1 << HASH_BITS]; /* [m+s] css_set.hash */
static u32 next_id = 1;			    /* [m] */
static struct slab_cache *set_cache;

/* The last search that found something: task after task mostly goes the same way. */
static struct step {
	struct css_set *from; /* NULL: one of the two sets has gone since */
	struct container *old, *to;
	struct css_set *found;
} last_step; /* [s] */

static struct list *bucket_of(u64 key)
{
	return &buckets[hash_u64(key, HASH_BITS)];
}

static u64 key_of(const struct container *c)
{
	return c->parent ? (u64)c : 0;
}

static void set_init(struct css_set *set, u64 key)
{
	set->key = key;
	list_init(&set->links);
	list_init(&set->tasks);
	list_init(&set->mg_tasks);
	set->task_count = 0;
	set->pins = 0;
	set->mg_going = 0;
	set->joined = false;
	set->id = next_id++;
	set->mg_next = NULL;
	set->mg_from = NULL;
	set->mg_to = NULL;
	for (int i = 0; i < CSS_SET_OWN_LINKS; i++)
		set->own[i].set = NULL;
}

/* --- links --------------------------------------------------------------------------------- */

static bool is_own(const struct css_set *set, const struct css_set_link *link)
{
	return (u64)link - (u64)set < sizeof(*set);
}

/* A link in the set that is not used; NULL. */
static struct css_set_link *own_free(struct css_set *set)
{
	for (int i = 0; i < CSS_SET_OWN_LINKS; i++)
		if (!set->own[i].set)
			return &set->own[i];
	return NULL;
}

/* To the set's last hierarchy. */
static void link_join(struct css_set_link *link, struct css_set *set, struct container *c)
{
	link->set = set;
	link->container = c;
	list_add_tail(&link->of_set, &set->links);
	list_add_tail(&link->of_container, &c->links);
}

static void link_part(struct css_set_link *link)
{
	struct css_set *set = link->set;

	list_del(&link->of_set);
	list_del(&link->of_container);
	link->set = NULL;
	if (!is_own(set, link))
		kfree(link);
}

/* The first set: every subsystem's root.  It is never freed. */
void css_set_init_first(void)
{
	set_cache = slab_create("css_set", sizeof(struct css_set), 0);
	for (int i = 0; i < 1 << HASH_BITS; i++)
		list_init(&buckets[i]);
	set_init(&init_css_set, 0);
	init_css_set.pins = 1;
	for (int i = 0; i < SUBSYS_COUNT; i++)
		init_css_set.css[i] = dummy_hierarchy.top.css[i];
	link_join(own_free(&init_css_set), &init_css_set, &dummy_hierarchy.top);
	list_add(&init_css_set.hash, bucket_of(0));
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

/* Does `set` differ from `from` only in having `to` in place of `old`? */
static bool set_matches(struct css_set *set, struct css_set *from, struct container *old,
			struct container *to)
{
	struct css_set_link *theirs, *ours = list_first(&set->links, struct css_set_link, of_set);

	list_for_each (theirs, &from->links, of_set) {
		if (ours->container != (theirs->container == old ? to : theirs->container))
			return false;
		ours = list_next(ours, of_set);
	}
	return true;
}

static u64 key_after(const struct css_set *from, struct container *old, struct container *to)
{
	return from->key - key_of(old) + key_of(to);
}

static noinline struct css_set *search(struct css_set *from, struct container *old,
				       struct container *to)
{
	u64 key = key_after(from, old, to);
	struct css_set *set;

	list_for_each (set, bucket_of(key), hash) {
		if (set->key == key && set_matches(set, from, old, to)) {
			last_step = (struct step){ from, old, to, set };
			return set;
		}
	}
	return NULL;
}

static bool is_last_step(const struct css_set *from, const struct container *to)
{
	assert_held(&css_set_lock);
	return last_step.from == from && last_step.to == to;
}

struct container *css_set_leaves(const struct css_set *set, struct container *to)
{
	return is_last_step(set, to) ? last_step.old : css_set_container(set, to->hierarchy);
}

struct css_set *css_set_find(struct css_set *from, struct container *old, struct container *to)
{
	return is_last_step(from, to) ? last_step.found : search(from, old, to);
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

/* The next of those that were allocated for lack of own ones. */
static struct css_set_link *links_take(struct list *fresh)
{
	struct css_set_link *link = list_first(fresh, struct css_set_link, of_set);

	list_del(&link->of_set);
	return link;
}

/* Hierarchies beyond those for which a set has links of its own. */
static unsigned links_lacking(void)
{
	return hierarchy_count > CSS_SET_OWN_LINKS ? hierarchy_count - CSS_SET_OWN_LINKS : 0;
}

struct css_set *css_set_create(struct css_set *from, struct container *old, struct container *to)
{
	struct css_set_link *theirs, *own;
	struct css_set *set;
	struct list fresh;
	int id;

	assert_held(&css_set_lock);
	spin_unlock(&css_set_lock);
	set = slab_alloc(set_cache);
	if (set && links_alloc(&fresh, links_lacking())) {
		slab_free(set_cache, set);
		set = NULL;
	}
	spin_lock(&css_set_lock);
	if (unlikely(!set))
		return NULL;
	set_init(set, key_after(from, old, to));
	__builtin_memcpy(set->css, from->css, sizeof(set->css));
	for_each_bit(id, to->hierarchy->subsys) set->css[id] = to->css[id];
	own = set->own;
	list_for_each (theirs, &from->links, of_set)
		link_join(own < set->own + CSS_SET_OWN_LINKS ? own++ : links_take(&fresh), set,
			  theirs->container == old ? to : theirs->container);
	list_add(&set->hash, bucket_of(set->key));
	return set;
}

bool css_set_is_hashed(struct css_set *set)
{
	struct css_set *other;

	assert_held(&css_set_lock);
	list_for_each (other, bucket_of(set->key), hash)
		if (other == set)
			return true;
	return false;
}

/*
 * A set that nobody wants any more goes in the same hold of the lock: a set that is linked to a
 * container has users, so a container without links can be removed.  A set that was prepared and
 * never joined has not emptied anything by its end.
 */
void css_set_destroy(struct css_set *set)
{
	struct css_set_link *link, *next;

	assert_held(&css_set_lock);
	assert(list_empty(&set->tasks) && list_empty(&set->mg_tasks));
	assert(!set->task_count && !set->pins);
	last_step.from = NULL;
	list_unlink(&set->hash);
	list_for_each_safe (link, next, &set->links, of_set) {
		struct container *c = link->container;

		list_unlink(&link->of_container);
		if (!is_own(set, link))
			kfree(link);
		if (set->joined && list_empty(&c->links))
			release_check(c);
	}
	slab_free(set_cache, set);
}

int css_set_link_hierarchy(struct hierarchy *h)
{
	struct css_set_link *link;
	struct list fresh;
	unsigned count = 0;

	/* Only sets that go away can change the count while the mutex is held. */
	spin_lock(&css_set_lock);
	list_for_each (link, &dummy_hierarchy.top.links, of_container)
		count += !own_free(link->set);
	spin_unlock(&css_set_lock);
	if (links_alloc(&fresh, count))
		return -ENOMEM;
	spin_lock(&css_set_lock);
	list_for_each (link, &dummy_hierarchy.top.links, of_container)
		link_join(own_free(link->set) ?: links_take(&fresh), link->set, &h->top);
	spin_unlock(&css_set_lock);
	links_free(&fresh);
	return 0;
}

void css_set_unlink_hierarchy(struct hierarchy *h)
{
	struct css_set_link *link, *next;

	spin_lock(&css_set_lock);
	last_step.from = NULL;
	list_for_each_safe (link, next, &h->top.links, of_container)
		link_part(link);
	spin_unlock(&css_set_lock);
}
