/*
 * Terminals: requests, opening and leaving, packet mode, sizes.
 */
#include "terminal.h"

#include <linux/vt.h>
#include <sys/sysmacros.h>

static char buffer[4096];

/* --- each request to each end ---------------------------------------------------------------- */

#define REQUEST(name, argument)       \
	{                             \
#name, name, argument \
	}
#define BUF (long)buffer
static const struct {
	const char *name;
	unsigned number;
	long argument;
} requests[] = {
	REQUEST(TCGETS, BUF),	    REQUEST(TCGETS, 8),		  REQUEST(TCSETS, 8),
	REQUEST(TCSETSW, 8),	    REQUEST(TCSETSF, 0),	  REQUEST(TCGETA, BUF),
	REQUEST(TCGETA, 8),	    REQUEST(TCSETA, 8),		  REQUEST(TCSBRK, 0),
	REQUEST(TCSBRK, 1),	    REQUEST(TCSBRKP, 0),	  REQUEST(TIOCSBRK, 0),
	REQUEST(TIOCCBRK, 0),	    REQUEST(TCXONC, TCOOFF),	  REQUEST(TCXONC, TCOON),
	REQUEST(TCXONC, TCION),	    REQUEST(TCXONC, 4),		  REQUEST(TCXONC, -1),
	REQUEST(TCFLSH, TCIFLUSH),  REQUEST(TCFLSH, TCOFLUSH),	  REQUEST(TCFLSH, TCIOFLUSH),
	REQUEST(TCFLSH, 3),	    REQUEST(TCFLSH, -1),	  REQUEST(TIOCEXCL, 0),
	REQUEST(TIOCGEXCL, BUF),    REQUEST(TIOCGEXCL, 8),	  REQUEST(TIOCNXCL, 0),
	REQUEST(TIOCOUTQ, BUF),	    REQUEST(TIOCOUTQ, 8),	  REQUEST(FIONREAD, BUF),
	REQUEST(FIONREAD, 8),	    REQUEST(TIOCSTI, BUF),	  REQUEST(TIOCSTI, 8),
	REQUEST(TIOCGWINSZ, BUF),   REQUEST(TIOCGWINSZ, 8),	  REQUEST(TIOCSWINSZ, BUF),
	REQUEST(TIOCSWINSZ, 8),	    REQUEST(TIOCMGET, BUF),	  REQUEST(TIOCMSET, BUF),
	REQUEST(TIOCMBIS, BUF),	    REQUEST(TIOCMBIC, BUF),	  REQUEST(TIOCGSOFTCAR, BUF),
	REQUEST(TIOCSSOFTCAR, BUF), REQUEST(TIOCSSOFTCAR, 8),	  REQUEST(TIOCCONS, 0),
	REQUEST(TIOCGSERIAL, BUF),  REQUEST(TIOCGSERIAL, 8),	  REQUEST(TIOCGICOUNT, BUF),
	REQUEST(TIOCPKT, BUF),	    REQUEST(TIOCPKT, 8),	  REQUEST(TIOCGPKT, BUF),
	REQUEST(TIOCGPKT, 8),	    REQUEST(TIOCGETD, BUF),	  REQUEST(TIOCGETD, 8),
	REQUEST(TIOCSETD, BUF),	    REQUEST(TIOCSETD, 8),	  REQUEST(TIOCGPTN, BUF),
	REQUEST(TIOCGPTN, 8),	    REQUEST(TIOCSPTLCK, BUF),	  REQUEST(TIOCSPTLCK, 8),
	REQUEST(TIOCGPTLCK, BUF),   REQUEST(TIOCGPTLCK, 8),	  REQUEST(TIOCGDEV, BUF),
	REQUEST(TIOCGDEV, 8),	    REQUEST(TIOCSIG, 0),	  REQUEST(TIOCSIG, SIGINT),
	REQUEST(TIOCSIG, SIGQUIT),  REQUEST(TIOCSIG, SIGTSTP),	  REQUEST(TIOCSIG, SIGKILL),
	REQUEST(TIOCSIG, 99),	    REQUEST(TIOCGPGRP, BUF),	  REQUEST(TIOCGSID, BUF),
	REQUEST(TIOCSPGRP, BUF),    REQUEST(TIOCSPGRP, 8),	  REQUEST(TIOCNOTTY, 0),
	REQUEST(TIOCGRS485, BUF),   REQUEST(TIOCSRS485, BUF),	  REQUEST(TIOCMIWAIT, 0),
	REQUEST(TIOCLINUX, BUF),    REQUEST(TIOCGLCKTRMIOS, BUF), REQUEST(TIOCSLCKTRMIOS, BUF),
	REQUEST(TIOCVHANGUP, 0),    REQUEST(VT_OPENQRY, BUF),	  REQUEST(FIOASYNC, BUF),
	REQUEST(FIONBIO, BUF),	    REQUEST(FIONCLEX, 0),	  REQUEST(0x5400, BUF),
	REQUEST(0x54ff, BUF),	    REQUEST(0x12345678, BUF),
};

