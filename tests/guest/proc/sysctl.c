/* The modes of /proc/sys, which bind everybody and stay what they are. */
#include "../check.h"

#include <sys/stat.h>

#define FIXED "/proc/sys/kernel/ostype"
#define OWN   "/proc/sys/kernel/hostname"

static void as_user(void)
{
	MUST(!setgid(1) && !setuid(1));
	CHECK_ERR(open(OWN, O_WRONLY), EACCES, "users may not write settings");
	CHECK(open(OWN, O_RDONLY) >= 0, "but read them");
	CHECK_ERR(chmod(OWN, 0666), EPERM, "nor change their modes");
}

/* All of root's capabilities do not make it the owner. */
static void as_another(void)
{
	MUST(!setresuid(1, 1, 0));
	CHECK_ERR(open(OWN, O_WRONLY), EACCES, "who is not root by its effective id is a user");
}

int main(void)
{
	struct stat st;
	int fd;

	CHECK_ERR(open(FIXED, O_WRONLY), EACCES, "root may not write what is fixed");
	CHECK_ERR(open(FIXED, O_RDWR), EACCES, "nor open it for both");
	CHECK_ERR(access(FIXED, W_OK), EACCES, "and access says so");
	CHECK_ERR(access("/proc/sys/kernel", W_OK), EACCES, "of a directory, too");
	fd = open(OWN, O_WRONLY | O_TRUNC);
	CHECK(fd >= 0, "a setting may be written, and truncated without effect");
	close(fd);
	CHECK_ERR(chmod(OWN, 0666), EPERM, "its mode stays");
	CHECK_ERR(chmod(OWN, 0644), EPERM, "even if it is the same");
	CHECK_ERR(chown(OWN, 1, -1), EPERM, "its owner stays");
	CHECK_ERR(chown(OWN, -1, 1), EPERM, "and its group");
	CHECK_ERR(chmod("/proc/sys/kernel", 0777), EPERM, "and so do a directory's");
	CHECK(!stat(OWN, &st) && st.st_mode == (S_IFREG | 0644) && !st.st_uid, "nothing changed");
	CHECK(EXITED(IN_CHILD(as_user()), 0), "that was a user");
	CHECK(EXITED(IN_CHILD(as_another()), 0), "and that was another");
	CHECK_END();
}
