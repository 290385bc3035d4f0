"""make doctor, on hosts that are made up: their uname, their /etc/os-release, their tools."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

# What the doctor itself is made of.
OWN = ("sh", "head", "tail", "grep", "sort", "cut", "cat", "od", "tr")

# A tool's answer to --version, after the ways that these programs answer.
VERSIONS = {
    "gcc": "gcc (GCC) 12.2.0", "ld": "GNU ld (GNU Binutils) 2.40", "make": "GNU Make 4.3",
    "musl-gcc": "cc 12.2.0", "cpio": "cpio (GNU cpio) 2.13", "python3": "Python 3.11.2",
    "qemu-system-x86_64": "QEMU emulator version 7.2.0", "xorriso": "xorriso 1.5.4",
    "grub-mkrescue": "grub-mkrescue (GRUB) 2.06", "mformat": "mformat (GNU mtools) 4.0.33",
    "clang-format": "clang-format version 14.0.6", "clang": "clang version 14.0.6",
    "ld.lld": "LLD 14.0.6", "sparse": "0.6.4", "spin": "Spin Version 6.5.2", "gdb": "GNU gdb 13.1",
}
FILES = ("/usr/lib/grub/i386-pc", "/usr/lib/grub/x86_64-efi", "/usr/share/ovmf/OVMF.fd",
         "/usr/share/consolefonts/Unifont-APL8x16.psf.gz")

RELEASES = {"debian": "ID=debian", "ubuntu": 'ID=linuxmint\nID_LIKE="ubuntu debian"',
            "fedora": "ID=fedora", "arch": "ID=archarm\nID_LIKE=arch"}

INSTALL = {"debian": "sudo apt-get install", "ubuntu": "sudo apt-get install",
           "fedora": "sudo dnf install", "arch": "sudo pacman -S", "macos": "brew install"}

# Of a few tools the packages; the first one is the compiler's.
PACKAGES = {
    ("debian", "x86_64"): "gcc binutils make musl-tools busybox-static qemu-system-x86 psf-unifont",
    ("ubuntu", "x86_64"): "gcc binutils make musl-tools busybox-static qemu-system-x86 grub-pc-bin",
    ("fedora", "x86_64"): "gcc binutils musl-gcc busybox qemu-system-x86-core grub2-tools-extra",
    ("arch", "x86_64"): "gcc binutils musl busybox qemu-system-x86 grub libisoburn",
    ("debian", "aarch64"): "gcc-x86-64-linux-gnu binutils-x86-64-linux-gnu libc6-dev-amd64-cross "
                           "qemu-user gdb-multiarch",
    ("ubuntu", "aarch64"): "gcc-x86-64-linux-gnu binutils-x86-64-linux-gnu qemu-user",
    ("fedora", "aarch64"): "gcc-x86_64-linux-gnu binutils-x86_64-linux-gnu qemu-user",
    ("arch", "aarch64"): "make cpio qemu-system-x86 qemu-user",
    ("macos", "x86_64"): "x86_64-elf-gcc x86_64-elf-binutils make qemu x86_64-elf-gdb",
    ("macos", "arm64"): "x86_64-elf-gcc x86_64-elf-binutils make qemu x86_64-elf-gdb",
}
HOSTS = list(PACKAGES)


class Host:
    """A host with the doctor's own tools and nothing else."""

    def __init__(self, place, system, machine):
        self.root, self.bin, self.machine = place, place / "bin", machine
        self.bin.mkdir()
        for tool in OWN:
            (self.bin / tool).symlink_to(shutil.which(tool))
        kernel = "Darwin" if system == "macos" else "Linux"
        self.program("uname", f'case $1 in -s) echo {kernel} ;; -m) echo {machine} ;; esac')
        if system != "macos":
            (place / "etc").mkdir()
            (place / "etc" / "os-release").write_text(RELEASES[system] + "\n")

    def program(self, name, text):
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def tool(self, name, version=None, target="x86_64-linux-gnu", like=None):
        emulation = "elf_x86_64" if target.startswith("x86_64") else "aarch64linux"
        self.program(name, f"""case $1 in
            -dumpmachine) echo {target} ;; -V) echo {emulation} ;;
            --version) echo '{version or VERSIONS[like or name]}' ;; esac""")

    def busybox(self, machine=0x3e):
        data = bytearray(Path("/bin/busybox").read_bytes())
        data[18] = machine
        (self.bin / "busybox").write_bytes(data)
        (self.bin / "busybox").chmod(0o755)

    def all(self):
        for name in VERSIONS:
            self.tool(name)
        self.busybox()
        for file in FILES:
            (self.root / file[1:]).parent.mkdir(parents=True, exist_ok=True)
            (self.root / file[1:]).touch()

    def doctor(self, *arguments):
        return subprocess.run([ROOT / "tools" / "doctor", *arguments], capture_output=True,
                              text=True, env={"PATH": str(self.bin), "ROOT": str(self.root)})


@pytest.mark.parametrize("system, hardware", HOSTS)
def test_a_host_with_nothing_is_told_all_it_needs(tmp_path, system, hardware):
    done = Host(tmp_path, system, hardware).doctor()
    assert done.returncode == 1 and not done.stderr, done.stderr
    assert f"doctor: {system} on {hardware}\n" in done.stdout
    mend = re.search(r"^To mend it: (.*)$", done.stdout, re.M).group(1)
    assert mend.startswith(INSTALL[system] + " ")
    wanted = PACKAGES[system, hardware].split()
    assert set(wanted) <= set(mend.split()), mend
    assert " - " not in mend and len(mend.split()) == len(set(mend.split()))
    assert re.search("^  MISSING  gcc  .*: make run needs it; package", done.stdout, re.M)
    assert "make run would not do." in done.stdout


