/*
 * uart.c - serial ports with a 16550, interrupt-driven both ways.
 *
 * Output goes through a ring: whoever adds to it sends as much as the chip takes at once, the
 * interrupt for an empty transmitter sends the rest.  Input is handed to the terminal while that
 * has room; after that the receive interrupt is masked and the chip's buffer fills up, which makes
 * the other end of the line wait, until a read has made room.
 *
 * The kernel's log prints by polling.  It lets the line that a program is printing come to its end
 * and then prints whole lines of its own, while programs wait; it is not held up by ^S.
 *
 * Locking: u->lock, rank UART, because the log prints with its lock held.  Only the interrupt reads
 * received characters, and a line's interrupts all come to one CPU.
 *
 *   [u] u->lock    [I] immutable
 */
#include "kernel/dev/uart.h"

#include "arch/boot.h"
#include "arch/trap.h"
#include "arch/x86_64/insn.h"
#include "fs/device.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/mem/slab.h"

/* Registers, as offsets from the port's base. */
enum {
	DATA,
	IER,
	IIR,
	LCR,
	MCR,
	LSR,
	MSR,
	SCRATCH,
	FCR = IIR,
	DIVISOR_LOW = DATA,
	DIVISOR_HIGH = IER
};

#define IER_RECEIVE  0x01u
#define IER_TRANSMIT 0x02u
#define IER_LINE     0x04u
#define IIR_NONE     0x01u
#define FCR_ENABLE   0x81u /* interrupt at 8 characters, or when they stop coming */
#define FCR_CLEAR_RX 0x02u
#define FCR_CLEAR_TX 0x04u
#define LCR_DLAB     0x80u
#define MCR_DTR	     0x01u
#define MCR_RTS	     0x02u
#define MCR_OUT2     0x08u /* lets the interrupt through to the bus */
#define MCR_LOOP     0x10u
#define LSR_DATA     0x01u
#define LSR_PARITY   0x04u
#define LSR_FRAME    0x08u
#define LSR_BREAK    0x10u
#define LSR_EMPTY    0x20u

#define FIFO	    16
#define OUT	    8192u /* a power of two */
#define BURST	    64	  /* buffers full sent, or characters received, at a time */
#define POLL_TRIES  100000u
#define CLOCK_SPEED 115200u

struct uart {
	struct spinlock lock;
	u16 base;	/* [I] */
	u8 line;	/* [I] ISA interrupt */
	u8 ier;		/* [u] */
	bool held;	/* [u] ^S */
	bool log_line;	/* [u] the log is in the middle of a line */
	u8 urgent;	/* [u] to be sent before all others; 0: nothing */
	u8 last;	/* [u] sent last */
	u32 head, tail; /* [u] bytes ever put into `out`, sent */
	u32 told;	/* [u] the tail of which who waits for output was told last */
	u8 out[OUT];	/* [u] */
	struct tty tty;
};

static const u16 bases[UARTS] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
static const u8 lines[UARTS] = { 4, 3, 4, 3 };
static const char *const names[UARTS] = { "ttyS0", "ttyS1", "ttyS2", "ttyS3" };
static struct uart *uarts[UARTS]; /* [I] after boot */

static u8 get(struct uart *u, u16 reg)
{
	return in8(u->base + reg);
}

static void set(struct uart *u, u16 reg, u8 value)
{
	out8(u->base + reg, value);
}

static void set_ier(struct uart *u, u8 ier)
{
	assert_held(&u->lock);
	if (u->ier == ier)
		return;
	u->ier = ier;
	set(u, IER, ier);
}

/* --- sending -----------------------------------------------------------------------------------
 */

static void send_burst(struct uart *u)
{
	for (int i = 0; i < FIFO && u->tail != u->head; i++) {
		u->last = u->out[u->tail++ % OUT];
		set(u, DATA, u->last);
	}
}

/* Sends what the chip takes.  Its interrupt asks for more, and wakes who waits for output: they
   cannot be woken from here, the log and ^Q come with locks held. */
static void transmit(struct uart *u)
{
	bool waiting, news;

	assert_held(&u->lock);
	if (u->urgent && (get(u, LSR) & LSR_EMPTY)) {
		set(u, DATA, u->urgent);
		u->urgent = 0;
	}
	for (int i = 0; i < BURST && u->tail != u->head && !u->held && !u->log_line; i++) {
		if (!(get(u, LSR) & LSR_EMPTY))
			break;
		send_burst(u);
	}
	waiting = u->urgent || (u->tail != u->head && !u->held && !u->log_line);
	news = u->tail != u->told && waitq_busy(&u->tty.can_write);
	set_ier(u, waiting || news ? u->ier | IER_TRANSMIT : u->ier & ~IER_TRANSMIT);
}

