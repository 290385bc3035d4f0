/*
 * cgtop.c - who uses the processors: the containers of the hierarchy with cpuacct, again and again.
 *
 * What is shown is true in itself, though the counters are read one after the other and others
 * move, reset and remove meanwhile:
 * - a container's counter is read after those below it, and its rate is at least their sum;
 * - a counter that is lower than before was reset: what it shows now is what was used since;
 * - containers are told apart by inode, so one that was renamed goes on, and one that was made anew
 *   under an old name begins at nothing;
 * - nobody has used more than all processors had.
 */
#include "cg.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NARROW 40 /* columns, fewer of which have room for a rate and a name only */

static bool batch;
static long rounds; /* 0: for ever */
static double interval = 2;
static int sorted_by = 'c';
static struct hierarchy *cpuacct;
static long processors;

/* --- the two readings --- */

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static bool usage_read(struct group *g)
{
	char *path = group_file(cpuacct, g->dir, "cpuacct.usage");
	bool good = number_read(path, &g->usage);

	g->time = now();
	free(path);
	return good;
}

/* All of a tree in one array. */
struct row {
	ino_t inode;
	long long usage, time;
	struct group *group;
};

struct reading {
	struct group *root;
	struct row *rows; /* in order of inodes */
	size_t count;
	long long time;
};

static size_t tree_size(const struct group *g)
{
	size_t n = 1;

	for (g = g->child; g; g = g->next)
		n += tree_size(g);
	return n;
}

static size_t rows_fill(struct row *rows, struct group *g)
{
	size_t n = 1;

	rows[0] = (struct row){ g->inode, g->usage, g->time, g };
	for (struct group *child = g->child; child; child = child->next)
		n += rows_fill(rows + n, child);
	return n;
}

static int by_inode(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static struct reading reading_take(void)
{
	struct reading r = { .time = now(), .root = tree_read(cpuacct, "/", usage_read) };

	if (!r.root)
		die("%s: %s", cpuacct->where, strerror(errno));
	r.rows = allocate(tree_size(r.root) * sizeof(*r.rows));
	r.count = rows_fill(r.rows, r.root);
	qsort(r.rows, r.count, sizeof(*r.rows), by_inode);
	return r;
}

static void reading_drop(struct reading *r)
{
	tree_free(r->root);
	free(r->rows);
}

/* --- rates --- */

/* The percentage of one processor that g used since the reading before. */
static double rate(const struct reading *before, const struct group *g)
{
	struct row key = { .inode = g->inode };
	struct row *was = bsearch(&key, before->rows, before->count, sizeof(key), by_inode);
	long long elapsed = g->time - (was ? was->time : before->time);
	long long used = was && was->usage <= g->usage ? g->usage - was->usage : g->usage;
	double percent = elapsed > 0 ? 100.0 * used / elapsed : 0;

	return percent < 100.0 * processors ? percent : 100.0 * processors;
}

static void rates_set(struct group *g, const struct reading *before)
{
	double below = 0;

	for (struct group *child = g->child; child; child = child->next) {
		rates_set(child, before);
		below += child->rate;
	}
	g->rate = rate(before, g);
	if (g->rate < below)
		g->rate = below;
	g->own = g->rate - below;
}

/* --- what is shown --- */

/* Ties by path, so the parent of one busy child stands above it. */
static int by_choice(const void *a, const void *b)
{
	const struct group *x = ((const struct row *)a)->group, *y = ((const struct row *)b)->group;
	double difference = sorted_by == 'c'   ? y->rate - x->rate
			    : sorted_by == 't' ? tree_tasks(y) - tree_tasks(x)
					       : 0;

	return difference > 0 ? 1 : difference < 0 ? -1 : strcmp(x->path, y->path);
}

static void show_json(const struct reading *r, double elapsed)
{
	json_open(NULL, '{');
	json_number("elapsed_ns", (long long)elapsed);
	json_number("cpus", processors);
	json_open("groups", '[');
	for (size_t i = 0; i < r->count; i++) {
		const struct group *g = r->rows[i].group;

		json_open(NULL, '{');
		json_string("path", g->path);
		json_real("cpu", g->rate);
		json_real("own", g->own);
		json_number("usage", g->usage);
		json_number("tasks", tree_tasks(g));
		json_close('}');
	}
	json_close(']');
	json_close('}');
	json_end();
}

static void show_text(const struct reading *r, double elapsed)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	size_t rows = r->count;
	int columns = 4096;
	bool narrow;
	char *title;

	if (!batch) {
		ioctl(1, TIOCGWINSZ, &size);
		columns = size.ws_col > 0 ? size.ws_col : 80;
		if (size.ws_row > 3 && rows > size.ws_row - 3u)
			rows = size.ws_row - 3u;
		fputs("\033[H\033[J", stdout);
	}
	title = join("%s on %s: %zu containers, %ld CPUs, %.2f s", cpuacct->label, cpuacct->where,
		     r->count, processors, elapsed / 1e9);
	printf("%.*s\n", columns - 1, title);
	free(title);
	narrow = columns < NARROW;
	printf("%.*s\n", columns - 1,
	       narrow ? "  %CPU CONTAINER" : "  %CPU   %OWN  TASKS CONTAINER");
	for (size_t i = 0; i < rows; i++) {
		const struct group *g = r->rows[i].group;
		char *line = narrow ? join("%6.1f %s", g->rate, g->path)
				    : join("%6.1f %6.1f %6ld %s", g->rate, g->own, tree_tasks(g),
					   g->path);

		printf("%.*s\n", columns - 1, printable(line));
		free(line);
	}
	if (batch)
		putchar('\n');
}

