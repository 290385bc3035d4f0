"""What the window shows and what its keyboard does, read from pictures of it."""

import base64
import gzip
import itertools
import re
import subprocess
import sys

import pytest

from conftest import BUILD, KERNELS, ROOT
from corral import Panic
from corral.screen import FONT, Screen, glyphs

OVMF = "/usr/share/ovmf/OVMF.fd"
INITRD = BUILD / "initrd.cpio"


MARKS = itertools.count(1)


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


def disc_with(payload, place):
    """A disc whose loader sets up a picture of a certain size and depth."""
    boot = place / "disc" / "boot"
    (boot / "grub").mkdir(parents=True)
    subprocess.run(["strip", "-o", boot / "corral.elf", KERNELS["plain"]], check=True)
    (boot / "initrd.cpio").write_bytes(INITRD.read_bytes())
    (boot / "grub" / "grub.cfg").write_text(
        "set timeout=0\nserial --unit=0 --speed=115200\nterminal_output serial\n"
        "insmod vbe\ninsmod multiboot2\n"
        "menuentry x {\nmultiboot2 /boot/corral.elf console=tty0 console=ttyS0\n"
        # Behind multiboot2, which sets it to what the kernel's header asks for.
        f"module2 /boot/initrd.cpio\nset gfxpayload={payload}\n}}\n")
    subprocess.run(["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", place / "disc.iso",
                    place / "disc"], check=True, capture_output=True)
    return place / "disc.iso"


# 600 and 200 rows of pixels are no whole number of rows of text; UEFI's picture has 32 bits.
@pytest.mark.parametrize("payload, size", [
    ("640x480x15", "30 80"), ("800x600x16", "37 100"), ("320x200x24", "12 40")])
def test_pictures_of_many_sizes_and_depths(payload, size, tmp_path):
    with Screen(iso=disc_with(payload, tmp_path), memory=128, cpus=1, boot_timeout=120) as s:
        s.wait_for("~ #")
        s.type(r"stty size; printf '\033[31mr\033[32mg\033[1;34mB\033[0;7mi\033[0m\n'" "\n")
        text = s.wait_for(f"\n{size}\nrgBi\n~ #")
        picture = s.picture()
        pixels, bits = payload.rsplit("x", 1)
        assert f"{picture.width}x{picture.height}" == pixels
        assert f"{pixels} pixels of {-(-int(bits) // 8 * 8)} bits" in s.machine.check("dmesg")
        row = text.split("\n").index("rgBi")
        # Of five bits the first hexadecimal digit is nearly right.
        found = [[[int(digit, 16) for digit in colour[::2]] for colour in picture.colours(row, col)]
                 for col in range(4)]
        wanted = [[[0, 0, 0], [10, 0, 0]], [[0, 0, 0], [0, 10, 0]], [[0, 0, 0], [5, 5, 15]],
                  [[10, 10, 10], [0, 0, 0]]]
        assert all(abs(a - b) <= 1 for cell, right in zip(found, wanted)
                   for one, other in zip(cell, right) for a, b in zip(one, other)), found
        s.type("seq 1 100; seq 1 99\n")  # to the last row, and on
        s.wait_for(lambda text: text.rstrip("\n").endswith("\n98\n99\n~ #"))
        s.key("shift", "pgup")
        s.wait_for(lambda text: "\n99\n~ #" not in text)
        s.key("shift", "pgdn")
        s.wait_for("\n99\n~ #")
        for n in (2, 3, 4):
            s.key("alt", f"f{n}")
            s.wait_for(f"tty{n}: press Enter")
        s.key("alt", "f1")
        s.wait_for("\n99\n~ #")


@pytest.fixture(scope="module")
def seat():
    """One machine for what does not end it; each test begins with a blank shell on tty1."""
    with screen() as s:
        s.wait_for("~ #")
        yield s


@pytest.fixture
def shell(seat):
    seat.key("alt", "f1")
    seat.key("ctrl", "c")
    mark = next(MARKS)
    seat.type(f"reset; echo $((1000+{mark}))\n")
    seat.wait_for(f"{1000 + mark}\n~ #")
    return seat


def lines(s):
    return s.text().split("\n")


