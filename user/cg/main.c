/*
 * main.c - cgtools: chooses the tool by the name of the program; options, errors, memory.
 */
#include "cg.h"

#include <libgen.h>
#include <stdarg.h>

extern const struct command cgclassify, cgcreate, cgdelete, cgexec, cgget, cgps, cgset, cgtop,
	cgtree, ctr, lscgroup, lssubsys;

static const struct command *const commands[] = {
	&cgclassify, &cgcreate, &cgdelete, &cgexec, &cgget,    &cgps,
	&cgset,	     &cgtop,	&cgtree,   &ctr,    &lscgroup, &lssubsys,
};

const char *tool = "cgtools";
bool want_json;
int failures;
int exit_failure = EXIT_FAILURE;
static const struct command *command;

static void tell(const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", tool);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	failures++;
}

void complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(fmt, args);
	va_end(args);
}

void complain_errno(const char *path)
{
	complain("%s: %s", path, strerror(errno));
}

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(fmt, args);
	va_end(args);
	exit(exit_failure);
}

void usage_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(fmt, args);
	va_end(args);
	fprintf(stderr, "%s --help tells more\n", tool);
	exit(EXIT_USAGE);
}

int finish(void)
{
	if (fflush(stdout) || ferror(stdout))
		complain_errno("output");
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

int option_next(int argc, char **argv, const char *shorts, const struct option *longs)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) == 1000)
		want_json = true;
	if (c == 'h') {
		fputs(command->help, stdout);
		exit(finish());
	}
	if (c == '?' || c == ':')
		usage_error("%s: %s", argv[optind - 1],
			    c == ':' ? "needs a value" : "no such option");
	return c;
}

long number_parse(const char *text, long least, long most, const char *what)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < least || value > most)
		usage_error("%s: %s from %ld to %ld", text, what, least, most);
	return value;
}

void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		die("memory: %s", strerror(ENOMEM));
	return memory;
}

char *join(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		die("memory: %s", strerror(ENOMEM));
	va_end(args);
	return text;
}

char *printable(char *text)
{
	for (unsigned char *c = (unsigned char *)text; c && *c; c++)
		if (*c < ' ' || *c == 127)
			*c = '?';
	return text;
}

int main(int argc, char **argv)
{
	const char *name = basename(argv[0]);
	size_t n = sizeof(commands) / sizeof(commands[0]);

	if (!strcmp(name, "cgtools") && argc > 1 && strcmp(argv[1], "--list")) {
		name = basename(argv[1]);
		argv++;
		argc--;
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, commands[i]->name))
			continue;
		command = commands[i];
		tool = command->name;
		return command->main(argc, argv);
	}
	if (argc > 1 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < n; i++)
			puts(commands[i]->name);
		return finish();
	}
	fprintf(stderr, "cgtools: %s: no such tool; cgtools --list names them\n", name);
	return EXIT_USAGE;
}
