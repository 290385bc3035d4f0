"""A minute of fork, mmap, pipes and signals on 64 processors, which must leave nothing behind.

    python3 tests/stress/minute.py [PROCESSORS [SECONDS]]

Runs on the debug build, which checks locks and objects meanwhile and counts those that are alive.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from corral import Machine, MachineError, left_behind, objects  # noqa: E402

PROGRAMS = ["/test/hostile/storm {cpus} {seconds}", "/test/stress/signals {few}"]


def run(machine, command, seconds):
    """Prints what the command said; True when all is well and no objects are left."""
    before = objects(machine)
    result = machine.run(command, timeout=seconds * 10 + 300)
    left = left_behind(machine, before)
    print(f"$ {command}\n{result.output.strip()}\nleft behind: {left or 'nothing'}", flush=True)
    return result.ok and not left


def main():
    cpus, seconds = (int(word) for word in (sys.argv[1:] + ["64", "60"][len(sys.argv) - 1:]))
    with Machine(kernel=ROOT / "build/debug/corral.elf", initrd=ROOT / "build/test-initrd.cpio",
                 cpus=cpus, memory=1024, boot_timeout=300) as machine:
        commands = [text.format(cpus=cpus, seconds=seconds, few=seconds // 4) for text in PROGRAMS]
        return 0 if all([run(machine, command, seconds) for command in commands]) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MachineError as error:
        sys.exit(str(error))
