"""What 100,000 lines cost on the screen, in guest instructions, beside the serial line.

    python3 tests/bench/screen.py [LINES]

Everything that the machine executes is counted by a plugin of QEMU, with and without the lines.
Fails when the screen costs more than twice what the serial line costs.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).resolve().parent)]

from corral import Machine  # noqa: E402
from profile import BUILD, KERNEL, build_plugin, by_function  # noqa: E402


def count(plugin, command, disc=False):
    with tempfile.NamedTemporaryFile("r", dir=BUILD) as out:
        with Machine(kernel=KERNEL, initrd=BUILD / "initrd.cpio", cpus=1, icount=True,
                     boot_timeout=300,
                     extra=["-vga", "std", "-plugin", f"{plugin},out={out.name}"]) as machine:
            machine.check(f"{command}; sleep 1", timeout=900)
            machine.send("poweroff -f\n")
            machine.wait(60)
        return {int(at, 16): int(n) for at, n in map(str.split, out)}


def main():
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    plugin = build_plugin()
    nothing = count(plugin, "seq %d >/dev/null" % lines)
    costs = {}
    for name in ("ttyS0", "tty1"):
        counts = count(plugin, f"seq {lines} >/dev/{name}")
        costs[name] = sum(counts.values()) - sum(nothing.values())
        print(f"{name:6} {costs[name]:14,} instructions, {costs[name] / lines:8,.0f} a line")
        if "-v" in sys.argv:
            by_function({at: n - nothing.get(at, 0) for at, n in counts.items()})
    ratio = costs["tty1"] / costs["ttyS0"]
    print(f"the screen costs {ratio:.2f} of the serial line")
    return ratio > 2


if __name__ == "__main__":
    sys.exit(main())
