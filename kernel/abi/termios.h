/*
 * termios.h - terminals in the Linux ABI (asm-generic/termbits.h, ioctls.h, x86_64).
 */
#pragma once
#include "kernel/lib/types.h"

#define NCCS 19

struct termios { /* TCGETS */
	u32 iflag, oflag, cflag, lflag;
	u8 line;
	u8 cc[NCCS];
};
_Static_assert(sizeof(struct termios) == 36, "termios");

struct termios2 { /* TCGETS2; what the kernel keeps */
	u32 iflag, oflag, cflag, lflag;
	u8 line;
	u8 cc[NCCS];
	u32 ispeed, ospeed;
};
_Static_assert(sizeof(struct termios2) == 44, "termios2");

struct termio { /* TCGETA, of System V */
	u16 iflag, oflag, cflag, lflag;
	u8 line;
	u8 cc[8];
};

struct winsize {
	u16 row, col, xpixel, ypixel;
};

/* Index into cc. */
enum {
	VINTR,
	VQUIT,
	VERASE,
	VKILL,
	VEOF,
	VTIME,
	VMIN,
	VSWTC,
	VSTART,
	VSTOP,
	VSUSP,
	VEOL,
	VREPRINT,
	VDISCARD,
	VWERASE,
	VLNEXT,
	VEOL2,
};

/* iflag */
#define IGNBRK	0x0001u
#define BRKINT	0x0002u
#define IGNPAR	0x0004u
#define PARMRK	0x0008u
#define INPCK	0x0010u
#define ISTRIP	0x0020u
#define INLCR	0x0040u
#define IGNCR	0x0080u
#define ICRNL	0x0100u
#define IUCLC	0x0200u
#define IXON	0x0400u
#define IXANY	0x0800u
#define IXOFF	0x1000u
#define IMAXBEL 0x2000u
#define IUTF8	0x4000u

/* oflag */
#define OPOST  0x0001u
#define OLCUC  0x0002u
#define ONLCR  0x0004u
#define OCRNL  0x0008u
#define ONOCR  0x0010u
#define ONLRET 0x0020u
#define TABDLY 0x1800u
#define XTABS  0x1800u

/* cflag */
#define CBAUD	0x100fu
#define CBAUDEX 0x1000u
#define B0	0x0000u
#define B9600	0x000du
#define B38400	0x000fu
#define BOTHER	0x1000u
#define CSIZE	0x0030u
#define CS8	0x0030u
#define CSTOPB	0x0040u
#define CREAD	0x0080u
#define PARENB	0x0100u
#define PARODD	0x0200u
#define HUPCL	0x0400u
#define ADDRB	0x20000000u /* never set by TCSETS */
#define CLOCAL	0x0800u
#define CRTSCTS 0x80000000u

/* lflag */
#define ISIG	0x00001u
#define ICANON	0x00002u
#define XCASE	0x00004u
#define ECHO	0x00008u
#define ECHOE	0x00010u
#define ECHOK	0x00020u
#define ECHONL	0x00040u
#define NOFLSH	0x00080u
#define TOSTOP	0x00100u
#define ECHOCTL 0x00200u
#define ECHOPRT 0x00400u
#define ECHOKE	0x00800u
#define IEXTEN	0x08000u
#define EXTPROC 0x10000u

enum {
	TCGETS = 0x5401,
	TCSETS = 0x5402,
	TCSETSW = 0x5403,
	TCSETSF = 0x5404,
	TCGETA = 0x5405,
	TCSETA = 0x5406,
	TCSETAW = 0x5407,
	TCSETAF = 0x5408,
	TCSBRK = 0x5409,
	TCXONC = 0x540a,
	TCFLSH = 0x540b,
	TIOCEXCL = 0x540c,
	TIOCNXCL = 0x540d,
	TIOCSCTTY = 0x540e,
	TIOCGPGRP = 0x540f,
	TIOCSPGRP = 0x5410,
	TIOCOUTQ = 0x5411,
	TIOCSTI = 0x5412,
	TIOCGWINSZ = 0x5413,
	TIOCSWINSZ = 0x5414,
	TIOCMGET = 0x5415,
	TIOCMBIS = 0x5416,
	TIOCMBIC = 0x5417,
	TIOCMSET = 0x5418,
	TIOCGSOFTCAR = 0x5419,
	TIOCSSOFTCAR = 0x541a,
	FIONREAD = 0x541b,
	TIOCINQ = FIONREAD,
	TIOCPKT = 0x5420,
	TIOCNOTTY = 0x5422,
	TIOCSETD = 0x5423,
	TIOCGETD = 0x5424,
	TCSBRKP = 0x5425,
	TIOCSBRK = 0x5427,
	TIOCCBRK = 0x5428,
	TIOCGSID = 0x5429,
	TIOCVHANGUP = 0x5437,
	TIOCGPTPEER = 0x5441,
};
#define TCGETS2	  0x802c542au
#define TCSETS2	  0x402c542bu
#define TCSETSW2  0x402c542cu
#define TCSETSF2  0x402c542du
#define TIOCGDEV  0x80045432u
#define TIOCGEXCL 0x80045440u

/* Of the master side of a pseudo-terminal. */
#define TIOCGPTN   0x80045430u
#define TIOCSPTLCK 0x40045431u
#define TIOCSIG	   0x40045436u
#define TIOCGPKT   0x80045438u
#define TIOCGPTLCK 0x80045439u
enum { /* TIOCPKT: what the first byte of a read tells */
       TIOCPKT_DATA = 0,
       TIOCPKT_FLUSHREAD = 1,
       TIOCPKT_FLUSHWRITE = 2,
       TIOCPKT_STOP = 4,
       TIOCPKT_START = 8,
       TIOCPKT_NOSTOP = 16,
       TIOCPKT_DOSTOP = 32,
       TIOCPKT_IOCTL = 64,
};

enum { TCOOFF, TCOON, TCIOFF, TCION };	/* TCXONC */
enum { TCIFLUSH, TCOFLUSH, TCIOFLUSH }; /* TCFLSH */

#define TIOCM_DTR  0x002u
#define TIOCM_RTS  0x004u
#define TIOCM_CTS  0x020u
#define TIOCM_CAR  0x040u
#define TIOCM_RNG  0x080u
#define TIOCM_DSR  0x100u
#define TIOCM_OUT2 0x4000u
