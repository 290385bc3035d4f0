/*
 * What a console shows, as files: /dev/vcs, /dev/vcsa, /dev/vcsu.
 *
 * guest: screen alone
 */
#include "check.h"

#include <sys/sysmacros.h>

#define ROWS 25
#define COLS 80

static char text[ROWS * COLS + 8];
static unsigned char cells[4 + 2 * ROWS * COLS + 8];
static uint32_t characters[ROWS * COLS + 8];

static bool is_device(const char *path, unsigned minor)
{
	struct stat st;

	return !stat(path, &st) && S_ISCHR(st.st_mode) && st.st_rdev == makedev(7, minor);
}

static void test_text(void)
{
	int fd = open("/dev/vcs1", O_RDWR);

	CHECK(is_device("/dev/vcs", 0) && is_device("/dev/vcs1", 1), "7:0 is what is in front");
	CHECK_EQ(lseek(fd, 0, SEEK_END), ROWS * COLS, "a byte for each character");
	lseek(fd, 0, SEEK_SET);
	CHECK_EQ(read(fd, text, sizeof(text)), ROWS * COLS, "all can be read at once");
	CHECK(!memcmp(text + COLS + 2, "red ", 4) && text[COLS - 1] == ' ',
	      "rows follow each other without line ends");
	CHECK_EQ(pread(fd, text, 5, COLS + 2), 5, "or from a place");
	CHECK(!memcmp(text, "red \x84", 5), "characters are those of the PC");
	CHECK_EQ(read(fd, text, 1), 0, "behind the last one there is nothing");
	CHECK_EQ(pwrite(fd, "now", 3, 3 * COLS), 3, "what is written");
	CHECK(pread(fd, text, 5, 3 * COLS) == 5 && !memcmp(text, "now  ", 5), "is there");
	CHECK_ERR(lseek(fd, ROWS * COLS + 1, SEEK_SET), EINVAL, "nobody can go behind the end");
	CHECK_EQ(pwrite(fd, "x", 1, ROWS * COLS), 0, "nor write there");
	CHECK_ERR(pread(fd, (void *)8, 5, 0), EFAULT, "what is read goes into memory");
	close(fd);
}

static void test_colours(void)
{
	int fd = open("/dev/vcsa1", O_RDWR);
	unsigned char place[4] = { 0, 0, 7, 9 };

	CHECK_EQ(read(fd, cells, sizeof(cells)), 4 + 2 * ROWS * COLS,
		 "with colours it is two bytes for each, and four in front");
	CHECK(cells[0] == ROWS && cells[1] == COLS, "these tell rows and columns");
	CHECK(cells[2] == 11 && cells[3] == 4, "and where the cursor is");
	CHECK(cells[4 + 2 * (COLS + 2)] == 'r' && cells[4 + 2 * (COLS + 2) + 1] == 0x04,
	      "a colour is that of the card: red is 4");
	CHECK_EQ(pwrite(fd, place, 4, 0), 4, "who writes the first four bytes");
	pread(fd, cells, 4, 0);
	CHECK(cells[0] == ROWS && cells[1] == COLS && cells[2] == 7 && cells[3] == 9,
	      "moves the cursor");
	close(fd);
}

static void test_unicode(void)
{
	int fd = open("/dev/vcsu1", O_RDWR);

	CHECK_EQ(pread(fd, characters, 4 * ROWS * COLS, 0), 4 * ROWS * COLS,
		 "as Unicode it is four bytes for each");
	CHECK(characters[COLS + 2] == 'r' && characters[COLS + 6] == 0xe4 &&
		      characters[COLS + 7] == 0x250c,
	      "with any character");
	CHECK_ERR(pread(fd, characters, 4, 2), EINVAL, "not from the middle of one");
	CHECK_ERR(pread(fd, characters, 3, 0), EINVAL, "nor to there");
	CHECK_ERR(pwrite(fd, characters, 4, 0), EOPNOTSUPP, "and not to be written");
	close(fd);
}

int main(void)
{
	int tty = open("/dev/tty1", O_RDWR | O_NOCTTY);

	MUST(tty >= 0 && dprintf(tty, "\033c\033[2;3H\033[31mred \303\244\342\224\214"
				      "\033[0m\033[5;12H") > 0);
	test_text();
	test_colours();
	test_unicode();
	CHECK_ERR(open("/dev/vcs60", O_RDONLY), ENOENT, "a console that is not has no file");
	CHECK_END();
}
