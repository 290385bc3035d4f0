/*
 * The line discipline: settings, editing, echo, and what becomes of output.
 */
#include "terminal.h"

static const char *settings(const struct termios *t)
{
	static char text[256];
	int n = sprintf(text, "%#o %#o %#o %#o line %d cc", t->c_iflag, t->c_oflag, t->c_cflag,
			t->c_lflag, t->c_line);

	for (int i = 0; i < 19; i++)
		n += sprintf(text + n, " %d", t->c_cc[i]);
	return text;
}

/* Each bit of each word, exchanged. */
static void each_flag(void)
{
	static const char *const names[] = { "iflag", "oflag", "cflag", "lflag" };

	for (int word = 0; word < 4; word++)
		for (int bit = 0; bit < 32; bit++) {
			struct pair pair = pair_open();
			struct termios t = usual, now;
			tcflag_t *flags = &t.c_iflag;

			flags[word] ^= (tcflag_t)1 << bit;
			topic("%s bit %d", names[word], bit);
			OK(tcsetattr(pair.slave, TCSANOW, &t));
			tcgetattr(pair.slave, &now);
			answer(settings(&now), "settings");
			pair_close(&pair);
		}
	for (int i = 0; i < 19; i++) {
		struct pair pair = pair_open();
		struct termios t = usual, now;

		t.c_cc[i] = 'x';
		topic("cc %d", i);
		OK(tcsetattr(pair.slave, TCSANOW, &t));
		tcgetattr(pair.slave, &now);
		answer(settings(&now), "settings");
		pair_close(&pair);
	}
}

struct setting {
	const char *name;
	tcflag_t ion, ioff, oon, ooff, lon, loff;
	int cc;
	char value;
};

static const struct setting inputs[] = {
	{ "usual", .cc = -1 },
	{ "-echo", .loff = ECHO, .cc = -1 },
	{ "-echo echonl", .loff = ECHO, .lon = ECHONL, .cc = -1 },
	{ "-echoe", .loff = ECHOE, .cc = -1 },
	{ "-echok", .loff = ECHOK, .cc = -1 },
	{ "-echoke", .loff = ECHOKE, .cc = -1 },
	{ "-echok -echoke", .loff = ECHOK | ECHOKE, .cc = -1 },
	{ "-echoctl", .loff = ECHOCTL, .cc = -1 },
	{ "echoprt", .lon = ECHOPRT, .cc = -1 },
	{ "-isig", .loff = ISIG, .cc = -1 },
	{ "noflsh", .lon = NOFLSH, .cc = -1 },
	{ "-iexten", .loff = IEXTEN, .cc = -1 },
	{ "-icanon", .loff = ICANON, .cc = -1 },
	{ "-icanon -isig", .loff = ICANON | ISIG, .cc = -1 },
	{ "-icanon -echo -isig -iexten", .loff = ICANON | ECHO | ISIG | IEXTEN, .cc = -1 },
	{ "-icrnl", .ioff = ICRNL, .cc = -1 },
	{ "igncr", .ion = IGNCR, .cc = -1 },
	{ "inlcr", .ion = INLCR, .cc = -1 },
	{ "inlcr -icrnl", .ion = INLCR, .ioff = ICRNL, .cc = -1 },
	{ "istrip", .ion = ISTRIP, .cc = -1 },
	{ "iuclc", .ion = IUCLC, .cc = -1 },
	{ "iuclc -iexten", .ion = IUCLC, .loff = IEXTEN, .cc = -1 },
	{ "-ixon", .ioff = IXON, .cc = -1 },
	{ "ixany", .ion = IXANY, .cc = -1 },
	{ "ixoff", .ion = IXOFF, .cc = -1 },
	{ "imaxbel", .ion = IMAXBEL, .cc = -1 },
	{ "iutf8", .ion = IUTF8, .cc = -1 },
	{ "parmrk", .ion = PARMRK, .cc = -1 },
	{ "parmrk -icanon", .ion = PARMRK, .loff = ICANON, .cc = -1 },
	{ "inpck ignpar", .ion = INPCK | IGNPAR, .cc = -1 },
	{ "xcase", .lon = XCASE, .cc = -1 },
	{ "xcase iuclc olcuc", .ion = IUCLC, .oon = OLCUC, .lon = XCASE, .cc = -1 },
	{ "extproc", .lon = EXTPROC, .cc = -1 },
	{ "tostop", .lon = TOSTOP, .cc = -1 },
	{ "flusho", .lon = FLUSHO, .cc = -1 },
	{ "-opost", .ooff = OPOST, .cc = -1 },
	{ "-onlcr", .ooff = ONLCR, .cc = -1 },
	{ "eol e", .cc = VEOL, .value = 'e' },
	{ "eol2 e", .cc = VEOL2, .value = 'e' },
	{ "erase b", .cc = VERASE, .value = 'b' },
	{ "kill c", .cc = VKILL, .value = 'c' },
	{ "intr b", .cc = VINTR, .value = 'b' },
	{ "erase undefined", .cc = VERASE, .value = 0 },
	{ "intr undefined", .cc = VINTR, .value = 0 },
	{ "eof undefined", .cc = VEOF, .value = 0 },
	{ "min 3 -icanon", .loff = ICANON, .cc = VMIN, .value = 3 },
	{ "min 0 -icanon", .loff = ICANON, .cc = VMIN, .value = 0 },
};

