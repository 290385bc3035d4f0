"""What a debug build finds of the kernel's own faults, and how it tells."""

import re

import pytest

from conftest import KERNELS, TEST_INITRD
from corral import Machine, Panic

FAULTS = {
    "PANIC": "panic: provoked",
    "BUG": r"panic: .*provoke\.c:\d+: ",
    "ACCESS_NULL": r"panic: page fault at 0 .* in the kernel",
    "ACCESS_USERSPACE": r"panic: page fault at 400000 .* in the kernel",
    "EXEC_DATA": r"panic: page fault at ffff\w+ .* in the kernel",
    "WRITE_KERN": r"panic: page fault at ffff\w+ .* in the kernel",
    "ARRAY_BOUNDS": "panic: undefined behaviour",
    "SHIFT": "panic: undefined behaviour",
    "EXHAUST_STACK": r"panic: kernel stack overflow at \w+",
    "CORRUPT_STACK_END": r"panic: kernel stack overflow: \w+ was overwritten",
    "REFCOUNT_INC_ZERO": r"panic: reference count at \w+ is broken: 1",
    "WRITE_AFTER_FREE": "panic: slab .* written after it was freed",
    "WRITE_BUDDY_AFTER_FREE": "panic: page .* written after it was freed",
    "SLAB_FREE_DOUBLE": "panic: slab .* freed twice",
    "SLAB_LINEAR_OVERFLOW": "panic: slab .* overwritten behind",
    "LOCK_ORDER": r"panic: lock order: RANK_SLAB .* while holding RANK_PAGE",
    "LOCK_TWICE": r"panic: lock order: RANK_PAGE .*: the same lock",
    "LOCK_NOT_HELD": "panic: lock RANK_PAGE .* must be held",
    "SLEEP_LOCKED": "panic: may sleep at .* while holding RANK_PAGE",
    "MUTEX_TWICE": "panic: lock order: mutex .*: the same lock",
    "PANIC_LOCKED": "panic: provoked with locks held",
    "PANIC_INTERRUPT": "panic: provoked in an interrupt",
}


def provoke(fault, cpus=1):
    """The console after the fault, and QEMU's exit status."""
    with Machine(kernel=KERNELS["debug"], initrd=TEST_INITRD, cpus=cpus,
                 extra=["-cpu", "max"]) as machine:  # with SMEP and SMAP
        with pytest.raises(Panic):
            machine.run(f"echo {fault} > /proc/sys/kernel/provoke")
        return bytes(machine.console).decode(errors="replace"), machine.wait()


def test_the_list_is_complete():
    with Machine(kernel=KERNELS["debug"], initrd=TEST_INITRD, cpus=1) as machine:
        assert machine.check("cat /proc/sys/kernel/provoke").split() == [*FAULTS, "DEADLOCK"]


@pytest.mark.parametrize("fault", FAULTS)
def test_is_found(fault):
    console, status = provoke(fault)
    assert re.search(FAULTS[fault], console)
    assert "+0x" in console, "no symbols"
    said = console[console.index("What to do next:"):]
    assert re.search(r"^  addr2line -fie build/corral.elf \w{16} ", said, re.M)
    if "LOCK_ORDER" in fault:
        assert "kernel/lock/rank.h" in said
    if "SLAB" in fault:
        assert "object ADDRESS" in said
    assert status != 0


def test_a_panic_tells_all():
    console, _ = provoke("PANIC_LOCKED", cpus=4)
    said = console[console.index("panic: "):]
    for cpu in range(4):
        assert re.search(rf"^CPU {cpu}, thread \w+\r?$", said, re.M), f"nothing of CPU {cpu}"
    assert len(re.findall("^backtrace:|^in user mode", said, re.M)) == 4
    assert re.search(r"^rip \w+ .*rsp \w+", said, re.M)
    assert re.search(r"^  \w+ provoke_locked\+0x\w+\r?$", said, re.M)
    assert re.search(r"^  \w+ sys_write\+0x\w+\r?$", said, re.M)
    assert re.search(r"holds RANK_SLAB .*\n.*holds RANK_PAGE .*\n.*its thread holds mutex", said)


def test_a_panic_in_an_interrupt_tells_what_was_interrupted():
    console, _ = provoke("PANIC_INTERRUPT")
    handler, interrupted = console[console.index("panic: "):].split("interrupted:")
    assert re.search(r"^  \w+ panic_later\+0x\w+\r?$", handler, re.M)
    assert "sys_write" not in handler
    assert re.search(r"^  \w+ provoke_interrupt\+0x\w+\r?$", interrupted, re.M)
    assert re.search(r"^  \w+ sys_write\+0x\w+\r?$", interrupted, re.M)
