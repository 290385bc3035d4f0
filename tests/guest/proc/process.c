/* /proc/PID: what it tells about a process, and that it is true. */
#include "text.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/prctl.h>

static ssize_t text_read_of(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return text_read(path);
}

/* The number after a key in a file of "key: value" lines. */
static long value(const char *key)
{
	char *at = text;
	size_t n = strlen(key);

	while (at && strncmp(at, key, n))
		at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
	return at ? strtol(at + n + 1, NULL, 10) : -1;
}

static void identity(void)
{
	char name[17], state;
	int pid, ppid, group, session, fields = 1;

	text_read("/proc/self/stat");
	CHECK(sscanf(text, "%d (%16[^)]) %c %d %d %d", &pid, name, &state, &ppid, &group,
		     &session) == 6 &&
		      pid == getpid() && ppid == getppid() && group == getpgrp() &&
		      session == getsid(0) && state == 'R',
	      "stat tells pid, state, parent, group and session");
	CHECK_STR(name, "process", "and the name");
	for (char *c = strrchr(text, ')'); *c; c++)
		fields += *c == ' ';
	CHECK_EQ(fields, 52 - 1, "it has 52 fields");
	MUST(!prctl(PR_SET_NAME, "new) name", 0, 0, 0));
	text_read("/proc/self/stat");
	CHECK(strstr(text, "(new) name) R") != NULL, "a name may hold a bracket");
	text_read("/proc/self/comm");
	CHECK_STR(text, "new) name\n", "comm is the name");
	int fd = open("/proc/self/comm", O_WRONLY);
	CHECK(write(fd, "other", 5) == 5 && text_read("/proc/self/comm") &&
		      !strcmp(text, "other\n"),
	      "which can be written");
	close(fd);
	text_read("/proc/self/status");
	CHECK(value("Pid:") == getpid() && value("PPid:") == getppid() &&
		      value("Tgid:") == getpid(),
	      "status tells the ids");
	CHECK(value("Uid:") == 0 && value("Gid:") == 0 && value("Threads:") == 1,
	      "users and threads");
	CHECK(value("VmSize:") > 0 && value("VmRSS:") > 0 && value("VmRSS:") <= value("VmSize:"),
	      "and memory");
	CHECK(strstr(text, "Name:\tother\n") && strstr(text, "State:\tR (running)\n"),
	      "in the words of ps");
	CHECK(strstr(text, "SigBlk:\t0000000000000000\n") && strstr(text, "Cpus_allowed_list:\t"),
	      "and of others");
	text_read("/proc/self/cmdline");
	CHECK(!memcmp(text, "/test/proc/process\0", 19),
	      "cmdline has the arguments, each ended by a zero byte");
	text_read("/proc/self/environ");
	CHECK(memmem(text, sizeof(text), "PATH=", 5) != NULL, "environ the environment");
	text_read("/proc/self/statm");
	long size = 0, resident = 0;
	CHECK(sscanf(text, "%ld %ld", &size, &resident) == 2 && resident > 0 && resident <= size &&
		      size < 100000,
	      "statm counts pages");
	text_read("/proc/self/limits");
	CHECK(strstr(text, "Max open files            1024 ") != NULL, "limits lists the limits");
	text_read("/proc/self/mounts");
	CHECK(strstr(text, "proc /proc proc rw") != NULL, "mounts lists the mounts");
	text_read("/proc/self/cgroup");
	CHECK(text[0] == '\0' || strchr(text, ':'), "cgroup can be read");
}

static void links(void)
{
	char path[64], to[256];
	ssize_t n;
	struct stat a, b;
	int fds[2];

	n = readlink("/proc/self", to, sizeof(to));
	CHECK(n > 0 && (to[n] = 0, atoi(to) == getpid()), "/proc/self leads to the own directory");
	n = readlink("/proc/self/exe", to, sizeof(to) - 1);
	to[n > 0 ? n : 0] = '\0';
	CHECK_STR(to, "/test/proc/process", "exe is the program");
	CHECK(!stat("/proc/self/exe", &a) && !stat("/test/proc/process", &b) &&
		      a.st_ino == b.st_ino,
	      "and opens as it");
	MUST(!chdir("/tmp"));
	n = readlink("/proc/self/cwd", to, sizeof(to) - 1);
	to[n > 0 ? n : 0] = '\0';
	CHECK_STR(to, "/tmp", "cwd is the directory");
	MUST(!chdir("/"));
	n = readlink("/proc/self/root", to, sizeof(to) - 1);
	to[n > 0 ? n : 0] = '\0';
	CHECK_STR(to, "/", "root is the root");
	MUST(!pipe(fds));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	n = readlink(path, to, sizeof(to) - 1);
	to[n > 0 ? n : 0] = '\0';
	CHECK(!strncmp(to, "pipe:[", 6), "fd names a pipe by its number");
	int fd = open("/tmp/gone", O_CREAT | O_RDWR, 0600);
	unlink("/tmp/gone");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, to, sizeof(to) - 1);
	to[n > 0 ? n : 0] = '\0';
	CHECK_STR(to, "/tmp/gone (deleted)", "and says of a file that it is deleted");
	DIR *dir = opendir("/proc/self/fd");
	int seen = 0;
	for (struct dirent *e; (e = readdir(dir));)
		seen += atoi(e->d_name) == fd && e->d_name[0] != '.';
	closedir(dir);
	CHECK_EQ(seen, 1, "fd lists the descriptors");
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	lseek(fd, 77, SEEK_SET);
	text_read(path);
	CHECK(value("pos:") == 77 && strstr(text, "flags:\t0100002\n"),
	      "fdinfo tells place and flags");
	close(fd);
	CHECK_ERR(open(path, O_RDONLY), ENOENT, "a closed one is gone");
	CHECK_ERR(open("/proc/999999/stat", O_RDONLY), ENOENT,
		  "a process that is not there is ENOENT");
}