static int end_open(int kind, struct pair *pair)
{
	*pair = pair_open();
	if (kind == 0)
		return dup(pair->master);
	if (kind == 1)
		return dup(pair->slave);
	if (kind == 2) { /* one that lost its master */
		close(pair->master);
		pair->master = -1;
		return dup(pair->slave);
	}
	close(pair->slave); /* a master that lost its slave */
	pair->slave = -1;
	return dup(pair->master);
}

static void each_request(void)
{
	static const char *const ends[] = { "master", "slave", "hung-up slave", "lonely master" };

	for (int kind = 0; kind < 4; kind++)
		for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
			for (int user = 0; user < 2; user++) {
				struct pair pair;
				int fd = end_open(kind, &pair);

				memset(buffer, 0, sizeof(buffer));
				topic("%s%s", ends[kind], user ? " of a user" : "");
				if (user)
					MUST(!seteuid(1000));
				errno = 0;
				answer(outcome(ioctl(fd, requests[i].number, requests[i].argument)),
				       "%s %s", requests[i].name,
				       requests[i].argument == BUF
					       ? "buffer"
					       : words("%ld", requests[i].argument));
				MUST(!seteuid(0));
				close(fd);
				pair_close(&pair);
			}
}

/* --- opening --------------------------------------------------------------------------------- */

