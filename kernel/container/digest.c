/*
 * digest.c - one number for all that a failed operation must leave alone.
 *
 * It covers each hierarchy with its options, each container with its flags and its number of
 * children, each css_set with its references, its place in the hash and its links, and which tasks
 * it has; tasks of one set are summed up, as their order is nobody's business and changes when a
 * move is called off.  A second line counts the objects of kernel memory in use.
 *
 * Control files that somebody has looked at stay, and are nobody's change: they do not count.
 *
 * Addresses go into the number and ids of sets do not, so a set may come and go.
 *
 * Locking: container_mutex; css_set_lock.
 */
#include "kernel/container/selfcheck.h"

#include "kernel/container/framework.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

static u64 mix(u64 digest, u64 value)
{
	return (digest ^ value) * 0x100000001b3ul;
}

static u64 mix_string(u64 digest, const char *s)
{
	return s ? hash_bytes(s, strlen(s), digest) : mix(digest, 0);
}

static u64 sum_tasks(const struct list *tasks)
{
	struct task *t;
	u64 sum = 0;

	list_for_each (t, tasks, containers.node)
		sum += mix(mix(0xcbf29ce484222325ul, task_tid(t)), (u64)t->containers.set) >> 7;
	return sum;
}

static u64 mix_set(u64 digest, struct css_set *set)
{
	struct css_set_link *link;

	digest = mix(mix(digest, (u64)set), set->pins);
	digest = mix(mix(digest, set->task_count), css_set_is_hashed(set));
	digest = mix(mix(digest, sum_tasks(&set->tasks)), sum_tasks(&set->mg_tasks));
	digest = mix(mix(digest, (u64)set->mg_from), (u64)set->mg_to);
	digest = mix(digest, (u64)set->mg_next);
	for (int id = 0; id < SUBSYS_COUNT; id++)
		digest = mix(digest, (u64)set->css[id]);
	list_for_each (link, &set->links, of_set)
		digest = mix(mix(digest, (u64)link->container), (u64)link);
	return digest;
}

static u64 mix_container(u64 digest, struct container *c)
{
	struct css_set_link *link;

	digest = mix(mix(digest, (u64)c), c->child_count);
	digest = mix(mix(digest, refcount_read(&c->refs) - c->file_count), c->removed);
	digest = mix(mix(digest, c->releasable), list_empty(&c->release_node));
	digest = mix(mix(digest, c->notify_on_release), c->clone_children);
	for (int id = 0; id < SUBSYS_COUNT; id++)
		digest = mix(digest, (u64)c->css[id]);
	list_for_each (link, &c->links, of_container)
		digest = mix_set(mix(digest, (u64)link), link->set);
	return digest;
}

static u64 mix_hierarchy(u64 digest, struct hierarchy *h)
{
	digest = mix(mix(digest, h->id), h->subsys);
	digest = mix(mix(digest, h->containers), (u64)h->super);
	digest = mix_string(mix_string(digest, h->name), h->release_agent);
	for (struct container *c = &h->top; c; c = container_next(c))
		digest = mix_container(digest, c);
	return digest;
}

static u64 file_objects(void)
{
	struct hierarchy *h;
	u64 files = 0;

	list_for_each (h, &hierarchies, node)
		for (struct container *c = &h->top; c; c = container_next(c))
			files += c->file_count;
	return files * CONTAINER_FILE_OBJECTS;
}

void container_digest(struct text *out)
{
	u64 digest = 0xcbf29ce484222325ul;
	struct hierarchy *h;

	spin_lock(&css_set_lock);
	list_for_each (h, &hierarchies, node)
		digest = mix_hierarchy(digest, h);
	spin_unlock(&css_set_lock);
	text_printf(out, "members %lx\nobjects %lu\n", digest, slab_allocated() - file_objects());
}
