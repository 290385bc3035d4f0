/* Wild pointers given to calls: EFAULT, partial transfers, and never more. */
#include "check.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>

#define PAGE 4096L

static void *const wild[] = { (void *)8,
			      (void *)0x7ffffffff000,
			      (void *)0x800000000000,
			      (void *)0xffff800000000000,
			      (void *)0xffffffff81000000,
			      (void *)-8L };
#define WILD (sizeof(wild) / sizeof(wild[0]))

/* The call fails with EFAULT for each wild pointer p. */
#define EVERY(call, sentence)                                                                \
	do {                                                                                 \
		int ev_good = 0;                                                             \
		long ev_r = 0;                                                               \
		int ev_errno = 0;                                                            \
		for (size_t ev_i = 0; ev_i < WILD; ev_i++) {                                 \
			void *p = wild[ev_i];                                                \
			errno = 0;                                                           \
			long ev_now = (call);                                                \
			if (ev_now == -1 && errno == EFAULT)                                 \
				ev_good++;                                                   \
			else                                                                 \
				ev_r = ev_now, ev_errno = errno;                             \
		}                                                                            \
		check_say(ev_good == WILD, sentence, "line %d: %s: %ld, errno %d", __LINE__, \
			  #call, ev_r, ev_errno);                                            \
	} while (0)

static int null, zero, fds[2], file;

static void single(void)
{
	struct timespec t = { 0 };

	EVERY(syscall(SYS_read, zero, p, 100), "read of a device");
	EVERY(syscall(SYS_read, file, p, 100), "read of a file");
	EVERY(syscall(SYS_read, fds[0], p, 1), "read of a pipe");
	EVERY(syscall(SYS_write, file, p, 100), "write to a file");
	EVERY(syscall(SYS_write, fds[1], p, 100), "write to a pipe");
	EVERY(syscall(SYS_pread64, file, p, 10, 0), "pread");
	EVERY(syscall(SYS_readv, zero, p, 1), "readv");
	EVERY(syscall(SYS_open, p, 0), "open");
	EVERY(syscall(SYS_stat, p, &t), "stat, the path");
	EVERY(syscall(SYS_stat, "/", p), "stat, the result");
	EVERY(syscall(SYS_fstat, 0, p), "fstat");
	EVERY(syscall(SYS_newfstatat, AT_FDCWD, "/", p, 0), "newfstatat");
	EVERY(syscall(SYS_statx, AT_FDCWD, "/", 0, 0xfff, p), "statx");
	EVERY(syscall(SYS_statfs, "/", p), "statfs");
	EVERY(syscall(SYS_access, p, 0), "access");
	EVERY(syscall(SYS_mkdir, p, 0), "mkdir");
	EVERY(syscall(SYS_unlink, p), "unlink");
	EVERY(syscall(SYS_rename, "/tmp", p), "rename");
	EVERY(syscall(SYS_symlink, p, "/tmp/x"), "symlink");
	EVERY(syscall(SYS_readlink, "/proc/self/exe", p, 100), "readlink");
	EVERY(syscall(SYS_chdir, p), "chdir");
	EVERY(syscall(SYS_getcwd, p, 100), "getcwd");
	EVERY(syscall(SYS_pipe, p), "pipe");
	EVERY(syscall(SYS_poll, p, 1, 0), "poll");
	EVERY(syscall(SYS_select, 1, p, 0, 0, &t), "select");
	EVERY(syscall(SYS_nanosleep, p, 0), "nanosleep");
	EVERY(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, p), "clock_gettime");
	EVERY(syscall(SYS_gettimeofday, p, 0), "gettimeofday");
	EVERY(syscall(SYS_times, p), "times");
	EVERY(syscall(SYS_uname, p), "uname");
	EVERY(syscall(SYS_sysinfo, p), "sysinfo");
	EVERY(syscall(SYS_getrusage, 0, p), "getrusage");
	EVERY(syscall(SYS_getrlimit, 0, p), "getrlimit");
	EVERY(syscall(SYS_setrlimit, 0, p), "setrlimit");
	EVERY(syscall(SYS_rt_sigaction, SIGUSR1, p, 0, 8), "rt_sigaction, the new action");
	EVERY(syscall(SYS_rt_sigaction, SIGUSR1, 0, p, 8), "rt_sigaction, the old one");
	EVERY(syscall(SYS_rt_sigprocmask, 0, p, 0, 8), "rt_sigprocmask");
	EVERY(syscall(SYS_rt_sigpending, p, 8), "rt_sigpending");
	EVERY(syscall(SYS_rt_sigsuspend, p, 8), "rt_sigsuspend");
	EVERY(syscall(SYS_sigaltstack, p, 0), "sigaltstack");
	EVERY(syscall(SYS_execve, p, 0, 0), "execve, the path");
	EVERY(syscall(SYS_execve, "/bin/true", p, 0), "execve, the arguments");
	EVERY(syscall(SYS_execve, "/bin/true", 0, p), "execve, the environment");
	EVERY(syscall(SYS_getgroups, 1, p) == 0 ? (errno = EFAULT, -1) : -1, "getgroups");
	EVERY(syscall(SYS_setgroups, 1, p), "setgroups");
	EVERY(syscall(SYS_getresuid, p, p, p), "getresuid");
	EVERY(syscall(SYS_sched_setaffinity, 0, 8, p), "sched_setaffinity");
	EVERY(syscall(SYS_sched_getaffinity, 0, 8, p), "sched_getaffinity");
	EVERY(syscall(SYS_getdents64, open("/", O_RDONLY | O_CLOEXEC), p, 1000), "getdents64");
	EVERY(syscall(SYS_mount, p, p, p, 0, 0), "mount");
	EVERY(syscall(SYS_sethostname, p, 5), "sethostname");
	EVERY(syscall(SYS_futex, p, 0, 0, 0, 0, 0) == -1 && errno == EINVAL ? (errno = EFAULT, -1L)
									    : -1L,
	      "futex");
	EVERY(syscall(SYS_setitimer, 0, p, 0), "setitimer");
	EVERY(syscall(SYS_getitimer, 0, p), "getitimer");
	EVERY(syscall(SYS_ioctl, 0, 0x5413, p) == -1 && errno == ENOTTY ? (errno = EFAULT, -1L)
									: -1L,
	      "ioctl TIOCGWINSZ");
	EVERY(syscall(SYS_getrandom, p, 16, 0), "getrandom");
	EVERY(syscall(SYS_clone3, p, 88), "clone3");
	EVERY(syscall(SYS_prlimit64, 0, 0, 0, p), "prlimit64");
}

