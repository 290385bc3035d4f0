/*
 * The subsystem devices: what a rule of a container means for a child.  Each question has a parent
 * and a child of its own, because Linux counts a removed child for a while.
 */
#include "control.h"

static const char *const rules[] = {
	"c 1:3 rwm", "c 1:3 r", "c *:3 r", "c 1:* rw", "c *:* m", "b 8:0 rw",
};

#define COUNT (sizeof(rules) / sizeof(rules[0]))

static int number;
static char parent[100], child[120];

static void put(const char *at, const char *file, const char *what)
{
	answer(file_put(words("%s/devices.%s", at, file), what), "%s, %s %s",
	       at == parent ? "parent" : "child", file, what);
}

static void show(void)
{
	answer(file_text(words("%s/devices.list", parent)), "parent's list");
	answer(file_text(words("%s/devices.list", child)), "child's list");
}

static void begin(const char *rule, bool open)
{
	snprintf(parent, sizeof(parent), AT "/p%d", number++);
	snprintf(child, sizeof(child), "%s/c", parent);
	MUST(!mkdir(parent, 0755));
	if (!open)
		file_put(words("%s/devices.deny", parent), "a");
	file_put(words("%s/devices.%s", parent, open ? "deny" : "allow"), rule);
	MUST(!mkdir(child, 0755));
}

static void end(void)
{
	MUST(!rmdir(child) && !rmdir(parent));
}

/* Each pair of rules, for a parent and a child that start from everything or from nothing. */
static void pairs(bool parent_open, bool child_open)
{
	for (unsigned i = 0; i < COUNT; i++)
		for (unsigned k = 0; k < COUNT; k++) {
			topic("%s %s, child from %s, %s", parent_open ? "all but" : "only",
			      rules[i], child_open ? "the parent's" : "nothing", rules[k]);
			begin(rules[i], parent_open);
			if (!child_open)
				put(child, "deny", "a");
			put(child, "allow", rules[k]);
			show();
			put(child, "deny", rules[k]);
			show();
			end();
		}
}

/* What the parent does when the child is there. */
static void above(bool parent_open, bool child_open)
{
	for (unsigned i = 0; i < COUNT; i++)
		for (unsigned k = 0; k < COUNT; k++) {
			topic("%s %s, child from %s, parent's %s", parent_open ? "all but" : "only",
			      rules[i], child_open ? "the parent's" : "nothing", rules[k]);
			begin(rules[i], parent_open);
			if (!child_open) {
				put(child, "deny", "a");
				put(child, "allow", rules[k]);
			}
			put(parent, "allow", rules[k]);
			show();
			put(parent, "deny", rules[k]);
			show();
			put(child, "allow", rules[k]);
			put(child, "allow", "a");
			put(parent, "deny", "a");
			put(parent, "allow", "a");
			show();
			end();
		}
}

int main(void)
{
	umask(022);
	MUST(!mkdir(AT, 0755) && !mount("none", AT, "cgroup", 0, "devices"));
	for (int which = 0; which < 4; which++) {
		pairs(which & 1, which & 2);
		above(which & 1, which & 2);
	}
	MUST(!umount(AT));
	free_all();
	return rmdir(AT);
}