static void memory_map(void)
{
	unsigned long start, end, stack = 0, heap = 0, code = 0;
	char perms[5], line_name[200];
	bool sorted = true;
	unsigned long last = 0;

	sbrk(4096);
	text_read("/proc/self/maps");
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		line_name[0] = '\0';
		if (sscanf(line, "%lx-%lx %4s %*x %*s %*u %199s", &start, &end, perms, line_name) <
		    3)
			sorted = false;
		sorted &= start >= last && end > start;
		last = end;
		if ((unsigned long)&start >= start && (unsigned long)&start < end)
			stack = !strcmp(line_name, "[stack]") && !strncmp(perms, "rw-p", 4);
		if (!strcmp(line_name, "[heap]"))
			heap = 1;
		if ((unsigned long)memory_map >= start && (unsigned long)memory_map < end)
			code = !strcmp(line_name, "/test/proc/process") &&
			       !strncmp(perms, "r-xp", 4);
	}
	CHECK(sorted, "maps lists areas in order");
	CHECK(stack, "the stack");
	CHECK(heap, "the heap");
	CHECK(code, "and the program's code with its file");
}

static void *waits(void *arg)
{
	pause();
	return NULL;
}

static void others(void)
{
	pthread_t thread;
	pid_t pid, zombie;
	int entries = 0;
	char path[64];
	struct stat st;

	pid = fork();
	if (!pid) {
		pthread_create(&thread, NULL, waits, NULL);
		pthread_create(&thread, NULL, waits, NULL);
		pause();
	}
	while (text_read_of(pid, "status") > 0 && value("Threads:") < 3)
		usleep(1000);
	CHECK_EQ(value("Threads:"), 3, "threads are counted");
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir));)
		entries += e->d_name[0] != '.';
	CHECK_EQ(entries, 3, "and listed in task");
	closedir(dir);
	snprintf(path, sizeof(path), "task/%d/stat", pid);
	CHECK(text_read_of(pid, path) > 0 && atoi(text) == pid, "with a stat each");
	snprintf(path, sizeof(path), "/proc/%d", pid);
	CHECK(!stat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == 0,
	      "a process' directory belongs to its user");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK_ERR(stat(path, &st), ENOENT, "and goes with it");
	zombie = fork();
	if (!zombie)
		_exit(0);
	siginfo_t info;
	waitid(P_PID, zombie, &info, WEXITED | WNOWAIT);
	text_read_of(zombie, "status");
	CHECK(strstr(text, "State:\tZ (zombie)\n") != NULL, "a zombie is there, as one");
	CHECK_EQ(text_read_of(zombie, "cmdline"), 0, "without a command line");
	waitpid(zombie, NULL, 0);

	pid = fork();
	if (!pid) {
		MUST(!setresuid(1000, 1000, 1000));
		_exit(open("/proc/1/environ", O_RDONLY) == -1 && errno == EACCES &&
				      open("/proc/1/stat", O_RDONLY) >= 0
			      ? 0
			      : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	CHECK(EXITED(status, 0), "a user sees another's stat and not the environment");
}

/* As killall finds out that a name has not become somebody else's. */
static void directory_signal(void)
{
	int status, process, thread, place;
	char path[64];
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "/proc/%d", pid);
	process = open(path, O_RDONLY | O_DIRECTORY);
	place = open(path, O_PATH);
	snprintf(path, sizeof(path), "/proc/%d/task/%d", pid, pid);
	thread = open(path, O_RDONLY | O_DIRECTORY);
	CHECK_ERR(syscall(SYS_pidfd_send_signal, place, SIGKILL, NULL, 0), EBADF,
		  "a place in /proc takes no signals");
	CHECK_ERR(syscall(SYS_pidfd_send_signal, thread, SIGKILL, NULL, 0), EBADF,
		  "nor does a thread's directory");
	CHECK_OK(syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0),
		 "an open directory of a process does");
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	      "and the process gets them");
	CHECK_ERR(syscall(SYS_pidfd_send_signal, process, 0, NULL, 0), ESRCH,
		  "nobody gets them once it has gone");
	close(process);
	close(thread);
	close(place);
}

int main(void)
{
	identity();
	links();
	memory_map();
	others();
	directory_signal();
	CHECK_END();
}
