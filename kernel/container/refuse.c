/*
 * refuse.c - see refuse.h.
 *
 * Locking: container_mutex for everything.
 */
#include "kernel/container/refuse.h"

#include "kernel/abi/errno.h"
#include "kernel/container/framework.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/text.h"

static char reason[160]; /* [container_mutex] "": none given */
static char path[256];	 /* [container_mutex] */

int container_refuse(int error, const char *fmt, ...)
{
	va_list args;

	assert(mutex_held(&container_mutex));
	va_start(args, fmt);
	format_va(reason, sizeof(reason), fmt, args);
	va_end(args);
	return error;
}

void container_request_begin(struct container_request *r)
{
	r->value[0] = 0;
	reason[0] = 0;
}

void container_request_keep(struct container_request *r, const char *value)
{
	size_t n = 0;

	for (; *value && *value != '\n' && n < sizeof(r->value) - 1; value++)
		r->value[n++] = *value >= ' ' && *value <= '~' ? *value : '?';
	r->value[n] = 0;
}

static const char *usual_reason(int error)
{
	static const struct {
		int error;
		const char *text;
	} table[] = {
		{ -EINVAL, "not a value that it takes" },
		{ -ERANGE, "a number out of range" },
		{ -E2BIG, "too long" },
		{ -EBUSY, "in use" },
		{ -EACCES, "the task belongs to somebody else" },
		{ -EPERM, "not permitted" },
		{ -ESRCH, "no such task" },
		{ -ENOENT, "no such container" },
		{ -ENODEV, "the container has been removed" },
		{ -EEXIST, "the name is taken" },
		{ -ENOMEM, "no memory" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].error == error)
			return table[i].text;
	return "refused";
}

void container_report_error(const struct container_request *r, struct container *c,
			    const char *prefix, const char *name, int error)
{
	static struct log_limit limit = { .name = "cgroup" };
	struct text text;

	assert(mutex_held(&container_mutex));
	if (!log_limited(&limit))
		return;
	text_init(&text, path, sizeof(path) - 1);
	if (c && !c->removed)
		container_show_path(c, &text);
	path[text.len] = 0;
	log_info("cgroup: %s%s%s%s%s \"%s\": %s (error %d)", path, text.len ? ": " : "", prefix,
		 *prefix ? "." : "", name, r->value, reason[0] ? reason : usual_reason(error),
		 error);
}
