"""What the debug build counts: kernel objects that are alive, by kind."""

import time


def objects(machine):
    """Numbers of live objects by kind, or None where the kernel does not count them."""
    result = machine.run("cat /proc/sys/kernel/objects 2>/dev/null", timeout=120)
    if result.status:
        return None
    return {kind: int(alive) for kind, alive in map(str.split, result.output.splitlines())}


def left_behind(machine, before, timeout=60):
    """What there is more of than before, once what has ended has left; "" for nothing.

    Less is what had not quite left when `before` was read.  As for any other event, the machine has
    a minute.
    """
    deadline = time.monotonic() + timeout
    while True:
        more = [f"{kind} {alive} (before: {before.get(kind, 0)})"
                for kind, alive in objects(machine).items() if alive > before.get(kind, 0)]
        if not more or time.monotonic() > deadline:
            return ", ".join(more)
