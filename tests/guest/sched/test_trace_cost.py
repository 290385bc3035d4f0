"""What /proc/sched_trace costs while it records, in guest instructions, which are exact."""

import pytest

from conftest import KERNELS, TEST_INITRD
from corral import Machine

MOST = 1.03  # times what the same takes without
# A tick in a bad moment leads to other switches than usual, so the least of several runs counts.
RUNS_OFF, RUNS_ON = 3, 8
OPERATIONS = [("switch", name) for name in ("switch-2", "switch-8", "switch-96", "pairs-8",
                                            "pipe-round-trip", "futex-round-trip")]
OPERATIONS += [("cost", "fork+exit+wait")]


@pytest.fixture(scope="module")
def counting():
    """A machine whose clock counts instructions."""
    with Machine(kernel=KERNELS["plain"], initrd=TEST_INITRD, cpus=1, icount=1) as machine:
        yield machine


def cost(machine, program, name, on):
    machine.check(f"echo {on} > /proc/sched_trace")
    return int(machine.check(f"/test/bench/{program} {name}", timeout=120).split()[2])


@pytest.mark.parametrize("program, name", OPERATIONS)
def test_recording_costs_under_3_percent(counting, program, name):
    off = [cost(counting, program, name, 0) for _ in range(RUNS_OFF)]
    on = []
    while not on or min(on) >= min(off) * MOST and len(on) < RUNS_ON:
        on.append(cost(counting, program, name, 1))
    assert min(on) < min(off) * MOST, (off, on)
