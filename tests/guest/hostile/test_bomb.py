"""A fork bomb of an ordinary user, with the limits that a login gives; root ends it from its shell.

The machine's clock counts instructions, so how long root waits is the same on every host.  The
number of processes goes with the memory, which is small to keep the bomb so.
"""

import re

from conftest import KERNELS, TEST_INITRD, configurations
from corral import Machine

# Who becomes a user that has too many processes may not exec, unless its own limit is higher.
KILL = "(ulimit -u unlimited; su -s /bin/sh user -c 'kill -9 -1')"
BOMB = "(su -s /bin/sh user -c 'bomb() { bomb | bomb & }; bomb' >/dev/null 2>&1 </dev/null &)"
TASKS = re.compile(r"(\d+)/(\d+) \d+$", re.M)


def seconds(machine, command):
    """Runs it between two looks at the clock; its output and the guest's seconds in between."""
    output = machine.check(f"read from rest </proc/uptime; {command} && read to rest </proc/uptime; "
                           "echo $from $to", timeout=100)
    output, _, clock = output.rstrip("\n").rpartition("\n")
    start, end = (float(word) for word in clock.split())
    return output, end - start


def tasks(machine):
    """All of them, as root sees them at once: no program has to be started."""
    output, took = seconds(machine, "read load </proc/loadavg; echo $load")
    assert took < 1, f"the shell took {took} s to look"
    return int(TASKS.search(output).group(2))


def pytest_generate_tests(metafunc):
    """Linux needs minutes to boot with several processors and counted instructions."""
    metafunc.parametrize("build, cpus", [c for c in configurations(metafunc.config)
                                         if c[0] != "linux"])


def test_root_ends_a_fork_bomb(build, cpus):
    with Machine(kernel=KERNELS[build], initrd=TEST_INITRD, cpus=cpus, memory=64,
                 icount=True) as machine:
        limit = int(machine.check("su -s /bin/sh user -c 'ulimit -u'"))
        calm = tasks(machine)
        peak = 0
        for _ in range(200):
            now = tasks(machine)
            if now <= calm:  # a shell that cannot fork ends, and perhaps all of them have
                machine.check(BOMB)
            peak = max(peak, now)
            if peak > limit * 0.8:
                break
        assert peak > limit * 0.5, "the bomb did not grow to its limit"
        output, took = seconds(machine, "uname -m")
        assert output == "x86_64" and took < 3, f"a command of root took {took} s"
        _, took = seconds(machine, KILL)
        assert took < 5, f"to kill them all took {took} s"
        for _ in range(200):
            if tasks(machine) <= calm:
                break
        assert tasks(machine) <= calm, "some are left"
        assert machine.check("echo calm").strip() == "calm"