/* --- the terminal --- */

static struct termios terminal;
static bool terminal_changed;

static void terminal_restore(void)
{
	if (terminal_changed)
		tcsetattr(0, TCSANOW, &terminal);
}

static void terminal_prepare(void)
{
	struct termios raw;

	if (batch || tcgetattr(0, &terminal))
		return;
	raw = terminal;
	raw.c_lflag &= ~(ICANON | ECHO);
	terminal_changed = !tcsetattr(0, TCSANOW, &raw);
	atexit(terminal_restore);
}

/* Until the interval is over; false if the user wants no more. */
static bool round_wait(void)
{
	long long until = now() + (long long)(interval * 1e9);
	struct pollfd keyboard = { .fd = batch || !terminal_changed ? -1 : 0, .events = POLLIN };
	char key;

	for (long long left; (left = until - now()) > 0;) {
		if (poll(&keyboard, 1, (left + 999999) / 1000000) <= 0)
			continue;
		if (read(0, &key, 1) != 1 || key == 'q')
			return false;
		if (strchr("ctp", key))
			sorted_by = key;
		if (strchr("ctp ", key))
			return true;
	}
	return true;
}

static void watch(void)
{
	struct reading before = reading_take(), after;

	for (long round = 0; (!rounds || round < rounds) && round_wait(); round++) {
		double elapsed;

		after = reading_take();
		elapsed = after.time > before.time ? after.time - before.time : 1;
		rates_set(after.root, &before);
		reading_drop(&before);
		qsort(after.rows, after.count, sizeof(*after.rows), by_choice);
		if (want_json)
			show_json(&after, elapsed);
		else
			show_text(&after, elapsed);
		fflush(stdout);
		qsort(after.rows, after.count, sizeof(*after.rows), by_inode);
		before = after;
	}
	reading_drop(&before);
}

static int top_main(int argc, char **argv)
{
	static const struct option longs[] = { { "batch", no_argument, NULL, 'b' },
					       { "sort", required_argument, NULL, 's' },
					       OPTIONS_COMMON };
	char *end;
	int c;

	while ((c = option_next(argc, argv, ":bn:d:s:h", longs)) != -1) {
		if (c == 'b')
			batch = true;
		else if (c == 'n')
			rounds = number_parse(optarg, 1, 1L << 30, "rounds are");
		else if (c == 's' && strchr("ctp", *optarg))
			sorted_by = *optarg;
		else if (c == 's')
			usage_error("%s: sort by cpu, tasks or path", optarg);
		else if (c == 'd' &&
			 (!((interval = strtod(optarg, &end)) >= 0.01) || interval > 1e6 || *end))
			usage_error("%s: seconds are from 0.01 on", optarg);
	}
	if (optind < argc)
		usage_error("%s: not an option", argv[optind]);
	batch |= want_json || !isatty(1);
	cpuacct = hierarchy_find(hierarchies_read(), "cpuacct");
	if (!cpuacct)
		die("cpuacct: mounted nowhere; try mount -t cgroup -o cpuacct none DIRECTORY");
	processors = sysconf(_SC_NPROCESSORS_CONF);
	terminal_prepare();
	watch();
	return finish();
}

const struct command cgtop = {
	"cgtop", top_main,
	"cgtop [-b] [-n ROUNDS] [-d SECONDS] [-s cpu|tasks|path]\n"
	"Shows who uses the processors: containers with their share of one processor, of\n"
	"which OWN without those below, and the number of tasks with those below.  Needs\n"
	"cpuacct mounted.\n"
	"  -b, --batch  for a file: no clearing of the screen, all lines whole\n"
	"  -n ROUNDS    ends after so many\n"
	"  -d SECONDS   between two readings, 2 unless told\n"
	"  -s, --sort   by cpu, tasks or path\n"
	"  --json       a line with an object for each round\n"
	"Keys: c, t, p sort, space reads again, q quits.\n"
};
