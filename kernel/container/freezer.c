/*
 * freezer - stops all tasks of a container and of its descendants where they are.
 *
 *   freezer.state            write FROZEN or THAWED; reads FREEZING while some task still runs
 *   freezer.self_freezing    1: FROZEN was written here
 *   freezer.parent_freezing  1: an ancestor freezes
 *
 * The root has none of these files.  A task freezes on its way to user mode, or in an interruptible
 * sleep, which goes on when it is thawed: no system call notices.  It shows as D, and signals,
 * SIGKILL too, wait until then.  Tasks of the kernel are not frozen.  Children are born into the
 * state of their container, and a task that moves takes on that of its new one.
 *
 * A task that waits for its vfork child, or is stopped, counts as frozen: it freezes before it
 * runs a program again.
 *
 * Locking: a state changes under container_mutex, first in the containers and then, under
 * css_set_lock, in their tasks: a child that joins behind the walk sees the state by itself.
 *
 *   [c] container_mutex
 */
#include "kernel/container/framework.h"

#include "kernel/abi/errno.h"
#include "kernel/container/refuse.h"
#include "kernel/container/taskset.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/task/task.h"

struct freezer {
	struct css css;
	bool self;  /* [c] frozen itself */
	bool above; /* [c] below a frozen one */
};

static struct freezer *freezer_of(struct css *css)
{
	return container_of(css, struct freezer, css);
}

static bool is_freezing(struct css *css)
{
	return READ_ONCE(freezer_of(css)->self) || READ_ONCE(freezer_of(css)->above);
}

static int freezer_create(struct css *css)
{
	freezer_of(css)->above = css->parent && is_freezing(css->parent);
	return 0;
}

/* What has no program to stop is left alone: it would hold up others. */
static bool is_exempt(const struct task *t)
{
	return t->is_kernel || READ_ONCE(t->exiting);
}

static void freeze(struct task *t)
{
	if (!is_exempt(t))
		thread_alert(&t->thread, ALERT_FREEZE, THREAD_SLEEPING);
}

static void tell(struct task *t, void *freezing)
{
	if (freezing)
		freeze(t);
	else
		thread_thaw(&t->thread);
}

static void change_state(struct css *top, bool freezing)
{
	struct css *css;

	freezer_of(top)->self = freezing;
	css_for_each_descendant(css, top, SUBSYS_freezer)
	{
		if (css != top)
			WRITE_ONCE(freezer_of(css)->above, is_freezing(css->parent));
		css_for_each_task(css, tell, is_freezing(css) ? css : NULL);
	}
}

static void freezer_attach(struct css *to, struct taskset *tasks)
{
	struct css *freezing = is_freezing(to) ? to : NULL;
	struct task *t;

	taskset_for_each(t, tasks) if (freezing || thread_alerts(&t->thread) & ALERT_FREEZE)
		tell(t, freezing);
}

static void freezer_fork(struct task *child)
{
	struct css *css = task_css(child, SUBSYS_freezer);

	if (likely(!is_freezing(css)))
		return;
	spin_lock(&css_set_lock);
	if (is_freezing(css))
		freeze(child);
	spin_unlock(&css_set_lock);
}

/* Nobody could thaw it once it has left. */
static void freezer_exit(struct task *t)
{
	if (likely(!(thread_alerts(&t->thread) & ALERT_FREEZE)))
		return;
	spin_lock(&css_set_lock);
	thread_alert_clear(&t->thread, ALERT_FREEZE);
	spin_unlock(&css_set_lock);
}

static void note_running(struct task *t, void *arg)
{
	u32 state = READ_ONCE(t->thread.state);
	bool *running = arg;

	if (state != THREAD_FROZEN && state != THREAD_STOPPED && !READ_ONCE(t->vfork_waiting) &&
	    !is_exempt(t))
		*running = true;
}

static void show_state(struct css *top, struct text *out)
{
	bool running = false;
	struct css *css;

	if (!is_freezing(top)) {
		text_string(out, "THAWED\n");
		return;
	}
	css_for_each_descendant(css, top, SUBSYS_freezer)
		css_for_each_task(css, note_running, &running);
	text_string(out, running ? "FREEZING\n" : "FROZEN\n");
}

static int write_state(struct css *css, char *text)
{
	text = str_trim(text);
	if (strcmp(text, "FROZEN") && strcmp(text, "THAWED"))
		return container_refuse(-EINVAL, "a state is FROZEN or THAWED");
	change_state(css, text[0] == 'F');
	return 0;
}

static void show_self(struct css *css, struct text *out)
{
	text_printf(out, "%d\n", freezer_of(css)->self);
}

static void show_above(struct css *css, struct text *out)
{
	text_printf(out, "%d\n", freezer_of(css)->above);
}

static bool freezer_check(struct css *root)
{
	struct css *css;

	css_for_each_descendant(css, root, SUBSYS_freezer)
	{
		bool above = css->parent && is_freezing(css->parent);

		if (freezer_of(css)->above != above)
			return false;
	}
	return true;
}

static const char *freezer_examine(struct css *css, const struct task *t)
{
	if (is_exempt(t) || !(thread_alerts(&t->thread) & ALERT_FREEZE) == !is_freezing(css))
		return NULL;
	return "I14: freezer: is told other than its container says: task";
}

static const struct container_file freezer_files[] = {
	{ "state", show_state, write_state, .no_root = true },
	{ "self_freezing", show_self, .no_root = true },
	{ "parent_freezing", show_above, .no_root = true },
	{},
};

const struct container_subsys freezer_subsys = {
	.name = "freezer",
	.state_size = sizeof(struct freezer),
	.files = freezer_files,
	.create = freezer_create,
	.attach = freezer_attach,
	.fork = freezer_fork,
	.exit = freezer_exit,
	.check = freezer_check,
	.examine = freezer_examine,
};
