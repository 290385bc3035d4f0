"""The commands of make debug, and the two walks of docs/debugging.md, step by step."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import time

import pytest

from conftest import KERNELS, ROOT, TEST_INITRD
from corral import Machine


class Debugged:
    """A debug build and the gdb that looks at it, over a socket of its own."""

    def __init__(self, place, cpus=2):
        self.socket = place / "gdb"
        self.machine = Machine(kernel=KERNELS["debug"], initrd=TEST_INITRD, cpus=cpus,
                               extra=["-gdb", f"unix:{self.socket},server=on,wait=off"])

    def start(self, *commands):
        """gdb, connected, on its way through the commands."""
        argv = ["gdb", "-q", "-batch", KERNELS["debug"], "-x", ROOT / "tools/gdb/corral.py",
                "-ex", f"target remote {self.socket}"]
        for command in commands:
            argv += ["-ex", f"echo \\n=== {command}\\n", "-ex", command]
        return subprocess.Popen([*map(str, argv), "-ex", "detach"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ask(self, *commands):
        return self.start(*commands).communicate(timeout=100)[0]

    def ask_while(self, input_, *commands):
        """The same; what the last but one waits for is typed at the machine when all is ready."""
        gdb = self.start(*commands)
        seen = ""
        while "\n=== continue" not in seen:
            line = gdb.stdout.readline()
            assert line, seen
            seen += line
        self.machine.send(input_ + "\n")
        return seen + gdb.communicate(timeout=100)[0]


@pytest.fixture
def debugged(tmp_path):
    target = Debugged(tmp_path)
    with target.machine:
        yield target


def test_every_command_tells_what_there_is(debugged):
    machine = debugged.machine
    machine.check("mkdir /tmp/c; mount -t cgroup -o pids none /tmp/c; mkdir /tmp/c/a")
    machine.check("echo 1 >/proc/sched_trace; sleep infinity & echo $! >/tmp/c/a/tasks; jobs -p >/tmp/pid")
    machine.check("until grep -q sleep /proc/$!/comm && grep -q State:.S /proc/$!/status; do :; done")
    pid = machine.check("cat /tmp/pid").strip()
    said = debugged.ask("ps", "locks", "runqueues", "containers", "trace 5", "bt-all",
                        "object pid_first.pids.root", "help locks")
    assert re.search(rf"^ *{pid} S +\d+ sleep ", said, re.M)
    assert re.search(r"^ *1 S +\d+ init +sleep_until", said, re.M)
    assert "no locks are held" in said or " holds " in said
    assert re.search(r"^CPU 1: .* runs; \d+ want to, load \d+", said, re.M)
    assert "hierarchy 1: pids" in said and re.search(r"^ +a  1 tasks", said, re.M)
    assert re.search(rf"^css_set \d+: \d+ references, tasks {pid}$", said, re.M)
    assert re.search(r"^ *\d+ +[01] (switch|wake|migrate|fork|exit) ", said, re.M)
    assert re.search(r"--- 1 init, S\n +sched_switch\+\d+ at kernel/sched/switch.c:\d+", said)
    assert "0 bytes into an object of radix_table, " in said
    assert re.search(r"in use, allocated by radix_set\+\d+ at kernel/mem/radix.c:\d+", said)
    assert "locks: who holds which lock" in said
    assert "Python Exception" not in said and "Error" not in said, said


def test_a_deadlock_is_found_in_three_steps(debugged):
    machine = debugged.machine
    for _ in range(2):
        machine.check("echo DEADLOCK >/proc/sys/kernel/provoke & "
                      "until grep -q '^State:.D' /proc/$!/status; do :; done")
    second, first = machine.check("jobs -p").split()[-2:]
    said = debugged.ask("ps", "locks", "bt-all")
    assert len(re.findall(r" D +\d+ sh +provoke_deadlock", said)) == 2
    assert re.search(rf"^{first} sh holds mutex \S+, taken in provoke_deadlock\+\d+ at "
                     rf"fs/procfs/provoke.c:\d+\n +{second} sh waits for it$", said, re.M)
    waits = said[said.index(f"--- {first} sh, D"):].splitlines()
    assert "provoke_deadlock" in waits[2] and "provoke.c" in waits[2]


class Typed:
    """A program that a shell runs on a terminal of its own, as a person's."""

    def __init__(self, *argv):
        pid, self.terminal = pty.fork()
        if not pid:
            os.chdir(ROOT)
            for number in signal.SIGHUP, signal.SIGINT, signal.SIGQUIT:  # nohup ignores the first
                signal.signal(number, signal.SIG_DFL)
            os.execvpe("sh", ["sh", "-c", '"$@"; exit $?', "sh", *argv],
                       {**os.environ, "TERM": "dumb"})
        os.set_inheritable(self.terminal, False)  # or the next one's program keeps it open
        self.pid, self.said = pid, ""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def expect(self, words, timeout=100):
        """Until it says this; all that it said up to there and since the last time."""
        deadline = time.monotonic() + timeout
        while words not in self.said:
            assert time.monotonic() < deadline, f"no {words!r} in {self.said}"
            if select.select([self.terminal], [], [], 1)[0]:
                self.said += os.read(self.terminal, 65536).decode(errors="replace")
        before, _, self.said = self.said.partition(words)
        return before.replace("\r", "")

    def end(self):
        os.close(self.terminal)  # it is hung up
        os.waitpid(self.pid, 0)


