"""How evenly CPU time is shared out, in figures that are the same in every run.

    python3 tests/bench/fair.py [WINDOW_MS [CPUS...]]

The machine's clock counts instructions.  Each figure is the farthest that anybody was from its
share in the window, beside what is allowed.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from corral import Machine, MachineError  # noqa: E402
from corral.options import Options  # noqa: E402

BUILD = ROOT / "build"
PROGRAMS = "/test/sched/fair", "/test/container/share"
FIGURE = re.compile(r"^fair (\S+) (\S+) (\S+) (\S+)", re.M)


def figures(cpus, window):
    with Machine(kernel=BUILD / "corral.elf", initrd=BUILD / "test-initrd.cpio", cpus=cpus,
                 icount=True) as machine:
        for program in PROGRAMS:
            result = machine.run(f"{program} {window}", timeout=300)
            yield from FIGURE.findall(result.output)
            if not re.search(r"^1\.\.\d+", result.output, re.M):
                raise MachineError(f"{program} did not come to its end:\n{result.output}")


def main():
    options = Options(__doc__).words("window", nargs="?", type=int, default=2000)
    given = options.words("cpus", nargs="*", type=int).parse_args()
    window, failed = given.window, False
    for n in given.cpus or (1, 2, 4):
        print(f"{f'{n} CPUs, {window} ms':36}{'figure':>10}{'allowed':>10}")
        try:
            for name, figure, bound, unit in figures(n, window):
                bad = float(figure) > float(bound)
                failed |= bad
                print(f"{name:36}{figure:>10}{bound:>10} {unit}{'  too much' if bad else ''}")
        except MachineError as error:
            print(error, file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
