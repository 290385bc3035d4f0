/* User and group ids, groups, umask, and what they allow. */
#include "check.h"

#include <grp.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

static bool uids(uid_t r, uid_t e, uid_t s)
{
	uid_t a = 9, b = 9, c = 9;

	return !getresuid(&a, &b, &c) && a == r && b == e && c == s;
}

static bool gids(gid_t r, gid_t e, gid_t s)
{
	gid_t a = 9, b = 9, c = 9;

	return !getresgid(&a, &b, &c) && a == r && b == e && c == s;
}

static int as_root(void)
{
	CHECK(uids(0, 0, 0) && gids(0, 0, 0), "the shell runs as root");
	CHECK(!setgid(1000) && gids(1000, 1000, 1000), "root's setgid sets all three ids");
	CHECK(!setegid(0) && gids(1000, 0, 1000), "setegid one of them");
	CHECK(!setresgid(-1, -1, 0) && gids(1000, 0, 0), "-1 leaves an id alone");
	CHECK(!seteuid(1000) && uids(0, 1000, 0), "seteuid keeps the saved id");
	CHECK(!seteuid(0) && uids(0, 0, 0), "which gives it back");
	CHECK(!setreuid(1000, 0) && uids(1000, 0, 0), "setreuid swaps");
	CHECK(!setuid(1000) && uids(1000, 1000, 1000), "setuid of root drops all three");
	return 0;
}

static int as_user(void)
{
	gid_t list[2] = { 5, 6 };

	MUST(!setgroups(2, list) && !setresgid(1000, 1000, 1000) && !setresuid(1000, 1001, 1002));
	CHECK_ERR(setuid(0), EPERM, "a user does not become root");
	CHECK_ERR(setuid(1001), EPERM, "setuid takes the real or the saved id only");
	CHECK(!setuid(1002) && uids(1000, 1002, 1002), "and sets the effective one");
	CHECK(!setresuid(1002, 1000, -1) && uids(1002, 1000, 1002), "setresuid permutes the ids");
	CHECK_ERR(setresuid(7, -1, -1), EPERM, "and takes no other");
	CHECK_ERR(setreuid(0, 0), EPERM, "neither does setreuid");
	CHECK_ERR(setgid(0), EPERM, "setgid alike");
	CHECK_ERR(setresgid(0, 0, 0), EPERM, "setresgid alike");
	CHECK_ERR(setgroups(0, list), EPERM, "setgroups is root's");
	CHECK(getgroups(0, NULL) == 2 && getgroups(2, list) == 2 && list[0] == 5 && list[1] == 6,
	      "getgroups tells the groups");
	CHECK_ERR(getgroups(1, list), EINVAL, "in a list that is large enough");
	CHECK_ERR(sethostname("x", 1), EPERM, "sethostname is root's");
	CHECK_ERR(chroot("/"), EPERM, "chroot is root's");
	CHECK_ERR(clock_settime(CLOCK_REALTIME, &(struct timespec){ .tv_sec = 1 }), EPERM,
		  "clock_settime is root's");
	return 0;
}

static int file_ids(void)
{
	close(open("/tmp/fsuid.root", O_CREAT | O_WRONLY, 0600));
	CHECK_EQ(setfsuid(1000), 0, "setfsuid returns the old id");
	CHECK_EQ(setfsuid(-1), 1000, "and the new one when asked with -1");
	int fd = open("/tmp/fsuid", O_CREAT | O_WRONLY | O_TRUNC, 0600);
	struct stat st;
	CHECK(fd >= 0 && !fstat(fd, &st) && st.st_uid == 1000, "new files belong to it");
	close(fd);
	CHECK_ERR(open("/tmp/fsuid.root", O_RDONLY), EACCES, "it is what counts for access");
	setfsuid(0);
	unlink("/tmp/fsuid");
	unlink("/tmp/fsuid.root");
	CHECK_EQ(setfsgid(7), 0, "setfsgid likewise");
	CHECK_EQ(setfsgid(0), 7, "in both directions");
	return 0;
}

static int set_id_programs(void)
{
	struct stat st;
	int status;

	int fds[2];
	char text[4096] = "";

	system("cp /test/help/show /tmp/suid; chown 1000:1001 /tmp/suid; chmod 6755 /tmp/suid");
	MUST(!pipe(fds));
	status = IN_CHILD(dup2(fds[1], 1); execl("/tmp/suid", "show", NULL));
	read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	close(fds[1]);
	CHECK(EXITED(status, 0) && strstr(text, "ids 0 1000 1000 0 1001 1001\n"),
	      "a set-id program runs with its owner's effective and saved ids");
	CHECK(strstr(text, "secure 1"), "and knows it by AT_SECURE");
	MUST(!stat("/tmp/suid", &st));
	CHECK_EQ(st.st_mode & 07777, 06755, "chmod keeps the set-id bits");
	chown("/tmp/suid", 0, 0);
	stat("/tmp/suid", &st);
	CHECK_EQ(st.st_mode & 07777, 0755, "chown clears them");
	chmod("/tmp/suid", 06755);
	int fd = open("/tmp/suid", O_WRONLY);
	status = IN_CHILD(MUST(!setresuid(1000, 1000, 1000)); write(fd, "x", 1));
	close(fd);
	stat("/tmp/suid", &st);
	CHECK_EQ(st.st_mode & 07777, 0755, "so does a user's write");
	unlink("/tmp/suid");
	return 0;
}

static void creation_mask(void)
{
	struct stat st;

	umask(027);
	CHECK_EQ(umask(0777), 027, "umask returns the old mask");
	CHECK_EQ(umask(07777), 0777, "of nine bits");
	CHECK_EQ(umask(027), 0777, "and stores no more");
	close(open("/tmp/mask", O_CREAT | O_WRONLY, 0666));
	CHECK(!stat("/tmp/mask", &st) && (st.st_mode & 07777) == 0640,
	      "it takes bits from new files");
	unlink("/tmp/mask");
	mkdir("/tmp/mask", 0777);
	CHECK(!stat("/tmp/mask", &st) && (st.st_mode & 07777) == 0750, "and directories");
	rmdir("/tmp/mask");
	umask(022);
}

#define SEPARATELY(function)                                                \
	do {                                                                \
		int sep_status = IN_CHILD(function());                      \
		CHECK(EXITED(sep_status, 0), #function " came to its end"); \
	} while (0)

int main(void)
{
	SEPARATELY(as_root);
	SEPARATELY(as_user);
	SEPARATELY(file_ids);
	SEPARATELY(set_id_programs);
	creation_mask();
	CHECK_END();
}
