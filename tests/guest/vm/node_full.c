/*
 * A memory node that is full: who may use no other dies, who may use others stays.
 *
 * guest: cpus=4 nodes=2 timeout=120
 */
#include "../cpuset.h"
#include "numa.h"

#include <sys/klog.h>
#include <sys/mount.h>

#define MIB    (1ul << 20)
#define GROUPS "/tmp/cpuset"

static void join(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/tasks", name);
	cpuset_write(GROUPS, path, "0");
}

static char *take(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < bytes; i += PAGE)
		p[i] = 1;
	return p;
}

static int others_on(const char *p, size_t bytes, int node)
{
	int n = 0;

	for (size_t i = 0; i < bytes; i += PAGE)
		n += node_of(p + i) != node;
	return n;
}

static void write_out(int fd)
{
	static char block[MIB];

	while (write(fd, block, sizeof(block)) > 0)
		;
}

/* What the log has said since the last call. */
static const char *news(void)
{
	static char log[1 << 17];
	static size_t seen;
	int n = klogctl(3, log, sizeof(log) - 1);

	log[n < 0 ? 0 : n] = '\0';
	n = n < 0 ? 0 : n;
	const char *from = log + (seen < (size_t)n ? seen : 0);
	seen = n;
	return from;
}

/* Dies of node 1 being full. */
static int hog(void (*confine)(void))
{
	return IN_CHILD({
		confine();
		for (;;)
			take(MIB);
	});
}

static void by_group(void)
{
	join("second");
}

static void by_policy(void)
{
	unsigned long second = 2;

	MUST(!set_policy(MPOL_BIND, &second, 64));
}

static void file_by_group(void)
{
	join("second");
	take(8 * MIB); /* more than anybody else has */
	write_out(open("/tmp/full/file", O_CREAT | O_WRONLY, 0600));
	_exit(errno == ENOMEM ? 7 : 8);
}

/* Has more memory than anybody and asks to be killed first, but in the other node. */
static pid_t bystander(void)
{
	int ready[2];
	char byte;

	MUST(!pipe(ready));
	pid_t pid = fork();
	if (!pid) {
		join("first");
		MUST(!text_write("/proc/self/oom_score_adj", "1000"));
		take(30 * MIB);
		MUST(write(ready[1], "x", 1) == 1);
		pause();
	}
	MUST(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

int main(void)
{
	pid_t pid;
	int status;

	mkdir(GROUPS, 0755);
	MUST(!mount("none", GROUPS, "cgroup", 0, "cpuset"));
	cpuset_make(GROUPS, "first", "0");
	cpuset_make(GROUPS, "second", "1");
	status = IN_CHILD({
		join("second");
		_exit(others_on(take(16 * MIB), 16 * MIB, 1));
	});
	CHECK_EQ(status, 0, "all pages of a program come from the nodes of its cpuset");
	pid = bystander();
	news();
	status = hog(by_group);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	      "who fills the only node that it may use is killed");
	CHECK(!waitpid(pid, &status, WNOHANG), "and nobody who may use none of its nodes");
	const char *log = news();
	CHECK(strstr(log, "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),") &&
		      strstr(log, ",mems_allowed=1,global_oom,") &&
		      strstr(log, "Out of memory: Killed process "),
	      "the log tells that a cpuset was the reason");
	status = hog(by_policy);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	      "the same with a node that a policy names");
	log = news();
	CHECK(strstr(log, "oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,"),
	      "and that reason is told");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	mkdir("/tmp/full", 0755);
	MUST(!mount("none", "/tmp/full", "tmpfs", 0, "size=95%"));
	status = hog(file_by_group);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	      "pages of files do not leave the cpuset's nodes either");
	umount("/tmp/full");
	rmdir("/tmp/full");
	rmdir(GROUPS "/first");
	rmdir(GROUPS "/second");
	umount(GROUPS);
	rmdir(GROUPS);
	CHECK_END();
}
