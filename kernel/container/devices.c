/*
 * devices - which device nodes the tasks of a container may open and make.
 *
 * A container starts from "everything" or from "nothing" and has a list of exceptions from it.  It
 * never allows what its parent denies: what is denied above is denied below at once, what is
 * allowed above must be allowed below by itself.
 *
 *   devices.list     what is allowed: "a *:* rwm" for everything (its exceptions are not shown)
 *   devices.allow    write "TYPE MAJOR:MINOR ACCESS" to allow that too
 *   devices.deny     the same, to deny it
 *
 * TYPE is c or b, a number may be *, ACCESS is made of r, w and m (mknod).  A line that begins with
 * a starts from everything or nothing, without exceptions but those of the parent; only where there
 * are no children.  What stands behind the first line is ignored.  A new container is a copy of its
 * parent.
 *
 * Locking: exceptions change under container_mutex and css_set_lock; either suffices to read.
 *
 *   [d] both
 */
#include "kernel/container/framework.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define ANY ((u32)-1) /* every major or minor */

struct rule {
	struct list node; /* [d] */
	bool block;
	u32 major, minor;
	unsigned access; /* [d] DEVICE_* */
};

struct devices {
	struct css css;
	bool open; /* [d] from everything, less the rules; else from nothing, and the rules */
	struct list rules; /* [d] */
};

static struct devices *devices_of(struct css *css)
{
	return css ? container_of(css, struct devices, css) : NULL;
}

/* --- rules ----------------------------------------------------------------------------------- */

/* Is all of r in one of the rules? */
static bool covers(const struct list *rules, const struct rule *r)
{
	const struct rule *in;

	list_for_each (in, rules, node)
		if (in->block == r->block && (in->major == ANY || in->major == r->major) &&
		    (in->minor == ANY || in->minor == r->minor) && !(r->access & ~in->access))
			return true;
	return false;
}

static bool meets(u32 a, u32 b)
{
	return a == ANY || b == ANY || a == b;
}

/* Is some of r in one of them? */
static bool touches(const struct list *rules, const struct rule *r)
{
	const struct rule *in;

	list_for_each (in, rules, node)
		if (in->block == r->block && meets(in->major, r->major) &&
		    meets(in->minor, r->minor) && (in->access & r->access))
			return true;
	return false;
}

/* May a child that starts from everything, or from nothing, have this exception? */
static bool parent_permits(const struct devices *parent, bool child_open, const struct rule *r)
{
	if (!parent || (parent->open && child_open))
		return true;
	return parent->open ? !touches(&parent->rules, r) : covers(&parent->rules, r);
}

static void rules_free(struct list *rules)
{
	struct rule *r, *next;

	list_for_each_safe (r, next, rules, node)
		kfree(r);
	list_init(rules);
}

/* n rules to be filled in later. */
static int rules_alloc(struct list *rules, unsigned n)
{
	list_init(rules);
	while (n--) {
		struct rule *r = kmalloc(sizeof(*r));

		if (!r) {
			rules_free(rules);
			return -ENOMEM;
		}
		list_add(&r->node, rules);
	}
	return 0;
}

static int rules_copy(struct list *to, const struct list *from)
{
	const struct rule *r;

	list_init(to);
	list_for_each (r, from, node) {
		struct rule *copy = kmalloc(sizeof(*copy));

		if (!copy) {
			rules_free(to);
			return -ENOMEM;
		}
		*copy = *r;
		list_add_tail(&copy->node, to);
	}
	return 0;
}

static struct rule *find_same(struct devices *d, const struct rule *r)
{
	struct rule *own;

	list_for_each (own, &d->rules, node)
		if (own->block == r->block && own->major == r->major && own->minor == r->minor)
			return own;
	return NULL;
}

/* Takes one of the spare ones if it must. */
static void rule_add(struct devices *d, const struct rule *r, struct list *spare)
{
	struct rule *own = find_same(d, r);

	if (own) {
		own->access |= r->access;
		return;
	}
	own = list_first(spare, struct rule, node);
	list_del(&own->node);
	*own = *r;
	list_add_tail(&own->node, &d->rules);
}

