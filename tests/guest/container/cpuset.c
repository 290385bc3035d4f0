/* cpuset: its files, its list format, and which values are refused in which order.
   guest: cpus=4 nodes=2 memory=512 */
#include "group.h"

#include <sched.h>

#define ROOT "/tmp/cs"

/* The errno of writing value to a file below ROOT; 0: taken. */
static int put(const char *file, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), ROOT "/%s", file);
	return text_write(path, value) ? errno : 0;
}

static const char *get(const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), ROOT "/%s", file);
	if (text_read(path) < 0)
		return strerror(errno);
	if (*text)
		text[strlen(text) - 1] = '\0';
	return text;
}

static int make(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), ROOT "/%s", name);
	return mkdir(path, 0755);
}

static int drop(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), ROOT "/%s", name);
	return rmdir(path);
}

#define TAKES(file, value, shows)                                                               \
	check_say(put(file, value) == 0 && !strcmp(get(file), shows),                           \
		  file " takes '" value "' and shows '" shows "'", "line %d: %s, %s", __LINE__, \
		  strerror(errno), text)
#define REFUSES(file, value, error) \
	CHECK_EQ(put(file, value), error, file " refuses '" value "' with " #error)
#define SHOWS(file, value) CHECK_STR(get(file), value, file " shows '" value "'")

static void test_files(void)
{
	SHOWS("cpuset.cpus", "0-3");
	SHOWS("cpuset.mems", "0-1");
	SHOWS("cpuset.effective_cpus", "0-3");
	SHOWS("cpuset.effective_mems", "0-1");
	SHOWS("cpuset.cpu_exclusive", "1");
	SHOWS("cpuset.mem_exclusive", "1");
	SHOWS("cpuset.sched_load_balance", "1");
	SHOWS("cpuset.sched_relax_domain_level", "-1");
	SHOWS("cpuset.memory_pressure_enabled", "0");
	SHOWS("a/cpuset.cpus", "");
	SHOWS("a/cpuset.mems", "");
	SHOWS("a/cpuset.effective_cpus", "");
	SHOWS("a/cpuset.cpu_exclusive", "0");
	SHOWS("a/cpuset.memory_migrate", "0");
	SHOWS("a/cpuset.memory_pressure", "0");
	SHOWS("a/cpuset.sched_load_balance", "1");
	CHECK_EQ(access(ROOT "/a/cpuset.memory_pressure_enabled", F_OK), -1,
		 "only the root has memory_pressure_enabled");
	REFUSES("cpuset.cpus", "0-3", EACCES);
	REFUSES("cpuset.mems", "0", EACCES);
	REFUSES("a/cpuset.memory_pressure", "0", EINVAL);
	REFUSES("a/cpuset.effective_cpus", "1", EINVAL);
}

static void test_lists(void)
{
	TAKES("a/cpuset.cpus", "\n", "");
	TAKES("a/cpuset.cpus", "0-1", "0-1");
	TAKES("a/cpuset.cpus", "1,2", "1-2");
	TAKES("a/cpuset.cpus", "1,,3", "1,3");
	TAKES("a/cpuset.cpus", ",1", "1");
	TAKES("a/cpuset.cpus", "1 2", "1-2");
	TAKES("a/cpuset.cpus",
	      "1\xa0"
	      "3",
	      "1,3");
	TAKES("a/cpuset.cpus", "all", "0-3");
	TAKES("a/cpuset.cpus", "N", "3");
	TAKES("a/cpuset.cpus", "0-3:1/2", "0,2");
	TAKES("a/cpuset.cpus", "1\n2", "1");
	REFUSES("a/cpuset.cpus", "4", ERANGE);
	REFUSES("a/cpuset.cpus", "0-9", ERANGE);
	REFUSES("a/cpuset.cpus", "4294967296", EOVERFLOW);
	REFUSES("a/cpuset.mems", "2", EINVAL);
	REFUSES("a/cpuset.mems", "0,64-1023", EINVAL);
	REFUSES("a/cpuset.mems", "all", EINVAL);
	REFUSES("a/cpuset.mems", "1024", ERANGE);
	REFUSES("a/cpuset.mems", "4294967296", EOVERFLOW);
	REFUSES("a/cpuset.cpus", "1-", EINVAL);
	REFUSES("a/cpuset.cpus", "-1", EINVAL);
	REFUSES("a/cpuset.cpus", "2-1", EINVAL);
	REFUSES("a/cpuset.cpus", "0x1", EINVAL);
	REFUSES("a/cpuset.cpus", "+1", EINVAL);
	REFUSES("a/cpuset.cpus", "1-2-3", EINVAL);
	REFUSES("a/cpuset.cpus", "a", EINVAL);
	SHOWS("a/cpuset.cpus", "1");
	TAKES("a/cpuset.mems", "0-1", "0-1");
	REFUSES("a/cpuset.mems", "2", EINVAL);
	REFUSES("a/cpuset.mems", "70", EINVAL);
	REFUSES("a/cpuset.mems", "all", EINVAL);
	TAKES("a/cpuset.mems", "1", "1");
	SHOWS("a/cpuset.effective_cpus", "1");
	SHOWS("a/cpuset.effective_mems", "1");
}

static void test_numbers(void)
{
	TAKES("a/cpuset.memory_spread_page", "2", "1");
	TAKES("a/cpuset.memory_spread_page", "4294967296", "0");
	TAKES("a/cpuset.memory_spread_page", "4294967298", "1");
	REFUSES("a/cpuset.memory_spread_page", "x", EINVAL);
	REFUSES("a/cpuset.memory_spread_page", "-1", EINVAL);
	REFUSES("a/cpuset.memory_spread_page", " 1", EINVAL);
	TAKES("a/cpuset.memory_spread_slab", "0x1", "1");
	TAKES("a/cpuset.memory_migrate", "1", "1");
	TAKES("a/cpuset.sched_relax_domain_level", "0", "0");
	TAKES("a/cpuset.sched_relax_domain_level", "5", "5");
	REFUSES("a/cpuset.sched_relax_domain_level", "6", EINVAL);
	REFUSES("a/cpuset.sched_relax_domain_level", "-2", EINVAL);
	TAKES("a/cpuset.sched_relax_domain_level", "-1", "-1");
	TAKES("cpuset.memory_pressure_enabled", "7", "1");
	TAKES("cpuset.memory_pressure_enabled", "0", "0");
	TAKES("a/cpuset.sched_load_balance", "0", "0");
	MUST(!make("a/kid"));
	SHOWS("a/kid/cpuset.memory_spread_page", "1");
	SHOWS("a/kid/cpuset.memory_spread_slab", "1");
	SHOWS("a/kid/cpuset.memory_migrate", "0");
	SHOWS("a/kid/cpuset.sched_load_balance", "1");
	MUST(!drop("a/kid"));
	TAKES("a/cpuset.sched_load_balance", "1", "1");
	TAKES("a/cpuset.memory_migrate", "0", "0");
	TAKES("a/cpuset.memory_spread_page", "0", "0");
	TAKES("a/cpuset.memory_spread_slab", "0", "0");
}

static void test_rules(void)
{
	MUST(!put("a/cpuset.cpus", "1-3") && !put("a/cpuset.mems", "0-1") && !make("a/b"));
	REFUSES("a/b/cpuset.cpus", "0", EACCES);
	TAKES("a/b/cpuset.cpus", "1", "1");
	REFUSES("a/cpuset.cpus", "2-3", EBUSY);
	REFUSES("a/cpuset.cpus", "\n", EBUSY);
	REFUSES("a/b/cpuset.cpu_exclusive", "1", EACCES);
	TAKES("a/cpuset.cpu_exclusive", "1", "1");
	TAKES("a/b/cpuset.cpu_exclusive", "1", "1");
	REFUSES("a/cpuset.cpu_exclusive", "0", EBUSY);
	REFUSES("cpuset.cpu_exclusive", "0", EBUSY);
	MUST(!make("a/c"));
	REFUSES("a/c/cpuset.cpus", "1-2", EINVAL);
	TAKES("a/c/cpuset.cpus", "2", "2");
	REFUSES("a/c/cpuset.cpus", "1-2", EINVAL);
	MUST(!put("a/b/cpuset.cpu_exclusive", "0") && !put("a/c/cpuset.cpus", "1-2"));
	REFUSES("a/c/cpuset.cpu_exclusive", "1", EINVAL);
	MUST(!put("a/b/cpuset.mems", "0") && !put("a/c/cpuset.mems", "0-1"));
	TAKES("a/cpuset.mem_exclusive", "1", "1");
	REFUSES("a/b/cpuset.mem_exclusive", "1", EINVAL);
	MUST(!put("a/c/cpuset.mems", "1"));
	TAKES("a/b/cpuset.mem_exclusive", "1", "1");
	REFUSES("a/c/cpuset.mems", "0", EINVAL);
	REFUSES("a/b/cpuset.mems", "2", EINVAL);
	TAKES("a/b/cpuset.cpus", "\n", "");
	MUST(!put("a/b/cpuset.mem_exclusive", "0") && !drop("a/b") && !drop("a/c"));
	TAKES("a/cpuset.cpu_exclusive", "0", "0");
	TAKES("cpuset.cpu_exclusive", "0", "0");
	REFUSES("a/cpuset.cpu_exclusive", "1", EACCES);
	TAKES("cpuset.cpu_exclusive", "1", "1");
	TAKES("a/cpuset.mem_exclusive", "0", "0");
}

static void test_clone_children(void)
{
	MUST(!put("a/cpuset.cpus", "1-2") && !put("a/cpuset.mems", "1"));
	TAKES("a/cgroup.clone_children", "1", "1");
	MUST(!make("a/b"));
	SHOWS("a/b/cpuset.cpus", "1-2");
	SHOWS("a/b/cpuset.effective_cpus", "1-2");
	SHOWS("a/b/cpuset.mems", "1");
	SHOWS("a/b/cgroup.clone_children", "1");
	MUST(!put("a/cpuset.cpu_exclusive", "1") && !put("a/b/cpuset.cpu_exclusive", "1"));
	MUST(!make("a/c"));
	CHECK_STR(get("a/c/cpuset.cpus"), "", "beside an exclusive sibling nothing is copied");
	MUST(!drop("a/c") && !drop("a/b") && !put("a/cpuset.cpu_exclusive", "0"));
	MUST(!put("a/cgroup.clone_children", "0"));
}

static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static int move(const char *tasks, pid_t pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	return put(tasks, number);
}

static unsigned affinity(pid_t pid)
{
	unsigned long mask[128] = { 0 }; /* Debian's kernel has room for 8192 CPUs */

	syscall(SYS_sched_getaffinity, pid, sizeof(mask), mask);
	return mask[0];
}

static int pin(pid_t pid, unsigned long mask)
{
	return syscall(SYS_sched_setaffinity, pid, sizeof(mask), &mask) ? errno : 0;
}

static const char *status_of(pid_t pid, const char *field)
{
	static char value[64];
	char path[64], *at;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	text_read(path);
	at = strstr(text, field);
	snprintf(value, sizeof(value), "%s", at ? at + strlen(field) : "none");
	value[strcspn(value, "\n")] = '\0';
	return value;
}

static void test_tasks(void)
{
	pid_t pid = start_sleeper();

	MUST(!put("a/cpuset.cpus", "\n") && !put("a/cpuset.mems", "\n"));
	CHECK_EQ(move("a/tasks", pid), ENOSPC, "a set without CPUs and nodes takes no tasks");
	MUST(!put("a/cpuset.cpus", "1-3"));
	CHECK_EQ(move("a/tasks", pid), ENOSPC, "nor one without nodes");
	MUST(!put("a/cpuset.mems", "0"));
	CHECK_EQ(move("a/tasks", pid), 0, "with both it does");
	CHECK_EQ(affinity(pid), 0xe, "the task has the set's CPUs");
	CHECK_STR(status_of(pid, "\nCpus_allowed:\t"), "e", "status shows them as a mask");
	CHECK_STR(status_of(pid, "\nCpus_allowed_list:\t"), "1-3", "and as a list");
	CHECK_STR(status_of(pid, "\nMems_allowed_list:\t"), "0", "and the nodes");
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/cpuset", pid);
	text_read(path);
	CHECK_STR(text, "/a\n", "/proc/PID/cpuset names the set");
	REFUSES("a/cpuset.cpus", "\n", ENOSPC);
	REFUSES("a/cpuset.mems", "\n", ENOSPC);

	CHECK_EQ(pin(pid, 0x7), 0, "a task may ask for CPUs inside and outside its set");
	CHECK_EQ(affinity(pid), 0x6, "and gets those inside");
	CHECK_EQ(pin(pid, 0x1), EINVAL, "it may not ask for others alone");
	CHECK_EQ(pin(pid, 0x2), 0, "it may narrow itself");
	CHECK_EQ(put("a/cpuset.cpus", "1-3"), 0, "the same value changes nothing");
	CHECK_EQ(affinity(pid), 0x2, "not even a narrowed task");
	CHECK_EQ(put("a/cpuset.cpus", "2-3"), 0, "another value");
	CHECK_EQ(affinity(pid), 0xc, "makes it forget what it asked for");
	CHECK_EQ(put("a/cpuset.cpus", "1-3") || pin(pid, 0x2), 0, "narrowed again");
	CHECK_EQ(move("tasks", pid), 0, "and moved to the root");
	CHECK_EQ(affinity(pid), 0xf, "it has all CPUs");
	CHECK_EQ(pin(pid, 0x1) || move("a/tasks", pid), 0, "pinned outside the set and moved in");
	CHECK_EQ(affinity(pid), 0xe, "it has the CPUs of the set");
	CHECK_EQ(put("a/cpuset.mems", "0-1"), 0, "nodes change with tasks inside");
	CHECK_STR(status_of(pid, "\nMems_allowed_list:\t"), "0-1", "and the tasks follow");
	CHECK_EQ(move("tasks", 2), EINVAL, "kthreadd does not move");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool has_word(const char *file, const char *word)
{
	return text_read(file) > 0 && strstr(text, word);
}

static void test_mounts(void)
{
	MUST(!mkdir("/tmp/legacy", 0755) || errno == EEXIST);
	CHECK(has_word("/proc/filesystems", "nodev\tcpuset\n"), "there is a file system cpuset");
	CHECK_OK(mount("none", "/tmp/legacy", "cpuset", 0, NULL), "it mounts");
	CHECK(has_word("/proc/mounts", " /tmp/legacy cgroup rw,relatime,cpuset"),
	      "as a hierarchy of cpuset");
	umount("/tmp/legacy");
	CHECK_ERR(mount("none", "/tmp/legacy", "cpuset", 0, "nonsense"), EINVAL,
		  "with no options that nobody knows");
	CHECK_ERR(mount("none", "/tmp/legacy", "cgroup", 0, "cpuset,cpuacct,noprefix"), EINVAL,
		  "noprefix is for cpuset alone");
	rmdir("/tmp/legacy");
}

int main(void)
{
	mkdir(ROOT, 0755);
	MUST(!group_mount(ROOT, "cpuset"));
	MUST(!make("a"));
	test_files();
	test_lists();
	test_numbers();
	test_rules();
	test_clone_children();
	test_tasks();
	test_mounts();
	CHECK_OK(rmdir(ROOT "/a"), "an empty set can be removed");
	umount(ROOT);
	rmdir(ROOT);
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
