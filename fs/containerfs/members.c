/*
 * members.c - the ids of a container's members, in rising order, each once.
 *
 * Reading walks the lists of the css_sets that are linked to the container and keeps a window: the
 * smallest ids above the one that was printed last.  What is printed next depends only on that id,
 * so members that come and go meanwhile neither hide nor repeat the others.  The window is bounded,
 * so no array of all members is made; a larger container is walked once for each window.
 *
 * The ids are those of the reader's pid namespace; who is not in it has the number 0 there, which
 * is above no other, and is left out.
 *
 * Lists are in the order of births and moves, which mostly is that of ids: then a window is filled
 * without sorting, and is full when it has as many ids as it can hold.  An id that comes out of
 * order when it is full makes room: the greater half goes, and is found by the next walk.
 *
 * Locking: container_mutex; css_set_lock for each walk.
 */
#include "fs/containerfs/containerfs.h"

#include "kernel/abi/errno.h"
#include "kernel/lib/log.h"
#include "kernel/mem/slab.h"
#include "kernel/task/task.h"

#define WINDOW_MIN 64
#define WINDOW_MAX 16384 /* ids */
#define LINES	   64	 /* are made into text at a time */
#define LINE_MAX   11
#define ID_LIMIT   0x7fffffff

/* "00" to "99". */
#define TEN(d) d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9"
static const char pairs[] =
	TEN("0") TEN("1") TEN("2") TEN("3") TEN("4") TEN("5") TEN("6") TEN("7") TEN("8") TEN("9");

struct members {
	u64 pos;	 /* where in the file the text begins */
	u32 start, len;	 /* of the text, in buf */
	s32 last;	 /* the id in its last line */
	s32 bound;	 /* ids from here on do not fit into the window */
	u32 size;	 /* of the window */
	u32 count, next; /* ids in the window, and how many of them are text already */
	bool rising;	 /* the window is sorted */
	s32 *window;	 /* NULL: nothing was read yet */
	char buf[LINES * LINE_MAX];
};

struct members *members_create(void)
{
	struct members *m = kmalloc(sizeof(*m));

	if (m) {
		m->pos = m->len = m->last = m->count = m->next = 0;
		m->window = NULL;
	}
	return m;
}

void members_destroy(struct members *m)
{
	kfree(m->window);
	kfree(m);
}

/* --- the window ---------------------------------------------------------------------------- */

