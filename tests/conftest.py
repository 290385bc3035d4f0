"""Options, the pool of machines, and the collector that makes a test of each guest program."""

import re
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build"
sys.path.insert(0, str(HERE))

from corral import Machine, MachineError, left_behind, objects  # noqa: E402

KERNELS = {"plain": BUILD / "corral.elf", "debug": BUILD / "debug" / "corral.elf",
           "linux": BUILD / "linux" / "vmlinuz"}
EMULATED = 8  # nanoseconds for an instruction: a machine with one processor is as fast as it seems
TEST_INITRD = BUILD / "test-initrd.cpio"


def pytest_addoption(parser):
    parser.addoption("--kernel", choices=["corral", "linux"], default="corral",
                     help="whose kernel runs the guest tests")
    parser.addoption("--builds", default="plain,debug", help="which builds of Corral")
    parser.addoption("--guest-cpus", default="1,4", help="numbers of processors")
    parser.addoption("--stall", action="store_true",
                     help="stop each machine for moments, as a busy host does")


def pytest_configure(config):
    Machine.stalls = config.getoption("--stall")


def configurations(config):
    """The machines on which each guest test runs: (build, processors)."""
    if config.getoption("kernel") == "linux":
        return [("linux", 4)]
    return [(build, int(cpus)) for build in config.getoption("builds").split(",")
            for cpus in config.getoption("guest_cpus").split(",")]


class Pool:
    """One running machine for each configuration that was asked for."""

    def __init__(self):
        self.machines = {}

    def get(self, build, cpus, memory=256, append="", nodes=1, icount=0, screen=False):
        if cpus == 1 and build != "linux":
            icount = icount or EMULATED
        key = (build, cpus, memory, append, nodes, icount, screen)
        machine = self.machines.get(key)
        if machine is None or not machine.alive:
            self.drop(key)
            machine = Machine(kernel=KERNELS[build], initrd=TEST_INITRD, cpus=cpus, memory=memory,
                              append=append, nodes=nodes, icount=icount,
                              extra=["-vga", "std"] if screen else ())
            self.machines[key] = machine
            try:
                machine.start()
            except BaseException:
                self.drop(key)
                raise
        return machine

    def drop(self, key_or_machine):
        for key, machine in list(self.machines.items()):
            if key_or_machine in (key, machine):
                machine.stop()
                del self.machines[key]

    def close(self):
        for key in list(self.machines):
            self.drop(key)


POOL = Pool()


def pytest_unconfigure(config):
    POOL.close()


@pytest.fixture(scope="session")
def pool():
    return POOL


def pytest_generate_tests(metafunc):
    if "machine" in metafunc.fixturenames:
        configs = configurations(metafunc.config)
        if metafunc.definition.get_closest_marker("once"):
            configs = configs[-1:]
        metafunc.parametrize("machine", configs, indirect=True,
                             ids=[f"{build}-{cpus}" for build, cpus in configs])


@pytest.fixture
def machine(request):
    """A shared machine at its shell; a test that fails on it costs only itself."""
    shared = POOL.get(*request.param)
    yield shared
    report = getattr(request.node, "call_report", None)
    if not shared.alive or report is None or report.failed:
        POOL.drop(shared)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == "call":
        item.call_report = report
    if call.excinfo is not None and isinstance(call.excinfo.value, MachineError):
        report.longrepr = str(call.excinfo.value)


# --- guest programs ----------------------------------------------------------------------------

LINE = re.compile(r"^(not ok|ok) - (.*)$")


def pytest_collect_file(file_path, parent):
    if file_path.suffix in (".c", ".sh") and file_path.parent.parent == HERE / "guest" \
            and file_path.parent.name != "help":
        return GuestFile.from_parent(parent, path=file_path)
    return None


