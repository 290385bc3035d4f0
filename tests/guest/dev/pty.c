/* Pseudo-terminals: a master, its slave, names, packet mode, the ends of both. */
#include "pty.h"

static void open_pair(void)
{
	MUST((master = open_master()) >= 0);
	unlock_it(master);
	snprintf(slave_name, sizeof(slave_name), PTS "/%d", number_of(master));
	MUST((slave = open(slave_name, O_RDWR | O_NOCTTY | O_CLOEXEC)) >= 0);
}

static void close_pair(void)
{
	close(master);
	close(slave);
}

static void raw(int fd)
{
	struct termios m;

	MUST(!tcgetattr(fd, &m));
	cfmakeraw(&m);
	MUST(!tcsetattr(fd, TCSANOW, &m));
}

static short poll_now(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };

	poll(&p, 1, 0);
	return p.revents;
}

static void names(void)
{
	struct stat st;
	struct statfs fs;
	int one = 1, locked = -1, other, n, fd;
	char c;

	MUST((master = open_master()) >= 0);
	n = number_of(master);
	CHECK(n >= 0, "each open of ptmx makes a terminal with a number");
	snprintf(slave_name, sizeof(slave_name), PTS "/%d", n);
	CHECK(!stat(slave_name, &st) && S_ISCHR(st.st_mode), "and a device of that name");
	CHECK_EQ(st.st_rdev, makedev(136, n), "its number begins with 136");
	CHECK_EQ(st.st_ino, n + 3, "its inode is three more");
	CHECK_EQ(st.st_mode & 07777, 0620, "its mode is that of the mount");
	CHECK(st.st_uid == 0 && st.st_gid == 5, "its owner too");
	CHECK(!statfs(PTS, &fs) && fs.f_type == 0x1cd1, "the file system tells its type");
	CHECK_ERR(open(slave_name, O_RDWR | O_NOCTTY), EIO, "it is locked at first");
	CHECK(!ioctl(master, TIOCGPTLCK, &locked) && locked == 1, "as can be asked for");
	MUST(write(master, "early\n", 6) == 6);
	unlock_it(master);
	CHECK_OK(slave = open(slave_name, O_RDWR | O_NOCTTY), "then it can be opened");
	MUST(write(slave, "\n", 1) == 1 && read(slave, &c, 1) == 1);
	CHECK_EQ(c, 'e', "what was typed before is read");
	CHECK_ERR(number_of(slave), ENOTTY, "only the master tells the number");
	CHECK_ERR(ioctl(slave, TIOCPKT, &one), ENOTTY, "and knows packet mode");
	other = open_master();
	CHECK(number_of(other) == n + 1, "the next one has the next number");
	close(other);
	other = open_master();
	CHECK(number_of(other) == n + 1, "which is free again when it is closed");
	close(other);
	CHECK_OK(chmod(slave_name, 0600), "the mode of a terminal can be changed");
	CHECK_OK(chown(slave_name, 7, 8), "and its owner");
	CHECK(!stat(slave_name, &st) && st.st_uid == 7 && (st.st_mode & 07777) == 0600,
	      "which shows");
	CHECK_ERR(unlink(slave_name), EPERM, "its name cannot be removed");
	CHECK_ERR(open(PTS "/new", O_CREAT | O_RDWR, 0600), EACCES, "nor made");
	fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(fd >= 0 && !fstat(fd, &st) && st.st_rdev == makedev(136, n),
	      "the master opens its slave without a name");
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC, "closed on exec if asked for");
	close(fd);
	MUST(!mknod("/tmp/pts", S_IFCHR | 0600, makedev(136, n)));
	CHECK_ERR(open("/tmp/pts", O_RDWR | O_NOCTTY), EIO, "a node elsewhere leads nowhere");
	unlink("/tmp/pts");
	MUST(!mknod("/tmp/ptmx", S_IFCHR | 0600, makedev(5, 2)));
	CHECK_ERR(open("/tmp/ptmx", O_RDWR | O_NOCTTY), ENOENT,
		  "a ptmx without a devpts beside it makes none");
	MUST(!mkdir("/tmp/pts", 0755));
	CHECK_ERR(open("/tmp/ptmx", O_RDWR | O_NOCTTY), ENODEV, "nor beside another directory");
	rmdir("/tmp/pts");
	unlink("/tmp/ptmx");
	CHECK_ERR(lseek(master, 0, SEEK_SET), ESPIPE, "a master has no place");
	close_pair();
	CHECK_ERR(stat(slave_name, &st), ENOENT, "the name goes with the master");
}

