/*
 * ctr_enter.c - process 1 of the new namespaces: its containers, its root, its name, its program.
 */
#include "ctr.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void lost(const char *what)
{
	complain_errno(what);
	_exit(EXIT_SETUP);
}

static void groups_enter(const struct ctr *ctr)
{
	for (struct target *t = ctr->groups; t; t = t->next) {
		if (!target_move(t, "cgroup.procs", 0))
			_exit(EXIT_SETUP);
	}
}

/* The root becomes /, with the /proc of this namespace, and /dev where there was none. */
static void root_enter(const char *root)
{
	struct stat st;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		lost("/: making mounts private");
	if (strcmp(root, "/")) {
		if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) || chdir(root))
			lost(root);
		if (mount(".", "/", NULL, MS_MOVE, NULL) || chroot("."))
			lost(root);
	}
	if (chdir("/"))
		lost("/");
	mkdir("/proc", 0555);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		lost("/proc");
	if (stat("/dev/null", &st) && !stat("/dev", &st))
		mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, NULL);
}

void ctr_enter(const struct ctr *ctr)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	groups_enter(ctr);
	root_enter(ctr->root);
	if (ctr->host && sethostname(ctr->host, strlen(ctr->host)))
		lost(ctr->host);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(ctr->program[0], ctr->program);
	complain_errno(ctr->program[0]);
	_exit(errno == ENOENT ? 127 : 126);
}
