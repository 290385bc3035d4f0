"""One virtual machine: started, spoken to over its serial line, ended by its process id."""

import itertools
import os
import re
import select
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

# What a kernel prints when it is lost: Corral begins the line, Linux puts a time before it.
PANIC = re.compile(rb"^panic: |Kernel panic - not syncing|^BUG: ", re.M)
# The first shell's, which begins in /root; the kernel may print behind it.
PROMPT = "~ # "
TAIL = 4000
STALL = Path(__file__).with_name("stall.py")


class MachineError(Exception):
    """The machine failed a test; the text has the console's tail and how to repeat it."""


class Panic(MachineError):
    """The kernel said that it found a fault in itself."""


class Silence(MachineError):
    """What was waited for did not come."""


@dataclass
class Result:
    output: str
    status: int

    @property
    def lines(self):
        return self.output.splitlines()

    @property
    def ok(self):
        return self.status == 0


class Machine:
    """A machine that has booted to a shell on its first serial line.

    kernel and initrd are given to QEMU directly; iso boots from a disc instead, by BIOS, or by
    UEFI when firmware names an image of it.  nodes > 1 spreads processors and memory over that
    many NUMA nodes.  icount, a power of 2, makes the clock count instructions, at so many
    nanoseconds each.  Nothing of a machine has a name on the host, so any number may run at once.
    """

    _serial = itertools.count(1)
    stalls = False  # whether machines are stopped now and then, as a busy host would stop them

    def __init__(self, kernel=None, initrd=None, iso=None, cpus=4, memory=256, nodes=1, append="",
                 icount=0, firmware=None, accel="tcg", boot_timeout=90, shell=True, extra=()):
        self.argv = self._command(kernel, initrd, iso, cpus, memory, nodes, append, icount,
                                  firmware, accel, extra)
        self.boot_timeout = boot_timeout
        self.shell = shell
        self.console = bytearray()
        self.mark = 0
        self.process = None
        self.stall = None
        self.dead = None

    @staticmethod
    def _command(kernel, initrd, iso, cpus, memory, nodes, append, icount, firmware, accel, extra):
        argv = ["qemu-system-x86_64", "-accel", accel, "-m", str(memory), "-smp", str(cpus),
                "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "stdio",
                "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if nodes > 1:
            share = memory // nodes
            for node in range(nodes):
                first, end = node * cpus // nodes, (node + 1) * cpus // nodes
                of_node = f",cpus={first}-{end - 1}" if first < end else ""
                argv += ["-object", f"memory-backend-ram,id=m{node},size={share}M",
                         "-numa", f"node,nodeid={node},memdev=m{node}{of_node}"]
        if icount:
            argv += ["-icount", f"shift={int(icount).bit_length() - 1},sleep=off"]
        if firmware:
            argv += ["-bios", str(firmware)]
        if iso:
            return argv + ["-cdrom", str(iso)] + list(extra)
        argv += ["-kernel", str(kernel)]
        if initrd:
            argv += ["-initrd", str(initrd)]
        words = "console=ttyS0 quiet panic=-1 winsize=24x80 " + append
        if kernel and Path(kernel).name == "vmlinuz":
            words += " no_timer_check"  # on a busy host Linux takes its timer for dead
        return argv + ["-append", words.strip()] + list(extra)

    # --- start and end -----------------------------------------------------------------------

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def repeat(self):
        """The command line that boots the same machine by hand."""
        return shlex.join(self.argv)

    def start(self):
        if not shutil.which(self.argv[0]):
            raise MachineError(f"{self.argv[0]} is missing: apt-get install qemu-system-x86")
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdin.fileno(), False)
        os.set_blocking(self.process.stdout.fileno(), False)
        if self.stalls:
            self.stall = subprocess.Popen([sys.executable, STALL, str(self.process.pid)])
        if self.shell:
            self._meet_shell()

    def stop(self):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.stall:
            self.stall.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        status, self.process = self.process.returncode, None
        return status

    def wait(self, timeout=30):
        """Waits for QEMU to end by itself; returns its exit status (a panic's is not 0)."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if not self._pump(0.2) and time.monotonic() > deadline:
                raise self._error(Silence, f"still running after {timeout} s")
        while self._pump(0):
            pass
        return self.process.returncode

    @property
    def alive(self):
        return self.process is not None and self.dead is None and self.process.poll() is None

    # --- the serial line -----------------------------------------------------------------------

    def _pump(self, timeout, data=b""):
        """Moves bytes both ways once; returns (something arrived, what is still to be sent)."""
        out, into = self.process.stdout, self.process.stdin
        readable, writable, _ = select.select([out], [into] if data else [], [], timeout)
        got = b""
        if readable:
            got = os.read(out.fileno(), 65536)
            if not got:  # QEMU has closed its output; it is about to end
                self.process.wait(10)
            self.console += got
        if data:
            if writable:
                data = data[os.write(into.fileno(), data[:4096]):]
            return bool(got), data
        return bool(got)

    def send(self, text, timeout=60):
        """Types text; a str is sent as UTF-8."""
        data = text.encode() if isinstance(text, str) else bytes(text)
        deadline = time.monotonic() + timeout
        while data:
            try:
                _, data = self._pump(0.2, data)
            except BrokenPipeError:
                raise self._error(MachineError, "QEMU has ended") from None
            if time.monotonic() > deadline:
                raise self._error(Silence, f"{len(data)} bytes were not taken in {timeout} s")

    def expect(self, pattern, timeout=30):
        """Waits until pattern occurs in what the console printed since the last match."""
        regex = re.compile(pattern.encode() if isinstance(pattern, str) else pattern, re.M)
        deadline = time.monotonic() + timeout
        while True:
            match = regex.search(self.console, self.mark)
            if match:
                self.mark = match.end()
                return match
            self._watch()
            if self.process.poll() is not None and not self._pump(0):
                raise self._error(MachineError, f"QEMU ended with {self.process.returncode}")
            if not self._pump(0.2) and time.monotonic() > deadline:
                raise self._error(Silence, f"no {regex.pattern.decode()!r} in {timeout} s")

    def settle(self, quiet=0.3, timeout=30):
        """Waits until the console has printed nothing for some seconds."""
        deadline = time.monotonic() + timeout
        while self._pump(quiet) and time.monotonic() < deadline:
            self._watch()

    def _watch(self):
        """Raises when the console shows a panic, once the report has come to its end."""
        if self.dead is None and not PANIC.search(self.console, max(0, self.mark - 200)):
            return
        quiet = time.monotonic() + 2
        limit = time.monotonic() + 15
        while self.process.poll() is None and time.monotonic() < min(quiet, limit):
            if self._pump(0.1):
                quiet = time.monotonic() + 1
        while self._pump(0):
            pass
        self.dead = self._error(Panic, "the kernel panicked")
        raise self.dead

    def _error(self, kind, why):
        tail = bytes(self.console[-TAIL:]).decode(errors="replace").replace("\r", "")
        return kind(f"{why}\n--- console ---\n{tail}\n--- repeat with ---\n{self.repeat}")

    # --- commands ------------------------------------------------------------------------------

    def _nonce(self):
        return f"@{os.getpid():x}.{next(self._serial)}@"

    def _meet_shell(self):
        """Waits for the shell's prompt, then takes it away.

        Nothing is typed before: on the way here firmware and a loader's menu have the line, and
        take a key as meant for them.
        """
        nonce = self._nonce()
        self.expect(PROMPT, self.boot_timeout)
        self.send(f'PS1= PS2=; echo "{nonce[:3]}""{nonce[3:]}<"\n')
        self.expect(re.escape(nonce) + "<")
        self.mark = len(self.console)

    def run(self, command, timeout=60, stdin="/dev/null"):
        """Runs a shell command and returns its output and exit status.

        The output lies between two marks that hold a number nobody else prints; they are typed
        in two pieces, so an echo of the command cannot be taken for them.  The shell keeps its
        directory and variables from one command to the next.
        """
        nonce = self._nonce()
        head, rest = nonce[:3], nonce[3:]
        self.mark = len(self.console)
        self.send(f'echo "{head}""{rest}<"; {{ {command}\n}} <{stdin}; '
                  f'echo "{head}""{rest}>$?!"\n')
        self.expect(re.escape(nonce) + "<\r?\n", timeout)
        start = self.mark
        match = self.expect(re.escape(nonce) + r">(\d+)!", timeout)
        output = bytes(self.console[start:match.start()])
        text = output.decode(errors="replace").replace("\r\n", "\n")
        return Result(self._without_echo(text), int(match.group(1)))

    @staticmethod
    def _without_echo(text):
        """The shell's own question for a terminal's size is no output."""
        return text.replace("\x1b[6n", "")

    def check(self, command, timeout=60):
        """Like run, but a failing command fails the test."""
        result = self.run(command, timeout)
        if result.status:
            raise AssertionError(f"{command}: status {result.status}\n{result.output}")
        return result.output