static void sift(s32 *heap, u32 at, u32 count)
{
	s32 id = heap[at];

	for (;;) {
		u32 child = 2 * at + 1;

		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (child >= count || heap[child] <= id)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = id;
}

/* In rising order, each id once.  Takes no memory and n log n steps whatever the order was. */
static void window_sort(struct members *m)
{
	s32 *ids = m->window;
	u32 n = 0;

	for (u32 i = m->count / 2; i--;)
		sift(ids, i, m->count);
	for (u32 end = m->count; end > 1;) {
		s32 greatest = ids[0];

		ids[0] = ids[--end];
		ids[end] = greatest;
		sift(ids, 0, end);
	}
	for (u32 i = 0; i < m->count; i++)
		if (!n || ids[n - 1] != ids[i])
			ids[n++] = ids[i];
	m->count = n;
	m->rising = true;
}

/* The window is full and `id` belongs into it. */
static void window_make_room(struct members *m)
{
	if (!m->rising)
		window_sort(m);
	if (m->count < m->size / 2)
		return;
	m->count = m->size / 2;
	m->bound = m->window[m->count];
}

/* Among the ids there are, in the order of the list.  What a member needs is held in registers: a
   container of very many is walked several times. */
static always_inline void window_add_set(struct members *m, struct css_set *set, bool procs)
{
	u32 before = m->count ? m->window[m->count - 1] : m->last;
	u32 first = m->last + 1, room = m->bound - first;
	const struct pid_namespace *view = task_view();
	struct task *t;

	list_for_each (t, &set->tasks, containers.node) {
		u32 id = pid_number(procs ? t->process->pid : t->pid, view);

		/* Not above the last one or not below the bound, in one comparison. */
		if (id - first >= room || id == before)
			continue;
		if (unlikely(m->count == m->size)) {
			if (m->rising && id > before) {
				m->bound = id;
				room = id - first;
				continue;
			}
			window_make_room(m);
			room = m->bound - first;
			if (id - first >= room)
				continue;
			before = m->window[m->count - 1];
		}
		if (unlikely(id <= before))
			m->rising = false;
		m->window[m->count++] = before = id;
	}
}

/* Room for as many ids as there are members, within the bounds. */
static int window_size(struct members *m, struct container *c)
{
	struct css_set_link *link;
	u64 count = WINDOW_MIN;

	spin_lock(&css_set_lock);
	list_for_each (link, &c->links, of_container)
		count += link->set->task_count;
	spin_unlock(&css_set_lock);
	if (m->window && (m->size >= count || m->size == WINDOW_MAX))
		return 0;
	kfree(m->window);
	m->size = count < WINDOW_MAX ? count : WINDOW_MAX;
	m->window = kmalloc_array(m->size, sizeof(s32));
	return m->window ? 0 : -ENOMEM;
}

static int window_fill(struct members *m, struct container *c, bool procs)
{
	struct css_set_link *link;
	int error = window_size(m, c);

	m->count = m->next = 0;
	if (error)
		return error;
	m->bound = ID_LIMIT;
	m->rising = true;
	spin_lock(&css_set_lock);
	list_for_each (link, &c->links, of_container) {
		assert(list_empty(&link->set->mg_tasks)); /* no migration is under way */
		if (procs)
			window_add_set(m, link->set, true);
		else
			window_add_set(m, link->set, false);
	}
	spin_unlock(&css_set_lock);
	if (!m->rising)
		window_sort(m);
	return 0;
}

/* --- text ---------------------------------------------------------------------------------- */

/* The line ends at `end`; where it begins. */
static always_inline char *line_before(char *end, u32 id)
{
	*--end = '\n';
	while (id >= 10) {
		u32 rest = id / 100;

		end -= 2;
		*(u16 *)end = *(const u16 *)&pairs[2 * (id - rest * 100)];
		id = rest;
	}
	if (id || end[0] == '\n')
		*--end = '0' + id;
	return end;
}

/* The next lines become the text: 1, 0 behind the last one, or -ENOMEM. */
static int text_next(struct members *m, struct container *c, bool procs, bool *whole)
{
	char *end = m->buf + sizeof(m->buf), *at = end;
	u32 n;

	if (m->next == m->count) {
		int error = window_fill(m, c, procs);

		if (error || !m->count)
			return error;
		*whole = m->bound == ID_LIMIT;
	}
	n = m->count - m->next;
	if (n > LINES)
		n = LINES;
	m->next += n;
	for (const s32 *id = &m->window[m->next]; n--;)
		at = line_before(at, *--id);
	m->pos += m->len;
	m->last = m->window[m->next - 1];
	m->start = at - m->buf;
	m->len = end - at;
	return 1;
}

ssize_t members_read(struct members *m, struct container *c, bool procs, struct io *io, u64 *pos)
{
	bool whole = false; /* all there is was walked in this call */
	ssize_t done = 0;

	assert(mutex_held(&container_mutex));
	if (*pos < m->pos || *pos == 0)
		m->pos = m->len = m->last = m->count = m->next = 0;
	while (io->left) {
		u64 skip = *pos - m->pos, got;

		if (skip >= m->len) {
			int more =
				whole && m->next == m->count ? 0 : text_next(m, c, procs, &whole);

			if (more <= 0)
				return done ? done : more;
			continue;
		}
		got = io_put(io, m->buf + m->start + skip, m->len - skip);
		*pos += got;
		done += got;
		if (got < m->len - skip && io->left)
			return done ? done : -EFAULT;
	}
	return done;
}
