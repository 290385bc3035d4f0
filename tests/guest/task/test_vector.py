"""Signal frames on a processor that has XSAVE, and SMAP, which the others in these tests lack."""

import pytest

from conftest import KERNELS, TEST_INITRD
from corral import Machine


@pytest.mark.parametrize("build", ["plain", "debug"])
def test_frames_hold_all_vector_registers(build):
    with Machine(kernel=KERNELS[build], initrd=TEST_INITRD, cpus=1,
                 extra=["-cpu", "max"]) as machine:
        assert "xsave" in machine.check("cat /proc/cpuinfo")
        for program in ("sigframe", "fault", "signal", "sigthread"):
            assert "not ok" not in machine.check(f"/test/task/{program}")