static void mounts(void)
{
	struct stat st;
	int a, b;

	MUST(!mkdir("/tmp/d", 0755) && !mkdir("/tmp/d/pts", 0755));
	MUST(!mount("devpts", "/tmp/d/pts", "devpts", 0, "mode=640,uid=3,ptmxmode=666,max=2"));
	MUST(!mknod("/tmp/d/ptmx", S_IFCHR | 0600, makedev(5, 2)));
	a = open("/tmp/d/ptmx", O_RDWR | O_NOCTTY);
	CHECK(a >= 0 && number_of(a) == 0, "each mount has numbers of its own");
	CHECK(!stat("/tmp/d/pts/0", &st) && st.st_uid == 3 && (st.st_mode & 07777) == 0640,
	      "and its own rights");
	b = open("/tmp/d/pts/ptmx", O_RDWR | O_NOCTTY);
	CHECK(b >= 0 && number_of(b) == 1, "its own ptmx makes them there");
	CHECK(!stat("/tmp/d/pts/ptmx", &st) && (st.st_mode & 07777) == 0666 &&
		      st.st_rdev == makedev(5, 2) && st.st_ino == 2,
	      "ptmxmode is the mode of that");
	CHECK_ERR(open("/tmp/d/ptmx", O_RDWR | O_NOCTTY), ENOSPC, "max limits them");
	close(b);
	CHECK_OK(umount("/tmp/d/pts"), "it can be unmounted while a master is open");
	CHECK_ERR(ioctl(a, TIOCGPTPEER, O_RDWR | O_NOCTTY), ENODEV, "whose slave is out of reach");
	close(a);
	unlink("/tmp/d/ptmx");
	CHECK_ERR(mount("devpts", "/tmp/d/pts", "devpts", 0, "mode=9"), EINVAL,
		  "a bad option is EINVAL");
	rmdir("/tmp/d/pts");
	rmdir("/tmp/d");
}

static void bytes(void)
{
	char buf[64];
	int n;

	open_pair();
	MUST(write(slave, "one\n", 4) == 4);
	CHECK_STR(read_until(master, "\n"), "one\r\n", "what is written comes with a return");
	MUST(write(master, "two\r", 4) == 4);
	CHECK(read(slave, buf, sizeof(buf)) == 4 && !memcmp(buf, "two\n", 4),
	      "what is typed is a line");
	CHECK_STR(read_until(master, "\n"), "two\r\n", "and is echoed");
	MUST(write(master, "ab\177c\n", 5) == 5);
	CHECK(read(slave, buf, sizeof(buf)) == 3 && !memcmp(buf, "ac\n", 3), "it can be edited");
	CHECK_STR(read_until(master, "c\r\n"), "ab\b \bc\r\n", "which shows");
	MUST(write(master, "x\4\4", 3) == 3);
	CHECK(read(slave, buf, sizeof(buf)) == 1 && read(slave, buf, sizeof(buf)) == 0,
	      "^D ends what is read");
	read_until(master, "x");
	raw(slave);
	MUST(write(master, "\3\4\r", 3) == 3);
	CHECK(read(slave, buf, sizeof(buf)) == 3 && !memcmp(buf, "\3\4\r", 3),
	      "a raw terminal passes all");
	MUST(write(slave, "a\n", 2) == 2);
	do
		n = ioctl(master, FIONREAD, &n) ? -1 : n;
	while (n >= 0 && n < 2);
	CHECK_EQ(n, 2, "what waits for the master is counted");
	CHECK_EQ(poll_now(master), POLLIN | POLLOUT, "poll tells of it");
	CHECK(read(master, buf, 1) == 1 && read(master, buf + 1, 5) == 1 && !memcmp(buf, "a\n", 2),
	      "it can be read in parts");
	CHECK_EQ(poll_now(master), POLLOUT, "then there is none");
	fcntl(master, F_SETFL, O_NONBLOCK);
	CHECK_ERR(read(master, buf, 1), EAGAIN, "and a read that does not wait says so");
	CHECK_EQ(write(master, buf, 0), 0, "nothing can be written");
	CHECK_EQ(read(master, (void *)8, 0), 0, "and read");
	close_pair();
}

static void sizes(void)
{
	struct winsize in = { 33, 77, 1, 2 }, out = {};
	struct termios m, n;

	open_pair();
	CHECK(!ioctl(slave, TIOCGWINSZ, &out) && !out.ws_row && !out.ws_col,
	      "it has no size at first");
	CHECK(!ioctl(master, TIOCSWINSZ, &in) && !ioctl(slave, TIOCGWINSZ, &out) &&
		      !memcmp(&in, &out, sizeof(in)),
	      "the master sets it");
	CHECK(!tcgetattr(master, &m) && !tcgetattr(slave, &n) && m.c_lflag == n.c_lflag,
	      "both sides have the same modes");
	CHECK(cfgetospeed(&n) == B38400 && (n.c_cflag & CSIZE) == CS8, "with the usual speed");
	n.c_lflag &= ~ECHO;
	n.c_cflag = (n.c_cflag & ~CSIZE) | CS7 | PARENB;
	CHECK(!tcsetattr(master, TCSANOW, &n) && !tcgetattr(slave, &m) && !(m.c_lflag & ECHO),
	      "the master can set them");
	CHECK((m.c_cflag & (CSIZE | PARENB)) == CS8, "but characters have eight bits");
	CHECK_ERR(ioctl(master, TIOCMGET, &in), ENOTTY, "there is no modem");
	CHECK_EQ(tcgetpgrp(master), 0, "nobody is in the foreground");
	CHECK_ERR(ioctl(slave, TIOCGPGRP, &in), ENOTTY, "which only the master may ask");
	CHECK_ERR(ioctl(master, TIOCGSID, &in), ENOTTY, "it has no session");
	CHECK_ERR(ioctl(master, TIOCNOTTY), ENOTTY, "that could be given up");
	CHECK_ERR(ioctl(master, TIOCSIG, SIGKILL), EINVAL, "only some signals can be sent");
	CHECK_ERR(ioctl(master, TIOCGPTN, 8), EFAULT, "a wild pointer is EFAULT");
	close_pair();
}