class GuestFile(pytest.File):
    """A source in tests/guest/AREA: the same program once for each machine.

    A line "guest: key=value ..." in its first comment sets memory, nodes (memory nodes, among which
    processors and memory are shared out), append, timeout, screen (a VGA card and a keyboard), cpus
    (runs only with that many processors or more), only (the one kernel that it is for: corral, its
    debug build, or linux), alone (nobody uses its machine afterwards) and icount (the machine's
    clock counts instructions, so that figures of time are the same in every run; on one processor
    of Corral it always does).
    """

    def collect(self):
        text = self.path.read_text()[:3000]
        needs = {}
        for words in re.findall(r"guest:((?: +\w+(?:=\S+)?)+)", text):
            needs.update(word.partition("=")[::2] for word in words.split())
        names = [self.path.name if self.path.suffix == ".sh" else self.path.stem]
        if self.path.parent.name == "glibc":
            names.append(names[0] + "-pie")
        configs = configurations(self.config)
        if "also" in needs and any(build == "debug" for build, _ in configs):
            configs = [*configs, ("debug", int(needs["also"]))]
        for build, cpus in dict.fromkeys(configs):
            if build not in {"corral": ("plain", "debug"), "linux": ("linux",),
                             "debug": ("debug",)}.get(needs.get("only"), KERNELS):
                continue
            if build == "linux" and "icount" in needs:
                cpus = 1  # with more it takes minutes to boot
            if cpus < int(needs.get("cpus", 1)):
                continue
            for name in names:
                yield GuestProgram.from_parent(
                    self, name=f"{self.path.parent.name}/{name}[{build}-{cpus}]",
                    path_in_guest=f"/test/{self.path.parent.name}/{name}", build=build, cpus=cpus,
                    needs=needs)


class GuestFailure(Exception):
    pass


class GuestProgram(pytest.Item):
    def __init__(self, path_in_guest, build, cpus, needs, **kwargs):
        super().__init__(**kwargs)
        self.path_in_guest, self.build, self.cpus, self.needs = path_in_guest, build, cpus, needs

    def runtest(self):
        machine = POOL.get(self.build, self.cpus, int(self.needs.get("memory", 256)),
                           self.needs.get("append", "").replace(",", " "),
                           int(self.needs.get("nodes", 1)), int("icount" in self.needs),
                           "screen" in self.needs)
        command = f"cd / && {self.path_in_guest}"
        before = leaks(machine)
        try:
            result = machine.run(command, timeout=int(self.needs.get("timeout", 60)))
        except MachineError as error:
            self.tell(bytes(machine.console[machine.mark:]).decode(errors="replace"), machine)
            POOL.drop(machine)
            raise GuestFailure(f"$ {command}\n{error}") from None
        bad = self.tell(result.output, machine)
        ended = re.search(r"^1\.\.\d+$", result.output, re.M)
        if result.status or not ended:
            raise GuestFailure(f"$ {command}\nended with status {result.status}"
                               f"{'' if ended else ' before its end'}\n{result.output[-3000:]}\n"
                               f"--- repeat with ---\n{machine.repeat}")
        if self.path.parent.name == "container":
            self.examine(machine, command)
        if "alone" in self.needs:
            POOL.drop(machine)
        elif not bad and before is not None:
            left = left_behind(machine, before)
            if left:
                raise GuestFailure(f"$ {command}\nleft behind: {left}")

    def examine(self, machine, command):
        """After each test of containers Corral's framework looks for what is broken in itself."""
        if self.build == "linux":
            return
        result = machine.run(SELFCHECK)
        if result.status or result.output.strip() != "ok":
            POOL.drop(machine)
            raise GuestFailure(f"$ {command}\nleft the framework broken: {result.output}")

    def tell(self, output, machine):
        """Reports each sentence as a test of its own; returns how many are false."""
        bad = 0
        for line in output.replace("\r", "").splitlines():
            match = LINE.match(line)
            if not match:
                continue
            sentence = match.group(2)
            false = match.group(1) == "not ok"
            bad += false
            self.ihook.pytest_runtest_logreport(report=pytest.TestReport(
                nodeid=self.nodeid, location=(*self.location[:2], f"{self.name}: {sentence}"),
                keywords={}, outcome="failed" if false else "passed",
                longrepr=f"{line}\nrepeat: {self.path_in_guest} in\n{machine.repeat}"
                if false else None, when="call"))
        return bad

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, (GuestFailure, MachineError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, self.name


SELFCHECK = ("mkdir /tmp/check; mount -t cgroup -o debug none /tmp/check && "
             "cat /tmp/check/debug.selfcheck; umount /tmp/check; rmdir /tmp/check")


def leaks(machine):
    """The debug kernel's live objects; None on other kernels, which do not count them."""
    if machine.argv[machine.argv.index("-kernel") + 1] != str(KERNELS["debug"]):
        return None
    return objects(machine)