#define TEN "0123456789"
static const struct typed {
	const char *keys;
	int size;
} typed[] = {
#define T(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}
	T("abc\n"),
	T("abc"),
	T("\n"),
	T("abc\177\177d\n"),
	T("\177x\n"),
	T("one two\027three\n"),
	T("one two  \027\027\027x\n"),
	T("one two_3,4\027x\n"),
	T("abc\025d\n"),
	T("ab\ncd\025e\n"),
	T("ab\004"),
	T("\004"),
	T("ab\004\004"),
	T("ab\n\004cd\n"),
	T("a\026\003b\n"),
	T("a\026\177b\n"),
	T("a\026\nb\n"),
	T("ab\022c\n"),
	T("a\tb\177\177\177c\n"),
	T("\t\t\177x\n"),
	T("a\001b\177\177c\n"),
	T("\003"),
	T("\034"),
	T("a\003b\n"),
	T("a\nb\003c\n"),
	T("ab\034c\n"),
	T("a\0b\n"),
	T("\377a\n"),
	T("\303\244\177x\n"),
	T("a\303\244\342\202\254\177\177b\n"),
	T("AbC\n"),
	T("a\rb\n"),
	T("a\r\nb\n"),
	T("a\023b\nc\021d\n"),
	T("a\023b\003c\n"),
	T("a\023bc\n"),
	T("\033[Ax\n"),
	T("a\007\010b\n"),
	T("\201\n"),
	T("a\017b\n"),
	T("be\ncef\n"),
	T("a\\\177b\\\025c\n"),
	T("\\a\\B\n"),
	T("a\005b\006c\031d\n"),
	T(TEN TEN TEN TEN TEN TEN TEN TEN "\177\177\025x\n"),
};

static void set(int fd, const struct setting *s)
{
	struct termios t = usual;

	t.c_iflag = (t.c_iflag & ~s->ioff) | s->ion;
	t.c_oflag = (t.c_oflag & ~s->ooff) | s->oon;
	t.c_lflag = (t.c_lflag & ~s->loff) | s->lon;
	if (s->cc >= 0)
		t.c_cc[s->cc] = s->value;
	MUST(!tcsetattr(fd, TCSANOW, &t));
}

static const char *signals_heard(void)
{
	return heard[SIGINT]	? " SIGINT"
	       : heard[SIGQUIT] ? " SIGQUIT"
	       : heard[SIGTSTP] ? " SIGTSTP"
	       : heard[SIGTTOU] ? " SIGTTOU"
				: "";
}

/* A NUL would end the question. */
static const char *printed(const struct typed *keys)
{
	static char text[256];

	memcpy(text, keys->keys, keys->size);
	text[keys->size] = '\0';
	for (int i = 0; i < keys->size; i++)
		if (!text[i])
			text[i] = '@';
	return text;
}

