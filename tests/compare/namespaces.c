/*
 * Namespaces: which there are and how one gets into them, names, numbers of tasks, mounts.
 */
#include "answer.h"

#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#define DIR "/tmp/compare"

static const struct {
	const char *name;
	unsigned long flag;
} kinds[] = {
	{ "mnt", CLONE_NEWNS },	  { "uts", CLONE_NEWUTS }, { "pid", CLONE_NEWPID },
	{ "cgroup", 0x02000000 }, { "ipc", CLONE_NEWIPC }, { "user", CLONE_NEWUSER },
	{ "net", CLONE_NEWNET },  { "time", 0x80 },
};
#define BUILT 4 /* the kinds that both have */
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void become_user(void)
{
	MUST(!setgid(1000) && !setuid(1000));
}

/* "uts:[4026531838]" without its number. */
static const char *link_words(const char *path)
{
	static char text[64];
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	if (n < 0)
		return error_name(errno);
	text[n] = '\0';
	for (char *c = text; *c; c++)
		if (*c >= '0' && *c <= '9') {
			memmove(c, strchr(c, ']'), strlen(strchr(c, ']')) + 1);
			break;
		}
	return text;
}

static long inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_ino;
}

static bool same(pid_t pid, const char *kind)
{
	return inode_of(words("/proc/self/ns/%s", kind)) ==
	       inode_of(words("/proc/%d/ns/%s", pid, kind));
}

/* --- the files of /proc/PID/ns --------------------------------------------------------------- */

static void ask_file(const char *name, bool user, bool all)
{
	const char *path = words("/proc/self/ns/%s", name);
	struct stat st;
	char text[16];
	uid_t owner;
	int fd;

	topic("/proc/self/ns/%s%s", name, user ? " of a user" : "");
	answer(link_words(path), "link");
	if (!all)
		return;
	answer(lstat(path, &st) ? error_name(errno)
				: words("%o links %d size %d", st.st_mode, (int)st.st_nlink,
					(int)st.st_size),
	       "lstat");
	answer(stat(path, &st) ? error_name(errno)
			       : words("%o links %d size %d uid %d", st.st_mode, (int)st.st_nlink,
				       (int)st.st_size, st.st_uid),
	       "stat");
	OPEN(open(path, O_RDWR));
	OPEN(open(path, O_RDONLY | O_NOFOLLOW));
	OPEN(open(path, O_RDONLY | O_DIRECTORY));
	fd = open(path, O_RDONLY);
	CALL(fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	CALL(read(fd, text, 1));
	CALL(lseek(fd, 0, SEEK_SET));
	CALL(ioctl(fd, NS_GET_NSTYPE));
	OPEN(ioctl(fd, NS_GET_USERNS));
	OPEN(ioctl(fd, NS_GET_PARENT));
	CALL(ioctl(fd, NS_GET_OWNER_UID, &owner));
	CALL(ioctl(fd, 0x1234, 0));
	answer(link_words(words("/proc/self/fd/%d", fd)), "link of the descriptor");
	for (unsigned i = 0; i < KINDS; i++)
		answer(result(setns(fd, kinds[i].flag)), "setns as %s", kinds[i].name);
	CALL(setns(fd, 0));
	CALL(setns(fd, -1));
	CALL(fchmod(fd, 0600));
	close(fd);
	CALL(unlink(path));
	CALL(rename(path, "/tmp/x"));
	CALL(symlink("x", "/proc/self/ns/other"));
}

static void files(void)
{
	for (int user = 0; user < 2; user++) {
		for (unsigned i = 0; i < KINDS; i++)
			IN_CHILD(if (user) become_user(); ask_file(kinds[i].name, user, i < BUILT));
		IN_CHILD(if (user) become_user(); ask_file("pid_for_children", user, true));
	}
	IN_CHILD(become_user(); topic("a user");
		 answer(link_words("/proc/1/ns/mnt"), "init's link");
		 OPEN(open("/proc/1/ns/mnt", O_RDONLY)); CALL(access("/proc/1/ns", R_OK)));
}

/* --- flags of clone, unshare, setns ----------------------------------------------------------- */

static const char *clone_words(unsigned long flags)
{
	int status;
	long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		_exit(7);
	if (pid < 0)
		return error_name(errno);
	return waitpid(pid, &status, 0) == pid ? status_words(status) : error_name(errno);
}

static const char *clone3_words(unsigned long flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	int status;
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(7);
	if (pid < 0)
		return error_name(errno);
	return waitpid(pid, &status, 0) == pid ? status_words(status) : error_name(errno);
}

static void flags(void)
{
	static const struct {
		const char *name;
		unsigned long flags;
	} with[] = {
		{ "", 0 },
		{ " and FS", CLONE_FS },
		{ " and THREAD", CLONE_THREAD | CLONE_SIGHAND | CLONE_VM },
		{ " and SIGHAND", CLONE_SIGHAND | CLONE_VM },
		{ " and PARENT", CLONE_PARENT },
		{ " and FILES", CLONE_FILES },
		{ " and NEWUTS", CLONE_NEWUTS },
		{ " and NEWNS", CLONE_NEWNS },
		{ " and NEWPID", CLONE_NEWPID },
		{ " and SYSVSEM", CLONE_SYSVSEM },
	};

	for (int user = 0; user < 2; user++)
		for (unsigned i = 0; i < KINDS; i++)
			for (unsigned k = 0; k < sizeof(with) / sizeof(with[0]); k++) {
				unsigned long all = kinds[i].flag | with[k].flags;

				/* One stack is not enough for two, unless it is refused. */
				bool shared =
					with[k].flags & CLONE_VM && !(kinds[i].flag & CLONE_NEWPID);

				if (i >= BUILT && k)
					break;

				topic("%s%s%s", kinds[i].name, with[k].name,
				      user ? ", a user" : "");
				/* CLONE_NEWTIME lies among the bits for the signal. */
				if (kinds[i].flag != 0x80 && with[k].flags != CLONE_PARENT &&
				    !shared)
					IN_CHILD(if (user) become_user();
						 answer(clone_words(all), "clone"));
				if (with[k].flags != CLONE_PARENT && !shared)
					IN_CHILD(if (user) become_user();
						 answer(clone3_words(all), "clone3"));
				IN_CHILD(if (user) become_user();
					 answer(result(unshare(all)), "unshare"));
			}
	topic("unshare");
	for (int bit = 0; bit < 32; bit++) {
		if (bit == 7 || bit == 25 || (bit >= 27 && bit <= 30))
			continue; /* asked above */
		IN_CHILD(answer(result(syscall(SYS_unshare, 1UL << bit)), "bit %d", bit));
	}
	topic("setns");
	CALL(setns(-1, 0));
	CALL(setns(1, 0));
	int null = open("/dev/null", O_RDONLY);
	CALL(setns(null, CLONE_NEWUTS));
	close(null);
	int self = syscall(SYS_pidfd_open, getpid(), 0);
	CALL(setns(self, 0));
	CALL(setns(self, CLONE_NEWUTS));
	CALL(setns(self, CLONE_NEWUTS | CLONE_NEWNS));
	CALL(setns(self, CLONE_NEWPID));
	CALL(setns(self, CLONE_FS));
	CALL(setns(self, CLONE_NEWUTS | CLONE_VM));
	CALL(setns(self, -1));
	IN_CHILD(become_user(); CALL(setns(self, CLONE_NEWUTS)));
	int gone = fork();
	if (!gone)
		_exit(0);
	int dead = syscall(SYS_pidfd_open, gone, 0);
	waitpid(gone, NULL, 0);
	CALL(setns(dead, CLONE_NEWUTS));
}

/* --- uts ------------------------------------------------------------------------------------- */

static const char *host(void)
{
	struct utsname u;

	return uname(&u) ? error_name(errno) : words("'%s' '%s'", u.nodename, u.domainname);
}

static void ask_names(void)
{
	static const struct {
		const char *name;
		int len;
	} names[] = { { "short", 5 },
		      { "", 0 },
		      { "x", -1 },
		      { "xy", 1 },
		      { "a\0b", 3 },
		      { "with space\n", 11 },
		      { "ab", 65 },
		      { NULL, 1 },
		      { "0123456789012345678901234567890123456789012345678901234567890123", 64 } };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		answer(result(sethostname(names[i].name, names[i].len)), "sethostname %u", i);
		answer(host(), "then");
		answer(result(setdomainname(names[i].name, names[i].len)), "setdomainname %u", i);
		answer(host(), "then");
	}
	answer(file_put("/proc/sys/kernel/hostname", "by sysctl\n"), "sysctl");
	answer(host(), "then");
	answer(file_put("/proc/sys/kernel/domainname", "domain"), "sysctl");
	answer(host(), "then");
	answer(file_text("/proc/sys/kernel/hostname"), "hostname");
	answer(file_text("/proc/sys/kernel/domainname"), "domainname");
}