static void rule_take_away(struct devices *d, const struct rule *r)
{
	struct rule *own = find_same(d, r);

	if (!own)
		return;
	own->access &= ~r->access;
	if (own->access)
		return;
	list_del(&own->node);
	kfree(own);
}

/* --- changes -----------------------------------------------------------------------------------
 */

static void drop_unpermitted(struct devices *d)
{
	struct rule *r, *next;

	list_for_each_safe (r, next, &d->rules, node) {
		if (parent_permits(devices_of(d->css.parent), d->open, r))
			continue;
		list_del(&r->node);
		kfree(r);
	}
}

/* r is denied from here down. */
static int deny(struct devices *top, const struct rule *r)
{
	struct list spare;
	struct css *css;
	unsigned n = 0;
	int error;

	css_for_each_descendant(css, &top->css, SUBSYS_devices) n++;
	error = rules_alloc(&spare, n);
	if (error)
		return error;
	spin_lock(&css_set_lock);
	css_for_each_descendant(css, &top->css, SUBSYS_devices)
	{
		struct devices *d = devices_of(css);

		if (top->open && d->open)
			rule_add(d, r, &spare);
		else
			rule_take_away(d, r);
		if (d != top)
			drop_unpermitted(d);
	}
	spin_unlock(&css_set_lock);
	rules_free(&spare);
	return 0;
}

static int allow(struct devices *d, const struct rule *r)
{
	struct devices *parent = devices_of(d->css.parent);
	struct list spare;
	int error;

	/* Where everything is the start, allowing ends a denial; nobody can end the parent's. */
	if (d->open ? parent && touches(&parent->rules, r) : !parent_permits(parent, false, r))
		return container_refuse(-EPERM, "the parent does not allow it");
	error = rules_alloc(&spare, 1);
	if (error)
		return error;
	spin_lock(&css_set_lock);
	if (d->open)
		rule_take_away(d, r);
	else
		rule_add(d, r, &spare);
	spin_unlock(&css_set_lock);
	rules_free(&spare);
	return 0;
}

/* Everything, or nothing. */
static int start_anew(struct devices *d, bool open)
{
	struct devices *parent = devices_of(d->css.parent);
	struct list rules = LIST_INIT(rules), old;
	int error = 0;

	if (css_has_children(&d->css))
		return container_refuse(-EINVAL, "it has children, which would have more than it");
	if (open && parent) {
		if (!parent->open)
			return container_refuse(-EPERM, "the parent does not allow everything");
		error = rules_copy(&rules, &parent->rules);
	}
	if (error)
		return error;
	list_init(&old);
	spin_lock(&css_set_lock);
	list_splice_tail(&d->rules, &old);
	list_splice_tail(&rules, &d->rules);
	d->open = open;
	spin_unlock(&css_set_lock);
	rules_free(&old);
	return 0;
}

/* --- text --------------------------------------------------------------------------------------
 */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number or *; NULL: neither.  Returns what is behind it. */
static const char *parse_number(const char *s, u32 *out)
{
	u64 n = 0;
	int digits;

	*out = ANY;
	if (*s == '*')
		return s + 1;
	for (digits = 0; *s >= '0' && *s <= '9' && digits < 11; digits++)
		n = n * 10 + (*s++ - '0');
	*out = n;
	return digits && n <= ANY ? s : NULL;
}

static int parse_access(const char *s, unsigned *out)
{
	static const char letters[] = "rwm";

	*out = 0;
	for (int i = 0; i < 3 && *s && *s != '\n'; i++, s++) {
		const char *letter = strchr(letters, *s);

		if (!letter)
			return -EINVAL;
		*out |= 1u << (letter - letters);
	}
	return 0;
}

