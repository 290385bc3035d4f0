/*
 * script.c - programs that begin with "#!", an interpreter's path, and perhaps one argument.
 *
 * As Linux: only the first 256 bytes are looked at; blanks are spaces and tabs; what follows the
 * path on the line, without blanks around it, is one argument.  A first line that is cut by the
 * 256 bytes is accepted if the path itself is whole.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"
#include "kernel/task/exe.h"
#include "kernel/task/exec.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *s, const char *end)
{
	while (s < end && is_blank(*s))
		s++;
	return s;
}

/* The end of a word: a blank, NUL, or `end`. */
static char *skip_word(char *s, const char *end)
{
	while (s < end && *s && !is_blank(*s))
		s++;
	return s;
}

/* Cuts the first line into path and argument (NULL: none), in place. */
static int parse(char *head, char **interp, char **arg)
{
	char *start = head + 2, *last = head + EXEC_HEAD, *end = memchr(start, '\n', last - start);
	char *name, *name_end;

	if (!end) {
		end = last;
		name = skip_blanks(start, end);
		if (name == end || skip_word(name, end) == end)
			return -ENOEXEC;
	}
	while (end > start && is_blank(end[-1]))
		end--;
	name = skip_blanks(start, end);
	name_end = skip_word(name, end);
	if (name == name_end) /* without a line's end the path is "", the working directory */
		return name < end && !*name ? -EACCES : -ENOEXEC;
	*end = '\0';
	*arg = *name_end ? skip_blanks(name_end, end) : NULL;
	if (*arg && !**arg)
		*arg = NULL;
	*name_end = '\0';
	*interp = name;
	return 0;
}

int script_load(struct exec *e)
{
	char *interp, *arg, *name;
	struct file *f;
	int ret = parse(e->head, &interp, &arg);

	if (ret < 0)
		return ret;
	if (e->hidden)
		return -ENOENT;
	ret = exec_stack_script(e, interp, arg);
	if (ret < 0)
		return ret;
	name = kstrdup(interp);
	if (!name)
		return -ENOMEM;
	if (e->script_name != e->filename)
		kfree(e->script_name);
	e->script_name = name;
	f = exec_open(AT_FDCWD, name, 0);
	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	exe_put(e->file);
	e->file = f;
	return 0;
}
