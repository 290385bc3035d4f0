/* The release agent: when it runs, with what words, where, and how often. */
#include "group.h"

#include <sys/mount.h>
#include <sys/prctl.h>

#define ROOT "/tmp/rel"
#define LOG  "/tmp/rel.fifo"

static int agent_log;

/* The agent's next line, which it writes as one piece. */
static const char *next_line(void)
{
	static char line[512];
	ssize_t n = read(agent_log, line, sizeof(line) - 1);

	line[n > 0 ? n : 0] = '\0';
	return line;
}

/* Nothing more came, once everything that was to come has been set off and a later event was
 * reported. */
static void install_agent(void)
{
	int fd = open("/tmp/agent", O_CREAT | O_WRONLY | O_TRUNC, 0755);
	const char *script = "#!/bin/sh\n"
			     "echo \"$# $1 home=$HOME path=$PATH dir=$(pwd) id=$(id -u) "
			     "$(grep -vc ':/$' /proc/self/cgroup)\" > " LOG "\n";

	write(fd, script, strlen(script));
	close(fd);
	mkfifo(LOG, 0600);
	agent_log = open(LOG, O_RDWR);
}

/* A child that stays until told. */
static pid_t start_member(const char *tasks, int *hold)
{
	int fds[2];
	pid_t pid;

	MUST(!pipe(fds));
	pid = fork();
	if (pid == 0) {
		char c;

		close(fds[1]);
		_exit(read(fds[0], &c, 1) < 0);
	}
	close(fds[0]);
	*hold = fds[1];
	MUST(!group_write_pid(tasks, pid));
	return pid;
}

static void end_member(pid_t pid, int hold)
{
	close(hold);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	pid_t pid;
	int hold;

	mkdir(ROOT, 0755);
	MUST(!mount("none", ROOT, "cgroup", 0, "none,name=rel"));
	install_agent();
	CHECK(text_read(ROOT "/release_agent") == 1 && !strcmp(text, "\n"),
	      "an agent is not set at first");
	CHECK_OK(text_write(ROOT "/release_agent", "/tmp/agent\n"), "the root names the agent");
	CHECK(text_read(ROOT "/release_agent") > 0 && !strcmp(text, "/tmp/agent\n"),
	      "and shows it");
	CHECK_OK(text_write(ROOT "/notify_on_release", "1"), "notify_on_release is set");
	MUST(!mkdir(ROOT "/a", 0755));
	CHECK(text_read(ROOT "/a/notify_on_release") > 0 && text[0] == '1', "a child inherits it");
	MUST(!mkdir(ROOT "/a/kid", 0755));

	pid = start_member(ROOT "/a/kid/tasks", &hold);
	end_member(pid, hold);
	CHECK(!strcmp(next_line(),
		      "1 /a/kid home=/ path=/sbin:/bin:/usr/sbin:/usr/bin dir=/ id=0 0\n"),
	      "the last task's end runs the agent with the path, as root, from /, in the root "
	      "container");
	MUST(!rmdir(ROOT "/a/kid"));
	CHECK(!strncmp(next_line(), "1 /a ", 5), "removing the last child runs it for the parent");

	pid = start_member(ROOT "/a/tasks", &hold);
	MUST(!group_write_pid(ROOT "/tasks", pid));
	CHECK(!strncmp(next_line(), "1 /a ", 5), "moving the last task out runs it");
	end_member(pid, hold);

	MUST(!mkdir(ROOT "/quiet", 0755));
	MUST(!text_write(ROOT "/quiet/notify_on_release", "0"));
	pid = start_member(ROOT "/quiet/tasks", &hold);
	end_member(pid, hold);
	MUST(!text_write(ROOT "/quiet/notify_on_release", "1"));
	pid = start_member(ROOT "/a/tasks", &hold);
	end_member(pid, hold);
	CHECK(!strncmp(next_line(), "1 /a ", 5),
	      "a container without the flag, and one that gets it empty, run none");

	rmdir(ROOT "/quiet");
	rmdir(ROOT "/a");
	text_write(ROOT "/notify_on_release", "0");
	umount(ROOT);
	rmdir(ROOT);
	unlink(LOG);
	unlink("/tmp/agent");
	CHECK(group_selfcheck(), "the framework finds nothing wrong with itself");
	CHECK_END();
}
