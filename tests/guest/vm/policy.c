/*
 * Memory policies: what set_mempolicy, mbind and get_mempolicy take and refuse, and on which of two
 * memory nodes pages then lie.
 *
 * guest: cpus=4 nodes=2
 */
#include "numa.h"

#include <sched.h>

static const unsigned long none, first = 1, second = 2, both = 3, fourth = 8;

/* The mode of the thread's policy, its nodes into *nodes. */
static int mode_now(unsigned long *nodes)
{
	int mode = -1;

	*nodes = ~0ul;
	return get_policy(&mode, nodes, 64, NULL, 0) ? -1 : mode;
}

static bool policy_is(int mode, unsigned long nodes)
{
	unsigned long have;

	return mode_now(&have) == mode && have == nodes;
}

static void test_modes(void)
{
	CHECK(policy_is(MPOL_DEFAULT, 0), "a program begins with the default policy");
	CHECK(!set_policy(MPOL_BIND, &both, 64) && policy_is(MPOL_BIND, 3),
	      "a policy is read back as it was set");
	CHECK(!set_policy(MPOL_PREFERRED, &both, 64) && policy_is(MPOL_PREFERRED, 1),
	      "of several preferred nodes the first counts");
	CHECK(!set_policy(MPOL_PREFERRED_MANY, &both, 64) && policy_is(MPOL_PREFERRED_MANY, 3),
	      "MPOL_PREFERRED_MANY keeps them all");
	CHECK(!set_policy(MPOL_PREFERRED, NULL, 0) && policy_is(MPOL_LOCAL, 0),
	      "to prefer no node is MPOL_LOCAL");
	CHECK_ERR(set_policy(MPOL_LOCAL, &first, 64), EINVAL, "MPOL_LOCAL names no node");
	CHECK_ERR(set_policy(MPOL_DEFAULT, &first, 64), EINVAL, "MPOL_DEFAULT names no node");
	CHECK_ERR(set_policy(MPOL_BIND, &none, 64), EINVAL, "MPOL_BIND names a node");
	CHECK_ERR(set_policy(MPOL_INTERLEAVE, &fourth, 64), EINVAL,
		  "nodes that are not there do not count");
	CHECK_ERR(set_policy(6, &first, 64), EINVAL, "there is no mode 6");
	CHECK_ERR(set_policy(-1, &first, 64), EINVAL, "there is no mode -1");
	CHECK(!set_policy(MPOL_DEFAULT | MPOL_F_STATIC_NODES, NULL, 0) && policy_is(0, 0),
	      "the default policy has no flags");
}

static void test_flags(void)
{
	const unsigned long mixed = 8 | 2;

	CHECK_ERR(set_policy(MPOL_BIND | MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES, &first, 64),
		  EINVAL, "nodes are not static and relative at once");
	CHECK(!set_policy(MPOL_BIND | MPOL_F_STATIC_NODES, &mixed, 64) &&
		      policy_is(MPOL_BIND | MPOL_F_STATIC_NODES, mixed),
	      "static nodes are read back as they were named");
	CHECK(!set_policy(MPOL_BIND | MPOL_F_RELATIVE_NODES, &fourth, 64) &&
		      policy_is(MPOL_BIND | MPOL_F_RELATIVE_NODES, fourth),
	      "so are relative ones, which go round");
	CHECK_ERR(set_policy(MPOL_PREFERRED | MPOL_F_STATIC_NODES, &none, 64), EINVAL,
		  "no node is not static");
	CHECK_ERR(set_policy(MPOL_INTERLEAVE | 1 << 13, &both, 64), EINVAL,
		  "balancing needs MPOL_BIND");
}