/* By waiting, and not for ever. */
static void send_polled(struct uart *u, u8 c)
{
	for (unsigned i = 0; i < POLL_TRIES && !(get(u, LSR) & LSR_EMPTY); i++)
		cpu_relax();
	set(u, DATA, c);
	u->last = c;
}

static void finish_line(struct uart *u)
{
	while (u->tail != u->head && !u->held && u->last != '\n')
		send_polled(u, u->out[u->tail++ % OUT]);
	if (u->last == '\n')
		return;
	send_polled(u, '\r');
	send_polled(u, '\n');
}

/* For the log, which prints a line in several pieces. */
void uart_log(void *number, const char *text, size_t n)
{
	struct uart *u = uarts[(u64)number];

	if (panic_active()) {
		console_write_polled(text, n);
		return;
	}
	spin_lock(&u->lock);
	if (!u->log_line)
		finish_line(u);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			send_polled(u, '\r');
		send_polled(u, (u8)text[i]);
	}
	u->log_line = u->last != '\n';
	transmit(u);
	spin_unlock(&u->lock);
}

/* --- what the terminal asks for ----------------------------------------------------------------
 */

static struct uart *uart_of(struct tty *t)
{
	return t->port;
}

static void uart_write(struct tty *t, const u8 *bytes, size_t n)
{
	struct uart *u = uart_of(t);
	u32 start;
	size_t first;

	spin_lock(&u->lock);
	start = u->head % OUT;
	first = min(n, OUT - start);
	memcpy(u->out + start, bytes, first);
	memcpy(u->out, bytes + first, n - first);
	WRITE_ONCE(u->head, u->head + (u32)n);
	transmit(u);
	spin_unlock(&u->lock);
}

static size_t uart_pending(struct tty *t)
{
	return READ_ONCE(uart_of(t)->head) - READ_ONCE(uart_of(t)->tail);
}

/* The ring may shrink at any moment, so what a caller who has tty->lock sees is the least. */
static size_t uart_room(struct tty *t)
{
	return OUT - uart_pending(t);
}

static void uart_flush(struct tty *t)
{
	struct uart *u = uart_of(t);

	spin_lock(&u->lock);
	u->tail = u->head;
	transmit(u);
	spin_unlock(&u->lock);
}

static void uart_hold(struct tty *t, bool hold)
{
	struct uart *u = uart_of(t);

	spin_lock(&u->lock);
	u->held = hold;
	transmit(u);
	spin_unlock(&u->lock);
}

static void uart_send(struct tty *t, u8 c)
{
	struct uart *u = uart_of(t);

	spin_lock(&u->lock);
	u->urgent = c;
	transmit(u);
	spin_unlock(&u->lock);
}

/* Unmasking raises the interrupt if the chip has something. */
static void uart_throttle(struct tty *t, bool stop)
{
	struct uart *u = uart_of(t);
	u8 bits = IER_RECEIVE | IER_LINE;

	spin_lock(&u->lock);
	set_ier(u, stop ? u->ier & ~bits : u->ier | bits);
	spin_unlock(&u->lock);
}

static void uart_settings(struct tty *t)
{
	const struct termios2 *m = &t->termios;
	struct uart *u = uart_of(t);
	u32 divisor = m->ospeed ? max(CLOCK_SPEED / m->ospeed, 1u) : 0;
	u8 lcr = (m->cflag & CSIZE) >> 4;

	lcr |= (m->cflag & CSTOPB ? 4 : 0) | (m->cflag & PARENB ? 8 : 0);
	lcr |= (m->cflag & (PARENB | PARODD)) == PARENB ? 16 : 0;
	spin_lock(&u->lock);
	if (divisor) {
		set(u, LCR, lcr | LCR_DLAB);
		set(u, DIVISOR_LOW, (u8)divisor);
		set(u, DIVISOR_HIGH, (u8)(divisor >> 8));
	}
	set(u, LCR, lcr);
	set(u, MCR, MCR_OUT2 | (divisor ? MCR_DTR | MCR_RTS : 0));
	spin_unlock(&u->lock);
}

