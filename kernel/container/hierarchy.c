/*
 * hierarchy.c - hierarchies: mount options, which subsystem belongs to which tree.
 *
 * The dummy hierarchy owns every subsystem that is not mounted, has one container, and every task
 * is in it.  Binding a subsystem moves the state of its root from the dummy's container to the new
 * top, so what it has counted survives an unmount.
 *
 * Locking: container_mutex.
 */
#include "kernel/container/framework.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/bits.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/task/namespaces.h"
#include "kernel/task/task.h"

#define ALL_SUBSYS (BIT(SUBSYS_COUNT) - 1)

const struct container_subsys *const subsystems[SUBSYS_COUNT] = {
#define X(s) [SUBSYS_##s] = &s##_subsys,
	FOR_EACH_SUBSYS(X)
#undef X
};

struct list hierarchies = LIST_INIT(hierarchies);
u32 hierarchy_count;
struct hierarchy dummy_hierarchy;

static u32 last_id; /* [m] ids only rise */

/* In the order in which they are shown. */
static const struct hierarchy_flag {
	const char *word;
	unsigned flag;
} flag_words[] = {
	{ "noprefix", HIERARCHY_NOPREFIX },
	{ "xattr", HIERARCHY_XATTR },
	{ "cpuset_v2_mode", HIERARCHY_CPUSET_V2_MODE },
	{ "favordynmods", HIERARCHY_FAVORDYNMODS },
};

void container_init(void)
{
	struct hierarchy *h = &dummy_hierarchy;

	h->subsys = ALL_SUBSYS;
	h->containers = 1;
	bug_if(container_setup(&h->top, h, NULL));
	list_add(&h->node, &hierarchies);
	hierarchy_count++;
	container_find_hooks();
	css_set_init_first();
}

/* --- options ----------------------------------------------------------------------------- */

static int parse_name(const char *name, struct hierarchy_options *o)
{
	size_t n = strlen(name);

	if (o->name[0])
		return container_refuse(-EINVAL, "name= comes once");
	if (!n || n > HIERARCHY_NAME_MAX)
		return container_refuse(-EINVAL, "a name has 1 to %d characters",
					HIERARCHY_NAME_MAX);
	for (const char *c = name; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');

		if (!letter && !(*c >= '0' && *c <= '9') && !strchr(".-_", *c))
			return container_refuse(-EINVAL, "a name has letters, digits and .-_");
	}
	strcopy(o->name, name, sizeof(o->name));
	return 0;
}

static int parse_agent(const char *path, struct hierarchy_options *o)
{
	if (!*path || o->release_agent)
		return container_refuse(-EINVAL, "release_agent= is one path");
	o->release_agent = kstrdup(path);
	return o->release_agent ? 0 : -ENOMEM;
}

/* A value behind the name says nothing, as on Linux: cpuacct=1 is cpuacct. */
static int parse_subsys(const char *word, struct hierarchy_options *o)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);

	for (int id = 0; id < SUBSYS_COUNT; id++) {
		const char *name = subsystems[id]->name;

		if (strncmp(word, name, len) || name[len])
			continue;
		o->subsys |= BIT(id);
		return 0;
	}
	return container_refuse(-EINVAL, "there is no subsystem or option %s", word);
}

static bool parse_flag(const char *word, struct hierarchy_options *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_words); i++)
		if (!strcmp(word, flag_words[i].word)) {
			o->flags |= flag_words[i].flag;
			return true;
		}
	return false;
}

static int parse_word(const char *word, struct hierarchy_options *o)
{
	if (!strcmp(word, "none"))
		o->none = true;
	else if (!strcmp(word, "all"))
		o->all = true;
	else if (!strcmp(word, "clone_children"))
		o->clone_children = true;
	else if (!strcmp(word, "nofavordynmods"))
		o->flags &= ~HIERARCHY_FAVORDYNMODS;
	else if (!strncmp(word, "name=", 5))
		return parse_name(word + 5, o);
	else if (!strncmp(word, "release_agent=", 14))
		return parse_agent(word + 14, o);
	else if (!parse_flag(word, o))
		return parse_subsys(word, o);
	return 0;
}

/* What `all` means. */
static u64 subsys_of_all(void)
{
	u64 all = ALL_SUBSYS;

	for (int id = 0; id < SUBSYS_COUNT; id++)
		if (subsystems[id]->only_by_name)
			all &= ~BIT(id);
	return all;
}

static int check_options(struct hierarchy_options *o)
{
	if (o->all && o->subsys)
		return container_refuse(-EINVAL, "all stands alone");
	/* No subsystem and no name asks for all of them. */
	if (o->all || (!o->subsys && !o->none && !o->name[0]))
		o->subsys = subsys_of_all();
	if (o->none && (o->subsys || !o->name[0]))
		return container_refuse(-EINVAL, "none goes with name= and no subsystem");
	/* Only cpuset's files had names without a prefix. */
	if (o->flags & HIERARCHY_NOPREFIX && o->subsys & ~BIT(SUBSYS_cpuset))
		return container_refuse(-EINVAL, "noprefix is for cpuset alone");
	return o->subsys || o->name[0] ? 0 : -EINVAL;
}

int hierarchy_parse(const char *text, struct hierarchy_options *o)
{
	char *copy = kstrdup(text), *rest = copy, *word;
	int error = copy ? 0 : -ENOMEM;

	*o = (struct hierarchy_options){};
	while (!error && (word = rest)) {
		rest = strchr(word, ',');
		if (rest)
			*rest++ = 0;
		if (*word && *word != '=') /* without a key a word says nothing */
			error = parse_word(word, o);
	}
	kfree(copy);
	if (!error)
		error = check_options(o);
	if (error) {
		kfree(o->release_agent);
		o->release_agent = NULL;
	}
	return error;
}

