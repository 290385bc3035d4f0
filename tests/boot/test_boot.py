"""From the loader to the shell and back: command line, archives, sizes, discs, the end."""

import contextlib
import os
import re
import struct
import subprocess
import time
from pathlib import Path

import pytest

from conftest import BUILD, KERNELS, TEST_INITRD
from corral import Machine, Panic, archive
from corral.machine import PROMPT

KERNEL, INITRD = KERNELS["plain"], BUILD / "initrd.cpio"
OVMF = Path("/usr/share/ovmf/OVMF.fd")


def boot(**options):
    return Machine(**{"kernel": KERNEL, "initrd": INITRD, **options})


@pytest.mark.parametrize("cpus", [1, 2, 3, 16, 64])
def test_processors(cpus):
    with boot(cpus=cpus, memory=512, boot_timeout=120) as machine:
        assert machine.check("nproc") == f"{cpus}\n"


@pytest.mark.parametrize("memory", [32, 64, 8192])
def test_memory(memory):
    with boot(memory=memory, cpus=2) as machine:
        total = int(re.search(r"MemTotal: +(\d+)", machine.check("cat /proc/meminfo")).group(1))
        assert memory * 1024 * 0.7 < total <= memory * 1024


def test_one_processor_of_four():
    with boot(cpus=4, append="maxcpus=1") as machine:
        assert machine.check("nproc") == "1\n"


def test_command_line_is_kept():
    machine = boot(shell=False, append="any=word another -- cat /proc/cmdline")
    with machine:
        machine.expect("any=word another -- cat /proc/cmdline")
        assert machine.wait() == 0


def test_a_long_command_line_is_cut_and_told():
    with boot(append="word=" + "x" * 3000) as machine:
        line = machine.check("cat /proc/cmdline")
        assert len(line) == 2048 and line.endswith("x\n")
        machine.check("dmesg | grep 'command line of .* bytes cut to 2047'")


@pytest.mark.parametrize("nodes", [1, 2])
def test_memory_is_limited_by_an_option(nodes):
    """QEMU puts the archive at the end of the memory: it is used from there all the same."""
    with boot(memory=512, nodes=nodes, append="mem=1G mem=0x6000000 mem=98305K") as machine:
        total = int(re.search(r"MemTotal: +(\d+)", machine.check("cat /proc/meminfo")).group(1))
        assert 80 << 10 < total <= 96 << 10
        assert "mem=" not in machine.check("cat /proc/1/environ | tr '\\0' '\\n'")


@pytest.mark.parametrize("words", ["mem=", "mem=0", "mem=k", "mem"])
def test_a_limit_of_nothing_is_none(words):
    with boot(memory=128, append=words) as machine:
        total = int(re.search(r"MemTotal: +(\d+)", machine.check("cat /proc/meminfo")).group(1))
        assert total > 100 << 10


def test_a_limit_below_the_kernel_is_none():
    with boot(append="mem=1M") as machine:
        machine.check("dmesg | grep 'mem=1M is too little, ignored'")


def test_a_limit_without_room_for_the_archive_is_told(tmp_path):
    initrd = archive(tmp_path / "large.cpio", [("file", 0o100644, bytes(16 << 20))])
    with boot(initrd=initrd, shell=False, append="mem=16M") as machine:
        with pytest.raises(Panic, match="No init found"):
            machine.expect("never", timeout=30)
        assert b"mem= leaves no room for the initrd" in machine.console


def test_rdinit():
    with boot(shell=False, append="rdinit=/bin/busybox -- echo from busybox") as machine:
        machine.expect("from busybox|applet not found")


def test_icount():
    with boot(cpus=1, icount=True) as machine:
        assert machine.check("sleep 0.2; echo slept") == "slept\n"


def test_poweroff_ends_qemu():
    with boot() as machine:
        machine.send("poweroff\n")
        assert machine.wait() == 0


def test_reboot_ends_qemu():
    with boot() as machine:
        machine.send("reboot\n")
        assert machine.wait() == 0


@pytest.mark.parametrize("letter", "bo")
def test_sysrq_ends_qemu(letter):
    with boot() as machine:
        machine.check("echo x > /proc/sysrq-trigger && dmesg | grep 'sysrq: HELP'")
        machine.send(f"echo {letter} > /proc/sysrq-trigger\n")
        assert machine.wait() == 0


def test_sysrq_crash_panics():
    with boot() as machine:
        assert machine.run("su user -c 'echo c > /proc/sysrq-trigger'").status
        with pytest.raises(Panic, match="panic: sysrq triggered crash"):
            machine.run("echo c > /proc/sysrq-trigger")
        assert machine.wait() != 0


