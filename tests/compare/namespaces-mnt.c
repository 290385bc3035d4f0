/*
 * Mount namespaces: what a copy holds, what goes from one to another, what stays.
 */
#include "answer.h"

#include <sched.h>
#include <sys/statfs.h>

#define DIR "/tmp/compare"

/* The mounts below DIR as /proc/self/mountinfo shows them, without numbers. */
static const char *mounts(void)
{
	static char text[4096];
	char all[65536], *line, *rest = all;

	text[0] = '\0';
	strncpy(all, file_text("/proc/self/mountinfo"), sizeof(all) - 1);
	while ((line = strsep(&rest, "\n"))) {
		char root[256], place[256], options[256], tail[512] = "";
		int at = 0;

		if (sscanf(line, "%*d %*d %*d:%*d %255s %255s %255s %n", root, place, options,
			   &at) < 3)
			continue;
		if (strncmp(place, DIR, strlen(DIR)))
			continue;
		strncpy(tail, line + at, sizeof(tail) - 1);
		for (char *c = tail; *c; c++) /* shared:N, master:N */
			while (*c >= '0' && *c <= '9' && c > tail &&
			       (c[-1] == ':' || c[-1] == '#')) {
				memmove(c, c + 1, strlen(c));
				if (*c >= '0' && *c <= '9')
					continue;
				memmove(c + 1, c, strlen(c) + 1);
				*c++ = '#';
			}
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "[%s %s %s %s]", root,
			 place, options, tail);
	}
	return text;
}

static void make(void)
{
	mkdir(DIR, 0755);
	MUST(!mount("base", DIR, "tmpfs", 0, "mode=755"));
	MUST(!mkdir(DIR "/a", 0755) && !mkdir(DIR "/b", 0755) && !mkdir(DIR "/c", 0755));
}

static void unmake(void)
{
	while (!umount2(DIR, MNT_DETACH))
		;
}

/* A task in a copy of the namespace acts; what it and the first one see. */
static void in_copy(const char *name, void (*act)(void))
{
	int status;

	make();
	topic("%s", name);
	status = IN_CHILD(MUST(!unshare(CLONE_NEWNS)); act(); answer(mounts(), "inside"));
	answer(status_words(status), "the child");
	answer(mounts(), "outside");
	unmake();
}

static void act_mount(void)
{
	CALL(mount("new", DIR "/a", "tmpfs", 0, "mode=700"));
	CALL(mkdir(DIR "/a/x", 0700));
}

static void act_umount(void)
{
	CALL(umount(DIR));
	CALL(access(DIR "/a", F_OK));
}

static void act_bind(void)
{
	CALL(mount(DIR "/a", DIR "/b", NULL, MS_BIND, NULL));
	CALL(mount(DIR, DIR "/c", NULL, MS_BIND | MS_REC, NULL));
}