static void test_sets(void)
{
	static unsigned long set[520];

	set[0] = 1;
	CHECK_OK(set_policy(MPOL_BIND, set, 1025), "a set may have 1024 bits");
	set[15] = 1;
	CHECK_OK(set_policy(MPOL_BIND, set, 1025), "of which those without nodes are dropped");
	set[16] = 1;
	CHECK_ERR(set_policy(MPOL_BIND, set, 1026), EINVAL, "bit 1024 is refused");
	CHECK_OK(set_policy(MPOL_BIND, set, 1025), "unless the set ends before it");
	set[16] = 0;
	CHECK_OK(set_policy(MPOL_BIND, set, 4096 * 8 + 1), "a set may be a page long");
	CHECK_ERR(set_policy(MPOL_BIND, set, 4096 * 8 + 2), EINVAL, "and no longer");
	CHECK_ERR(set_policy(MPOL_BIND, set, 0), EINVAL, "a size of 0 wraps around");
	CHECK_ERR(set_policy(MPOL_BIND, set, 1), EINVAL, "a size of 1 has no bit");
	CHECK_ERR(set_policy(MPOL_BIND, (void *)8, 64), EFAULT, "the set is read");
	set_policy(MPOL_DEFAULT, NULL, 0);
	set[0] = ~0ul;
	CHECK(!get_policy(NULL, set, 1024, NULL, MPOL_F_MEMS_ALLOWED) && set[0] == 3 && !set[15],
	      "MPOL_F_MEMS_ALLOWED gives the allowed nodes, and zeros behind them");
	CHECK_ERR(get_policy(NULL, set, 1, NULL, 0), EINVAL, "the set must hold all nodes");
	CHECK_OK(get_policy(NULL, set, 2, NULL, 0), "two bits do for two nodes");
	CHECK_ERR(get_policy(NULL, set, 40000, NULL, 0), EINVAL, "no more than a page is filled");
}

static void test_questions(void)
{
	char *p = map_pages(4);
	int mode = -1;

	CHECK_ERR(get_policy(&mode, NULL, 0, NULL, 8), EINVAL, "unknown flags are refused");
	CHECK_ERR(get_policy(&mode, NULL, 0, p, 0), EINVAL, "an address needs MPOL_F_ADDR");
	CHECK_ERR(get_policy(&mode, NULL, 0, NULL, MPOL_F_NODE), EINVAL,
		  "the next node is known only of MPOL_INTERLEAVE");
	CHECK_ERR(get_policy(&mode, NULL, 0, NULL, MPOL_F_MEMS_ALLOWED | MPOL_F_NODE), EINVAL,
		  "MPOL_F_MEMS_ALLOWED stands alone");
	CHECK_ERR(get_policy(&mode, NULL, 0, (void *)8, MPOL_F_ADDR), EFAULT,
		  "where nothing is mapped there is no policy");
	CHECK_ERR(get_policy(&mode, NULL, 0, (void *)8, MPOL_F_ADDR | MPOL_F_NODE), EFAULT,
		  "and no page");
	set_policy(MPOL_BIND, &first, 64);
	CHECK(!get_policy(&mode, NULL, 0, p, MPOL_F_ADDR) && mode == MPOL_DEFAULT,
	      "a region has no policy when only the thread has");
	set_policy(MPOL_INTERLEAVE, &both, 64);
	CHECK(!get_policy(&mode, NULL, 0, NULL, MPOL_F_NODE) && mode == 0,
	      "interleaving begins with the first node");
	set_policy(MPOL_DEFAULT, NULL, 0);
	munmap(p, 4 * PAGE);
}

static void test_places(void)
{
	char *p = map_pages(8);
	int on[2] = { 0, 0 };

	p[0] = 1;
	CHECK_EQ(node_of(p), 0, "by default a page comes from the node of the processor");
	set_policy(MPOL_BIND, &second, 64);
	p[PAGE] = 1;
	CHECK_EQ(node_of(p + PAGE), 1, "MPOL_BIND: from the node that was named");
	CHECK_EQ(node_of(p), 0, "a page that is there stays");
	if (!fork()) {
		p[0] = 2;
		p[2 * PAGE] = 2;
		_exit(node_of(p) * 2 + node_of(p + 2 * PAGE));
	}
	int status = 0;
	wait(&status);
	CHECK_EQ(WEXITSTATUS(status), 3, "a child has the policy, for copies on write too");
	set_policy(MPOL_PREFERRED, &second, 64);
	p[3 * PAGE] = 1;
	CHECK_EQ(node_of(p + 3 * PAGE), 1, "MPOL_PREFERRED: from that node when it has one");
	set_policy(MPOL_INTERLEAVE, &both, 64);
	for (int i = 4; i < 8; i++) {
		p[i * PAGE] = 1;
		on[node_of(p + i * PAGE) == 1]++;
	}
	CHECK(on[0] == 2 && on[1] == 2, "MPOL_INTERLEAVE: from both in turn");
	set_policy(MPOL_DEFAULT, NULL, 0);
	munmap(p, 8 * PAGE);
}

