/*
 * The subsystem freezer: its files, and how states pass down.
 */
#include "control.h"

#include <sys/prctl.h>

static pid_t sleeper(void)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	wait_state(pid, "S");
	return pid;
}

/* A state is taken slowly: FREEZING is waited out. */
static const char *state_of(const char *at)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/freezer.state", at);
	while (!strcmp(file_text(path), "FREEZING\n"))
		usleep(1000);
	return file_text(path);
}

static void states(const char *when)
{
	static const char *const at[] = { AT "/a", AT "/a/b", AT "/a/b/c" };

	for (int i = 0; i < 3; i++) {
		answer(state_of(at[i]), "%s, state of %s", when, at[i] + sizeof(AT));
		answer(file_text(words("%s/freezer.self_freezing", at[i])), "%s, self of %s", when,
		       at[i] + sizeof(AT));
		answer(file_text(words("%s/freezer.parent_freezing", at[i])), "%s, parent of %s",
		       when, at[i] + sizeof(AT));
	}
}

static void without_tasks(void)
{
	states("new");
	answer(file_put(AT "/a/b/freezer.state", "FROZEN"), "freeze b");
	states("b frozen");
	answer(file_put(AT "/a/freezer.state", "FROZEN"), "freeze a");
	states("a and b frozen");
	answer(file_put(AT "/a/b/freezer.state", "THAWED"), "thaw b");
	states("a frozen");
	CALL(mkdir(AT "/a/new", 0755));
	answer(state_of(AT "/a/new"), "a new child of a frozen one");
	answer(file_text(AT "/a/new/freezer.parent_freezing"), "its parent freezes");
	CALL(rmdir(AT "/a/new"));
	answer(file_put(AT "/a/freezer.state", "THAWED"), "thaw a");
	states("thawed");
}

static const char *stat_state(pid_t pid)
{
	char *at = strrchr(file_text(words("/proc/%d/stat", pid)), ')');

	return words("%c", at[2]);
}

static void with_task(void)
{
	pid_t pid = sleeper();
	char number[16];
	int status;

	snprintf(number, sizeof(number), "%d", pid);
	answer(file_put(AT "/a/b/c/tasks", number), "enter c");
	answer(file_put(AT "/a/freezer.state", "FROZEN"), "freeze a");
	states("with a task");
	answer(stat_state(pid), "it shows as");
	CALL(kill(pid, SIGUSR1));
	CALL(kill(pid, SIGSTOP));
	answer(stat_state(pid), "after signals it shows as");
	CALL(kill(pid, SIGCONT));
	answer(file_put(AT "/tasks", number), "leave");
	states("left");
	wait(&status);
	answer(status_words(status), "the signal works then");
	pid = sleeper();
	snprintf(number, sizeof(number), "%d", pid);
	answer(file_put(AT "/a/b/tasks", number), "enter the frozen b");
	answer(state_of(AT "/a/b"), "state of b");
	wait_state(pid, "D");
	CALL(kill(pid, SIGKILL));
	answer(stat_state(pid), "after SIGKILL it shows as");
	answer(file_put(AT "/a/freezer.state", "THAWED"), "thaw a");
	wait(&status);
	answer(status_words(status), "it ends by");
	states("after all");
}

int main(void)
{
	umask(022);
	MUST(!mkdir(AT, 0755));
	files_of("freezer");
	MUST(!mount("none", AT, "cgroup", 0, "freezer") && !mkdir(AT "/a", 0755));
	MUST(!mkdir(AT "/a/b", 0755) && !mkdir(AT "/a/b/c", 0755));
	topic("states");
	without_tasks();
	with_task();
	MUST(!rmdir(AT "/a/b/c") && !rmdir(AT "/a/b") && !rmdir(AT "/a") && !umount(AT));
	free_all();
	return rmdir(AT);
}
