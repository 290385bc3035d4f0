"""Guest instructions per operation on Corral and on Debian's kernel, beside what is allowed.

    python3 tests/bench/compare.py [--corral-only]
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from corral import Machine, MachineError  # noqa: E402

BUILD = ROOT / "build"
INITRD = BUILD / "test-initrd.cpio"
BARS = {"getppid": 120, "fork+exit+wait": 30_000, "fork+exec+exit+wait": 90_000,
        "pipe-round-trip": 3_000, "page-touch": 1_500, "boot": 100_000_000}


def figures(kernel):
    """One machine for the costs, one for the way from its first instruction to /init."""
    result = {}
    with Machine(kernel=kernel, initrd=INITRD, cpus=1, icount=True, boot_timeout=300) as machine:
        output = machine.check("/test/bench/cost", timeout=300)
        result.update((name, int(n)) for name, n in re.findall(r"^cost (\S+) (\d+)", output, re.M))
    with Machine(kernel=kernel, initrd=INITRD, cpus=1, icount=True, shell=False,
                 append="rdinit=/test/bench/start") as machine:
        clock = machine.expect(r"start (\d+) (\d+)\r?\n", timeout=300)
        kernel_ns = int(clock.group(2))
        line = re.search(rb"(\d+) instructions from entry", machine.console)
        result["boot"] = int(line.group(1)) if line else kernel_ns
    return result


def main():
    kernels = {"Corral": BUILD / "corral.elf"}
    if "--corral-only" not in sys.argv:
        kernels["Linux"] = BUILD / "linux" / "vmlinuz"
    columns, failed = {}, False
    for name, kernel in kernels.items():
        try:
            columns[name] = figures(kernel)
        except MachineError as error:
            print(f"{name}: {error}", file=sys.stderr)
            columns[name], failed = {}, True
    print(f"{'guest instructions':22}" + "".join(f"{name:>16}" for name in columns)
          + f"{'allowed':>16}")
    for what, bar in BARS.items():
        row = [column.get(what) for column in columns.values()]
        failed |= row[0] is None or row[0] > bar
        mark = "" if row[0] is not None and row[0] <= bar else "  too many"
        print(f"{what:22}" + "".join(f"{'-' if n is None else format(n, ','):>16}" for n in row)
              + f"{bar:>16,}{mark}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