def test_make_debug_and_make_console_as_a_person_types_them():
    gdb = Typed("make", "-s", "debug")
    try:
        gdb.expect("make console shows its console")
        gdb.expect("(gdb) ")
        gdb.type("continue\n")
        assert "kernel_main" in gdb.expect("(gdb) ")
        gdb.type("continue\n")
        gdb.expect("Continuing.")
        console = Typed("make", "-s", "console")
        console.expect("Ctrl-] leaves.")
        console.type("\n")
        console.expect("~ #")
        for _ in range(2):
            console.type("echo DEADLOCK >/proc/sys/kernel/provoke &\n")
            console.expect("~ #")
        console.type("until [ $(grep -l '^State:.D' /proc/[0-9]*/status | wc -l) = 2 ]; do :; done; "
                     "echo bo''th\n")
        console.expect("\nboth")
        console.type("\x1d")
        console.end()
        gdb.type("\x03")
        gdb.expect("(gdb) ")
        gdb.type("ps\n")
        assert len(re.findall(r" D +\d+ sh +provoke_deadlock", gdb.expect("(gdb) "))) == 2
        gdb.type("locks\n")
        assert re.search(r"sh holds mutex \S+, taken in provoke_deadlock.*\n +\d+ sh waits for it",
                         gdb.expect("(gdb) "))
        gdb.type("kill\n")
        gdb.expect("(y or n)")
        gdb.type("y\n")
        gdb.expect("(gdb) ")
        gdb.type("quit\n")
    finally:
        gdb.end()


def test_the_machine_of_make_debug_ends_with_the_terminal(tmp_path):
    gdb = Typed("make", "-s", "debug", f"CONSOLE={tmp_path / 'console'}")
    with socket.socket(socket.AF_UNIX) as console:
        try:
            gdb.expect("(gdb) ")
            for _ in range(2):  # it runs, so gdb cannot end it
                gdb.type("continue\n")
                gdb.expect("Continuing.")
            console.connect(str(tmp_path / "console"))
        finally:
            gdb.end()
        console.settimeout(100)
        while console.recv(4096):
            pass


def test_a_use_after_free_is_found_in_two_runs(debugged, tmp_path):
    fault = "echo WRITE_AFTER_FREE >/proc/sys/kernel/provoke"
    said = debugged.ask_while(fault, "hbreak panic_with", "continue", "bt 8",
                              "frame 2", "object object", "x/2gx object")
    assert '"written after it was freed"' in said
    assert re.search(r"free, freed by provoke_after_free\+\d+ at fs/procfs/provoke.c:\d+", said)
    assert re.search(r":\t0x6b6b6b6b6b6b6b6b\t0x6b6b6b6b6b6b6b01", said)

    (tmp_path / "again").mkdir()
    again = Debugged(tmp_path / "again")
    with again.machine:
        said = again.ask_while(
            fault, "hbreak provoke_after_free", "continue", "tbreak slab_debug_free", "continue",
            "set $o = (char *)object", "finish", "watch *(long *)($o + 8)", "continue")
        assert "Old value = 7740398493674204011\n" in said  # the poison, 0x6b eight times
        assert re.search(r"provoke_after_free \(\) at fs/procfs/provoke.c:\d+", said[said.rindex(
            "Old value"):])
