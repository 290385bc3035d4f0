/* Regular files: opening, reading, writing, seeking, truncating, holes, and fcntl. */
#include "check.h"

#include <linux/falloc.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#define NAME "/tmp/file.test"

static struct stat st;
static char buffer[65536];

static int fresh(int flags)
{
	unlink(NAME);
	int fd = open(NAME, O_RDWR | O_CREAT | flags, 0644);

	MUST(fd >= 0);
	return fd;
}

static void opening(void)
{
	int fd = fresh(0);

	CHECK(!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size == 0 && st.st_nlink == 1,
	      "a new file is regular, empty and has one name");
	CHECK_EQ(st.st_mode & 07777, 0644, "with the mode that was asked for");
	CHECK_ERR(open(NAME, O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST, "O_EXCL wants no file");
	CHECK_ERR(open("/tmp/none", O_RDWR), ENOENT, "no file is ENOENT");
	CHECK_ERR(open("/tmp/none/x", O_CREAT | O_RDWR, 0600), ENOENT, "no directory too");
	CHECK_ERR(open(NAME "/x", O_RDONLY), ENOTDIR, "a file is no directory");
	CHECK_ERR(open(NAME, O_RDONLY | O_DIRECTORY), ENOTDIR, "O_DIRECTORY says so as well");
	CHECK_ERR(open("/tmp", O_WRONLY), EISDIR, "a directory is not written");
	CHECK_ERR(open("/tmp/new/", O_CREAT | O_RDWR, 0600), EISDIR, "nor created by open");
	CHECK_ERR(open("", O_RDONLY), ENOENT, "an empty path is ENOENT");
	MUST(write(fd, "hello", 5) == 5);
	close(open(NAME, O_RDONLY));
	stat(NAME, &st);
	CHECK_EQ(st.st_size, 5, "open leaves contents alone");
	close(open(NAME, O_WRONLY | O_TRUNC));
	stat(NAME, &st);
	CHECK_EQ(st.st_size, 0, "O_TRUNC takes them away");
	close(fd);
	CHECK_ERR(close(fd), EBADF, "a second close is EBADF");
	memset(buffer, 'n', 300);
	buffer[0] = '/';
	buffer[300] = '\0';
	CHECK_ERR(open(buffer, O_RDONLY), ENAMETOOLONG, "a name above 255 bytes is ENAMETOOLONG");
	memset(buffer, '/', 5000);
	buffer[5000] = '\0';
	CHECK_ERR(open(buffer, O_RDONLY), ENAMETOOLONG, "so is a path above 4095");
	fd = open(NAME, O_WRONLY);
	CHECK_ERR(read(fd, buffer, 1), EBADF, "a write-only file is not read");
	close(fd);
	fd = open(NAME, O_RDONLY);
	CHECK_ERR(write(fd, buffer, 1), EBADF, "a read-only one not written");
	CHECK_ERR(ftruncate(fd, 0), EINVAL, "nor truncated");
	close(fd);
	fd = open(NAME, O_PATH);
	CHECK_ERR(read(fd, buffer, 1), EBADF, "O_PATH is for neither");
	CHECK_OK(fstat(fd, &st), "but for fstat");
	close(fd);
	fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1 && !fstat(fd, &st) && st.st_nlink == 0,
	      "O_TMPFILE makes a file without a name");
	close(fd);
	unlink(NAME);
}

