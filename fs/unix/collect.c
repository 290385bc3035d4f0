/*
 * collect.c - the end of sockets that hold each other.
 *
 * A message holds the files that it brings, and goes with the socket in whose queue it is.  If
 * such files are sockets, they may hold each other when no program can reach them any more.
 * Only sockets whose files are held by messages alone can be in that state: the candidates.
 *
 *   1. Each candidate counts the messages that hold it.
 *   2. Messages in queues of candidates are taken off those counts.  What is left comes from
 *      elsewhere: such a candidate is alive.
 *   3. All that a live one leads to is alive.
 *   4. The messages in the queues of the others are doomed, and with them the files.
 *
 * A listener leads to what is in the queues of connections that it has not accepted.
 *
 * Locking: unix_lock from 1 to 4.  Under it no file of a socket gets into a message or out of one,
 * so nobody comes to a candidate's file, and nobody accepts from it or reads its queue: messages
 * stay where they are.  Others may still be sent there, and what they bring has been counted in 1
 * and may not be found in 2: it is alive this time.  Who closes a file
 * meanwhile may make a candidate that is not seen: each socket that ends asks for another look.
 *
 * Differs from Linux: a sender that has too much on its way looks too, before it is refused.
 */
#include "fs/unix/flight.h"
#include "kernel/sched/thread.h"

struct list unix_flying = LIST_INIT(unix_flying); /* [u] struct unix_socket.flight */

typedef void (*visit_fn)(struct unix_socket *s, struct list *grey);

static void visit_files(const struct unix_message *m, visit_fn visit, struct list *grey)
{
	struct unix_socket *s;

	for (u32 i = 0; m->sockets && i < m->control.file_count; i++) {
		s = unix_of(m->control.files[i]);
		if (s && s->candidate)
			visit(s, grey);
	}
}

static void visit_queue(struct unix_socket *s, visit_fn visit, struct list *grey)
{
	struct unix_message *m;

	for (m = unix_message_first(s); m; m = unix_message_after(s, m)) {
		visit_files(m, visit, grey);
		sched_relax();
	}
}

/* All candidates that s holds. */
static void visit_held(struct unix_socket *s, visit_fn visit, struct list *grey)
{
	struct unix_socket *fresh;

	visit_queue(s, visit, grey);
	list_for_each (fresh, &s->arrivals, arrival)
		visit_queue(fresh, visit, grey);
}

static void find_candidates(struct list *candidates)
{
	struct unix_socket *s, *next;

	list_for_each_safe (s, next, &unix_flying, flight) {
		sched_relax();
		if (refcount_read(&s->file->refs) != s->flights)
			continue;
		s->candidate = true;
		s->outside = s->flights;
		list_move_tail(&s->flight, candidates);
	}
}

static void count_off(struct unix_socket *s, struct list *grey)
{
	s->outside--;
}

static void turn_grey(struct unix_socket *s, struct list *grey)
{
	s->candidate = false;
	list_move_tail(&s->flight, grey);
}

/* Leaves the dead ones among the candidates. */
static void find_dead(struct list *candidates)
{
	struct list grey = LIST_INIT(grey);
	struct unix_socket *s, *next;

	list_for_each (s, candidates, flight)
		visit_held(s, count_off, &grey);
	list_for_each_safe (s, next, candidates, flight)
		if (s->outside)
			turn_grey(s, &grey);
	while (!list_empty(&grey)) {
		s = list_first(&grey, struct unix_socket, flight);
		list_move_tail(&s->flight, &unix_flying);
		visit_held(s, turn_grey, &grey);
	}
}

/* Its messages with files, which the worker puts; the socket ends with its own. */
static void doom_queue(struct unix_socket *s)
{
	struct unix_message *m = unix_message_first(s), *next;

	for (; m; m = next) {
		next = unix_message_after(s, m);
		if (m->control.file_count) {
			spin_lock(&s->lock);
			list_del(&m->node);
			s->queued -= m->len;
			spin_unlock(&s->lock);
			unix_message_free(m);
		}
		sched_relax();
	}
}

void unix_collect(void)
{
	struct list candidates = LIST_INIT(candidates);
	struct unix_socket *s, *fresh;

	mutex_lock(&unix_lock);
	find_candidates(&candidates);
	find_dead(&candidates);
	while (!list_empty(&candidates)) {
		s = list_first(&candidates, struct unix_socket, flight);
		s->candidate = false;
		list_move_tail(&s->flight, &unix_flying);
		doom_queue(s);
		list_for_each (fresh, &s->arrivals, arrival)
			doom_queue(fresh);
	}
	mutex_unlock(&unix_lock);
}