/* Pages of a file in memory that is written, as seen through a mapping of it. */
static void test_files(void)
{
	int fd = open("/tmp/policy", O_RDWR | O_CREAT | O_TRUNC, 0600);
	static char bytes[4 * 4096];
	char *p;

	set_policy(MPOL_BIND, &second, 64);
	MUST(write(fd, bytes, sizeof(bytes)) == sizeof(bytes));
	set_policy(MPOL_DEFAULT, NULL, 0);
	p = mmap(NULL, sizeof(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_EQ(node_of(p), 1, "a write puts the pages of a file where the policy says");
	munmap(p, sizeof(bytes));
	p = mmap(NULL, sizeof(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	p[PAGE] = 1;
	CHECK(node_of(p + PAGE) == 0 && node_of(p) == 1,
	      "a private copy of one comes from where the processor is");
	munmap(p, sizeof(bytes));
	close(fd);
	unlink("/tmp/policy");
}

static void test_bind(void)
{
	char *p = map_pages(16);
	int mode = -1;

	CHECK_OK(mbind_pages(p, 8 * PAGE, MPOL_BIND, &second, 64, 0),
		 "mbind gives a region a policy");
	p[0] = p[8 * PAGE] = 1;
	CHECK(node_of(p) == 1 && node_of(p + 8 * PAGE) == 0, "for its pages and no others");
	CHECK(!get_policy(&mode, NULL, 0, p, MPOL_F_ADDR) && mode == MPOL_BIND, "which is told");
	if (!fork()) {
		p[PAGE] = 1;
		_exit(node_of(p + PAGE));
	}
	int status = 0;
	wait(&status);
	CHECK_EQ(WEXITSTATUS(status), 1, "a child's copy of the region has it too");
	CHECK_ERR(mbind_pages(p, 8 * PAGE, MPOL_BIND, &first, 64, MPOL_MF_STRICT), EIO,
		  "MPOL_MF_STRICT refuses when a page lies elsewhere");
	CHECK(!get_policy(&mode, NULL, 0, p, MPOL_F_ADDR) && node_of(p) == 1,
	      "and leaves all as it was");
	CHECK(!mbind_pages(p, 8 * PAGE, MPOL_BIND, &first, 64, MPOL_MF_MOVE) && node_of(p) == 0,
	      "MPOL_MF_MOVE moves it");
	CHECK_EQ(p[0], 1, "with what is in it");
	CHECK(!mbind_pages(p, 16 * PAGE, MPOL_DEFAULT, NULL, 0, 0) &&
		      !get_policy(&mode, NULL, 0, p, MPOL_F_ADDR) && mode == MPOL_DEFAULT,
	      "MPOL_DEFAULT takes the policy away");
	munmap(p + 8 * PAGE, PAGE);
	CHECK_ERR(mbind_pages(p, 16 * PAGE, MPOL_BIND, &first, 64, 0), EFAULT, "a hole is refused");
	CHECK_ERR(mbind_pages(p + 8 * PAGE, 4 * PAGE, MPOL_BIND, &first, 64, 0), EFAULT,
		  "at the start too");
	CHECK_OK(mbind_pages(p, 16 * PAGE, MPOL_DEFAULT, NULL, 0, 0), "but not by MPOL_DEFAULT");
	CHECK_ERR(mbind_pages(p + 8 * PAGE, PAGE, MPOL_DEFAULT, NULL, 0, 0), EFAULT,
		  "unless there is nothing else");
	CHECK_ERR(mbind_pages(p + 1, PAGE, MPOL_DEFAULT, NULL, 0, 0), EINVAL,
		  "the address is that of a page");
	CHECK_OK(mbind_pages(p, 0, MPOL_BIND, NULL, 0, 0), "nothing can be bound to nothing");
	CHECK_ERR(mbind_pages(p, 0, 9, NULL, 0, 0), EINVAL, "but not in an unknown mode");
	CHECK_ERR(mbind_pages(p, -PAGE, MPOL_DEFAULT, NULL, 0, 0), EINVAL,
		  "a range does not go round the end of memory");
	CHECK_ERR(mbind_pages(p, PAGE, MPOL_BIND, &first, 64, 8), EINVAL, "there is no flag 8");
	munmap(p, 16 * PAGE);
}

static void test_home(void)
{
	char *p = map_pages(4);

	CHECK_ERR(set_home_node(p, PAGE, 0, 0), ENOENT, "a home needs a policy");
	CHECK_ERR(set_home_node(p, PAGE, 5, 0), EINVAL, "and a node");
	CHECK_ERR(set_home_node(p, PAGE, 0, 1), EINVAL, "and no flags");
	mbind_pages(p, 4 * PAGE, MPOL_INTERLEAVE, &both, 64, 0);
	CHECK_ERR(set_home_node(p, PAGE, 0, 0), EOPNOTSUPP, "interleaving has no home");
	mbind_pages(p, 4 * PAGE, MPOL_BIND, &both, 64, 0);
	CHECK_OK(set_home_node(p, 2 * PAGE, 1, 0), "a bound region has one");
	p[0] = p[2 * PAGE] = 1;
	CHECK(node_of(p) == 1 && node_of(p + 2 * PAGE) == 0,
	      "where its pages are looked for first");
	munmap(p, 4 * PAGE);
}

/* /proc/self/numa_maps has a line for p, and this in it. */
static bool maps_say(const char *p, const char *what)
{
	char line[512], start[32];
	FILE *f = fopen("/proc/self/numa_maps", "r");
	bool found = false;

	snprintf(start, sizeof(start), "%lx ", (unsigned long)p);
	while (fgets(line, sizeof(line), f))
		found |= !strncmp(line, start, strlen(start)) && strstr(line, what);
	fclose(f);
	return found;
}

static void test_maps(void)
{
	char *p = map_pages(10) + PAGE;

	munmap(p - PAGE, PAGE); /* no neighbours to join */
	munmap(p + 8 * PAGE, PAGE);
	mbind_pages(p, 8 * PAGE, MPOL_INTERLEAVE, &both, 64, 0);
	for (int i = 0; i < 6; i++)
		p[i * PAGE] = 1;
	CHECK(maps_say(p, " interleave:0-1 anon=6 dirty=6 "),
	      "numa_maps shows the policy and pages");
	CHECK(maps_say(p, " N0=3 N1=3 kernelpagesize_kB=4\n"), "and how many lie on each node");
	mbind_pages(p, 8 * PAGE, MPOL_PREFERRED_MANY | MPOL_F_STATIC_NODES, &both, 64, 0);
	CHECK(maps_say(p, " prefer (many)=static:0-1 "), "with its flags");
	mbind_pages(p, 8 * PAGE, MPOL_DEFAULT, NULL, 0, 0);
	set_policy(MPOL_BIND | MPOL_F_RELATIVE_NODES, &second, 64);
	CHECK(maps_say(p, " bind=relative:1 "), "without one of its own a region has the thread's");
	set_policy(MPOL_DEFAULT, NULL, 0);
	CHECK(maps_say(p, " default "), "or the default");
	munmap(p, 8 * PAGE);
}

int main(int argc, char **argv)
{
	cpu_set_t cpu;
	int status = 0;

	if (argc > 1) { /* after exec */
		unsigned long nodes;
		return mode_now(&nodes) == MPOL_BIND && nodes == 2 ? 0 : 1;
	}
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	MUST(!sched_setaffinity(0, sizeof(cpu), &cpu));
	test_modes();
	test_flags();
	test_sets();
	test_questions();
	test_places();
	test_files();
	test_bind();
	test_home();
	test_maps();
	if (!fork()) {
		set_policy(MPOL_BIND, &second, 64);
		execl(argv[0], argv[0], "after", NULL);
		_exit(1);
	}
	wait(&status);
	CHECK_EQ(status, 0, "a policy outlives exec");
	CHECK_END();
}