void hierarchy_show_options(const struct hierarchy *h, struct text *out)
{
	for (int id = 0; id < SUBSYS_COUNT; id++)
		if (h->subsys & BIT(id))
			text_printf(out, ",%s", subsystems[id]->name);
	for (size_t i = 0; i < ARRAY_SIZE(flag_words); i++)
		if (h->flags & flag_words[i].flag)
			text_printf(out, ",%s", flag_words[i].word);
	if (h->release_agent) {
		text_string(out, ",release_agent=");
		text_escaped(out, h->release_agent);
	}
	if (h->top.clone_children)
		text_string(out, ",clone_children");
	if (h->name[0])
		text_printf(out, ",name=%s", h->name);
}

/* --- binding ------------------------------------------------------------------------------ */

static void subsys_move(int id, struct hierarchy *from, struct hierarchy *to)
{
	struct css *css = from->top.css[id];

	from->top.css[id] = NULL;
	to->top.css[id] = css;
	css->container = &to->top;
	from->subsys &= ~BIT(id);
	to->subsys |= BIT(id);
}

static void subsys_bind(struct hierarchy *h, u64 wanted)
{
	for (int id = 0; id < SUBSYS_COUNT; id++) {
		if (wanted & ~h->subsys & BIT(id))
			subsys_move(id, &dummy_hierarchy, h);
		else if (h->subsys & ~wanted & BIT(id))
			subsys_move(id, h, &dummy_hierarchy);
	}
}

/* The hierarchy that the options name or describe; -EBUSY when they clash with one; NULL: none. */
static struct hierarchy *hierarchy_match(const struct hierarchy_options *o)
{
	struct hierarchy *h;

	list_for_each (h, &hierarchies, node) {
		bool same_name = o->name[0] && !strcmp(o->name, h->name);

		if (h == &dummy_hierarchy || (o->name[0] && !same_name))
			continue;
		if ((o->subsys || o->none) && o->subsys != h->subsys) {
			if (same_name)
				return ERR_PTR(container_refuse(
					-EBUSY, "the name stands for other subsystems"));
			continue;
		}
		return h;
	}
	return NULL;
}

static int refuse_taken(u64 taken)
{
	return container_refuse(-EBUSY, "%s is in another hierarchy",
				subsystems[bits_first(taken)]->name);
}

static struct hierarchy *hierarchy_create(struct hierarchy_options *o)
{
	struct hierarchy *h;
	unsigned count = 0;

	if (!o->subsys && !o->none) /* a bare name= finds hierarchies, it makes none */
		return ERR_PTR(container_refuse(-EINVAL, "there is no hierarchy of that name"));
	if (task_current()->spaces->containers != &container_namespace_first)
		return ERR_PTR(container_refuse(
			-EPERM, "hierarchies are made in the first cgroup namespace"));
	if (o->subsys & ~dummy_hierarchy.subsys)
		return ERR_PTR(refuse_taken(o->subsys & ~dummy_hierarchy.subsys));
	list_for_each (h, &hierarchies, node)
		count++;
	if (count > HIERARCHY_MAX)
		return ERR_PTR(-ENOSPC);
	h = kzalloc(sizeof(*h));
	if (!h)
		return ERR_PTR(-ENOMEM);
	bug_if(container_setup(&h->top, h, NULL)); /* without subsystems nothing can fail */
	if (css_set_link_hierarchy(h)) {
		kfree(h);
		return ERR_PTR(-ENOMEM);
	}
	h->id = ++last_id;
	h->containers = 1;
	h->flags = o->flags;
	h->top.clone_children = o->clone_children;
	strcopy(h->name, o->name, sizeof(h->name));
	h->release_agent = o->release_agent;
	o->release_agent = NULL;
	subsys_bind(h, o->subsys);
	list_add_tail(&h->node, &hierarchies);
	hierarchy_count++;
	return h;
}

struct hierarchy *hierarchy_open(struct hierarchy_options *o)
{
	struct hierarchy *h;

	assert(mutex_held(&container_mutex));
	h = hierarchy_match(o);
	return h ? h : hierarchy_create(o);
}

int hierarchy_remount(struct hierarchy *h, struct hierarchy_options *o)
{
	assert(mutex_held(&container_mutex));
	if (o->flags != h->flags || (o->name[0] && strcmp(o->name, h->name)))
		return container_refuse(-EINVAL, "its name and its flags cannot change");
	if (!list_empty(&h->top.children))
		return container_refuse(-EBUSY, "it has children");
	if (o->subsys & ~h->subsys & ~dummy_hierarchy.subsys)
		return refuse_taken(o->subsys & ~h->subsys & ~dummy_hierarchy.subsys);
	subsys_bind(h, o->subsys);
	if (o->release_agent) {
		kfree(h->release_agent);
		h->release_agent = o->release_agent;
		o->release_agent = NULL;
	}
	return 0;
}

/* Has no children and no mount any more. */
void hierarchy_destroy(struct hierarchy *h)
{
	assert(mutex_held(&container_mutex) && list_empty(&h->top.children));
	subsys_bind(h, 0);
	css_set_unlink_hierarchy(h);
	list_del(&h->node);
	hierarchy_count--;
	kfree(h->release_agent);
	h->release_agent = NULL;
}