def test_modifiers_and_locks(shell):
    shell.type("echo aA1!; ")
    shell.key("caps_lock")
    shell.type("echo".upper())  # Shift and Caps Lock
    shell.type(" b2\n")
    shell.key("caps_lock")
    shell.wait_for("\naA1!\nB2\n")


def test_a_key_that_is_held_repeats(shell):
    shell.type("echo ")
    for _ in range(5):
        shell.key("x", down=True)
    shell.key("x", down=False)
    shell.type("\n")
    shell.wait_for("\nxxxxx\n")


def test_interrupt_and_end_of_file_from_the_keyboard(shell):
    shell.type("sleep infinity\n")
    shell.wait_for("sleep infinity\n")
    shell.key("ctrl", "c")
    shell.type("echo status $?\n")
    shell.wait_for("\nstatus 130\n")
    shell.type("cat\n")
    shell.key("ctrl", "d")
    shell.type("echo after cat\n")
    shell.wait_for("\nafter cat\n")


def test_arrows_and_function_keys_reach_programs(shell):
    shell.type("echo one\n")
    shell.wait_for("\none\n")
    shell.key("up")
    shell.type("two\n")
    shell.wait_for("\nonetwo\n")
    shell.type("cat -v\n")
    for name in ("f1", "f12", "home", "delete", "pgdn", "left"):
        shell.key(name)
    shell.type("\n")
    shell.wait_for("\n^[[[A^[[24~^[[1~^[[3~^[[6~^[[D\n")


def test_colours(shell):
    shell.type(r"clear; printf '\033[31mr\033[32mg\033[1;34mB\033[0;7mi\033[0m\n'" "\n")
    shell.wait_for(lambda text: text.startswith("rgBi\n"))
    picture = shell.picture()
    # Red, green and blue by their first digits: the card's table has six bits for each.
    assert [[colour[::2] for colour in picture.colours(0, col)] for col in range(4)] == [
        ["000", "a00"], ["000", "0a0"], ["000", "55f"], ["aaa", "000"]]


def test_lines_and_letters_of_other_countries(shell):
    shell.type("printf '\\303\\244\\342\\224\\214\\342\\224\\200\\342\\224\\220\\303\\237\\n'\n")
    shell.wait_for("\nä┌─┐ß\n")


def test_looking_back_with_shift_and_page_up(shell):
    shell.type("seq 1 200\n")
    shell.wait_for("\n200\n~ #")
    shell.key("shift", "pgup")
    shell.key("shift", "pgup")
    shell.wait_for(lambda text: "\n190" not in text and "\n165\n" in text)
    shell.key("shift", "pgdn")
    shell.key("shift", "pgdn")
    shell.wait_for("\n200\n~ #")
    shell.key("shift", "pgup")
    shell.type("x")  # typing leads back
    shell.wait_for("\n200\n~ # x")


def test_four_consoles(shell):
    for n in (2, 3, 4):
        shell.key("alt", f"f{n}")
        shell.wait_for(f"tty{n}: press Enter for a shell.")
    shell.type("\n")
    shell.wait_for("~ #")
    shell.type("tty; chvt 2\n")
    shell.wait_for("tty2: press Enter for a shell.")
    shell.key("alt", "left")
    shell.wait_for("~ #")
    shell.key("alt", "f4")
    shell.wait_for("\n/dev/tty4\n")
    assert shell.machine.check("cat /sys/class/tty/console/active") == "tty0 ttyS0\n"
    shell.type("exit\n")
    shell.wait_for("tty4: press Enter for a shell.")


def test_keys_reach_the_console_in_front_only(shell):
    shell.machine.check("{ cat /dev/tty3 >/tmp/heard & } 2>/dev/null; echo $! >/tmp/cat")
    shell.type("echo only here\n")
    shell.wait_for("\nonly here\n")
    assert shell.machine.check("kill $(cat /tmp/cat); cat /tmp/heard") == ""


def test_openvt_chvt_deallocvt(shell):
    shell.type("openvt -s -w sh -c 'tty; read word; echo $word >/tmp/word'; chvt 1\n")
    shell.wait_for("/dev/tty5")
    assert "busy" in shell.machine.run("deallocvt 5 2>&1").output
    shell.type("spoken\n")
    shell.wait_for("~ #")
    assert shell.machine.check("cat /tmp/word; deallocvt 5") == "spoken\n"


REVERSE = ["aaa", "000"]


