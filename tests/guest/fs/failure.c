/* Files while memory runs out: each allocation on the way fails once, and nothing is lost by it.
   guest: only=corral */
#include "check.h"

#include <sys/file.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>

static const char top[] = "/tmp/failure";
static int fail;

static void create(void)
{
	int fd = open("a-file-whose-name-does-not-fit-into-forty-bytes", O_CREAT | O_RDWR, 0644);

	if (fd < 0)
		return;
	if (write(fd, "bytes", 5) == 5)
		pwrite(fd, "more", 4, 1 << 20);
	ftruncate(fd, 3);
	fallocate(fd, 0, 0, 300000);
	close(fd);
}

static void links(void)
{
	symlink("to/somewhere", "link");
	mknod("one", S_IFIFO | 0600, 0);
	link("one", "another-name-that-does-not-fit-into-forty-bytes");
	rename("one", "a-third-name-that-does-not-fit-into-forty-bytes");
	rename("link", "one");
}

static void directories(void)
{
	char text[4096];

	mkdir("d", 0755);
	mkdir("d/e", 0755);
	symlink("d/../d/e", "through");
	close(open("through/file", O_CREAT | O_WRONLY, 0600));
	if (!chdir("through")) {
		getcwd(text, sizeof(text));
		while (chdir(top))
			;
	}
	close(syscall(SYS_openat, AT_FDCWD, "d", O_TMPFILE | O_RDWR, 0600));
}

static void mounts(void)
{
	mkdir("m", 0755);
	mkdir("n", 0755);
	if (!mount("none", "m", "tmpfs", 0, "size=1m,mode=700")) {
		mkdir("m/sub", 0755);
		mount("none", "m/sub", "ramfs", 0, NULL);
		if (!mount("m", "n", NULL, MS_BIND | MS_REC, NULL))
			umount2("n", MNT_DETACH);
		mount(NULL, "m", NULL, MS_REMOUNT | MS_NOSUID, "size=2m");
		umount2("m", MNT_DETACH);
	}
}

static void descriptors(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 10 };
	int fd = open("f", O_CREAT | O_RDWR, 0600), fds[2];

	if (fd < 0)
		return;
	dup2(fd, 200);
	close(200);
	fcntl(fd, F_SETLK, &lock);
	lock.l_start = 3;
	lock.l_len = 1;
	lock.l_type = F_UNLCK;
	fcntl(fd, F_SETLK, &lock);
	flock(fd, LOCK_EX);
	if (!pipe(fds)) {
		if (write(fds[1], "bytes", 5) == 5)
			splice(fds[0], NULL, fd, NULL, 5, 0);
		close(fds[0]);
		close(fds[1]);
	}
	close(fd);
}

static void give(int socket, int what)
{
	union {
		struct cmsghdr h;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .h = { CMSG_LEN(sizeof(int)), 0, SOL_SOCKET, SCM_RIGHTS } };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.h), &what, sizeof(int));
	if (sendmsg(socket, &msg, MSG_DONTWAIT) != 1)
		return;
}

static void take(int socket)
{
	union {
		struct cmsghdr h;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	char bytes[10];
	struct iovec iov = { bytes, 10 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(socket, &msg, MSG_DONTWAIT) > 0 &&
	    control.h.cmsg_len == CMSG_LEN(sizeof(int))) {
		memcpy(&fd, CMSG_DATA(&control.h), sizeof(int));
		close(fd);
	}
}

static void sockets(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0),
	    server, pair[2];

	if (listener >= 0 && !bind(listener, (void *)&name, sizeof(name)) && !listen(listener, 1) &&
	    client >= 0 && !connect(client, (void *)&name, sizeof(name))) {
		give(client, client);
		server = accept(listener, NULL, NULL);
		take(server);
		close(server);
	}
	close(listener);
	close(client);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return;
	give(pair[0], 0);
	give(pair[0], 0);
	take(pair[1]);
	close(pair[0]);
	close(pair[1]);
}

static void special(void)
{
	sigset_t mask;
	int fd = syscall(SYS_memfd_create, "memory", 0);
	char text[64];
	struct iovec local = { text, 64 }, remote = { text, 64 };

	if (fd >= 0 && !ftruncate(fd, 10000))
		pwrite(fd, "x", 1, 9000);
	close(fd);
	sigemptyset(&mask);
	close(signalfd(-1, &mask, 0));
	fd = syscall(434, getpid(), 0);
	close(syscall(438, fd, 0, 0));
	close(fd);
	syscall(SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0);
}

static unsigned long used(void)
{
	struct statfs fs;

	MUST(!statfs(top, &fs));
	return fs.f_files - fs.f_ffree + ((fs.f_blocks - fs.f_bfree) << 16);
}

/* What a step has left is removed with memory at hand; then the file system is as it was. */
static bool leaves_nothing(void (*step)(void))
{
	char number[16] = "";

	for (int n = 1; n < 500; n++) {
		int length = snprintf(number, sizeof(number), "%d", n);

		MUST(pwrite(fail, number, length, 0) == length);
		step();
		memset(number, 0, sizeof(number));
		if (pread(fail, number, sizeof(number) - 1, 0) <= 0)
			*number = '0';
		if (pwrite(fail, "0", 1, 0) != 1)
			MUST(pwrite(fail, "0", 1, 0) == 1);
		umount2("n", MNT_DETACH);
		umount2("m", MNT_DETACH);
		MUST(!system("rm -rf /tmp/failure/*"));
		if (used() != 1)
			return false;
		if (atol(number) > 0)
			return n > 3;
	}
	return false;
}

int main(void)
{
	char text[64];

	mkdir(top, 0755);
	MUST(!mount("none", top, "tmpfs", 0, "size=1m") && !chdir(top));
	fail = open("/proc/thread-self/fail-nth", O_RDWR);
	MUST(fail >= 0);
	MUST(pread(fail, text, sizeof(text), 0) > 0);
	CHECK(leaves_nothing(create), "a file");
	CHECK(leaves_nothing(links), "links and names");
	CHECK(leaves_nothing(directories), "directories");
	CHECK(leaves_nothing(mounts), "mounts");
	CHECK(leaves_nothing(descriptors), "descriptors, locks and pipes");
	CHECK(leaves_nothing(sockets), "sockets and what they carry");
	CHECK(leaves_nothing(special), "files of memory, signals and processes");
	chdir("/");
	CHECK_OK(umount(top), "nothing is held");
	rmdir(top);
	CHECK_END();
}
