"""Where the instructions of an operation go: a profile by function, or by instruction.

    python3 tests/bench/profile.py PROGRAM OPERATION [TIMES [FUNCTION]]
    make profile OP="cost stat"

The operation is run TIMES rounds and then twice as many on another machine; the difference of what
a plugin of QEMU counted in both is the operation's, and nothing else.  With FUNCTION the counts
stand beside its disassembly.
"""

import bisect
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench import operations as ops  # noqa: E402
from corral.options import Options  # noqa: E402
from corral import Machine  # noqa: E402

BUILD = ROOT / "build"
KERNEL = BUILD / "corral.elf"


def build_plugin():
    source, plugin = Path(__file__).parent / "qemu" / "profile.c", BUILD / "profile.so"
    subprocess.run(["gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", plugin, source], check=True)
    return plugin


def count(plugin, run, operation, times):
    """Executions of each address, and of the operation."""
    with tempfile.NamedTemporaryFile("r", dir=BUILD) as out:
        extra = ["-plugin", f"{plugin},out={out.name}"]
        with Machine(kernel=KERNEL, initrd=BUILD / "test-initrd.cpio", cpus=run.cpus,
                     memory=run.memory, nodes=run.nodes, icount=True, extra=extra,
                     boot_timeout=300) as machine:
            text = machine.check(f"/test/bench/{run.program} -n {times} {operation}", timeout=600)
            machine.send("poweroff -f\n")
            machine.wait(60)
        lines = (line.split() for line in open(out.name))
        return {int(at, 16): int(n) for at, n in lines}, int(text.split("ran ")[1].split()[0])


def symbols():
    """Addresses, and names, of functions in rising order."""
    text = subprocess.run(["nm", "-n", KERNEL], check=True, capture_output=True, text=True).stdout
    pairs = [(int(line.split()[0], 16), line.split()[2]) for line in text.splitlines()
             if line.split()[1] in "tT"]
    return [at for at, _ in pairs], [name for _, name in pairs]


def by_function(costs):
    starts, names = symbols()
    total = {}
    for at, n in costs.items():
        name = names[bisect.bisect(starts, at) - 1] if at >> 63 else "(user space)"
        total[name] = total.get(name, 0) + n
    print(f"{'all':40} {sum(total.values()):10.1f}")
    for name, n in sorted(total.items(), key=lambda pair: -pair[1]):
        if n >= 0.5:
            print(f"{name:40} {n:10.1f}")


def by_instruction(costs, function):
    text = subprocess.run(["objdump", "-d", "-l", "--no-show-raw-insn",
                           f"--disassemble={function}", KERNEL],
                          check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        at = line.partition(":")[0].strip()
        n = costs.get(int(at, 16), 0) if line.startswith("ffffffff") and "\t" in line else None
        print(f"{n:10.1f} {line}" if n is not None else f"{'':10} {line}")


def main():
    options = Options(__doc__).words("program").words("operation")
    given = options.words("times", nargs="?", type=int, default=2).words("function", nargs="?") \
        .parse_args()
    runs = {run.program: run for run in reversed(ops.RUNS)}
    options.check([given.program], list(runs), "program")
    plugin, run = build_plugin(), runs[given.program]
    once, ran = count(plugin, run, given.operation, given.times)
    twice, ran_twice = count(plugin, run, given.operation, 2 * given.times)
    costs = {at: (n - once.get(at, 0)) / (ran_twice - ran) for at, n in twice.items()}
    if given.function:
        by_instruction(costs, given.function)
    else:
        by_function(costs)


if __name__ == "__main__":
    main()