def colours(s, row, col=0):
    """Behind and in front, by the first digits: the card's table has six bits for each."""
    return [colour[::2] for colour in s.picture().colours(row, col)]


def await_cursor(s, row, col):
    """Until the kernel tells that it is there: it comes behind the last letter."""
    s.machine.check(f"until [ \"$(od -An -tu1 -j2 -N2 /dev/vcsa1 | tr -s ' ')\" = ' {col} {row}' ]; "
                    "do :; done")


def test_vi(shell):
    shell.type("seq 1 100 >/tmp/f; vi /tmp/f\n")
    shell.wait_for(lambda text: text.startswith("1\n2\n") and "- /tmp/f 1/100 1%" in text)
    await_cursor(shell, 0, 0)
    shell.type("ihello ")
    shell.key("esc")
    shell.wait_for("- /tmp/f [Modified]")
    await_cursor(shell, 0, 5)
    shell.type("10G")
    shell.wait_for("10/100")
    await_cursor(shell, 9, 0)
    shell.type("yyP")  # a line is inserted, others move down
    shell.wait_for("\n9\n10\n10\n11\n")
    shell.type("dd")  # and up again
    shell.wait_for("\n9\n10\n11\n")
    shell.type("/77\n")
    shell.wait_for("77/100")
    shell.type(":nonsense\n")  # a complaint is shown in reverse
    shell.wait_for("is not implemented")
    assert colours(shell, 24) == REVERSE
    shell.type(":wq\n")
    shell.wait_for("~ #")
    assert shell.machine.check("head -n 1 /tmp/f") == "hello 1\n"


def test_less(shell):
    shell.machine.check("seq 1 100 >/tmp/f")
    shell.type("less /tmp/f\n")
    shell.wait_for(lambda text: text.startswith("1\n2\n") and "\n24\n/tmp/f" in text)
    assert colours(shell, 24) == REVERSE
    shell.key("spc")
    shell.wait_for(lambda text: text.startswith("25\n26\n"))
    shell.type("b")
    shell.wait_for(lambda text: text.startswith("1\n2\n"))
    shell.type("/42\n")
    shell.wait_for(lambda text: text.startswith("42\n43\n"))
    assert colours(shell, 0) == REVERSE  # what was found
    shell.type("q")
    shell.wait_for("~ #")


def test_top(shell):
    shell.type("top -d 1\n")
    text = shell.wait_for(lambda text: re.search(r"^ +1 +0 root +S .* /init$", text, re.M))
    rows = text.split("\n")
    assert rows[0].startswith("Mem: ") and rows[1].startswith("CPU: "), text
    head = next(i for i, row in enumerate(rows) if row.startswith("  PID  PPID USER"))
    assert colours(shell, head) == ["aaa"]  # a blank in reverse
    shell.machine.check("{ sleep infinity & } 2>/dev/null; echo $! >/tmp/sleeper")
    shell.wait_for(" sleep infinity\n")  # it goes on
    shell.type("q")
    shell.machine.check("kill $(cat /tmp/sleeper)")
    shell.wait_for("~ #")


def test_anything_at_all_can_be_written(shell):
    """A program's image: every byte there is, unknown sequences among them.  On a console where
    nobody takes the answers to questions for commands."""
    shell.machine.check("cat /bin/busybox >/dev/tty6; chvt 6", timeout=120)
    shell.machine.check(r"printf '\033c\033[?99h\033[1;2;3ya\033]8;;x\033\\b\033P$q\033\\c"
                        r"\033[9999;9999rd\033[>5;3me\033[38;5;999;48mf\033%%Gg\n' >/dev/tty6")
    shell.wait_for(lambda text: text.strip("\n") == "abcdefg")
    assert colours(shell, 0) == ["000", "aaa"]
    shell.key("alt", "f1")


def test_a_key_that_is_stuck(shell):
    """Held for ever while nobody reads: it fills the terminal's input and no more."""
    shell.type("sleep infinity\n")
    shell.wait_for("sleep infinity\n")
    for n in range(400):
        shell.key("x", down=True, taken=n % 8 == 7)  # the keyboard keeps sixteen bytes
    shell.key("alt", "f2")
    shell.wait_for("tty2: press Enter for a shell.")
    shell.key("alt", "f1")
    shell.key("ctrl", down=True)
    shell.key("c")
    shell.wait_for("\n~ #")
    shell.key("ctrl", down=False)
    shell.key("x", down=False)
    shell.key("ctrl", "c")
    shell.type("echo $((50-8))\n")
    shell.wait_for("\n42\n~ #")


