"""Guest instructions per operation on Corral and on Debian's kernel, beside what is allowed.

    python3 tests/bench/compare.py [--record] [--corral] [PROGRAM...]

Writes build/bench.json and draws build/performance.svg.  Fails where a bar of operations.py is
missed, and names what costs over 5% more than in tests/bench/record.json.  --record makes what was
measured the record, and docs/performance.svg its picture.  --corral takes Linux's figures from the
record; so does a tree without build/linux/vmlinuz.
"""

import datetime
import json
import math
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench import operations as ops, plot  # noqa: E402
from corral import Machine, MachineError  # noqa: E402
from corral.options import Options  # noqa: E402

BUILD = ROOT / "build"
INITRD = BUILD / "test-initrd.cpio"
RECORD = ROOT / "tests" / "bench" / "record.json"
KERNELS = {"Corral": BUILD / "corral.elf", "Linux": BUILD / "linux" / "vmlinuz"}
COMMAND = "make bench"


def measured(kernel, run):
    """One machine for each run, so that none finds what another left; and its version."""
    with Machine(kernel=kernel, initrd=INITRD, cpus=run.cpus, memory=run.memory, nodes=run.nodes,
                 icount=True, boot_timeout=300) as machine:
        result = {}
        if run.program == "cost":
            free = re.search(r"(\d+)", machine.check("/test/bench/cost memory")).group(1)
            result["memory"] = run.memory * 1024 * 1024 - int(free) * 1024
        output = machine.check(f"/test/bench/{run.program}", timeout=run.timeout)
        result.update((name, int(n)) for name, n in re.findall(r"^cost (\S+) (\d+)", output, re.M))
        return result, machine.check("uname -sr").strip()


def boot(kernel):
    """The way from the machine's first instruction to /init."""
    with Machine(kernel=kernel, initrd=INITRD, cpus=1, icount=True, shell=False,
                 append="rdinit=/test/bench/start") as machine:
        clock = machine.expect(r"start (\d+) (\d+)\r?\n", timeout=300)
        line = re.search(rb"(\d+) instructions from entry", machine.console)
        return int(line.group(1)) if line else int(clock.group(2))


def measure(kernel, programs):
    figures, version = {}, ""
    for run in ops.RUNS:
        if kernel == KERNELS["Linux"] and run.cpus > 1:
            continue
        if not programs or run.program in programs:
            found, version = measured(kernel, run)
            figures.update(found)
    if not programs or "boot" in programs:
        figures["boot"] = boot(kernel)
    return {"version": version, "figures": figures}


def qemu_version():
    text = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True)
    return re.search(r"version (\S+)", text.stdout).group(1)


def revision():
    text = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"],
                          capture_output=True, text=True)
    return text.stdout.strip() or "unknown"


def record_read():
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}


def columns(programs, corral_only, record):
    """Both kernels' figures; Linux's are the recorded ones where it is not to be had."""
    data = {"date": datetime.date.today().isoformat(), "qemu": qemu_version(),
            "command": COMMAND, "revision": revision(), "Corral": measure(KERNELS["Corral"], programs)}
    if corral_only or not KERNELS["Linux"].exists():
        data["Linux"] = record.get("Linux", {"version": "none", "figures": {}})
    else:
        data["Linux"] = measure(KERNELS["Linux"], programs)
        data["Linux"]["date"] = data["date"]
    return data


def bar_of(name, linux):
    """What the operation may take: its own bar, and its part of what Linux takes."""
    part = ops.RATIO_CONTAINERS if ops.is_container(name) else ops.RATIO_EACH
    bars = [ops.BARS.get(name), part * linux if linux else None]
    return min((bar for bar in bars if bar is not None), default=None)


def table(data, record):
    """Prints a line for each operation; returns what misses its bar."""
    corral, linux = data["Corral"]["figures"], data["Linux"]["figures"]
    before = record.get("Corral", {}).get("figures", {})
    missed, ratios = [], []
    print(f"{'guest instructions':22}{'Corral':>14}{'Linux':>16}{'ratio':>8}{'allowed':>14}")
    for name in ops.MEANING:
        mine, theirs = corral.get(name), linux.get(name)
        if mine is None:
            continue
        ratio, bar, mark = None, bar_of(name, theirs), ""
        if theirs:
            ratio = mine / theirs
            ratios.append(ratio)
        if bar is not None and mine > bar:
            missed.append(name)
            mark += "  too many"
        if name in before and mine > before[name] * ops.WORSE:
            mark += f"  was {before[name]:,}"
        print(f"{name:22}{mine:>14,}{theirs if theirs else 0:>16,}"
              f"{f'{ratio:.3f}' if ratio else '-':>8}"
              f"{f'{int(bar):,}' if bar is not None else '-':>14}{mark}")
    for what, than, times in ops.AT_MOST:
        if what in corral and corral[what] > corral[than] * times:
            missed.append(f"{what}: over {times} of {than}")
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"{'geometric mean':22}{'':30}{mean:>8.3f}{ops.RATIO_MEAN:>14}")
        if mean > ops.RATIO_MEAN:
            missed.append("geometric mean")
    return missed


def arguments():
    options = Options(__doc__, "--record", "--corral").words("programs", nargs="*")
    given = options.parse_args()
    known = [*dict.fromkeys(run.program for run in ops.RUNS), "boot"]
    options.check(given.programs, known, "program")
    return given


def main():
    given = arguments()
    record = record_read()
    try:
        data = columns(given.programs, given.corral, record)
    except (MachineError, AssertionError) as error:
        sys.exit(f"{error}")
    text = json.dumps(data, indent="\t") + "\n"
    (BUILD / "bench.json").write_text(text)
    (BUILD / "performance.svg").write_text(plot.performance(data))
    missed = table(data, record)
    print(f"Corral: {data['Corral']['version']}; Linux: {data['Linux']['version']}; "
          f"QEMU {data['qemu']}, -icount shift=0,sleep=off")
    if given.record:
        RECORD.write_text(text)
        (ROOT / "docs" / "performance.svg").write_text(plot.performance(data))
    for name in missed:
        print(f"missed: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