static void descriptors(void)
{
	int fd = fresh(0), low, other;

	low = dup(fd);
	CHECK(low > fd, "dup takes the lowest free number");
	MUST(write(fd, "abc", 3) == 3);
	CHECK_EQ(lseek(low, 0, SEEK_CUR), 3, "duplicates share the offset");
	other = open(NAME, O_RDONLY);
	CHECK_EQ(lseek(other, 0, SEEK_CUR), 0, "another open does not");
	CHECK(dup2(fd, 50) == 50 && fcntl(50, F_GETFD) == 0, "dup2 takes a given number");
	CHECK(dup2(fd, fd) == fd, "dup2 to itself is well");
	CHECK_ERR(dup3(fd, fd, 0), EINVAL, "dup3 to itself is EINVAL");
	CHECK(dup3(fd, 50, O_CLOEXEC) == 50 && fcntl(50, F_GETFD) == FD_CLOEXEC,
	      "dup3 sets close-on-exec");
	CHECK_ERR(dup2(99, 50), EBADF, "dup2 of nothing is EBADF");
	CHECK_EQ(fcntl(50, F_GETFD), FD_CLOEXEC, "and closes nothing");
	CHECK_ERR(dup2(fd, -1), EBADF, "dup2 to -1 is EBADF");
	CHECK_EQ(fcntl(fd, F_DUPFD, 60), 60, "F_DUPFD takes the next free number");
	CHECK(fcntl(fd, F_DUPFD_CLOEXEC, 60) == 61 && fcntl(61, F_GETFD) == FD_CLOEXEC,
	      "F_DUPFD_CLOEXEC too");
	CHECK_ERR(fcntl(fd, F_DUPFD, 100000000), EINVAL, "beyond the limit is EINVAL");
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR, "F_GETFL tells how the file is open");
	CHECK(!fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK) &&
		      (fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK),
	      "F_SETFL sets O_APPEND and O_NONBLOCK");
	CHECK_ERR(fcntl(fd, 7777), EINVAL, "an unknown request is EINVAL");
	CHECK_ERR(fcntl(99, F_GETFD), EBADF, "a closed number is EBADF");
	CHECK_EQ(syscall(SYS_close_range, 50, 100, 0), 0, "close_range closes a range");
	CHECK_ERR(fcntl(60, F_GETFD), EBADF, "all of it");
	close(other);
	close(low);
	close(fd);
	unlink(NAME);
}

static void reading_and_writing(void)
{
	struct iovec out[3] = { { "one", 3 }, { "", 0 }, { "twothree", 8 } };
	char a[4] = "", b[9] = "";
	struct iovec in[2] = { { a, 3 }, { b, 8 } };
	int fd = fresh(0), append;

	CHECK_EQ(writev(fd, out, 3), 11, "writev writes all pieces");
	lseek(fd, 0, SEEK_SET);
	CHECK(readv(fd, in, 2) == 11 && !strcmp(a, "one") && !strcmp(b, "twothree"),
	      "readv fills them");
	CHECK_EQ(read(fd, a, 3), 0, "the end of a file reads as 0");
	CHECK(pread(fd, a, 3, 3) == 3 && !memcmp(a, "two", 3) && lseek(fd, 0, SEEK_CUR) == 11,
	      "pread reads anywhere and moves nothing");
	CHECK(pwrite(fd, "TWO", 3, 3) == 3 && pread(fd, a, 3, 3) == 3 && !memcmp(a, "TWO", 3),
	      "pwrite writes anywhere");
	CHECK_ERR(pread(fd, a, 3, -1), EINVAL, "a negative offset is EINVAL");
	CHECK(preadv(fd, in, 2, 0) == 11 && !memcmp(b, "TWOthree", 8),
	      "preadv reads pieces from anywhere");
	CHECK_EQ(pwritev(fd, out, 3, 11), 11, "pwritev writes them");
	append = open(NAME, O_WRONLY | O_APPEND);
	MUST(write(append, "end", 3) == 3);
	CHECK(!fstat(fd, &st) && st.st_size == 25, "O_APPEND writes at the end");
	CHECK(lseek(append, 0, SEEK_SET) == 0 && write(append, "!", 1) == 1 && !fstat(fd, &st) &&
		      st.st_size == 26,
	      "wherever the offset is");
	close(append);
	CHECK_EQ(write(fd, "", 0), 0, "an empty write is 0");
	for (size_t i = 0; i < sizeof(buffer); i++)
		buffer[i] = i * 7 + (i >> 8);
	bool same = true;
	lseek(fd, 123, SEEK_SET);
	for (int i = 0; i < 16; i++)
		same &= write(fd, buffer, sizeof(buffer)) == sizeof(buffer);
	static char back[65536];
	lseek(fd, 123, SEEK_SET);
	for (int i = 0; i < 16; i++)
		same &= read(fd, back, sizeof(back)) == sizeof(back) &&
			!memcmp(back, buffer, sizeof(back));
	CHECK(same, "a megabyte across page borders comes back as it was");
	close(fd);
	unlink(NAME);
}

