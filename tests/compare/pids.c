/*
 * The subsystem pids: its files, and how many tasks may be.
 */
#include "control.h"

static const char *forked(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (pid < 0)
		return error_name(errno);
	waitpid(pid, NULL, 0);
	return "ok";
}

static void state(const char *when)
{
	answer(file_text(AT "/a/pids.current"), "%s, current", when);
	answer(file_text(AT "/a/pids.max"), "%s, max", when);
	answer(file_text(AT "/a/pids.events"), "%s, events", when);
	answer(file_text(AT "/a/b/pids.current"), "%s, current of the child", when);
	answer(file_text(AT "/a/b/pids.events"), "%s, events of the child", when);
}

static void inside(void)
{
	pid_t zombie;

	state("empty");
	answer(file_put(AT "/a/b/tasks", "0"), "a task enters the child");
	state("one");
	answer(file_put(AT "/a/pids.max", "1"), "max of the parent 1");
	answer(forked(), "fork");
	state("full");
	answer(file_put(AT "/a/pids.max", "2"), "max 2");
	answer(forked(), "fork");
	answer(file_put(AT "/a/b/pids.max", "0"), "max of the child 0");
	answer(forked(), "fork");
	state("refused");
	answer(file_put(AT "/a/tasks", "0"), "to the parent");
	answer(file_put(AT "/a/b/tasks", "0"), "back, over the limit");
	state("over");
	answer(file_put(AT "/a/b/pids.max", "max"), "no limit of the child");
	zombie = fork();
	if (!zombie)
		_exit(0);
	wait_state(zombie, "Z");
	state("with a zombie");
	answer(forked(), "fork beside it");
	waitpid(zombie, NULL, 0);
	state("reaped");
	answer(forked(), "fork after it");
	answer(file_put(AT "/a/pids.current", "1"), "write current");
	answer(file_put(AT "/a/pids.events", "1"), "write events");
	answer(file_put(AT "/tasks", "0"), "out");
	state("left");
}

int main(void)
{
	umask(022);
	MUST(!mkdir(AT, 0755));
	files_of("pids");
	free_all();
	MUST(!mount("none", AT, "cgroup", 0, "pids") && !mkdir(AT "/a", 0755));
	MUST(!mkdir(AT "/a/b", 0755));
	topic("limits");
	inside();
	MUST(!rmdir(AT "/a/b") && !rmdir(AT "/a") && !umount(AT));
	free_all();
	return rmdir(AT);
}
