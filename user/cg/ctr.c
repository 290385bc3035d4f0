/*
 * ctr.c - ctr run starts a program in namespaces and containers of its own, and waits for it.
 */
#include "ctr.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that removes the containers when ctr has closed the pipe or has died; its number. */
static pid_t keeper_start(struct ctr *ctr, int *hold)
{
	int fds[2];
	char byte;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) || (pid = fork()) < 0)
		die("keeper: %s", strerror(errno));
	if (pid) {
		close(fds[0]);
		*hold = fds[1];
		return pid;
	}
	setsid();
	ctr_unlock(ctr);
	close(fds[1]);
	while (read(fds[0], &byte, 1) < 0 && errno == EINTR)
		;
	ctr_groups_remove(ctr);
	_exit(finish());
}

/* The program's process, from outside; it is in its containers when this returns. */
static pid_t program_start(struct ctr *ctr, const sigset_t *mask)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID))
		die("unshare: %s%s", strerror(errno), errno == EPERM ? " (this is for root)" : "");
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		sigprocmask(SIG_SETMASK, mask, NULL);
		ctr_enter(ctr);
	}
	close(ready[1]);
	(void)!read(ready[0], &byte, 1); /* its end closes with exec, or with its life */
	close(ready[0]);
	return pid;
}

/* Waits for the program.  SIGTERM and SIGHUP end it; the keys of the terminal reach it anyway. */
static int program_wait(pid_t pid, const sigset_t *signals)
{
	int status = 0, sig;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		sig = sigwaitinfo(signals, NULL);
		if (sig == SIGTERM || sig == SIGHUP)
			kill(pid, SIGKILL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void report(const struct ctr *ctr, pid_t pid, int status)
{
	json_to(stderr);
	json_open(NULL, '{');
	json_string("name", ctr->name);
	json_number("pid", pid);
	json_number("status", status);
	json_close('}');
	json_end();
}

static int run(struct ctr *ctr)
{
	sigset_t signals, before;
	pid_t keeper, program;
	int hold, status;

	exit_failure = EXIT_SETUP;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGQUIT);
	sigprocmask(SIG_BLOCK, &signals, &before);
	ctr_groups_create(ctr);
	keeper = keeper_start(ctr, &hold);
	program = program_start(ctr, &before);
	ctr_unlock(ctr);
	status = program_wait(program, &signals);
	close(hold);
	waitpid(keeper, NULL, 0);
	if (want_json)
		report(ctr, program, status);
	return status;
}

static int ctr_main(int argc, char **argv)
{
	static const struct option longs[] = { { "cpus", required_argument, NULL, 'c' },
					       { "mems", required_argument, NULL, 'm' },
					       { "pids", required_argument, NULL, 'p' },
					       { "hostname", required_argument, NULL, 'H' },
					       { "name", required_argument, NULL, 'n' },
					       OPTIONS_COMMON };
	const char *verb = argc > 1 ? argv[1] : "";
	struct ctr ctr = { 0 };
	int c;

	if (!strcmp(verb, "run") || !strcmp(verb, "ls")) {
		argv++;
		argc--;
	}
	while ((c = option_next(argc, argv, "+:h", longs)) != -1) {
		const char **option = c == 'c'	 ? &ctr.cpus
				      : c == 'm' ? &ctr.mems
				      : c == 'p' ? &ctr.pids
				      : c == 'H' ? &ctr.host
						 : &ctr.name;

		*option = optarg;
	}
	if (!strcmp(verb, "ls") && optind == argc)
		return ctr_list();
	if (strcmp(verb, "run"))
		usage_error("%s: say run or ls", *verb ? verb : "nothing");
	if (argc - optind < 2)
		usage_error("which root, which program?");
	if (ctr.name && (!*ctr.name || strchr(ctr.name, '/')))
		usage_error("%s: not a name", ctr.name);
	if (!ctr.name)
		ctr.name = join("%d", getpid());
	ctr.root = argv[optind];
	ctr.program = argv + optind + 1;
	return run(&ctr);
}

const struct command ctr = {
	"ctr", ctr_main,
	"ctr run [--cpus LIST] [--mems LIST] [--pids N] [--hostname NAME] [--name NAME]\n"
	"        ROOT PROGRAM...\n"
	"Runs a program with ROOT as its root, as process 1 of a pid namespace, with\n"
	"mounts and host name of its own, and ends as it does; 125 if that could not be\n"
	"set up.  Nothing is left behind, even if ctr is killed.\n"
	"  --cpus, --mems LIST  in a cpuset with these processors, memory nodes\n"
	"  --pids N             with at most so many tasks\n"
	"  --hostname NAME      under this name\n"
	"  --name NAME          calls its containers ctr.NAME\n"
	"  --json               tells at the end, on stderr, its outer number and status\n"
	"ctr ls [--json]\n"
	"Lists the containers of those that run.\n"
};