static u32 uart_get_modem(struct tty *t)
{
	struct uart *u = uart_of(t);
	u8 mcr = get(u, MCR), msr = get(u, MSR);

	return (mcr & MCR_DTR ? TIOCM_DTR : 0) | (mcr & MCR_RTS ? TIOCM_RTS : 0) |
	       (mcr & MCR_OUT2 ? TIOCM_OUT2 : 0) | (msr & 0x10 ? TIOCM_CTS : 0) |
	       (msr & 0x20 ? TIOCM_DSR : 0) | (msr & 0x40 ? TIOCM_RNG : 0) |
	       (msr & 0x80 ? TIOCM_CAR : 0);
}

static void uart_set_modem(struct tty *t, u32 bits)
{
	set(uart_of(t), MCR,
	    MCR_OUT2 | (bits & TIOCM_DTR ? MCR_DTR : 0) | (bits & TIOCM_RTS ? MCR_RTS : 0));
}

static const struct tty_driver uart_driver = {
	.write = uart_write,
	.room = uart_room,
	.pending = uart_pending,
	.flush = uart_flush,
	.hold = uart_hold,
	.send = uart_send,
	.throttle = uart_throttle,
	.settings = uart_settings,
	.get_modem = uart_get_modem,
	.set_modem = uart_set_modem,
};

/* --- the interrupt -------------------------------------------------------------------------------
 */

static enum tty_flag flag_of(u8 lsr)
{
	return lsr & LSR_BREAK			? TTY_BREAK
	       : lsr & (LSR_PARITY | LSR_FRAME) ? TTY_PARITY
						: TTY_NORMAL;
}

static void receive(struct uart *u)
{
	struct tty *t = &u->tty;

	spin_lock(&t->lock);
	for (int i = 0; i < BURST; i++) {
		u8 lsr = get(u, LSR);

		if (!(lsr & LSR_DATA) || !tty_receive_ready(t))
			break;
		tty_receive(t, get(u, DATA), flag_of(lsr));
	}
	spin_unlock(&t->lock);
	tty_receive_done(t);
}

/* The line is edge-triggered: it must have been quiet once, or it is made so at the end. */
static void serve(struct uart *u)
{
	bool sent = false;

	for (int i = 0; i < BURST; i++) {
		u8 iir = get(u, IIR);

		if (iir & IIR_NONE)
			break;
		if ((iir & 0xe) == 0x2) {
			spin_lock(&u->lock);
			u->told = u->tail;
			transmit(u);
			spin_unlock(&u->lock);
			sent = true;
		} else if ((iir & 0xe) == 0) {
			get(u, MSR);
		} else {
			receive(u);
		}
	}
	if (sent)
		tty_wake_writers(&u->tty);
	spin_lock(&u->lock);
	set(u, IER, 0);
	set(u, IER, u->ier);
	spin_unlock(&u->lock);
}

static void interrupt(void *line)
{
	for (int i = 0; i < UARTS; i++)
		if (uarts[i] && uarts[i]->line == (u64)line)
			serve(uarts[i]);
}

/* --- boot ----------------------------------------------------------------------------------------
 */

/* A port that is not there reads as all ones; one that is has a scratch register. */
static bool is_there(u16 base)
{
	out8(base + SCRATCH, 0x5a);
	if (in8(base + SCRATCH) != 0x5a)
		return false;
	out8(base + SCRATCH, 0xa5);
	return in8(base + SCRATCH) == 0xa5;
}

static struct uart *uart_create(int n)
{
	struct uart *u = kzalloc(sizeof(*u));

	if (!u)
		panic("no memory for serial port %d", n);
	spin_init(&u->lock, RANK_UART);
	u->base = bases[n];
	u->line = lines[n];
	u->last = '\n';
	tty_init(&u->tty, &uart_driver, u, names[n], device_number(4, 64 + (u32)n));
	set(u, FCR, FCR_ENABLE | FCR_CLEAR_RX | FCR_CLEAR_TX);
	uart_settings(&u->tty);
	return u;
}

struct tty *uart_tty(unsigned n)
{
	return n < UARTS && uarts[n] ? &uarts[n]->tty : NULL;
}

static void connect(u8 line)
{
	bool used = false;

	for (int i = 0; i < UARTS; i++)
		used |= uarts[i] && uarts[i]->line == line;
	if (used && irq_connect(line, "serial", interrupt, (void *)(u64)line))
		log_error("serial: interrupt %u cannot be had", line);
}

void uart_init(void)
{
	for (int i = 0; i < UARTS; i++)
		if (is_there(bases[i]))
			uarts[i] = uart_create(i);
	connect(4);
	connect(3);
	for (int i = 0; i < UARTS; i++)
		if (uarts[i])
			uart_throttle(&uarts[i]->tty, false);
}
