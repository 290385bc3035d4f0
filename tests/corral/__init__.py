"""Boots Corral, or any kernel with the same boot protocol, in QEMU and runs commands on it.

    from corral import Machine

    with Machine(kernel="build/corral.elf", initrd="build/initrd.cpio", cpus=2) as machine:
        result = machine.run("cat /proc/self/cgroup")
        assert result.status == 0, result.output
"""

from .initramfs import archive
from .machine import Machine, MachineError, Panic, Result, Silence
from .objects import left_behind, objects

__all__ = ["Machine", "MachineError", "Panic", "Result", "Silence", "archive",
           "left_behind", "objects"]