static void opening(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), on = 1, off = 0;
	struct stat st;

	topic("opening");
	OPEN(open(slave_name(master), O_RDWR | O_NOCTTY));
	OK(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
	OK(ioctl(master, TIOCSPTLCK, &off));
	MUST(!stat(slave_name(master), &st));
	answer(words("%o uid %d gid %d major %d", st.st_mode, st.st_uid, st.st_gid,
		     major(st.st_rdev)),
	       "stat of a slave");
	OPEN(open(slave_name(master), O_RDONLY | O_NOCTTY));
	OPEN(open(slave_name(master), O_WRONLY | O_NOCTTY | O_TRUNC));
	OPEN(open(slave_name(master), O_RDWR | O_NOCTTY | O_CREAT | O_EXCL, 0600));
	OPEN(open(slave_name(master), O_DIRECTORY));
	OK(ioctl(master, TIOCSPTLCK, &on));
	OPEN(open(slave_name(master), O_RDWR | O_NOCTTY));
	OK(ioctl(master, TIOCSPTLCK, &off));
	int slave = open(slave_name(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
	OK(ioctl(slave, TIOCEXCL));
	OPEN(open(slave_name(master), O_RDWR | O_NOCTTY));
	MUST(!seteuid(1000));
	OPEN(open(slave_name(master), O_RDWR | O_NOCTTY));
	MUST(!seteuid(0));
	OK(chmod(slave_name(master), 0666));
	MUST(!seteuid(1000));
	OPEN(open(slave_name(master), O_RDWR | O_NOCTTY));
	MUST(!seteuid(0));
	OK(ioctl(slave, TIOCNXCL));
	MUST(!seteuid(1000));
	OPEN(open(slave_name(master), O_RDWR | O_NOCTTY));
	MUST(!seteuid(0));
	OK(chown(slave_name(master), 1000, 5));
	OK(unlink(slave_name(master)));
	OK(rename(slave_name(master), "/dev/pts/other"));
	OK(link(slave_name(master), "/dev/pts/other"));
	OK(mkdir("/dev/pts/other", 0700));
	OPEN(open("/dev/pts/other", O_RDWR | O_CREAT, 0600));
	OPEN(open("/dev/pts/1000000", O_RDWR));
	OPEN(open("/dev/tty", O_RDWR));
	char name[64];
	strcpy(name, slave_name(master));
	close(master);
	OPEN(open(name, O_RDWR | O_NOCTTY));
	OK(stat(name, &st));
	CALL(read(slave, buffer, 1));
	CALL(write(slave, "x", 1));
	answer(events(slave), "events of a hung-up slave");
	OK(tcgetattr(slave, &usual));
	OK(fcntl(slave, F_GETFL));
	OK(fstat(slave, &st));
	close(slave);
}

/* --- hang-up of the master, reopening ------------------------------------------------------- */

static void leaving(void)
{
	struct pair pair = pair_open();
	char name[32];

	topic("leaving");
	strcpy(name, slave_name(pair.master));
	MUST(write(pair.slave, "last\n", 5) == 5);
	close(pair.slave);
	answer(events(pair.master), "events of a master with words of one who left");
	answer(drain(pair.master, true), "what it reads");
	answer(events(pair.master), "events then");
	CALL(read(pair.master, buffer, 8));
	CALL(write(pair.master, "typed\n", 6));
	pair.slave = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK);
	answer(drain(pair.slave, true), "what was typed meanwhile");
	answer(events(pair.master), "events when it is open again");
	CALL(read(pair.master, buffer, 8));
	answer(events(pair.slave), "events of the slave");
	pair_close(&pair);

	int master = master_open();
	topic("never opened");
	answer(events(master), "events of the master");
	CALL(read(master, buffer, 8));
	CALL(write(master, "typed\n", 6));
	CALL(ioctl(master, TIOCSWINSZ, buffer));
	close(master);
}

/* --- packet mode ----------------------------------------------------------------------------- */

static const char *packet(int master)
{
	unsigned char bytes[64];
	ssize_t n = read(master, bytes, sizeof(bytes) - 1);

	if (n < 0)
		return error_name(errno);
	bytes[n] = '\0';
	return n ? words("%#x %s", bytes[0], bytes + 1) : "nothing";
}

static const char *packets(struct pair *pair)
{
	const char *first = events(pair->master), *one = packet(pair->master),
		   *two = packet(pair->master);

	return words("%s: %s, then %s", first, one, two);
}

static void packet_mode(void)
{
	struct pair pair = pair_open();
	struct termios t = usual;
	int on = 1, off = 0;

	topic("packets");
	OK(ioctl(pair.master, TIOCPKT, &on));
	CALL((ioctl(pair.master, TIOCGPKT, &off), off));
	answer(packets(&pair), "at first");
	CALL(write(pair.slave, "abc", 3));
	answer(packets(&pair), "text");
	CALL(write(pair.slave, "abcdef", 6));
	CALL(read(pair.master, buffer, 1));
	CALL(read(pair.master, buffer, 3));
	answer(packets(&pair), "after small reads");
	static const struct {
		const char *name;
		int number, what;
	} flow[] = {
		{ "TCIFLUSH", TCFLSH, TCIFLUSH },   { "TCOFLUSH", TCFLSH, TCOFLUSH },
		{ "TCIOFLUSH", TCFLSH, TCIOFLUSH }, { "TCOOFF", TCXONC, TCOOFF },
		{ "TCOON", TCXONC, TCOON },	    { "TCOOFF", TCXONC, TCOOFF },
		{ "TCIOFF", TCXONC, TCIOFF },	    { "TCION", TCXONC, TCION },
		{ "TCOON", TCXONC, TCOON },
	};
	for (unsigned i = 0; i < sizeof(flow) / sizeof(flow[0]); i++) {
		OK(ioctl(pair.slave, flow[i].number, flow[i].what));
		answer(packets(&pair), "%s", flow[i].name);
	}
	t.c_iflag &= ~IXON;
	OK(tcsetattr(pair.slave, TCSANOW, &t));
	answer(packets(&pair), "-ixon");
	OK(tcsetattr(pair.slave, TCSANOW, &t));
	answer(packets(&pair), "-ixon again");
	t.c_iflag |= IXON;
	t.c_cc[VSTOP] = 'x';
	OK(tcsetattr(pair.slave, TCSANOW, &t));
	answer(packets(&pair), "stop x");
	OK(tcsetattr(pair.slave, TCSANOW, &usual));
	answer(packets(&pair), "usual");
	t = usual;
	t.c_lflag |= EXTPROC;
	OK(tcsetattr(pair.slave, TCSANOW, &t));
	answer(packets(&pair), "extproc");
	t.c_lflag &= ~ECHO;
	OK(tcsetattr(pair.slave, TCSANOW, &t));
	answer(packets(&pair), "extproc, -echo");
	OK(tcsetattr(pair.slave, TCSAFLUSH, &usual));
	answer(packets(&pair), "flushed to the usual");
	CALL(ioctl(pair.slave, TCXONC, TCOOFF));
	CALL(write(pair.slave, "held", 4));
	answer(packets(&pair), "written while held");
	off = 0;
	OK(ioctl(pair.master, TIOCPKT, &off));
	answer(events(pair.master), "events outside packet mode");
	CALL(read(pair.master, buffer, 8));
	pair_close(&pair);
}

/* --- size ------------------------------------------------------------------------------------ */

static const char *winsize(int fd)
{
	struct winsize w = { 9, 9, 9, 9 };

	return ioctl(fd, TIOCGWINSZ, &w)
		       ? error_name(errno)
		       : words("%d %d %d %d", w.ws_row, w.ws_col, w.ws_xpixel, w.ws_ypixel);
}

static void sizes(void)
{
	struct pair pair = pair_open();
	static struct winsize asked[] = { { 24, 80, 0, 0 },
					  { 24, 80, 0, 0 },
					  { 24, 80, 1, 0 },
					  { 0, 0, 0, 0 },
					  { 65535, 65535, 65535, 65535 } };

	MUST(!ioctl(pair.slave, TIOCSCTTY, 0));
	topic("size");
	answer(winsize(pair.slave), "at first");
	for (int i = 0; i < 10; i++) {
		int fd = i % 2 ? pair.master : pair.slave;

		heard[SIGWINCH] = 0;
		OK(ioctl(fd, TIOCSWINSZ, &asked[i / 2]));
		answer(winsize(pair.slave), "slave");
		answer(winsize(pair.master), "master");
		answer(words("%d", heard[SIGWINCH]), "SIGWINCH");
	}
	MUST(!ioctl(pair.slave, TIOCNOTTY));
	pair_close(&pair);
}

/* --- TIOCSTI --------------------------------------------------------------------------------- */

static void stuffing(void)
{
	struct pair pair = pair_open();

	MUST(!ioctl(pair.slave, TIOCSCTTY, 0));
	topic("TIOCSTI");
	for (const char *c = "ab\177c\n"; *c; c++)
		CALL(ioctl(pair.slave, TIOCSTI, c));
	answer(drain(pair.slave, true), "read");
	answer(drain(pair.master, false), "echo");
	heard[SIGINT] = 0;
	CALL(ioctl(pair.slave, TIOCSTI, "\003"));
	answer(drain(pair.slave, true), "read");
	answer(words("%d", heard[SIGINT]), "SIGINT");
	MUST(!seteuid(1000));
	CALL(ioctl(pair.slave, TIOCSTI, "x"));
	MUST(!seteuid(0));
	MUST(!ioctl(pair.slave, TIOCNOTTY));
	CALL(ioctl(pair.slave, TIOCSTI, "x"));
	MUST(!seteuid(1000));
	CALL(ioctl(pair.slave, TIOCSTI, "x"));
	MUST(!seteuid(0));
	pair_close(&pair);
}

static void ask(void)
{
	each_request();
	opening();
	leaving();
	packet_mode();
	sizes();
	stuffing();
}

int main(void)
{
	return in_session(ask);
}