/* The session's own terminal is the pair's, so that keys that are signals arrive here. */
static void type(const struct setting *s, const struct typed *keys)
{
	struct pair pair = pair_open();
	bool lines = usual.c_lflag & ICANON && !(s->loff & ICANON);
	const char *seen, *echo;

	MUST(!ioctl(pair.slave, TIOCSCTTY, 0));
	set(pair.slave, s);
	forget_signals();
	MUST(write(pair.master, keys->keys, keys->size) == keys->size);
	seen = words("%s", drain(pair.slave, lines));
	echo = words("%s", drain(pair.master, false));
	/* What was held back, or is half a line. */
	tcflow(pair.slave, TCOON);
	MUST(write(pair.master, "\021\n", 2) == 2);
	answer(words("%s%s, then %s", *seen ? seen : "nothing", signals_heard(),
		     drain(pair.slave, false)),
	       "%s: read", printed(keys));
	answer(words("%s, then %s", echo, drain(pair.master, false)), "%s: echo", printed(keys));
	MUST(!ioctl(pair.slave, TIOCNOTTY));
	pair_close(&pair);
}

static void typing(void)
{
	for (unsigned i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		for (unsigned k = 0; k < sizeof(typed) / sizeof(typed[0]); k++) {
			topic("%s", inputs[i].name);
			type(&inputs[i], &typed[k]);
		}
}

static const struct setting outputs[] = {
	{ "usual", .cc = -1 },
	{ "-opost", .ooff = OPOST, .cc = -1 },
	{ "-onlcr", .ooff = ONLCR, .cc = -1 },
	{ "onlret", .oon = ONLRET, .cc = -1 },
	{ "onlret -onlcr", .oon = ONLRET, .ooff = ONLCR, .cc = -1 },
	{ "onocr", .oon = ONOCR, .cc = -1 },
	{ "ocrnl", .oon = OCRNL, .cc = -1 },
	{ "ocrnl onocr", .oon = OCRNL | ONOCR, .cc = -1 },
	{ "ocrnl onlret", .oon = OCRNL | ONLRET, .cc = -1 },
	{ "olcuc", .oon = OLCUC, .cc = -1 },
	{ "xtabs", .oon = XTABS, .cc = -1 },
	{ "tab1", .oon = TAB1, .cc = -1 },
	{ "ofill", .oon = OFILL, .cc = -1 },
	{ "flusho", .lon = FLUSHO, .cc = -1 },
	{ "xtabs onlcr onlret", .oon = XTABS | ONLCR | ONLRET, .cc = -1 },
};

static void outputs_asked(void)
{
	static const struct typed texts[] = {
		T("abc\n"),	     T("a\tb\n"),      T("\t\n\t"),	 T("a\rb\n"),
		T("\r\n"),	     T("\n\r\r\n"),    T("12345678\tx"), T("1234567\tx"),
		T("a\010\t\010\tb"), T("\001\tb"),     T("\303\244\tb"), T("aBc\303\204\n"),
		T("ab\010\rc\n\td"), T("a\033[1m\tb"), T("a\0b\n"),
	};

	for (unsigned i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++)
		for (unsigned k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
			struct pair pair = pair_open();

			topic("output, %s", outputs[i].name);
			set(pair.slave, &outputs[i]);
			answer(result(write(pair.slave, texts[k].keys, texts[k].size)), "%s: write",
			       printed(&texts[k]));
			answer(drain(pair.master, false), "%s", printed(&texts[k]));
			pair_close(&pair);
		}
}

/* Reads of few bytes, and what poll and FIONREAD say before them. */
static void pieces(void)
{
	static const struct {
		const char *name, *keys;
		bool raw;
		int min, time, size;
	} asked[] = {
		{ "a line, 2", "abcd\n", false, 1, 0, 2 },
		{ "a line, 5", "abcd\n", false, 1, 0, 5 },
		{ "a line, 4", "abcd\n", false, 1, 0, 4 },
		{ "two lines, 10", "ab\ncd\n", false, 1, 0, 10 },
		{ "two lines, 3", "ab\ncd\n", false, 1, 0, 3 },
		{ "half a line, 4", "abc", false, 1, 0, 4 },
		{ "ended half, 3", "abc\004", false, 1, 0, 3 },
		{ "ended half, 4", "abc\004", false, 1, 0, 4 },
		{ "ended half, 2", "abc\004", false, 1, 0, 2 },
		{ "raw, min 1", "abc", true, 1, 0, 2 },
		{ "raw, min 0", "abc", true, 0, 0, 2 },
		{ "raw, min 0, time 1", "abc", true, 0, 1, 2 },
		{ "raw, min 5", "abc", true, 5, 0, 2 },
		{ "raw, min 5, much wanted", "abc", true, 5, 0, 10 },
		{ "raw, min 5, time 1", "abc", true, 5, 1, 10 },
		{ "raw, min 0, nothing", "", true, 0, 0, 10 },
		{ "raw, min 1, nothing", "", true, 1, 0, 10 },
		{ "raw, min 255", "abcdef", true, 255, 0, 4 },
	};

	for (unsigned i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct pair pair = pair_open();
		struct termios t = usual;
		char text[64];
		int waiting = -1, n;

		topic("pieces: %s", asked[i].name);
		if (asked[i].raw)
			t.c_lflag &= ~ICANON;
		t.c_cc[VMIN] = asked[i].min;
		t.c_cc[VTIME] = asked[i].time;
		MUST(!tcsetattr(pair.slave, TCSANOW, &t));
		MUST(write(pair.master, asked[i].keys, strlen(asked[i].keys)) >= 0);
		/* The echo comes last. */
		while (*asked[i].keys && ioctl(pair.master, FIONREAD, &waiting) == 0 &&
		       waiting < (int)strlen(asked[i].keys) - !!strchr(asked[i].keys, '\004'))
			usleep(1000);
		answer(events(pair.slave), "events");
		answer(result(read(pair.slave, text, 0)), "a read of nothing");
		for (int k = 0; k < 4; k++) {
			ioctl(pair.slave, FIONREAD, &waiting);
			answer(words("%d", waiting), "waiting");
			n = read(pair.slave, text, asked[i].size);
			if (n >= 0)
				text[n] = '\0';
			answer(n < 0 ? result(n) : text, "read");
		}
		answer(events(pair.slave), "events");
		pair_close(&pair);
	}
}

/* Lines that were typed in one mode and are read in the other. */
static void switched(void)
{
	static const char *const keys[] = {
		"ab", "ab\n", "ab\ncd", "ab\004", "ab\ncd\n", "\004\n"
	};

	for (unsigned i = 0; i < 12; i++) {
		struct pair pair = pair_open();
		struct termios t = usual, raw = usual;
		bool from_raw = i % 2;

		raw.c_lflag &= ~ICANON;
		topic("%s, typed %s", keys[i / 2], from_raw ? "raw" : "in lines");
		MUST(!tcsetattr(pair.slave, TCSANOW, from_raw ? &raw : &t));
		MUST(write(pair.master, keys[i / 2], strlen(keys[i / 2])) > 0);
		while (!*drain(pair.master, false))
			usleep(1000);
		events(pair.slave); /* what is on its way has come */
		MUST(!tcsetattr(pair.slave, TCSANOW, from_raw ? &t : &raw));
		answer(drain(pair.slave, true), "read in the other mode");
		MUST(write(pair.master, "x\n", 2) == 2);
		answer(drain(pair.slave, true), "and with x");
		pair_close(&pair);
	}
}

/* A line that is too long; input that nobody reads. */
static void limits(void)
{
	static const int sizes[] = { 100, 4000, 4094, 4095, 4096, 4097, 5000 };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int raw = 0; raw < 2; raw++) {
			if (raw && sizes[i] > 4000)
				continue; /* on Linux a worker decides how much there is room for */
			struct pair pair = pair_open();
			struct termios t = usual;
			static char line[8192];
			int total = 0, n, sent = 0;

			t.c_lflag &= ~(ECHO | (raw ? ICANON : 0));
			MUST(!tcsetattr(pair.slave, TCSANOW, &t));
			topic("%d characters, %s", sizes[i], raw ? "raw" : "a line");
			memset(line, 'x', sizeof(line));
			line[sizes[i]] = '\n';
			while (sent < sizes[i] + 1) {
				n = write(pair.master, line + sent, sizes[i] + 1 - sent);
				if (n <= 0)
					break;
				sent += n;
			}
			answer(words("%d", sent), "written");
			while ((n = read(pair.slave, line, sizeof(line))) > 0)
				total += n;
			answer(words("%d", total), "read");
			pair_close(&pair);
		}
}

static void ask(void)
{
	struct pair pair = pair_open();
	answer(settings(&usual), "a fresh terminal");
	pair_close(&pair);
	each_flag();
	typing();
	outputs_asked();
	pieces();
	switched();
	limits();
}

int main(void)
{
	return in_session(ask);
}
