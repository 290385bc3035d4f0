"""Job control and the line discipline, driven through the serial line as a person would."""

import hashlib
import re

import pytest


def prompt(machine):
    """Types nothing; a fresh prompt comes from an interactive shell below the test's own."""
    machine.send("PS1='ready> ' sh -i\n")
    machine.expect(r"ready> ")


def leave(machine):
    machine.send("\x15exit\n")
    assert machine.run("echo back").output == "back\n"


def running(machine, name):
    """Waits until the foreground program says that it runs."""
    machine.expect(name)


def test_interrupt_ends_the_foreground_job(machine):
    prompt(machine)
    machine.send("sh -c 'echo go-$((1+1)); exec sleep infinity'\n")
    running(machine, "go-2")
    machine.send("\x03")
    machine.expect("ready> ")
    machine.send("echo status $?\n")
    machine.expect("status 130")
    leave(machine)


def test_quit_ends_the_foreground_job(machine):
    prompt(machine)
    machine.send("sh -c 'echo go-$((1+1)); exec sleep infinity'\n")
    running(machine, "go-2")
    machine.send("\x1c")
    machine.expect("ready> ")
    machine.send("echo status $?\n")
    machine.expect("status 131")
    leave(machine)


def test_stop_background_foreground(machine):
    prompt(machine)
    machine.send("sh -c 'echo go-$((1+1)); read line; echo got-$line'\n")
    running(machine, "go-2")
    machine.send("\x1a")
    machine.expect("Stopped")
    machine.expect("ready> ")
    machine.send("jobs\n")
    machine.expect(r"\[1\]\+ +Stopped")
    machine.send("bg\n")
    machine.expect(r"Stopped \(tty input\)|ready> ")
    machine.send("\nfg\n")
    machine.expect(r"sh -c")
    machine.send("hello\n")
    machine.expect("got-hello")
    leave(machine)


def test_background_jobs_are_not_interrupted(machine):
    prompt(machine)
    machine.send("sleep infinity & echo go-$((1+1))\n")
    running(machine, "go-2")
    machine.send("\x03")
    machine.expect("ready> ")
    machine.send("jobs; kill %1; wait; echo done-$((1+1))\n")
    machine.expect(r"\[1\]\+ +Running")
    machine.expect("done-2")
    leave(machine)


def test_a_pipeline_is_one_job(machine):
    prompt(machine)
    machine.send("sleep infinity | sleep infinity | sh -c 'echo go-$((1+1)) >&2; exec sleep infinity'\n")
    running(machine, "go-2")
    machine.send("\x03")
    machine.expect("ready> ")
    machine.send("echo left-$(pidof sleep | wc -w)\n")
    machine.expect("left-0")
    leave(machine)


def test_end_of_file_ends_a_reader(machine):
    prompt(machine)
    machine.send("echo go-$((1+1)); cat > /tmp/eof; echo read-$(wc -c < /tmp/eof)\n")
    running(machine, "go-2")
    machine.send("abc\n\x04")
    machine.expect("read-4")
    machine.send("echo go-$((2+2)); cat > /tmp/eof; echo read-$(wc -c < /tmp/eof)\n")
    running(machine, "go-4")
    machine.send("ab\x04cd\x04\x04")
    machine.expect("read-4")
    leave(machine)


def test_editing_a_line(machine):
    prompt(machine)
    machine.send("echo go-$((1+1)); cat > /tmp/edit; tr '\\n' '|' < /tmp/edit\n")
    running(machine, "go-2")
    machine.send("abx\x7fc\n" "wrong\x15right\n" "one two\x17three\n" "lit\x16\x03eral\n" "\x04")
    machine.expect(r"abc\|right\|one three\|lit\x03eral\|")
    leave(machine)


def test_echo(machine):
    prompt(machine)
    machine.send("echo go-$((1+1)); cat > /dev/null\n")
    running(machine, "go-2")
    start = machine.mark
    machine.send("plain\x01\x7f\x7f!\n\x04")
    machine.expect("ready> ")
    echoed = bytes(machine.console[start:machine.mark])
    assert b"plain^A\x08 \x08\x08 \x08\x08 \x08!\r\n" in echoed, echoed
    machine.send("stty -echo; echo go-$((2+2)); cat > /dev/null; stty echo\n")
    running(machine, "go-4")
    start = machine.mark
    machine.send("secret\n\x04")
    machine.expect("ready> ")
    assert b"secret" not in machine.console[start:]
    leave(machine)


def test_output_can_be_stopped(machine):
    prompt(machine)
    machine.send("\x13echo go-$((1+1))\n")
    assert not machine._pump(0.3) or b"go-2" not in machine.console[machine.mark:]
    machine.send("\x11")
    machine.expect("go-2")
    leave(machine)


@pytest.mark.once  # the host's side takes longest, and is the same for all machines
def test_paste_of_256_kib_arrives_whole(machine):
    """A raw reader gets every byte of what is pasted at full speed."""
    size = 256 * 1024
    data = bytes(32 + (i * 7 + i // 95) % 95 for i in range(size))
    machine.mark = len(machine.console)
    machine.send(f"stty raw -echo; echo go-$((1+1)); head -c {size} | md5sum; stty sane\n")
    machine.expect("go-2")
    machine.send(data, timeout=120)
    match = machine.expect(r"([0-9a-f]{32})  -", timeout=120)
    assert match.group(1).decode() == hashlib.md5(data).hexdigest()
    assert machine.run("echo back").output.endswith("back\n")


def test_hundreds_of_lines_pasted_arrive_whole(machine):
    lines = [f"line {i} " + "x" * (i % 60) for i in range(2000)]
    text = "\n".join(lines) + "\n"
    machine.mark = len(machine.console)
    machine.send("stty -echo; echo go-$((1+1)); cat > /tmp/paste; stty echo; md5sum < /tmp/paste\n")
    machine.expect("go-2")
    machine.send(text + "\x04", timeout=120)
    match = machine.expect(r"([0-9a-f]{32})  -", timeout=60)
    assert match.group(1).decode() == hashlib.md5(text.encode()).hexdigest()


def test_vi_edits_a_file(machine):
    machine.run("rm -f /tmp/vi.txt")
    machine.send("vi /tmp/vi.txt\n")
    machine.expect("- /tmp/vi.txt 1/1 100%")
    machine.send("ihello from vi")
    machine.settle(0.3)
    machine.send("\x1b")
    machine.expect("- /tmp/vi.txt ")
    machine.send(":wq\n")
    machine.expect(r"\x1b\[\?1049l")
    assert machine.run("cat /tmp/vi.txt").output.endswith("hello from vi\n")


def test_top_runs_and_quits(machine):
    machine.mark = len(machine.console)
    machine.send("top\n")
    machine.expect("Mem: ")
    machine.expect("COMMAND")
    machine.send("q")
    assert machine.run("echo back").output.endswith("back\n")


def test_size_of_the_window(machine):
    output = machine.run("stty rows 33 cols 111 < /dev/tty; stty size < /dev/tty").output
    assert re.search(r"^33 111$", output, re.M)