static void partial(void)
{
	char *two =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct stat st;

	munmap(two + PAGE, PAGE);
	memset(two, 'x', PAGE);
	ssize_t n = read(zero, two + PAGE - 10, 100);
	CHECK(n > 0 && n <= 10, "a read stops where memory ends and tells how far it came");
	CHECK_EQ(write(file, two + PAGE - 10, 100), 10, "so does a write");
	CHECK(!fstat(file, &st) && st.st_size == 10 + 100,
	      "which leaves just those bytes in the file");
	memset(two, 'a', PAGE);
	CHECK_ERR(open(two, O_RDONLY), ENAMETOOLONG,
		  "a path of a page without an end is ENAMETOOLONG");
	memcpy(two + PAGE - 4, "/tmp", 4);
	CHECK_ERR(open(two + PAGE - 4, O_RDONLY), EFAULT,
		  "a path that runs out of memory is EFAULT");
	strcpy(two + PAGE - 5, "/tmp");
	int fd = open(two + PAGE - 5, O_RDONLY);
	CHECK(fd >= 0, "one that ends with the page is well");
	close(fd);
	struct iovec v[2] = { { two, 5 }, { (void *)8, 5 } };
	CHECK_EQ(writev(file, v, 2), 5, "writev gives what came before a wild piece");
	v[0].iov_len = -1;
	CHECK_ERR(writev(file, v, 2), EINVAL, "a piece of a negative length is EINVAL");
	CHECK_ERR(readv(zero, v, -1), EINVAL, "so is a negative number of pieces");
	CHECK_ERR(readv(zero, v, 1025), EINVAL, "or more than 1024");
	CHECK_ERR(syscall(SYS_read, zero, two, -1L), EFAULT,
		  "a length with the sign bit is no success");
	mprotect(two, PAGE, PROT_READ);
	CHECK_ERR(read(zero, two, 10), EFAULT, "a read into read-only memory is EFAULT");
	mprotect(two, PAGE, PROT_NONE);
	CHECK_ERR(write(file, two, 10), EFAULT, "a write from unreadable memory is EFAULT");
	munmap(two, PAGE);
}

