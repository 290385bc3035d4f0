/* /proc/PID of others: who may look, what stays of a process that ends, and what can be written. */
#include "sleeper.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/prctl.h>

static char text[65536];

/* The bytes read, or -errno of the read. */
static ssize_t slurp(int fd)
{
	ssize_t n, total = 0;

	while ((n = read(fd, text + total, sizeof(text) - 1 - total)) > 0)
		total += n;
	text[total] = '\0';
	return n < 0 ? -errno : total;
}

static int open_of(pid_t pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, flags, 0600);
}

static int put(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, what, strlen(what)) < 0)
		error = errno;
	close(fd);
	return error;
}

static void gone(void)
{
	pid_t pid = sleeper_start();
	int stat = open_of(pid, "stat", O_RDONLY), mem = open_of(pid, "mem", O_RDONLY),
	    maps = open_of(pid, "maps", O_RDONLY), dir = open_of(pid, "", O_RDONLY | O_DIRECTORY),
	    fd = open_of(pid, "fd", O_RDONLY | O_DIRECTORY);
	char link[16];

	MUST(stat >= 0 && mem >= 0 && maps >= 0 && dir >= 0 && fd >= 0);
	CHECK(pread(stat, text, 1, 0) == 1, "an open file of a process is read");
	sleeper_end(pid);
	CHECK_ERR(pread(stat, text, 1, 0), ESRCH,
		  "and says ESRCH once the process has been reaped");
	CHECK(pread(mem, text, 16, (off_t)(uintptr_t)gone) == 0, "its memory is empty");
	slurp(maps);
	CHECK_ERR(openat(dir, "stat", O_RDONLY), ESRCH, "names in its directory are ESRCH");
	CHECK_ERR(readlinkat(fd, "0", link, sizeof(link)), ENOENT, "and descriptors are not there");
	close(stat);
	close(mem);
	close(maps);
	close(dir);
	close(fd);
}

static void files(void)
{
	int fd = open("/tmp/reopen", O_CREAT | O_RDWR | O_TRUNC, 0600), again, pipefd[2];
	char path[64];

	MUST(fd >= 0 && write(fd, "0123456789", 10) == 10);
	unlink("/tmp/reopen");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY);
	CHECK(again >= 0 && read(again, text, 20) == 10,
	      "a removed file is opened anew through fd");
	close(again);
	again = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	CHECK(again >= 0 && write(again, "ab", 2) == 2 && lseek(fd, 0, SEEK_END) == 2,
	      "O_CREAT and O_TRUNC reach the file as well");
	close(again);
	CHECK_ERR(open(path, O_RDONLY | O_NOFOLLOW), ELOOP, "it is a link all the same");
	close(fd);

	MUST(!pipe(pipefd));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipefd[0]);
	again = open(path, O_WRONLY);
	CHECK(again >= 0 && write(again, "x", 1) == 1 && read(pipefd[0], text, 1) == 1,
	      "a pipe's reading end is opened for writing");
	close(again);
	write(pipefd[1], "left", 4);
	close(pipefd[1]);
	again = open(path, O_RDONLY);
	CHECK(again >= 0 && read(again, text, 20) == 4 && read(again, text, 20) == 0,
	      "the reading end is opened anew when the writers have gone");
	close(again);
	close(pipefd[0]);
	MUST(!pipe(pipefd));
	close(pipefd[0]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipefd[1]);
	again = open(path, O_WRONLY | O_NONBLOCK);
	CHECK(again >= 0, "the writing end when the readers have, even without waiting");
	close(again);
	close(pipefd[1]);

	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/in-dir", fd);
	again = open(path, O_CREAT | O_RDWR, 0600);
	CHECK(again >= 0 && !unlinkat(fd, "in-dir", 0), "a directory is walked through fd");
	close(again);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_ERR(open(path, O_CREAT | O_RDWR, 0600), EISDIR, "and not created over");
	struct stat st;
	CHECK(!lstat(path, &st) && S_ISLNK(st.st_mode) && (st.st_mode & 0777) == 0500 &&
		      st.st_size == 64,
	      "the link's mode says how the file is open");
	close(fd);
}

static volatile int canary = 42;

static void memory(void)
{
	pid_t pid = sleeper_start();
	int mem = open_of(pid, "mem", O_RDWR), got = 0, new = 43;

	CHECK(mem >= 0 && pread(mem, &got, sizeof(got), (off_t)(uintptr_t)&canary) == sizeof(got) &&
		      got == 42,
	      "mem reads the memory of another process");
	CHECK(pwrite(mem, &new, sizeof(new), (off_t)(uintptr_t)&canary) == sizeof(new) &&
		      pread(mem, &got, sizeof(got), (off_t)(uintptr_t)&canary) == sizeof(got) &&
		      got == 43 && canary == 42,
	      "and writes it");
	CHECK_ERR(pread(mem, &got, sizeof(got), 16), EIO, "where nothing is mapped is EIO");
	CHECK_ERR(lseek(mem, 0, SEEK_END), EINVAL, "it has no end");
	close(mem);
	sleeper_end(pid);
	int fd = open("/proc/self/smaps", O_RDONLY);
	slurp(fd);
	close(fd);
	CHECK(strstr(text, "Rss:") && strstr(text, "Private_Dirty:") && strstr(text, "VmFlags: rd"),
	      "smaps tells what of each region is in memory");
}