static int parse_rule(const char *s, struct rule *r)
{
	if ((*s != 'c' && *s != 'b') || !is_blank(s[1]))
		return -EINVAL;
	*r = (struct rule){ .block = *s == 'b' };
	s = parse_number(s + 2, &r->major);
	if (!s || *s != ':')
		return -EINVAL;
	s = parse_number(s + 1, &r->minor);
	if (!s || !is_blank(*s))
		return -EINVAL;
	return parse_access(s + 1, &r->access);
}

static int change(struct css *css, char *text, bool allowed)
{
	struct devices *d = devices_of(css);
	struct rule r;
	int error;

	if (!cred_capable(task_current()->cred, CAP_SYS_ADMIN))
		return container_refuse(-EPERM, "this is for root");
	text = str_trim(text);
	if (*text == 'a')
		return start_anew(d, allowed);
	error = parse_rule(text, &r);
	if (error)
		return container_refuse(error, "a rule is like c 1:3 rwm, b *:* r, or a");
	if (error)
		return error;
	return allowed ? allow(d, &r) : deny(d, &r);
}

static int write_allow(struct css *css, char *text)
{
	return change(css, text, true);
}

static int write_deny(struct css *css, char *text)
{
	return change(css, text, false);
}

static void show_number(u32 n, struct text *out)
{
	if (n == ANY)
		text_char(out, '*');
	else
		text_printf(out, "%u", n);
}

static void show_list(struct css *css, struct text *out)
{
	struct devices *d = devices_of(css);
	struct rule *r;

	if (d->open) {
		text_string(out, "a *:* rwm\n");
		return;
	}
	list_for_each (r, &d->rules, node) {
		text_string(out, r->block ? "b " : "c ");
		show_number(r->major, out);
		text_char(out, ':');
		show_number(r->minor, out);
		text_printf(out, " %s%s%s\n", r->access & DEVICE_READ ? "r" : "",
			    r->access & DEVICE_WRITE ? "w" : "",
			    r->access & DEVICE_MKNOD ? "m" : "");
	}
}

/* --- the subsystem -----------------------------------------------------------------------------
 */

bool container_device_allowed(bool block, u32 major, u32 minor, unsigned access)
{
	struct rule r = { .block = block, .major = major, .minor = minor, .access = access };
	struct devices *d;
	bool allowed;

	if (thread_current()->idle) /* booting: no task yet */
		return true;
	spin_lock(&css_set_lock);
	d = devices_of(task_css(task_current(), SUBSYS_devices));
	allowed = d->open ? !touches(&d->rules, &r) : covers(&d->rules, &r);
	spin_unlock(&css_set_lock);
	return allowed;
}

static int devices_create(struct css *css)
{
	struct devices *d = devices_of(css), *parent = devices_of(css->parent);

	list_init(&d->rules);
	d->open = !parent || parent->open;
	return parent ? rules_copy(&d->rules, &parent->rules) : 0;
}

static void devices_destroy(struct css *css)
{
	rules_free(&devices_of(css)->rules);
}

/* Has everybody only what the parent permits?  What it denies is denied here as well. */
static bool devices_check(struct css *root)
{
	struct css *css;

	css_for_each_descendant(css, root, SUBSYS_devices)
	{
		const struct devices *d = devices_of(css), *parent = devices_of(css->parent);
		const struct rule *r;

		if (!parent)
			continue;
		list_for_each (r, &d->rules, node)
			if (!parent_permits(parent, d->open, r))
				return false;
		if (!d->open)
			continue;
		list_for_each (r, &parent->rules, node)
			if (!parent->open || !covers(&d->rules, r))
				return false;
	}
	return true;
}

static const struct container_file devices_files[] = {
	{ "allow", NULL, write_allow },
	{ "deny", NULL, write_deny },
	{ "list", show_list },
	{},
};

const struct container_subsys devices_subsys = {
	.name = "devices",
	.state_size = sizeof(struct devices),
	.files = devices_files,
	.create = devices_create,
	.destroy = devices_destroy,
	.check = devices_check,
};