static void ends(void)
{
	char c;

	open_pair();
	MUST(write(slave, "last", 4) == 4);
	close(slave);
	CHECK_STR(read_until(master, "last"), "last", "what was written last can be read");
	CHECK_ERR(read(master, &c, 1), EIO, "then it is EIO, for the slave is closed");
	CHECK_EQ(poll_now(master), POLLHUP | POLLOUT, "and poll tells of it");
	CHECK_EQ(write(master, "x", 1), 1, "a write is not EIO");
	CHECK_OK(slave = open(slave_name, O_RDWR | O_NOCTTY), "it can be opened again");
	CHECK_EQ(poll_now(master) & POLLHUP, 0, "and is as before");
	close(master);
	CHECK_EQ(read(slave, &c, 1), 0, "when the master is closed the slave reads the end");
	CHECK_ERR(write(slave, "x", 1), EIO, "and cannot write");
	CHECK_ERR(tcgetpgrp(slave), EIO, "nor ask");
	CHECK_EQ(poll_now(slave) & (POLLIN | POLLHUP | POLLERR | POLLOUT),
		 POLLIN | POLLHUP | POLLERR | POLLOUT, "poll tells all");
	CHECK_ERR(open(slave_name, O_RDWR | O_NOCTTY), ENOENT, "nor be opened");
	close(slave);
}

/* A byte of packet mode, alone. */
static int packet(void)
{
	unsigned char buf[64];

	return read(master, buf, sizeof(buf)) == 1 ? buf[0] : -1;
}

static void packets(void)
{
	int one = 1, zero = 0, got = 0;
	struct termios m;
	char buf[64];

	open_pair();
	CHECK_OK(ioctl(master, TIOCPKT, &one), "packet mode can be switched on");
	CHECK(!ioctl(master, TIOCGPKT, &got) && got == 1, "as can be asked for");
	raw(slave);
	CHECK_EQ(packet(), TIOCPKT_NOSTOP, "it tells that ^S does not stop any more");
	MUST(write(slave, "data", 4) == 4);
	CHECK(read(master, buf, sizeof(buf)) == 5 && !memcmp(buf, "\0data", 5),
	      "data have a zero in front");
	MUST(!tcgetattr(slave, &m));
	m.c_iflag |= IXON;
	MUST(!tcsetattr(slave, TCSANOW, &m));
	CHECK(poll_now(master) == (POLLPRI | POLLIN | POLLOUT), "poll tells of news");
	CHECK_EQ(packet(), TIOCPKT_DOSTOP, "that ^S stops again");
	tcflush(slave, TCIFLUSH);
	CHECK_EQ(packet(), TIOCPKT_FLUSHREAD, "that input was flushed");
	tcflush(slave, TCOFLUSH);
	CHECK_EQ(packet(), TIOCPKT_FLUSHWRITE, "that output was");
	tcflow(slave, TCOOFF);
	CHECK_EQ(packet(), TIOCPKT_STOP, "that output is held");
	tcflow(slave, TCOON);
	CHECK_EQ(packet(), TIOCPKT_START, "and goes on");
	MUST(!ioctl(master, TIOCPKT, &zero) && write(slave, "x", 1) == 1);
	CHECK(read(master, buf, sizeof(buf)) == 1 && buf[0] == 'x', "it can be switched off");
	close_pair();
}

/* 256 KiB from one side to the other while both sides work. */
static bool passes(int from, int to)
{
	static char out[4096], in[4096];
	long total = 256 << 10, got = 0;
	bool good = true;
	pid_t pid = fork();

	if (!pid) {
		for (long sent = 0; sent < total;) {
			for (size_t i = 0; i < sizeof(out); i++)
				out[i] = (sent + i) * 7 % 251;
			ssize_t n = write(from, out, sizeof(out));

			if (n <= 0)
				_exit(1);
			sent += n;
			if (n < (ssize_t)sizeof(out))
				_exit(2);
		}
		_exit(0);
	}
	while (got < total) {
		ssize_t n = read(to, in, sizeof(in));

		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			good &= in[i] == (char)((got + i) * 7 % 251);
		got += n;
	}
	waitpid(pid, NULL, 0);
	return good && got == total;
}

static void floods(void)
{
	open_pair();
	raw(slave);
	CHECK(passes(slave, master), "a flood of output arrives whole");
	CHECK(passes(master, slave), "a flood of input arrives whole");
	close_pair();
}

int main(void)
{
	pts_mount();
	names();
	mounts();
	bytes();
	sizes();
	ends();
	packets();
	floods();
	CHECK_END();
}
