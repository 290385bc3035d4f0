/*
 * A program that draws on its console by itself is asked before another one comes to the front.
 *
 * guest: screen alone
 */
#include "check.h"

#include <linux/kd.h>
#include <linux/vt.h>
#include <sys/ioctl.h>

#define RELEASE SIGUSR1
#define ACQUIRE SIGUSR2

static int tty;
static sigset_t both;

static int front(void)
{
	struct vt_stat stat;

	MUST(!ioctl(tty, VT_GETSTATE, &stat));
	return stat.v_active;
}

static int next_signal(void)
{
	int signo;

	MUST(!sigwait(&both, &signo));
	return signo;
}

static void go(int console)
{
	MUST(!ioctl(tty, VT_ACTIVATE, console));
}

static void ask_me(void)
{
	struct vt_mode mode = { .mode = VT_PROCESS, .relsig = RELEASE, .acqsig = ACQUIRE };

	MUST(!ioctl(tty, VT_SETMODE, &mode));
}

static void test_modes(void)
{
	struct vt_mode mode = { .mode = 7 };

	CHECK_ERR(ioctl(tty, VT_SETMODE, &mode), EINVAL, "there is no third way of switching");
	CHECK_ERR(ioctl(tty, VT_SETMODE, (void *)1), EFAULT, "a way must be told");
	CHECK_ERR(ioctl(tty, VT_RELDISP, 1), EINVAL, "who is not asked has nothing to answer");
	ask_me();
	CHECK(!ioctl(tty, VT_GETMODE, &mode) && mode.mode == VT_PROCESS && mode.relsig == RELEASE &&
		      mode.acqsig == ACQUIRE,
	      "a process can want to be asked");
	CHECK_ERR(ioctl(tty, VT_RELDISP, 1), EINVAL, "before it is asked it cannot let go");
	CHECK_OK(ioctl(tty, VT_RELDISP, VT_ACKACQ), "but say that it has what it has");
}

static void test_asked(void)
{
	go(2);
	CHECK_EQ(next_signal(), RELEASE, "it gets a signal when somebody goes elsewhere");
	CHECK_EQ(front(), 1, "and nothing happens until it answers");
	CHECK_OK(ioctl(tty, VT_RELDISP, 0), "it can refuse");
	CHECK_EQ(front(), 1, "and stays in front");
	go(2);
	CHECK_EQ(next_signal(), RELEASE, "it is asked again the next time");
	CHECK_OK(ioctl(tty, VT_RELDISP, 1), "it can let go");
	MUST(!ioctl(tty, VT_WAITACTIVE, 2));
	CHECK_EQ(front(), 2, "and the other one is in front");
	go(1);
	CHECK_EQ(next_signal(), ACQUIRE, "coming back is told by the other signal");
	CHECK_EQ(front(), 1, "when it is in front");
	CHECK_OK(ioctl(tty, VT_RELDISP, VT_ACKACQ), "which it may acknowledge");
}

static void test_gone(void)
{
	struct vt_mode mode = { .mode = VT_AUTO };
	pid_t pid = fork();
	int status;

	if (!pid) {
		ask_me();
		_exit(0);
	}
	MUST(pid > 0 && waitpid(pid, &status, 0) == pid && !status);
	go(2);
	MUST(!ioctl(tty, VT_WAITACTIVE, 2));
	CHECK_EQ(front(), 2, "a process that has ended is not waited for");
	go(1);
	MUST(!ioctl(tty, VT_WAITACTIVE, 1));
	CHECK(!ioctl(tty, VT_GETMODE, &mode) && mode.mode == VT_AUTO, "nor asked again");
	mode = (struct vt_mode){ .mode = VT_PROCESS, .relsig = 1000 };
	MUST(!ioctl(tty, VT_SETMODE, &mode));
	go(2);
	MUST(!ioctl(tty, VT_WAITACTIVE, 2));
	CHECK_EQ(front(), 2, "nor can it be asked with a signal that does not exist");
	go(1);
	MUST(!ioctl(tty, VT_WAITACTIVE, 1));
}

static void test_graphics(void)
{
	int mode;

	MUST(!ioctl(tty, KDSETMODE, KD_GRAPHICS));
	go(2);
	CHECK_EQ(front(), 1, "while a program draws that is not asked nobody goes elsewhere");
	MUST(!ioctl(tty, KDSETMODE, KD_TEXT));
	CHECK(!ioctl(tty, KDGETMODE, &mode) && mode == KD_TEXT, "until there is text again");
	go(2);
	MUST(!ioctl(tty, VT_WAITACTIVE, 2));
	go(1);
	MUST(!ioctl(tty, VT_WAITACTIVE, 1));
}

int main(void)
{
	sigemptyset(&both);
	sigaddset(&both, RELEASE);
	sigaddset(&both, ACQUIRE);
	MUST(!sigprocmask(SIG_BLOCK, &both, NULL));
	MUST((tty = open("/dev/tty1", O_RDWR | O_NOCTTY)) >= 0);
	/* A console that nobody has opened would be there no longer. */
	MUST(open("/dev/tty2", O_RDWR | O_NOCTTY) >= 0);
	test_modes();
	test_asked();
	test_gone();
	test_graphics();
	CHECK_END();
}