static int as_user(pid_t pid, const char *name, int flags)
{
	int status = IN_CHILD(MUST(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
			      _exit(open_of(pid, name, flags) >= 0 ? 0 : errno));

	return WEXITSTATUS(status);
}

static void rights(void)
{
	static const char *const open_to_all[] = { "stat",   "status", "cmdline",
						   "limits", "statm",  "comm" };
	static const char *const secret[] = { "environ", "maps",   "smaps", "auxv", "mem",
					      "fd",	 "fdinfo", "exe",   "cwd" };
	pid_t pid = sleeper_start();
	bool good = true;

	for (size_t i = 0; i < sizeof(open_to_all) / sizeof(*open_to_all); i++)
		good &= as_user(pid, open_to_all[i], O_RDONLY) == 0;
	CHECK(good, "a user reads figures of others' processes");
	good = true;
	for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++)
		good &= as_user(pid, secret[i], O_RDONLY) == EACCES;
	CHECK(good, "and not their memory and descriptors: EACCES");
	CHECK_EQ(as_user(pid, "comm", O_WRONLY), EACCES, "nor renames them");
	sleeper_end(pid);
	int status = IN_CHILD(MUST(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
			      prctl(PR_SET_DUMPABLE, 1); pid_t child = sleeper_start();
			      int fd = open_of(child, "environ", O_RDONLY); struct stat st;
			      bool mine = fd >= 0 && !fstat(fd, &st) && st.st_uid == 1000;
			      sleeper_end(child); _exit(mine ? 0 : 1));
	CHECK(EXITED(status, 0), "one's own processes belong to oneself");
	status = IN_CHILD(
		MUST(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
		prctl(PR_SET_DUMPABLE, 0); struct stat dir, file;
		MUST(!stat("/proc/self/", &dir) && !stat("/proc/self/stat", &file));
		_exit(dir.st_uid == 1000 && file.st_uid == 0 && open("/proc/self/fd", O_RDONLY) >= 0
			      ? 0
			      : 1));
	CHECK(EXITED(status, 0), "what may not be dumped is root's, but for the directory");
}

static void settings(void)
{
	char path[64];
	pid_t pid = sleeper_start();

	CHECK_EQ(put("/proc/self/oom_score_adj", "500\n"), 0, "oom_score_adj is written");
	CHECK_EQ(put("/proc/self/oom_score_adj", "1001"), EINVAL, "up to 1000");
	CHECK_EQ(put("/proc/self/oom_score_adj", "x"), EINVAL, "with numbers");
	CHECK_EQ(put("/proc/self/oom_score_adj", "0"), 0, "and taken back");
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	CHECK_EQ(put(path, "other"), EINVAL, "only the process itself writes comm");
	CHECK_EQ(put("/proc/self/stat", "x"), EINVAL, "stat cannot be written");
	CHECK_EQ(put("/proc/uptime", "x"), EIO, "nor can uptime");
	CHECK_ERR(chmod(path, 0666), EPERM, "modes stay");
	sleeper_end(pid);
	CHECK_EQ(put("/proc/sys/kernel/pid_max", "1"), EINVAL, "a setting out of range is EINVAL");
	CHECK_EQ(put("/proc/sys/kernel/pid_max", " 32768 \n"), 0,
		 "one within it is taken, blanks or not");
}

static void *waits(void *arg)
{
	pause();
	return arg;
}

#define THREADS 100

static void threads(void)
{
	pid_t pid = fork();
	char path[320];
	int seen = 0;

	if (!pid) {
		pthread_t thread;
		pthread_attr_t attr;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_attr_init(&attr);
		pthread_attr_setstacksize(&attr, 16384);
		for (int i = 1; i < THREADS; i++)
			MUST(!pthread_create(&thread, &attr, waits, NULL));
		close(open("/tmp/ready", O_CREAT, 0600));
		pause();
	}
	while (access("/tmp/ready", F_OK))
		usleep(1000);
	unlink("/tmp/ready");
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *dir = opendir(path);
	for (struct dirent *e; (e = readdir(dir));)
		seen += e->d_name[0] != '.';
	CHECK_EQ(seen, THREADS, "task lists each of a hundred threads once");
	struct stat st;
	CHECK(!fstat(dirfd(dir), &st) && st.st_nlink == THREADS + 2, "and counts them as links");
	seen = 0;
	rewinddir(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		int fd;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", pid, e->d_name);
		fd = open(path, O_RDONLY);
		if (fd >= 0 && slurp(fd) > 0 && strstr(text, "Threads:\t100\n"))
			seen++;
		close(fd);
	}
	closedir(dir);
	CHECK_EQ(seen, THREADS, "with a status for each");
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	int fd = open(path, O_RDONLY);
	slurp(fd);
	close(fd);
	CHECK_EQ(atoi(text), pid, "children names the process that was made");
	sleeper_end(pid);
	ssize_t n = readlink("/proc/thread-self", path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	snprintf(text, sizeof(text), "%d/task/%d", getpid(), getpid());
	CHECK_STR(path, text, "thread-self leads to the own thread");
}

static void fixed(const char *directory)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/new", directory);
	CHECK_ERR(access(directory, W_OK), EPERM, "the directory of a task cannot be written");
	CHECK(!access(directory, R_OK | X_OK), "but read and searched");
	CHECK_ERR(mkdir(path, 0700), ENOENT, "nothing is made in it");
	CHECK_ERR(open(path, O_CREAT | O_WRONLY, 0600), ENOENT, "no file either");
	CHECK_ERR(rmdir(path), ENOENT, "nor removed what is not there");
}

int main(void)
{
	fixed("/proc/self");
	fixed("/proc/thread-self");
	gone();
	files();
	memory();
	rights();
	settings();
	threads();
	CHECK_END();
}
