/*
 * init_args.c - cuts the command line into words for the first program.  Double quotes keep blanks.
 */
#include "kernel/init_args.h"

#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

/* Options of the kernel itself; a '=' at the end: it takes a value. */
static const char *const known[] = {
	"console=", "debug", "earlyprintk=",   "init=",	 "ignore_loglevel", "loglevel=", "maxcpus=",
	"mem=",	    "nosmp", "no_timer_check", "panic=", "quiet",	    "rdinit=",	 "root=",
	"ro",	    "rw",
};

static bool is_known(const char *word)
{
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
		size_t n = strlen(known[i]);

		if (known[i][n - 1] == '=' ? !strncmp(word, known[i], n) : !strcmp(word, known[i]))
			return true;
	}
	return false;
}

/* The next word, unquoted and ended in place; NULL at the end. */
static char *next_word(char **rest)
{
	char *word, *in, *out;
	bool quoted = false;

	for (in = *rest; *in == ' ' || *in == '\t' || *in == '\n'; in++)
		;
	if (!*in)
		return NULL;
	for (word = out = in; *in && (quoted || (*in != ' ' && *in != '\t' && *in != '\n')); in++) {
		if (*in == '"')
			quoted = !quoted;
		else
			*out++ = *in;
	}
	*rest = *in ? in + 1 : in;
	*out = 0;
	return word;
}

static void append(const char **list, const char *word)
{
	for (int i = 0; i < INIT_ARGS_MAX; i++) {
		if (list[i])
			continue;
		list[i] = word;
		return;
	}
	log_warn("Too many words for init: '%s' is dropped", word);
}

void init_args_parse(struct init_args *args, const char *cmdline)
{
	char *rest = args->words, *word;
	bool all = false;

	memset(args, 0, sizeof(*args));
	strcopy(args->words, cmdline, sizeof(args->words));
	strcopy(args->rdinit, "/init", sizeof(args->rdinit));
	append(args->envp, "HOME=/");
	append(args->envp, "TERM=linux");
	while ((word = next_word(&rest))) {
		if (all)
			append(args->argv, word);
		else if (!strcmp(word, "--"))
			all = true;
		else if (!strncmp(word, "rdinit=", 7))
			strcopy(args->rdinit, word + 7, sizeof(args->rdinit));
		else if (!strncmp(word, "init=", 5))
			strcopy(args->init, word + 5, sizeof(args->init));
		else if (!is_known(word))
			append(strchr(word, '=') ? args->envp : args->argv, word);
	}
}
