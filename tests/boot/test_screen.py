"""What the window shows and what its keyboard does, read from pictures of it."""

import pytest

from conftest import BUILD, KERNELS
from corral.screen import Screen

OVMF = "/usr/share/ovmf/OVMF.fd"
INITRD = BUILD / "initrd.cpio"


def screen(build="plain", **options):
    return Screen(**{"kernel": KERNELS[build], "initrd": INITRD, "memory": 128, "cpus": 2,
                     "append": "console=tty0 console=ttyS0", **options})


@pytest.mark.parametrize("build", ["plain", "debug"])
def test_messages_and_a_shell_on_vga_text(build):
    with screen(build, append="loglevel=7 console=tty0 console=ttyS0") as s:
        s.wait_for("Run /init as init process")
        s.wait_for("~ #")
        s.type("echo Hello, $((6*7)) {World}!\n")
        s.wait_for("\nHello, 42 {World}!\n")


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_the_disc_gives_a_shell_on_the_screen_and_on_the_serial_line(firmware):
    with Screen(iso=BUILD / "corral.iso", memory=512, cpus=2, boot_timeout=180,
                firmware=OVMF if firmware == "uefi" else None) as s:
        s.wait_for("~ #")
        s.type("echo from-$((40+2)) | tee /tmp/said; tty\n")
        s.wait_for("\nfrom-42\n/dev/tty1\n")
        assert s.machine.check("cat /tmp/said; tty </dev/ttyS0") == "from-42\n/dev/ttyS0\n"
