/*
 * Files of /proc: which there are, their modes, what reading, writing and seeking answer, and the
 * shape of their texts: each number is shown as N.
 */
#include "answer.h"

#include <sys/prctl.h>

/* Lists of lines whose number depends on the machine are shown by their first line only. */
static const struct {
	const char *name;
	int show; /* 0: nothing of the text, 1: the first line, 2: all of it, 3: as it is */
} files[] = {
	{ "uptime", 2 },
	{ "loadavg", 2 },
	{ "version", 0 },
	{ "cmdline", 0 },
	{ "mounts", 0 },
	{ "filesystems", 0 },
	{ "stat", 1 },
	{ "meminfo", 1 },
	{ "swaps", 1 },
	{ "partitions", 0 },
	{ "devices", 1 },
	{ "interrupts", 0 },
	{ "cpuinfo", 1 },
	{ "modules", 0 },
	{ "diskstats", 0 },
	{ "vmstat", 0 },
	{ "buddyinfo", 0 },
	{ "slabinfo", 0 },
	{ "consoles", 0 },
	{ "cgroups", 1 },
	{ "execdomains", 2 },
	{ "nothing", 2 },

	{ "PID/auxv", 0 },
	{ "PID/cgroup", 0 },
	{ "PID/cmdline", 3 },
	{ "PID/comm", 3 },
	{ "PID/environ", 0 },
	{ "PID/io", 2 },
	{ "PID/limits", 0 },
	{ "PID/loginuid", 3 },
	{ "PID/maps", 0 },
	{ "PID/mountinfo", 0 },
	{ "PID/mounts", 0 },
	{ "PID/mountstats", 0 },
	{ "PID/numa_maps", 0 },
	{ "PID/oom_score", 2 },
	{ "PID/oom_score_adj", 3 },
	{ "PID/personality", 3 },
	{ "PID/schedstat", 2 },
	{ "PID/sessionid", 3 },
	{ "PID/setgroups", 3 },
	{ "PID/smaps", 0 },
	{ "PID/stat", 2 },
	{ "PID/statm", 2 },
	{ "PID/uid_map", 3 },
	{ "PID/gid_map", 3 },
	{ "PID/mem", 0 },
	{ "PID/wchan", 0 },
	{ "PID/task", 0 },
	{ "PID/fd", 0 },
	{ "PID/fdinfo", 0 },
	{ "PID/fdinfo/0", 0 },
	{ "PID/ns", 0 },
	{ "PID/cwd", 0 },
	{ "PID/exe", 0 },
	{ "PID/root", 0 },
	{ "PID/task/PID/comm", 3 },
	{ "PID/task/PID/children", 2 },
	{ "PID/task/PID/stat", 2 },
	{ "PID/task/1", 0 },
	{ "PID/nothing", 0 },
};

/* Numbers become N. */
static const char *shape(const char *text, int show)
{
	static char out[4096];
	size_t n = 0;

	for (const char *c = text; *c && n < sizeof(out) - 2; c++) {
		bool digit = *c >= '0' && *c <= '9';

		if (show == 1 && *c == '\n')
			break;
		if (show == 3 || !digit)
			out[n++] = *c;
		else if (!n || out[n - 1] != 'N')
			out[n++] = 'N';
	}
	out[n] = '\0';
	return out;
}

static const char *path_of(const char *name, pid_t pid)
{
	static char path[256];
	char first[256];
	const char *at = strstr(name, "PID");

	if (!at)
		snprintf(path, sizeof(path), "/proc/%s", name);
	else {
		snprintf(first, sizeof(first), "/proc/%.*s%d%s", (int)(at - name), name, pid,
			 at + 3);
		at = strstr(first, "PID");
		if (at)
			snprintf(path, sizeof(path), "%.*s%d%s", (int)(at - first), first, pid,
				 at + 3);
		else
			strcpy(path, first);
	}
	return path;
}

static void ask(unsigned i, pid_t pid, const char *who)
{
	char path[256], text[64];
	struct stat st;
	int fd;

	strcpy(path, path_of(files[i].name, pid));
	topic("%s%s", files[i].name, who);
	answer(lstat(path, &st) ? error_name(errno)
				: words("%o uid %d gid %d size %d", st.st_mode, st.st_uid,
					st.st_gid, (int)st.st_size),
	       "lstat");
	OPEN(open(path, O_RDONLY | O_NONBLOCK));
	OPEN(open(path, O_WRONLY));
	OPEN(open(path, O_RDONLY | O_DIRECTORY));
	CALL(access(path, R_OK));
	CALL(access(path, W_OK));
	CALL(unlink(path));
	CALL(chmod(path, 0777));
	CALL(truncate(path, 0));
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd < 0 || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode)) {
		close(fd);
		return;
	}
	CALL(read(fd, text, 0));
	/* Linux may still be taking down what others have mounted, or has done so: text or none. */
	if (strcmp(strrchr(path, '/'), "/cgroup"))
		CALL(read(fd, (void *)8, 4));
	CALL(lseek(fd, -1, SEEK_SET));
	CALL(lseek(fd, 2, SEEK_SET));
	CALL(lseek(fd, 0, SEEK_SET));
	CALL(pread(fd, text, 1, 1 << 30));
	CALL(pread(fd, text, 1, -1));
	CALL(write(fd, "x", 1));
	close(fd);
	if (files[i].show)
		answer(shape(file_text(path), files[i].show), "text");
}

static void each(pid_t pid, const char *who)
{
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (*who == '\0' || strstr(files[i].name, "PID") || *who == ',')
			ask(i, pid, who);
}

int main(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	wait_state(pid, "S");
	each(pid, "");
	IN_CHILD(MUST(!setgid(1000) && !setuid(1000)); each(pid, ", asked by a user"));
	kill(pid, SIGKILL);
	for (char c = 0; c != 'Z';) {
		const char *text = strrchr(file_text(words("/proc/%d/stat", pid)), ')');

		c = text[2];
	}
	each(pid, " of a zombie");
	waitpid(pid, NULL, 0);
	each(pid, " of nobody");
	return 0;
}
