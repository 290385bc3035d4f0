/*
 * What it costs to go from one process to another: through pipes, through a futex, in rings and in
 * pairs.
 */
#include "bench.h"

#include <linux/futex.h>

#define MAX 96

/* --- a ring of processes: each reads a byte from the one before it and hands it on ------------ */

static int ring[MAX][2], ring_size;
static pid_t ring_pids[MAX];

static void hand_on(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1)
		;
	_exit(0);
}

static void close_ring(void)
{
	for (int i = 0; i < ring_size; i++) {
		close(ring[i][0]);
		close(ring[i][1]);
	}
}

/* Process 0 is the one that measures. */
static void ring_up(int size)
{
	ring_size = size;
	for (int i = 0; i < size; i++)
		NEED(!pipe(ring[i]));
	for (int i = 1; i < size; i++) {
		ring_pids[i] = fork();
		if (ring_pids[i])
			continue;
		for (int k = 0; k < size; k++) {
			if (k != i)
				close(ring[k][0]);
			if (k != (i + 1) % size)
				close(ring[k][1]);
		}
		hand_on(ring[i][0], ring[(i + 1) % size][1]);
	}
}

static void ring_down(void)
{
	close_ring();
	for (int i = 1; i < ring_size; i++)
		waitpid(ring_pids[i], NULL, 0);
}

/* n is a number of steps from one process to the next. */
static void ring_run(int n)
{
	char byte = 0;

	for (n /= ring_size; n--;)
		NEED(write(ring[1][1], &byte, 1) == 1 && read(ring[0][0], &byte, 1) == 1);
}

static void round_trips(int n)
{
	ring_run(2 * n);
}

/* --- pairs that talk at the same time --------------------------------------------------------- */

#define PAIRS 8

static int order[2], done[2], talk[PAIRS][2][2];
static pid_t talker[PAIRS][2];

/* Round after round: as many answers as the order says. */
static void ask(int to, int from)
{
	char byte = 0;
	int n;

	while (read(order[0], &n, sizeof(n)) == sizeof(n)) {
		while (n--)
			NEED(write(to, &byte, 1) == 1 && read(from, &byte, 1) == 1);
		NEED(write(done[1], &byte, 1) == 1);
	}
	_exit(0);
}

static void pairs_up(int unused)
{
	NEED(!pipe(order) && !pipe(done));
	for (int i = 0; i < PAIRS; i++) {
		NEED(!pipe(talk[i][0]) && !pipe(talk[i][1]));
		talker[i][0] = fork();
		if (!talker[i][0])
			ask(talk[i][0][1], talk[i][1][0]);
		talker[i][1] = fork();
		if (!talker[i][1])
			hand_on(talk[i][0][0], talk[i][1][1]);
	}
}

static void pairs_run(int n)
{
	char byte;

	n /= PAIRS;
	for (int i = 0; i < PAIRS; i++)
		NEED(write(order[1], &n, sizeof(n)) == sizeof(n));
	for (int i = 0; i < PAIRS; i++)
		NEED(read(done[0], &byte, 1) == 1);
}

static void pairs_down(void)
{
	for (int i = 0; i < PAIRS; i++)
		for (int k = 0; k < 2; k++) {
			kill(talker[i][k], SIGKILL);
			waitpid(talker[i][k], NULL, 0);
		}
}

/* --- a futex ------------------------------------------------------------------------------- */

static int *word; /* whose turn it is */
static pid_t other;

static void turn_wait(int mine)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != mine)
		syscall(SYS_futex, word, FUTEX_WAIT, !mine, NULL, NULL, 0);
}

static void turn_give(int whose)
{
	__atomic_store_n(word, whose, __ATOMIC_RELEASE);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void futex_up(int unused)
{
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	NEED(word != MAP_FAILED);
	other = fork();
	if (other)
		return;
	for (;;) {
		turn_wait(1);
		turn_give(0);
	}
}

static void futex_run(int n)
{
	while (n--) {
		turn_give(1);
		turn_wait(0);
	}
}

static void futex_down(void)
{
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

static const struct op ops[] = {
	{ "pipe-round-trip", round_trips, 1000, ring_up, 2, ring_down },
	{ "futex-round-trip", futex_run, 1000, futex_up, 0, futex_down },
	{ "switch-2", ring_run, 2000, ring_up, 2, ring_down },
	{ "switch-8", ring_run, 2000, ring_up, 8, ring_down },
	{ "switch-96", ring_run, 4800, ring_up, 96, ring_down },
	{ "pairs-8", pairs_run, 1600, pairs_up, 0, pairs_down },
	{},
};

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	return bench_main(ops, argc, argv);
}
