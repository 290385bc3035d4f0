"""What the window shows and what its keyboard does, read from pictures of it."""

import pytest

from conftest import BUILD, KERNELS
from corral.screen import Screen

INITRD = BUILD / "initrd.cpio"


def screen(build="plain", **options):
    return Screen(**{"kernel": KERNELS[build], "initrd": INITRD, "memory": 128, "cpus": 2,
                     "append": "console=tty0 console=ttyS0", **options})


@pytest.mark.parametrize("build", ["plain", "debug"])
def test_messages_and_a_shell_on_vga_text(build):
    with screen(build, append="loglevel=7 console=tty0 console=ttyS0") as s:
        s.wait_for("Run /init as init process")
        s.machine.run("setsid sh -c 'PS1=ready: exec sh -i <>/dev/tty1 >&0 2>&1' &")
        s.wait_for("ready:")
        s.type("echo Hello, $((6*7)) {World}!\n")
        s.wait_for("\nHello, 42 {World}!\n")
