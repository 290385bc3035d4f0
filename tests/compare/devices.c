/*
 * The subsystem devices: rules, and what they allow.
 */
#include "control.h"

#include <sys/sysmacros.h>

static const char *const rules[] = {
	"a",
	"a *:* rwm",
	"a 1:3 r",
	"c 1:3 rwm",
	"c 1:3 r",
	"c 1:3 w",
	"c 1:3 m",
	"c 1:3 rr",
	"c 1:3 mwr",
	"c *:3 r",
	"c 1:* r",
	"c *:* m",
	"b 8:0 rw",
	"b *:* m",
	"c 1:3",
	"c 1:3 ",
	"c 1:3 x",
	"c 1:3 rx",
	"c 1 r",
	"c 1: r",
	"c :3 r",
	"c 1:3r",
	"c1:3 r",
	"c  1:3 r",
	" c 1:3 r",
	"c 1:3 rwm ",
	"c 1:3 rwm\n",
	"d 1:3 r",
	"C 1:3 r",
	"",
	"\n",
	"c",
	"c ",
	"c -1:3 r",
	"c 1:-3 r",
	"c 0x1:3 r",
	"c 4294967295:3 r",
	"c 4294967296:3 r",
	"c 99999:99999 r",
	"c 1:3 rwmr",
	"c 1:3 rwmrw",
	"c **:3 r",
	"c 1*:3 r",
	"c 1:3 r\nc 1:5 r",
	"a rwm",
	"b",
	"c 01:03 r",
	"c 1.0:3 r",
};

static const char *rule_list(const char *at)
{
	return file_text(words("%s/devices.list", at));
}

static void each_rule(bool open)
{
	for (unsigned i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		topic("%s, rule \"%s\"", open ? "all allowed" : "all denied", rules[i]);
		file_put(AT "/a/devices.allow", "a");
		if (!open)
			file_put(AT "/a/devices.deny", "a");
		answer(file_put(AT "/a/devices.allow", rules[i]), "allow");
		answer(rule_list(AT "/a"), "list");
		answer(file_put(AT "/a/devices.deny", rules[i]), "deny");
		answer(rule_list(AT "/a"), "list then");
	}
}

static const char *use(const char *name, int flags)
{
	int fd = open(name, flags);

	return opened(fd);
}

static void ask_uses(void)
{
	answer(use("/dev/null", O_RDONLY), "open null to read");
	answer(use("/dev/null", O_WRONLY), "open null to write");
	answer(use("/dev/null", O_RDWR), "open null for both");
	answer(use("/dev/zero", O_RDONLY), "open zero to read");
	answer(use("/dev/null", O_PATH), "open null O_PATH");
	CALL(access("/dev/null", R_OK));
	CALL(mknod("/tmp/compare.node", S_IFCHR | 0600, makedev(1, 3)));
	unlink("/tmp/compare.node");
	CALL(mknod("/tmp/compare.node", S_IFCHR | 0600, makedev(1, 5)));
	unlink("/tmp/compare.node");
	CALL(mknod("/tmp/compare.node", S_IFBLK | 0600, makedev(8, 0)));
	unlink("/tmp/compare.node");
	CALL(mknod("/tmp/compare.node", S_IFIFO | 0600, 0));
	unlink("/tmp/compare.node");
	CALL(mknod("/tmp/compare.node", S_IFCHR | 0600, 0));
	unlink("/tmp/compare.node");
}

static void uses(void)
{
	static const char *const allowed[] = { "c 1:3 r", "c 1:3 w",   "c 1:3 rw", "c 1:3 m",
					       "c *:* m", "b *:* rwm", "c 1:* r",  "c *:3 rw" };

	for (unsigned i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		topic("only %s", allowed[i]);
		file_put(AT "/a/devices.deny", "a");
		answer(file_put(AT "/a/devices.allow", allowed[i]), "allow");
		answer(file_put(AT "/a/tasks", "0"), "enter");
		ask_uses();
		answer(file_put(AT "/tasks", "0"), "leave");
	}
	for (unsigned i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		topic("all but %s", allowed[i]);
		file_put(AT "/a/devices.allow", "a");
		answer(file_put(AT "/a/devices.deny", allowed[i]), "deny");
		answer(file_put(AT "/a/tasks", "0"), "enter");
		ask_uses();
		answer(file_put(AT "/tasks", "0"), "leave");
	}
}

int main(void)
{
	umask(022);
	MUST(!mkdir(AT, 0755));
	files_of("devices");
	MUST(!mount("none", AT, "cgroup", 0, "devices") && !mkdir(AT "/a", 0755));
	each_rule(true);
	each_rule(false);
	uses();
	MUST(!rmdir(AT "/a") && !umount(AT));
	free_all();
	return rmdir(AT);
}