/* A path of so many bytes, most of them beyond ASCII. */
static void name_of(char *path, int len)
{
	strcpy(path, "/tmp/");
	for (int i = 5; i < len; i++)
		path[i] = i % 3 ? (char)(0x80 + 7 * i % 128) : 'a';
	path[len] = 0;
}

/* Names of all lengths up to and over some words, at all places before memory ends. */
static void names(char *end)
{
	char path[64];
	struct stat st;
	int missed = 0;

	for (int len = 6; len < 50; len++) {
		name_of(path, len);
		close(open(path, O_CREAT | O_WRONLY, 0600));
		for (int behind = 0; behind < 20; behind++) {
			char *at = end - behind - len - 1;

			memset(end - PAGE, 0xff, PAGE);
			memcpy(at, path, len + 1);
			missed += stat(at, &st) != 0 || !S_ISREG(st.st_mode);
			memset(end - PAGE, 1, PAGE);
			memcpy(at, path, len + 1);
			missed += stat(at, &st) != 0 || !S_ISREG(st.st_mode);
		}
		unlink(path);
	}
	CHECK_EQ(missed, 0, "names with bytes beyond ASCII are found wherever they end");
}

static void answers(char *end)
{
	struct stat st, *last = (struct stat *)(end - sizeof(st)), *odd = (void *)(end - PAGE + 3);

	MUST(!syscall(SYS_stat, "/tmp", &st));
	CHECK(!syscall(SYS_stat, "/tmp", last) && !memcmp(last, &st, sizeof(st)),
	      "stat fills the last bytes before memory ends");
	CHECK(!syscall(SYS_stat, "/tmp", odd) && !memcmp(odd, &st, sizeof(st)),
	      "and does so at an odd address");
	CHECK_ERR(syscall(SYS_stat, "/tmp", (char *)last + 1), EFAULT,
		  "where a byte is missing stat is EFAULT");
	CHECK(!syscall(SYS_fstat, null, last) && last->st_rdev == 0x103,
	      "so fstat answers in the same place");
	CHECK_ERR(syscall(SYS_fstat, null, (char *)last + 8), EFAULT,
		  "or is EFAULT where a word is missing");
	CHECK_ERR(syscall(SYS_stat, "/tmp/missing", 8), ENOENT,
		  "what is not there is ENOENT wherever the answer is to go");
}

int main(void)
{
	char start[100] = "";

	null = open("/dev/null", O_RDWR);
	zero = open("/dev/zero", O_RDWR);
	file = open("/tmp/pointers", O_RDWR | O_CREAT | O_TRUNC, 0600);
	MUST(null >= 0 && zero >= 0 && file >= 0 && !pipe(fds) && write(fds[1], "x", 1) == 1);
	MUST(write(file, start, 100) == 100 && !lseek(file, 0, SEEK_SET));
	single();
	lseek(file, 100, SEEK_SET);
	partial();
	char *two =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(two + PAGE, PAGE);
	names(two + PAGE);
	answers(two + PAGE);
	unlink("/tmp/pointers");
	CHECK_END();
}