static void act_remount(void)
{
	CALL(mount(NULL, DIR, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	CALL(mkdir(DIR "/x", 0700));
}

static void act_remount_super(void)
{
	CALL(mount(NULL, DIR, NULL, MS_REMOUNT | MS_RDONLY, NULL));
	CALL(mkdir(DIR "/x", 0700));
}

static void act_move(void)
{
	CALL(mount("new", DIR "/a", "tmpfs", 0, NULL));
	CALL(mount(DIR "/a", DIR "/b", NULL, MS_MOVE, NULL));
}

static void act_over(void)
{
	CALL(mount("over", DIR, "tmpfs", 0, NULL));
	CALL(access(DIR "/a", F_OK));
}

static void act_chroot(void)
{
	CALL(chroot(DIR));
	CALL(access("/a", F_OK));
	CALL(mkdir("/proc", 0755));
	CALL(mount("proc", "/proc", "proc", 0, NULL));
	answer(file_text("/proc/self/mounts"), "mounts");
}

static const struct {
	const char *name;
	unsigned long flags;
} types[] = {
	{ "private", MS_PRIVATE },
	{ "shared", MS_SHARED },
	{ "slave", MS_SLAVE },
	{ "unbindable", MS_UNBINDABLE },
	{ "shared, slave", 0 },
	{ "recursive private", MS_PRIVATE | MS_REC },
	{ "recursive shared", MS_SHARED | MS_REC },
};

/* What propagates from where. */
static void propagation(void)
{
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		for (int inside = 0; inside < 2; inside++) {
			int go[2], back[2];
			char byte;
			pid_t pid;

			make();
			topic("%s, mounted %s", types[i].name, inside ? "inside" : "outside");
			if (types[i].flags)
				CALL(mount(NULL, DIR, NULL, types[i].flags, NULL));
			else
				CALL(mount(NULL, DIR, NULL, MS_SHARED, NULL));
			answer(mounts(), "before");
			MUST(!pipe(go) && !pipe(back));
			pid = fork();
			if (!pid) {
				MUST(!unshare(CLONE_NEWNS));
				if (!types[i].flags)
					CALL(mount(NULL, DIR, NULL, MS_SLAVE, NULL));
				if (inside)
					CALL(mount("new", DIR "/a", "tmpfs", 0, NULL));
				MUST(write(back[1], "x", 1) == 1);
				MUST(read(go[0], &byte, 1) == 1);
				answer(mounts(), "inside");
				_exit(0);
			}
			MUST(read(back[0], &byte, 1) == 1);
			if (!inside)
				CALL(mount("new", DIR "/a", "tmpfs", 0, NULL));
			answer(mounts(), "outside");
			MUST(write(go[1], "x", 1) == 1);
			waitpid(pid, NULL, 0);
			CALL(umount(DIR "/a"));
			answer(mounts(), "after umount");
			CALL(mount(DIR, DIR "/b", NULL, MS_BIND, NULL));
			umount(DIR "/b");
			for (int k = 0; k < 4; k += 2)
				close((k ? go : back)[0]), close((k ? go : back)[1]);
			unmake();
		}
}

static void wrong(void)
{
	static const struct {
		const char *name;
		unsigned long flags;
	} asked[] = {
		{ "PRIVATE and SHARED", MS_PRIVATE | MS_SHARED },
		{ "PRIVATE and RDONLY", MS_PRIVATE | MS_RDONLY },
		{ "SHARED and SILENT", MS_SHARED | MS_SILENT },
		{ "BIND and SHARED", MS_BIND | MS_SHARED },
		{ "BIND and MOVE", MS_BIND | MS_MOVE },
		{ "REMOUNT and MOVE", MS_REMOUNT | MS_MOVE },
		{ "MOVE", MS_MOVE },
		{ "BIND", MS_BIND },
		{ "REMOUNT", MS_REMOUNT },
		{ "SHARED", MS_SHARED },
		{ "nothing", 0 },
	};
	static const char *const places[] = { DIR, DIR "/a", DIR "/none", "/proc", "/" };

	IN_CHILD(MUST(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
		 make(); for (unsigned i = 0; i < sizeof(asked) / sizeof(asked[0]);
			      i++) for (unsigned k = 0; k < 5; k++) {
			 topic("%s of %s", asked[i].name, places[k]);
			 if (strcmp(places[k], "/") || asked[i].flags & (MS_MOVE | MS_SHARED))
				 IN_CHILD(MUST(!unshare(CLONE_NEWNS)); CALL(mount(
					 DIR "/b", places[k], NULL, asked[i].flags, NULL));
					  CALL(mount(NULL, places[k], NULL, asked[i].flags, NULL)));
		 } unmake());
}

static bool shares_mounts(pid_t pid)
{
	struct stat mine, other;

	MUST(!stat("/proc/self/ns/mnt", &mine) && !stat(words("/proc/%d/ns/mnt", pid), &other));
	return mine.st_ino == other.st_ino;
}

/* A user, and a place of another namespace. */
static void foreign(void)
{
	int go[2];
	char byte;
	pid_t pid;

	make();
	MUST(!pipe(go));
	pid = fork();
	if (!pid) {
		MUST(!unshare(CLONE_NEWNS) && !mount("inner", DIR "/a", "tmpfs", 0, NULL));
		close(go[1]);
		_exit(read(go[0], &byte, 1));
	}
	while (shares_mounts(pid))
		usleep(1000);
	wait_state(pid, "S");
	const char *theirs = words("/proc/%d/root" DIR, pid);
	topic("another's tree");
	CALL(mount("x", theirs, "tmpfs", 0, NULL));
	CALL(mount(theirs, DIR "/c", NULL, MS_BIND, NULL));
	CALL(mount(NULL, theirs, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	CALL(mount(NULL, theirs, NULL, MS_SHARED, NULL));
	CALL(umount(theirs));
	CALL(umount(words("%s/a", theirs)));
	CALL(mkdir(words("%s/a/from-outside", theirs), 0700));
	CALL(access(words("%s/a/from-outside", theirs), F_OK));
	CALL(access(DIR "/a/from-outside", F_OK));
	CALL(rmdir(DIR "/a"));
	CALL(access(words("%s/a", theirs), F_OK));
	int fd = open(words("/proc/%d/ns/mnt", pid), O_RDONLY);
	topic("entered");
	IN_CHILD(CALL(chdir(DIR)); CALL(setns(fd, CLONE_NEWNS)); char text[256];
		 answer(getcwd(text, 256) ? text : error_name(errno), "cwd");
		 answer(mounts(), "mounts"));
	IN_CHILD(MUST(!unshare(CLONE_FS)); CALL(setns(fd, CLONE_NEWNS)));
	IN_CHILD(CALL(chroot(DIR)); CALL(setns(fd, CLONE_NEWNS)); CALL(access(DIR, F_OK)));
	close(go[1]);
	waitpid(pid, NULL, 0);
	IN_CHILD(CALL(setns(fd, CLONE_NEWNS)); answer(mounts(), "after its last task"));
	close(fd);
	unmake();
	topic("a user");
	IN_CHILD(setuid(1000); CALL(mount("x", "/tmp", "tmpfs", 0, NULL)); CALL(umount("/proc"));
		 CALL(mount(NULL, "/", NULL, MS_SHARED, NULL)); CALL(chroot("/tmp"));
		 CALL(syscall(SYS_pivot_root, "/", "/")));
}

int main(void)
{
	MUST(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	in_copy("mount", act_mount);
	in_copy("umount", act_umount);
	in_copy("bind", act_bind);
	in_copy("remount of a mount", act_remount);
	in_copy("remount of a file system", act_remount_super);
	in_copy("move", act_move);
	in_copy("mounted over", act_over);
	in_copy("chroot", act_chroot);
	propagation();
	wrong();
	foreign();
	rmdir(DIR);
	return 0;
}
