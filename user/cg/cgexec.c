/*
 * cgexec.c - cgexec starts a program in containers, cgclassify moves running ones there.
 */
#include "cg.h"

#include <unistd.h>

static const struct option longs[] = { { "sticky", no_argument, NULL, 's' },
				       { "cancel-sticky", no_argument, NULL, 'u' },
				       { "threads", no_argument, NULL, 't' },
				       OPTIONS_COMMON };

static int exec_main(int argc, char **argv)
{
	struct hierarchy *all = hierarchies_read();
	struct target *targets = NULL;
	int c;

	while ((c = option_next(argc, argv, "+:g:sh", longs)) != -1) {
		if (c == 'g')
			targets_add(&targets, all, optarg);
	}
	if (!targets)
		usage_error("which containers? -g CONTROLLERS:PATH");
	if (optind == argc)
		usage_error("which program?");
	for (struct target *t = targets; t; t = t->next)
		if (!target_move(t, "cgroup.procs", getpid()))
			return EXIT_FAILURE;
	if (want_json) {
		json_to(stderr);
		json_open(NULL, '{');
		json_number("pid", getpid());
		json_open("directories", '[');
		for (struct target *t = targets; t; t = t->next)
			json_string(NULL, t->dir);
		json_close(']');
		json_close('}');
		json_end();
	}
	fflush(NULL);
	execvp(argv[optind], argv + optind);
	c = errno == ENOENT ? 127 : 126;
	complain_errno(argv[optind]);
	return c;
}

const struct command cgexec = {
	"cgexec", exec_main,
	"cgexec -g CONTROLLERS:PATH... PROGRAM [ARGUMENT...]\n"
	"Runs a program in containers, which must exist.  Ends as it does; with 127 if\n"
	"there is none, 126 if it cannot be run.\n"
	"  -g CONTROLLERS:PATH  where; \"*\" stands for all controllers that are mounted\n"
	"  --sticky             accepted: no daemon moves programs here\n"
	"  --json               tells first, on stderr, the process and its directories\n"
};

static int classify_main(int argc, char **argv)
{
	struct hierarchy *all = hierarchies_read();
	struct target *targets = NULL;
	const char *file = "cgroup.procs";
	int c;

	while ((c = option_next(argc, argv, ":g:h", longs)) != -1) {
		if (c == 'g')
			targets_add(&targets, all, optarg);
		else if (c == 't')
			file = "tasks";
	}
	if (!targets)
		usage_error("which containers? -g CONTROLLERS:PATH");
	if (optind == argc)
		usage_error("which processes?");
	for (int i = optind; i < argc; i++)
		number_parse(argv[i], 1, 1L << 22, "a process is a number");
	if (want_json)
		json_open(NULL, '[');
	for (int i = optind; i < argc; i++) {
		for (struct target *t = targets; t; t = t->next) {
			if (!target_move(t, file, atol(argv[i])) || !want_json)
				continue;
			json_open(NULL, '{');
			json_number("pid", atol(argv[i]));
			json_string("directory", t->dir);
			json_close('}');
		}
	}
	if (want_json) {
		json_close(']');
		json_end();
	}
	return finish();
}

const struct command cgclassify = {
	"cgclassify", classify_main,
	"cgclassify [--threads] -g CONTROLLERS:PATH... PID...\n"
	"Moves processes into containers.\n"
	"  -g CONTROLLERS:PATH        where; \"*\" stands for all mounted controllers\n"
	"  --threads                  the numbers are those of threads, which move alone\n"
	"  --sticky, --cancel-sticky  accepted: no daemon moves programs here\n"
	"  --json                     tells who was moved where\n"
};
