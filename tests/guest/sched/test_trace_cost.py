"""What /proc/sched_trace costs while it records, in guest instructions, which are exact."""

import pytest

from conftest import KERNELS, TEST_INITRD
from corral import Machine

MOST = 1.03  # times what the same takes without
PROGRAMS = {"switch": "", "cost": "fork+exit+wait thread-create+join"}


def costs(machine):
    lines = [line.split() for program, names in PROGRAMS.items()
             for line in machine.check(f"/test/bench/{program} {names}", timeout=120).splitlines()]
    return {name: int(figure) for word, name, figure in lines if word == "cost"}


@pytest.fixture(scope="module")
def measured():
    """Name of an operation: instructions when off, and when on."""
    with Machine(kernel=KERNELS["plain"], initrd=TEST_INITRD, cpus=1, icount=1) as machine:
        off = costs(machine)
        machine.check("echo 1 > /proc/sched_trace")
        on = costs(machine)
        assert "lost 0" not in machine.check("grep '^# cpu' /proc/sched_trace")
        return {name: (off[name], on[name]) for name in off}


@pytest.mark.parametrize("name", [
    "switch-2", "switch-8", "switch-96", "pairs-8", "pipe-round-trip", "futex-round-trip",
    "fork+exit+wait", "thread-create+join"])
def test_recording_costs_under_3_percent(measured, name):
    off, on = measured[name]
    assert off < on < off * MOST