@pytest.mark.parametrize("system", ["debian", "ubuntu", "fedora", "arch"])
def test_a_host_with_everything_is_well(tmp_path, system):
    host = Host(tmp_path, system, "x86_64")
    host.all()
    done = host.doctor()
    assert done.returncode == 0 and "MISSING" not in done.stdout, done.stdout
    assert re.search("^  ok       gcc +12.2.0$", done.stdout, re.M)
    assert done.stdout.endswith("make run can do its work.\n")


@pytest.mark.parametrize("system", ["debian", "ubuntu", "fedora", "arch"])
def test_an_arm_host_needs_tools_for_x86(tmp_path, system):
    host = Host(tmp_path, system, "aarch64")
    host.all()
    for name in ("gcc", "ld", "musl-gcc"):
        host.tool(name, target="aarch64-linux-gnu")
    host.busybox(0xb7)
    said = host.doctor()
    assert said.returncode == 1
    for name in ("gcc", "ld", "musl-gcc"):
        assert re.search(f"^  MISSING  {name} +not for x86_64: make run needs it", said.stdout, re.M)
    assert re.search("^  MISSING  busybox +not static, or not for x86_64", said.stdout, re.M)
    assert "CROSS_COMPILE=x86_64-linux-gnu-" in said.stdout
    host.tool("x86_64-linux-gnu-gcc", like="gcc")
    host.tool("x86_64-linux-gnu-ld", like="ld")
    host.tool("qemu-x86_64", "qemu-x86_64 version 7.2.0")
    host.busybox()
    done = host.doctor()
    assert done.returncode == 0, done.stdout
    assert "CROSS_COMPILE=x86_64-linux-gnu-" in done.stdout


@pytest.mark.parametrize("hardware", ["x86_64", "arm64"])
def test_a_mac_can_make_a_kernel(tmp_path, hardware):
    host = Host(tmp_path, "macos", hardware)
    for name in ("cpio", "qemu-system-x86_64"):
        host.tool(name)
    host.tool("make", "GNU Make 3.81")  # what Xcode brings
    host.tool("gcc", "Apple clang version 14.0.3", target="arm64-apple-darwin22")
    host.tool("x86_64-elf-gcc", like="gcc", target="x86_64-elf")
    host.tool("x86_64-elf-ld", like="ld")
    done = host.doctor()
    assert done.returncode == 1
    assert re.search("^  MISSING  make +3.81, needs 4.2: .*; package make$", done.stdout, re.M)
    host.tool("gmake", like="make")
    done = host.doctor()
    assert done.returncode == 0 and "gmake kernel can do its work." in done.stdout, done.stdout
    assert "the devcontainer" in done.stdout


def test_an_old_tool_is_told_with_what_is_needed(tmp_path):
    host = Host(tmp_path, "debian", "x86_64")
    host.all()
    host.tool("gcc", "gcc (Debian 8.3.0-6) 8.3.0")
    host.tool("qemu-system-x86_64", "QEMU emulator version 5.2.0")
    done = host.doctor()
    assert done.returncode == 1
    assert re.search("^  MISSING  gcc +8.3.0, needs 10: make run needs it; package gcc$",
                     done.stdout, re.M)
    assert "5.2.0, needs 6.2" in done.stdout
    assert "To mend it: sudo apt-get install gcc qemu-system-x86\n" in done.stdout


def test_without_a_loader_there_is_no_disc_but_a_kernel(tmp_path):
    host = Host(tmp_path, "fedora", "x86_64")
    host.all()
    (host.bin / "grub-mkrescue").unlink()
    (host.root / FILES[-1][1:]).unlink()
    done = host.doctor()
    assert done.returncode == 0 and "make run APPEND=quiet can do its work" in done.stdout
    assert "make FONT=FILE" in done.stdout
    host.tool("grub2-mkrescue", like="grub-mkrescue")
    assert "make run can do its work." in host.doctor().stdout


def test_an_unknown_system_gets_the_names_of_debian(tmp_path):
    host = Host(tmp_path, "debian", "x86_64")
    (tmp_path / "etc" / "os-release").write_text("ID=slackware\n")
    done = host.doctor()
    assert done.returncode == 1 and "the names are Debian's" in done.stderr
    assert "To mend it: install gcc binutils" in done.stdout


def test_it_can_be_asked_about_another_host(tmp_path):
    host = Host(tmp_path, "debian", "x86_64")
    assert "doctor: arch on aarch64\n" in host.doctor("--for", "arch", "--host", "aarch64").stdout
    done = host.doctor("--what")
    assert done.returncode == 2 and done.stderr.startswith("usage: doctor ")


def test_the_devcontainer_sets_up_what_the_doctor_looks_for():
    told = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert told["image"].startswith("debian:") and told["postStartCommand"] == "make doctor"
    goals = re.findall(r"tools/setup (\w+)", told["onCreateCommand"])
    setup = (ROOT / "tools" / "setup").read_text()
    assert goals and all(re.search(rf"^{goal}\) want=", setup, re.M) for goal in goals)
    # What setup installs on Debian is what the doctor names for it.
    assert {"psf-unifont", "grub-pc-bin", "gdb", "sparse", "ovmf"} <= set(re.findall(r"[:\s]([\w-]+)", setup))


def test_this_host_is_well():
    done = subprocess.run([ROOT / "tools" / "doctor"], capture_output=True, text=True)
    assert done.returncode == 0 and "MISSING  gcc" not in done.stdout, done.stdout
    assert re.search(r"^  ok       qemu-system-x86_64 +\d+\.\d+", done.stdout, re.M)