static void uts(void)
{
	pid_t pid;
	int pipes[2];
	char byte;

	topic("uts");
	MUST(!pipe(pipes));
	IN_CHILD(MUST(!unshare(CLONE_NEWUTS)); ask_names();
		 answer(same(getppid(), "uts") ? "yes" : "no", "still the parent's");
		 topic("uts user"); become_user(); CALL(sethostname("x", 1));
		 CALL(setdomainname("x", 1));
		 answer(file_put("/proc/sys/kernel/hostname", "x"), "sysctl"));
	answer(host(), "outside");
	pid = fork();
	if (!pid) {
		MUST(!unshare(CLONE_NEWUTS) && !sethostname("inside", 6));
		close(pipes[1]);
		pause();
		_exit(read(pipes[0], &byte, 1));
	}
	wait_state(pid, "S");
	while (same(pid, "uts"))
		usleep(1000);
	wait_state(pid, "S");
	int fd = open(words("/proc/%d/ns/uts", pid), O_RDONLY);
	IN_CHILD(CALL(setns(fd, 0)); answer(host(), "entered");
		 answer(same(pid, "uts") ? "yes" : "no", "the same file"));
	IN_CHILD(CALL(setns(fd, CLONE_NEWUTS)); answer(host(), "entered"));
	IN_CHILD(become_user(); CALL(setns(fd, CLONE_NEWUTS)); answer(host(), "entered"));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	IN_CHILD(CALL(setns(fd, CLONE_NEWUTS)); answer(host(), "entered after its last task"));
	close(fd);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	files();
	flags();
	uts();
	return 0;
}