def test_programs_on_a_screen_of_20_columns(shell):
    shell.machine.check("mkdir -p /tmp/c; mount -t cgroup -o cpuacct none /tmp/c; seq 1 50 >/tmp/f; "
                        "mkdir /tmp/c/a-name-that-is-longer-than-the-screen")
    shell.type("stty rows 10 cols 20; vi /tmp/f\n")
    shell.wait_for(lambda text: text.startswith("1\n2\n") and "\n9\n- /tmp/f 1/50" in text)
    shell.type(":q\n")
    shell.type("clear; cgtop -d 1\n")
    text = shell.wait_for(lambda text: "  %CPU CONTAINER\n" in text and " /a-name-that" in text)
    assert max(map(len, text.split("\n"))) <= 20
    shell.type("q")
    shell.type("clear; less /tmp/f\n")
    shell.wait_for(lambda text: text.startswith("1\n2\n"))
    shell.type("q")
    shell.type("stty rows 25 cols 80; clear; echo $((6*7))\n")
    shell.wait_for("42\n~ #")
    shell.machine.check("rmdir /tmp/c/*; umount /tmp/c")


def test_loadkmap_changes_the_layout(shell):
    shell.machine.check("dumpkmap </dev/tty1 >/tmp/us")
    # The sum is that of the map of Debian's kernel.
    assert shell.machine.check("md5sum </tmp/us").startswith("6af280d26e2dbf6f01afb2041b83f2a5")
    # Keys 21 and 44, y and z, change places in the first two tables.
    shell.machine.check(
        "cd /tmp; cp us de; put() { printf \"$1\" | dd of=de bs=1 seek=$2 conv=notrunc 2>/dev/null; }; "
        "put z $((263+42)); put y $((263+88)); put Z $((519+42)); put Y $((519+88)); "
        "loadkmap <de >/dev/tty1 2>&1 </tmp/de")
    try:
        shell.type("echo yz\n")
        shell.wait_for("echo zy")
    finally:
        shell.machine.check("loadkmap </tmp/us")
    shell.key("ctrl", "c")
    shell.type("echo yz\n")
    shell.wait_for("\nyz\n")


def send_file(machine, path, data):
    machine.send(f"base64 -d >{path} <<'END'\n{base64.encodebytes(data).decode()}END\n")
    assert machine.check(f"wc -c <{path}") == f"{len(data)}\n"


def capitals():
    """A PSF1 font of 256 characters without a map, whose small letters are capitals."""
    pictures = {c: picture for picture, c in sorted(glyphs().items(), key=lambda pair: pair[1],
                                                    reverse=True)}
    return b"\x36\x04\x00\x10" + b"".join(
        pictures.get(chr(c - 32 if chr(c).islower() else c), bytes(16))
        for c in range(256))


@pytest.mark.parametrize("display", ["text", "picture"])
def test_loadfont_changes_what_characters_look_like(display, tmp_path):
    options = ({"iso": disc_with("640x480x32", tmp_path), "kernel": None, "initrd": None,
                "append": "", "boot_timeout": 120} if display == "picture" else {})
    with screen(**options) as s:
        s.wait_for("~ #")
        send_file(s.machine, "/tmp/capitals", capitals())
        send_file(s.machine, "/tmp/unifont", gzip.decompress(FONT.read_bytes()))
        s.type("echo Hello; loadfont </tmp/capitals\n")
        s.wait_for("\nHELLO\n~ #")
        # The kernel's own font in the form that setfont loads has 512 characters, not 256.
        s.type("loadfont </tmp/unifont\n")
        s.wait_for("\nHello\n~ #")
        s.type(r"printf '\xe2\x82\xac\xe2\x86\x92\xc3\xa4\n'" "\n")
        s.wait_for("\n€→ä\n")