static void seeking(void)
{
	int fd = fresh(0), fds[2];

	MUST(!ftruncate(fd, 1000));
	CHECK(lseek(fd, 100, SEEK_SET) == 100 && lseek(fd, 5, SEEK_CUR) == 105 &&
		      lseek(fd, -10, SEEK_END) == 990,
	      "lseek goes by start, place and end");
	CHECK_ERR(lseek(fd, -1, SEEK_SET), EINVAL, "not before the start");
	CHECK_ERR(lseek(fd, 0, 99), EINVAL, "nor in an unknown way");
	CHECK_EQ(lseek(fd, 1L << 40, SEEK_SET), 1L << 40, "but far beyond the end");
	CHECK_ERR(lseek(99, 0, SEEK_SET), EBADF, "a closed number is EBADF");
	MUST(!pipe(fds));
	CHECK_ERR(lseek(fds[0], 0, SEEK_SET), ESPIPE, "a pipe is ESPIPE");
	CHECK_ERR(pread(fds[0], buffer, 1, 0), ESPIPE, "for pread too");
	close(fds[0]);
	close(fds[1]);
	close(fd);
	unlink(NAME);
}

static void holes(void)
{
	int fd = fresh(0);

	CHECK(pwrite(fd, "x", 1, 100 << 20) == 1 && !fstat(fd, &st) &&
		      st.st_size == (100 << 20) + 1,
	      "a write beyond the end leaves a hole");
	CHECK(st.st_blocks <= 64, "that takes no room");
	CHECK(pread(fd, buffer, 100, 50 << 20) == 100 && !buffer[0] && !buffer[99],
	      "and reads as zero");
	CHECK_EQ(lseek(fd, 0, SEEK_DATA), 100 << 20, "SEEK_DATA finds the data");
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 0, "SEEK_HOLE the hole");
	CHECK_ERR(lseek(fd, 200 << 20, SEEK_DATA), ENXIO, "beyond the end is ENXIO");
	CHECK_OK(ftruncate(fd, 10), "ftruncate shortens");
	CHECK_OK(truncate(NAME, 5000), "truncate lengthens");
	CHECK(pread(fd, buffer, 5000, 0) == 5000 && !buffer[4999], "with zeros");
	MUST(pwrite(fd, "abcdef", 6, 0) == 6 && !ftruncate(fd, 3) && !ftruncate(fd, 6));
	CHECK(pread(fd, buffer, 6, 0) == 6 && !memcmp(buffer, "abc\0\0\0", 6),
	      "what was cut off is gone");
	CHECK_ERR(ftruncate(fd, -1), EINVAL, "a negative length is EINVAL");
	CHECK_ERR(truncate("/tmp", 0), EISDIR, "a directory is EISDIR");
	CHECK_OK(fallocate(fd, 0, 0, 10000), "fallocate reserves");
	fstat(fd, &st);
	CHECK(st.st_size == 10000 && st.st_blocks >= 16, "room, and lengthens the file");
	CHECK_OK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8192),
		 "it punches holes");
	CHECK(pread(fd, buffer, 6, 0) == 6 && !buffer[0] && !fstat(fd, &st) && st.st_size == 10000,
	      "that are zero");
	close(fd);
	unlink(NAME);
}

