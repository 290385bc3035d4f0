/*
 * What tests of consoles share.
 */
#pragma once
#include "check.h"

#include <sys/ioctl.h>

static int tty; /* the console that is asked */

/* A call of the user "nobody" on the open terminal: 0, or the errno. */
__attribute__((unused)) static int as_nobody(unsigned long request, void *arg)
{
	int status = IN_CHILD({
		if (setresuid(65534, 65534, 65534))
			_exit(99);
		_exit(ioctl(tty, request, arg) ? errno : 0);
	});

	return WEXITSTATUS(status);
}