def test_without_init_it_panics_with_a_failing_status(tmp_path):
    initrd = archive(tmp_path / "empty.cpio", [("file", 0o100644, b"x")])
    machine = boot(initrd=initrd, shell=False)
    with machine:
        with pytest.raises(Panic):
            machine.expect("never", timeout=30)
        assert machine.wait() != 0


@pytest.mark.parametrize("damage", ["truncated", "garbage", "compressed", "huge-size", "bad-digits"])
def test_damaged_archives_are_told(tmp_path, damage):
    good = INITRD.read_bytes()
    data = {"truncated": good[:len(good) // 2 + 1], "garbage": os.urandom(100000),
            "compressed": b"\x1f\x8b\x08" + os.urandom(100000),
            "huge-size": good[:54] + b"7FFFFFFF" + good[62:],
            "bad-digits": good[:6] + b"zzzzzzzz" + good[14:]}[damage]
    path = tmp_path / "damaged.cpio"
    path.write_bytes(data)
    with boot(initrd=path, shell=False) as machine:
        machine.expect("initr|cpio|archive", machine.boot_timeout)
        with contextlib.suppress(Panic):  # half of an archive may do for a shell
            machine.expect(re.escape(PROMPT), machine.boot_timeout)
        assert not re.search(rb"page fault|general protection", machine.console)


@pytest.fixture(scope="session")
def iso():
    path = BUILD / "corral.iso"
    if not path.exists():
        subprocess.run(["make", "-C", str(BUILD.parent), "iso"], check=True)
    return path


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_disc(iso, firmware):
    assert firmware == "bios" or OVMF.exists(), "Debian's ovmf is missing: tools/setup test"
    with Machine(iso=iso, memory=512, firmware=OVMF if firmware == "uefi" else None,
                 boot_timeout=180) as machine:
        assert machine.check("nproc") == "4\n"
        assert "Linux" in machine.check("uname -a")


def test_two_machines_at_once():
    with boot(cpus=1) as one, boot(cpus=1) as two:
        one.check("echo 1 > /tmp/only-one")
        assert two.run("cat /tmp/only-one 2>/dev/null").status == 1


def test_the_first_container_of_the_readme():
    block = (BUILD.parent / "README.md").read_text().split("## A first container")[1].split("##")[0]
    lines = [line.strip() for line in block.splitlines() if line.startswith("    ")]
    with boot() as machine:
        output = machine.run("; ".join(line.split("  #")[0].strip() for line in lines)).output
        assert "1:cpuacct,pids:/a\n" in output
        assert re.search(r"^[1-9]\d+$", output, re.M), "no usage"
        assert "can't fork: Resource temporarily unavailable" in output
        assert machine.run("ls -d /c/a").status, "the container is still there"


def test_a_sleeping_machine_sleeps():
    with boot(cpus=4) as machine:
        machine.check("true")

        def host_ticks():
            fields = Path(f"/proc/{machine.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])

        before = host_ticks()
        machine.run("sleep 3")
        assert host_ticks() - before < 60, "an idle machine used more than a fifth of a host CPU"


def test_nothing_ticks_in_a_sleeping_machine():
    """Counting instructions, time leaps to the next timer of the guest or of its devices."""
    with boot(cpus=1, icount=True) as machine:
        before = float(machine.check("cat /proc/uptime").split()[0])
        time.sleep(0.5)
        assert float(machine.check("cat /proc/uptime").split()[0]) < before + 1


def test_debugger_stops_at_the_kernels_first_line(tmp_path):
    done = subprocess.run(["make", "-s", "-C", str(BUILD.parent), "debug", "CPUS=2"], timeout=300,
                          env={**os.environ, "GDBFLAGS": "-batch -ex continue -ex bt -ex kill",
                               "CONSOLE": str(tmp_path / "console")},  # another may be shown
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert re.search(r"hit Breakpoint 1, kernel_main \(\) at kernel/main.c:\d+", done.stdout)
    assert re.search(r"^#0 +kernel_main \(\)", done.stdout, re.M), "no symbols"


def test_image_is_an_elf_with_both_entries():
    data = KERNEL.read_bytes()
    assert data[:5] == b"\x7fELF\x02"
    magic = struct.pack("<I", 0xe85250d6)
    assert any(data[at:at + 4] == magic for at in range(0, 32768, 8)), "no Multiboot2 header"
    assert b"Xen\0" in data, "no PVH note"


def test_image_is_small():
    assert subprocess.run(["make", "-C", str(BUILD.parent), "size"], capture_output=True).returncode == 0


def test_shared_initrd_of_the_tests_boots_with_nodes():
    with boot(initrd=TEST_INITRD, nodes=2, cpus=4, memory=512) as machine:
        assert machine.check("nproc") == "4\n"