static void life_and_death(void)
{
	int fd = fresh(0);

	MUST(write(fd, "alive", 5) == 5 && !unlink(NAME));
	CHECK(!fstat(fd, &st) && st.st_nlink == 0 && pread(fd, buffer, 5, 0) == 5 &&
		      !memcmp(buffer, "alive", 5),
	      "an open file outlives its name");
	snprintf(buffer, sizeof(buffer), "/proc/self/fd/%d", fd);
	int again = open(buffer, O_RDONLY);
	CHECK(again >= 0 && read(again, buffer, 5) == 5, "and can be opened through /proc");
	close(again);
	close(fd);
}

static void copying(void)
{
	int from = fresh(0), to = open("/tmp/file.copy", O_RDWR | O_CREAT | O_TRUNC, 0600), fds[2];
	off_t offset = 10;

	for (int i = 0; i < 20000; i++)
		buffer[i] = 'a' + i % 26;
	MUST(write(from, buffer, 20000) == 20000 && !lseek(from, 0, SEEK_SET) && !pipe(fds));
	CHECK_EQ(sendfile(to, from, NULL, 20000), 20000, "sendfile copies from file to file");
	CHECK_EQ(lseek(from, 0, SEEK_CUR), 20000, "moving the offset");
	CHECK(sendfile(fds[1], from, &offset, 16) == 16 && offset == 26,
	      "or from a given offset, to a pipe");
	CHECK(read(fds[0], buffer + 30000, 100) == 16 && !memcmp(buffer + 30000, buffer + 10, 16),
	      "the right bytes");
	CHECK_EQ(sendfile(to, from, NULL, 100), 0, "at the end 0");
	CHECK_ERR(sendfile(to, fds[0], NULL, 100), EINVAL, "from a pipe is EINVAL");
	offset = -1;
	CHECK_ERR(sendfile(to, from, &offset, 100), EINVAL, "a negative offset is EINVAL");
	loff_t in = 0, out = 5;
	CHECK(syscall(SYS_copy_file_range, from, &in, to, &out, 100, 0) == 100 && in == 100 &&
		      out == 105,
	      "copy_file_range copies a range");
	close(from);
	close(to);
	close(fds[0]);
	close(fds[1]);
	unlink("/tmp/file.copy");
	unlink(NAME);
}

static void locks(void)
{
	int fd = fresh(0), other = open(NAME, O_RDWR), status;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10 };

	CHECK_OK(flock(fd, LOCK_EX), "flock locks");
	CHECK_ERR(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK, "against other opens");
	CHECK_OK(flock(fd, LOCK_UN), "until it unlocks");
	CHECK_OK(flock(other, LOCK_SH | LOCK_NB), "then they get it");
	CHECK_OK(fcntl(fd, F_SETLK, &lock), "F_SETLK locks a range");
	status = IN_CHILD({
		struct flock l = {
			.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 15, .l_len = 1
		};
		if (fcntl(fd, F_SETLK, &l) != -1 || (errno != EAGAIN && errno != EACCES))
			_exit(1);
		if (fcntl(fd, F_GETLK, &l) || l.l_type != F_WRLCK || l.l_pid != getppid() ||
		    l.l_start != 10)
			_exit(2);
		l = (struct flock){
			.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 20, .l_len = 5
		};
		if (fcntl(fd, F_SETLK, &l))
			_exit(3);
	});
	CHECK(!EXITED(status, 1), "against other processes");
	CHECK(!EXITED(status, 2), "F_GETLK tells who has it");
	CHECK(EXITED(status, 0), "ranges that do not meet do not conflict");
	close(fd);
	close(other);
	unlink(NAME);
}

int main(void)
{
	opening();
	descriptors();
	reading_and_writing();
	seeking();
	holes();
	life_and_death();
	copying();
	locks();
	CHECK_END();
}
