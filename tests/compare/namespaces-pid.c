/*
 * Pid namespaces: numbers inside and outside, the first task, its end, /proc inside.
 */
#include "answer.h"

#include <dirent.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static volatile int *word; /* shared by all */

/* Runs the statements in a child that is the first task of a namespace of its own. */
#define AS_INIT(...)                                                                     \
	({                                                                               \
		int init_status = -1;                                                    \
		pid_t init_pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0); \
		MUST(init_pid >= 0);                                                     \
		if (!init_pid) {                                                         \
			{                                                                \
				__VA_ARGS__;                                             \
			}                                                                \
			_exit(0);                                                        \
		}                                                                        \
		waitpid(init_pid, &init_status, 0);                                      \
		init_status;                                                             \
	})

static void nothing(int signo)
{
	++*word;
}

static void mount_proc(void)
{
	MUST(!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(!mount("proc", "/proc", "proc", 0, NULL));
}

/* The lines of status that show numbers. */
static void ask_status(const char *who)
{
	static const char *const names[] = { "Tgid",   "Ngid",	"Pid",	  "PPid",  "TracerPid",
					     "NStgid", "NSpid", "NSpgid", "NSsid", "Threads" };
	char text[4096];

	strncpy(text, file_text(words("/proc/%s/status", who)), sizeof(text) - 1);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *line = strstr(text, words("\n%s:", names[i]));

		if (!line)
			answer("missing", "%s: %s", who, names[i]);
		else
			answer(words("%.*s", (int)strcspn(line + 1, "\n"), line + 1), "%s: %s", who,
			       names[i]);
	}
}

static const char *entries(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	static char text[256];

	text[0] = '\0';
	while ((e = readdir(dir)))
		if (*e->d_name >= '0' && *e->d_name <= '9')
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ",
				 e->d_name);
	closedir(dir);
	return text;
}

static void numbers(void)
{
	topic("init");
	AS_INIT(CALL(getpid()); CALL(getppid()); CALL(getpgrp()); CALL(getsid(0));
		CALL(syscall(SYS_gettid)); CALL(kill(1, 0)); CALL(kill(2, 0)); CALL(kill(-1, 0));
		CALL(getpgid(1)); CALL(getpgid(0)); CALL(getpriority(PRIO_PGRP, 0));
		CALL(setpgid(0, 0)); CALL(getpgrp()); CALL(setsid()); CALL(getsid(0));
		CALL(fork() ? (wait(NULL), 0) : (_exit(0), 0)); CALL(waitpid(-1, NULL, 0)));
	topic("a child of init");
	AS_INIT(if (!fork()) {
		CALL(getpid());
		CALL(getppid());
		CALL(getpgrp());
		CALL(setsid());
		CALL(getpgrp());
		CALL(kill(1, SIGKILL));
		CALL(kill(1, SIGSTOP));
		CALL(kill(1, SIGTERM));
		CALL(kill(1, 0));
		CALL(getpgid(1));
		CALL(syscall(SYS_tkill, 1, SIGKILL));
		CALL(syscall(SYS_pidfd_open, 1, 0) < 0 ? -1 : 0);
		_exit(0);
	} wait(NULL));
	topic("procfs inside");
	AS_INIT(mount_proc(); ask_status("self"); ask_status("1"); answer(entries(), "numbers");
		answer(file_text("/proc/self/stat")
			       ? words("%d", atoi(file_text("/proc/self/stat")))
			       : "",
		       "stat");
		char link[64] = ""; CALL(readlink("/proc/self", link, 63)); answer(link, "self");
		memset(link, 0, 64); CALL(readlink("/proc/thread-self", link, 63));
		answer(link, "thread-self");
		answer(file_text("/proc/loadavg") ? "ok" : "", "loadavg");
		answer(file_text("/proc/sys/kernel/ns_last_pid"), "ns_last_pid");
		answer(file_put("/proc/sys/kernel/ns_last_pid", "99"), "set it to 99");
		pid_t pid = fork(); if (!pid) pause(); answer(words("%d", pid), "the next fork");
		ask_status("100"); answer(entries(), "numbers"); kill(pid, SIGKILL); wait(NULL);
		answer(file_put("/proc/sys/kernel/ns_last_pid", "-5"), "set it to -5");
		answer(file_put("/proc/sys/kernel/ns_last_pid", "99999999"), "set it to 99999999");
		answer(file_put("/proc/sys/kernel/ns_last_pid", "x"), "set it to x"));
	topic("procfs of outside, seen inside");
	AS_INIT(answer(atoi(file_text("/proc/self/stat")) ? "a text" : file_text("/proc/self/stat"),
		       "self");
		char link[64] = ""; CALL(readlink("/proc/self", link, 63) > 0);
		OPEN(open("/proc/self/ns/pid", O_RDONLY)); OPEN(open("/proc/1/ns/pid", O_RDONLY)));
}

/* --- the first task and signals ----------------------------------------------------------------
 */

