"""How cost and throughput change as things grow: prints tables and draws build/scale.svg.

    python3 tests/bench/scale.py [--record]

Cost is in guest instructions (one processor, -icount shift=0,sleep=off) while unrelated tasks or
containers, depth, hierarchies, the threads of the process that is moved or the members of the
container that is read grow tenfold.  It fails when something unrelated costs over 5%, and when what
is related costs more than in proportion.

Throughput is how often workers on 1, 2, 4 and 8 processors do something in a second of the wall
clock, by QEMU's threads: it depends on the host, so it is told relative to one processor, and to
Linux on as many where build/linux/vmlinuz is there.  --record makes the picture docs/scale.svg.
"""

import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench import compare, plot  # noqa: E402
from corral import Machine, MachineError  # noqa: E402
from corral.options import Options  # noqa: E402

BUILD = ROOT / "build"
GROWTH = {"tasks": (10, 1000, 10000), "groups": (10, 1000, 10000), "depth": (1, 10, 100),
          "hierarchies": (1, 10, 30), "threads": (10, 1000, 100000),
          "members": (10, 1000, 100000)}
# What grows in proportion; all else is to stay as it is.  Of a container's members one walk over
# their list finds 16,384 (fs/containerfs/members.c), so each of 100,000 costs more.
GROWS = {("depth", "fork"): 1, ("hierarchies", "attach"): 1, ("hierarchies", "cpuset"): 1,
         ("threads", "attach-process"): 1, ("members", "read-members"): 2.5}
SLACK = 1.05
CPUS = (1, 2, 4, 8)


def cost(kind, count):
    with Machine(kernel=compare.KERNELS["Corral"], initrd=compare.INITRD, cpus=1, memory=4096, nodes=2,
                 icount=True, boot_timeout=300) as machine:
        output = machine.check(f"/test/bench/grow {kind} {count}", timeout=600)
    return {name: int(n) for name, n in re.findall(r"^cost (\S+) (\d+)", output, re.M)}


def throughput(kernel, cpus):
    with Machine(kernel=kernel, initrd=compare.INITRD, cpus=cpus, memory=512,
                 boot_timeout=300) as machine:
        output = machine.check(f"/test/bench/parallel {cpus}", timeout=300)
    return {name: int(n) for name, n in re.findall(r"^rate (\S+) (\d+)", output, re.M)}


def allowed(kind, name, figures):
    """For the last count: what the first two make one expect."""
    few, more, many = GROWTH[kind]
    each = (figures[1] - figures[0]) / (more - few) * GROWS.get((kind, name), 0)
    return (max(figures[:2]) + max(each, 0) * (many - more)) * SLACK


def grow():
    """{kind: {operation: [figure for each count]}}, and what grew too much."""
    table, bad = {}, []
    print(f"{'cost while there are more':28}" + "".join(f"{n:>14}" for n in ("few", "more", "many")))
    for kind, counts in GROWTH.items():
        runs = [cost(kind, count) for count in counts]
        table[kind] = {name: [run[name] for run in runs] for name in runs[0]}
        print(f"{kind:28}" + "".join(f"{n:>14,}" for n in counts))
        for name, figures in table[kind].items():
            print(f"    {name:24}" + "".join(f"{n:>14,}" for n in figures), flush=True)
            if figures[-1] > allowed(kind, name, figures):
                bad.append(f"{name} costs too much with {counts[-1]:,} {kind}")
    return table, bad


def parallel():
    """{kernel: {operation: [times a second for each number of processors]}}."""
    table = {}
    for name, kernel in compare.KERNELS.items():
        if not kernel.exists():
            continue
        runs = [throughput(kernel, cpus) for cpus in CPUS]
        table[name] = {job: [run[job] for run in runs] for job in runs[0]}
    print(f"\n{'throughput':28}" + "".join(f"{n:>10} CPU" for n in CPUS)
          + f"   (of one; the host has {os.cpu_count()})")
    for name, jobs in table.items():
        for job, rates in jobs.items():
            print(f"    {name + ' ' + job:24}"
                  + "".join(f"{rate / max(rates[0], 1):>14.2f}" for rate in rates), flush=True)
    if len(table) > 1:
        corral, linux = table.values()
        print("times as often as Linux")
        for job, rates in corral.items():
            print(f"    {job:24}" + "".join(f"{mine / max(theirs, 1):>14.2f}"
                                            for mine, theirs in zip(rates, linux[job])))
    return table


def main():
    given = Options(__doc__, "--record").parse_args()
    try:
        growth, bad = grow()
        rates = parallel()
    except (MachineError, AssertionError) as error:
        sys.exit(f"{error}")
    data = {"date": compare.datetime.date.today().isoformat(), "qemu": compare.qemu_version(),
            "command": "make scale", "host_cpus": os.cpu_count(), "counts": GROWTH,
            "cost": growth, "cpus": CPUS, "throughput": rates}
    (BUILD / "scale.json").write_text(json.dumps(data, indent="\t") + "\n")
    picture = plot.scale(data)
    (BUILD / "scale.svg").write_text(picture)
    if given.record:
        (ROOT / "docs" / "scale.svg").write_text(picture)
    for words in bad:
        print(f"missed: {words}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
