#!/usr/bin/env python3
"""Stops threads of a process for moments, as a busy host does: stall.py PID.

Now a whole machine is stopped, now one of its processors while the others run, now the loop that
brings timers and keys.  It is a process of its own, since who traces a child gets its stops from
wait as well.
"""

import ctypes
import os
import random
import signal
import sys
import time
from pathlib import Path

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
ANY_THREAD = 0x40000000  # __WALL

PTRACE = ctypes.CDLL(None, use_errno=True).ptrace
PTRACE.argtypes = [ctypes.c_long] * 4
PTRACE.restype = ctypes.c_long


def length():
    """Mostly milliseconds, at times longer than anything that a test could wait for."""
    return 0.002 * 1000 ** random.random() ** 3


def stop_all(pid):
    os.kill(pid, signal.SIGSTOP)
    time.sleep(length())
    os.kill(pid, signal.SIGCONT)


def stop_thread(tid):
    if PTRACE(SEIZE, tid, 0, 0) or PTRACE(INTERRUPT, tid, 0, 0):
        return
    _, status = os.waitpid(tid, ANY_THREAD)
    if os.WIFSTOPPED(status):
        time.sleep(length())
        if PTRACE(DETACH, tid, 0, 0):
            os.waitpid(tid, ANY_THREAD)  # it was killed meanwhile


def main():
    pid = int(sys.argv[1])
    tasks = Path(f"/proc/{pid}/task")
    try:
        while True:
            time.sleep(random.choice((0.001, 0.01, 0.1)) * random.random())
            victim = random.choice([0, *(int(task.name) for task in tasks.iterdir())])
            if victim:
                stop_thread(victim)
            else:
                stop_all(pid)
    except (FileNotFoundError, ProcessLookupError, ChildProcessError):
        pass  # the machine has ended


main()
