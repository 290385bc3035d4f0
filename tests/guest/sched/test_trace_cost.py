"""What /proc/sched_trace costs while it records, in guest instructions, which are exact."""

import pytest

from conftest import KERNELS, TEST_INITRD
from corral import Machine

MOST = 1.03  # times what the same takes without
RUNS = 2     # the least counts: a tick in a bad moment leads to other switches than usual
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
    runs = [(cost(counting, program, name, 0), cost(counting, program, name, 1))
            for _ in range(RUNS)]
    off, on = (min(column) for column in zip(*runs))
    assert off < on < off * MOST, runs