static void ask_signals(void)
{
	for (int from = 0; from < 2; from++)
		for (int how = 0; how < 2; how++)
			for (int signo = 1; signo <= 64; signo++) {
				int status, stopped = 0;
				pid_t pid;

				if (signo > 31 && signo != 35 && signo != 64)
					continue;
				topic("signal %d from %s, %s", signo, from ? "outside" : "inside",
				      how ? "handled" : "default");
				*word = 0;
				pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
				if (!pid) {
					if (how)
						signal(signo, nothing);
					if (!from) {
						if (!fork())
							_exit(kill(1, signo) ? 1 : 0);
						while (wait(NULL) > 0 || errno == EINTR)
							;
						_exit(*word ? 3 : 4);
					}
					*word = 100;
					for (;;)
						pause();
				}
				if (from) {
					while (!*word)
						usleep(1000);
					wait_state(pid, "S");
					kill(pid, signo);
					while (how && signo != SIGKILL && signo != SIGSTOP &&
					       *word != 101)
						usleep(1000);
					kill(pid, SIGSTOP);
				}
				waitpid(pid, &status, WUNTRACED);
				if (WIFSTOPPED(status)) {
					stopped = 1;
					kill(pid, SIGKILL);
					kill(pid, SIGCONT);
					waitpid(pid, &status, 0);
				}
				answer(words("%s%s%s", stopped ? "stopped, then " : "",
					     status_words(status), *word == 101 ? ", handled" : ""),
				       "becomes");
			}
}

/* --- the end ------------------------------------------------------------------------------------
 */

static void ends(void)
{
	int status, pipes[2];
	char byte;
	pid_t pid;

	topic("init exits");
	MUST(!pipe(pipes));
	answer(status_words(AS_INIT(for (int i = 0; i < 3; i++) if (!fork()) pause(); _exit(5))),
	       "status");
	AS_INIT(if (!fork()) pause());
	close(pipes[1]);
	CALL(read(pipes[0], &byte, 1)); /* all that had the pipe are gone */
	close(pipes[0]);
	topic("init is killed");
	pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		fork();
		for (;;)
			pause();
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	answer(status_words(status), "status");
	topic("unshare");
	IN_CHILD(CALL(unshare(CLONE_NEWPID)); CALL(getpid() == 1);
		 answer(status_words(IN_CHILD(_exit(getpid()))), "the first child's number");
		 CALL(fork() < 0 ? -1 : 0); CALL(unshare(CLONE_NEWPID)));
	IN_CHILD(CALL(unshare(CLONE_NEWPID)); pid = fork(); if (!pid) pause();
		 answer(status_words(IN_CHILD(_exit(getpid()))), "the second child's number");
		 answer(status_words(IN_CHILD(_exit(getppid()))), "its parent");
		 CALL(unshare(CLONE_NEWPID)); CALL(unshare(CLONE_VM)); CALL(unshare(CLONE_THREAD));
		 CALL(syscall(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, 0, 0, 0, 0));
		 kill(pid, SIGKILL); wait(NULL); CALL(fork() < 0 ? -1 : 0));
	topic("orphans");
	AS_INIT(if (!fork()) {
		if (!fork()) {
			while (getppid() != 1)
				usleep(1000);
			_exit(9);
		}
		_exit(8);
	} int seen = 0;
		while (wait(&status) > 0) seen += WEXITSTATUS(status);
		answer(words("%d", seen), "sum of what init waited for"));
	topic("reboot inside");
	static const int commands[] = { RB_AUTOBOOT,	RB_HALT_SYSTEM, RB_POWER_OFF, RB_ENABLE_CAD,
					RB_DISABLE_CAD, 0x45584543,	0x1234 };
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		answer(status_words(
			       AS_INIT(int r = reboot(commands[i]); _exit(r < 0 ? errno : 100))),
		       "%#x", commands[i]);
		answer(status_words(AS_INIT(if (!fork()) {
			       setuid(1000);
			       _exit(reboot(commands[i]) < 0 ? errno : 100);
		       } int s;
					    wait(&s); _exit(WEXITSTATUS(s)))),
		       "%#x by a user", commands[i]);
	}
}

/* --- nesting -------------------------------------------------------------------------------------
 */

/* Each task makes the next, until that is refused. */
static void nested(void)
{
	for (int depth = 0; depth < 40; depth++) {
		pid_t pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);

		if (pid < 0)
			answer(error_name(errno), "the clone at depth %d", depth);
		if (pid) {
			wait(NULL);
			_exit(0);
		}
	}
}

static void entering(void)
{
	int go[2], status;
	pid_t pid;
	char byte;

	topic("entering");
	MUST(!pipe(go));
	pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		close(go[1]);
		_exit(read(go[0], &byte, 1) == 0 ? 0 : 1);
	}
	int fd = open(words("/proc/%d/ns/pid", pid), O_RDONLY);
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	close(go[0]);
	IN_CHILD(close(go[1]); CALL(setns(fd, CLONE_NEWPID)); CALL(getpid() > 2);
		 answer(status_words(IN_CHILD(_exit(getpid()))), "number of a child");
		 answer(status_words(IN_CHILD(_exit(getppid()))), "its parent");
		 answer(status_words(IN_CHILD(_exit(kill(1, 0) ? errno : 0))), "it asks for init");
		 CALL(setns(open("/proc/self/ns/pid", O_RDONLY), CLONE_NEWPID));
		 CALL(unshare(CLONE_NEWPID));
		 answer(status_words(IN_CHILD(_exit(getpid()))), "after unshare"));
	IN_CHILD(CALL(setns(pidfd, CLONE_NEWPID));
		 answer(status_words(IN_CHILD(_exit(getpid()))), "number of a child"));
	IN_CHILD(setuid(1000); CALL(setns(fd, CLONE_NEWPID)));
	AS_INIT(CALL(setns(fd, CLONE_NEWPID)));
	close(go[1]);
	waitpid(pid, &status, 0);
	answer(status_words(status), "init");
	IN_CHILD(CALL(setns(fd, CLONE_NEWPID)); CALL(fork() < 0 ? -1 : 0));
	CALL(setns(pidfd, CLONE_NEWPID));
	topic("nested");
	IN_CHILD(nested());
}

int main(void)
{
	word = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(word != MAP_FAILED);
	numbers();
	ask_signals();
	ends();
	entering();
	return 0;
}