def test_escape_sequences_change_colours(shell):
    shell.type(r"clear; printf '\033]P1123456\033[31mr\033[0;41m \033[0m\n'" "\n")
    shell.wait_for(lambda text: text.startswith("r\n~ #"))  # what has no letter is there, too
    dark = shell.picture().colours(0, 1)
    # The card's table has six bits for each; QEMU shows them as eight.
    assert [int(dark[0][at:at + 2], 16) >> 2 for at in (0, 2, 4)] == [4, 0x34 >> 2, 0x56 >> 2]
    shell.key("alt", "f2")
    shell.wait_for("press Enter")
    assert shell.picture().colours(0, 0)[0] == "000000"
    shell.key("alt", "f1")
    shell.type(r"clear; printf '\033]R\033[41m \033[0m\n'" "\n")
    shell.wait_for(lambda text: text.startswith("\n~ #"))
    assert shell.picture().colours(0, 0)[0][::2] == "a00"


def test_a_small_terminal_in_a_corner(shell):
    shell.type("stty rows 10 cols 20; clear; seq -s ' ' 1 40; stty size\n")
    shell.wait_for("10 20")
    assert max(map(len, lines(shell))) <= 20
    shell.type("stty rows 99 cols 99; stty rows 25 cols 80; stty size\n")
    shell.wait_for("\n25 80\n")


def test_messages_go_to_all_consoles_and_break_no_line(shell):
    shell.type("printf half; read word\n")
    shell.wait_for("\nhalf")
    shell.machine.check("echo '<1>a message' >/dev/kmsg")
    shell.wait_for(lambda text: "\nhalf\n[" in text and "] a message\n" in text)
    assert b"a message" in shell.machine.console


def test_100000_lines_cost_at_most_twice_what_they_cost_on_the_serial_line():
    done = subprocess.run([sys.executable, ROOT / "tests" / "bench" / "screen.py", "100000"],
                          capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("last", ["tty0", "ttyS0"])
def test_messages_go_to_all_consoles_that_are_named_and_the_last_one_is_dev_console(last):
    # The harness puts console=ttyS0 in front.
    words = "console=tty0" if last == "tty0" else "console=tty0 console=ttyS0"
    with screen(append=f"loglevel=7 {words}") as s:
        s.wait_for("Run /init as init process")
        assert b"Run /init as init process" in s.machine.console
        s.wait_for("~ #")
        active = s.machine.check("cat /sys/class/tty/console/active").split()
        assert sorted(active) == ["tty0", "ttyS0"]
        s.machine.check("echo for-$((40+2)) >/dev/console; echo the-last >/dev/tty1")
        text = s.wait_for("the-last")
        assert ("for-42" in text, b"for-42" in s.machine.console) == (last == "tty0", last == "ttyS0")


def test_ctrl_alt_del_ends_the_machine_in_order():
    with screen() as s:
        s.wait_for("~ #")
        assert s.machine.check("cat /proc/sys/kernel/ctrl-alt-del") == "0\n"
        s.key("ctrl", "alt", "delete", taken=False)
        assert s.machine.wait() == 0


def screen_that_stays(**options):
    """Of a machine that stands still when it panics."""
    s = screen(append="console=ttyS0 panic=0", **options)
    exit_device = s.machine.argv.index("isa-debug-exit,iobase=0xf4,iosize=4")
    del s.machine.argv[exit_device - 1:exit_device + 1]  # it would close the window
    return s


def test_a_panic_shows_on_the_screen():
    with screen_that_stays() as s:
        with pytest.raises(Panic):
            s.machine.run("echo c >/proc/sysrq-trigger")
        text = s.text()
        assert "panic: sysrq triggered crash" in text or "halted" in text, text


def test_a_panic_shows_whatever_a_program_made_of_the_screen(tmp_path):
    """A small screen, two lines that scroll, no wrapping, black on black, characters without ink."""
    with screen_that_stays() as s:
        send_file(s.machine, "/tmp/blank", b"\x36\x04\x00\x10" + bytes(256 * 16))
        s.machine.check(r"""loadfont </tmp/blank; stty -F /dev/tty1 rows 5 cols 20
            printf '\033[1;2r\033[?7l\033[?6h\033[4h\033]P7000000' >/dev/tty1""")
        with pytest.raises(Panic):
            s.machine.run("echo c >/proc/sysrq-trigger")
        s.machine.expect("halted")
        text = s.text()
        assert "What to do next:" in text and text.rstrip().endswith("halted"), text
        assert "docs/debugging.md explains them" in text.replace("\n", ""), text
