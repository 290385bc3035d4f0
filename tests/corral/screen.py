"""The screen and the keyboard of a machine: keys are sent, pictures taken and read as text.

A picture is cut into cells; a cell's text is the character of the font whose picture it shows in
any two colours.  The font is the one that the kernel is built with.
"""

import gzip
import json
import socket
import struct
import tempfile
import time
from pathlib import Path

from .machine import Machine, Silence

FONT = Path("/usr/share/consolefonts/Unifont-APL8x16.psf.gz")
ROWS = 16

# Characters that need Shift on a US keyboard, and the names of those that are no letters.
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"~<>?', "1234567890-=[]\\;'`,./"))
NAMES = {" ": "spc", "\n": "ret", "-": "minus", "=": "equal", "[": "bracket_left", "\t": "tab",
         "]": "bracket_right", "\\": "backslash", ";": "semicolon", "'": "apostrophe",
         "`": "grave_accent", ",": "comma", ".": "dot", "/": "slash", "\x1b": "esc",
         "\x7f": "backspace"}


def glyphs(path=FONT):
    """The font's pictures (16 bytes each) and the character that each one shows."""
    data = gzip.decompress(path.read_bytes())
    magic, mode, rows = struct.unpack("<HBB", data[:4])
    assert magic == 0x0436 and rows == ROWS, "not a PSF1 font of 16 rows"
    count = 512 if mode & 1 else 256
    table = struct.unpack(f"<{(len(data) - 4 - count * ROWS) // 2}H", data[4 + count * ROWS:])
    found, number, sequence = {}, 0, False
    for word in table:
        if word == 0xffff:
            number, sequence = number + 1, False
        elif word == 0xfffe:
            sequence = True
        elif not sequence:
            picture = data[4 + number * ROWS:4 + (number + 1) * ROWS]
            # Of several characters with one picture the plainest.
            found[picture] = min(found.get(picture, "\uffff"), chr(word))
    found[bytes(ROWS)] = " "
    return found


KNOWN = {}  # characters by their picture without so many rows at the bottom


def learn():
    for picture, c in sorted(glyphs().items(), key=lambda pair: pair[1], reverse=True):
        for hidden in (0, 2, 3):
            KNOWN.setdefault(hidden, {})[picture[:ROWS - hidden]] = c
    KNOWN[0].pop(bytes(ROWS - 2) + b"\xff\xff", None)  # looks like a cursor on a blank


class Picture:
    """A screen dump (PPM) as colours of pixels."""

    def __init__(self, data):
        if not KNOWN:
            learn()
        head, size, most, self.pixels = data.split(b"\n", 3)
        assert head == b"P6" and most == b"255", "not a PPM of 8 bits"
        self.width, self.height = map(int, size.split())

    def pixel(self, x, y):
        at = (y * self.width + x) * 3
        return self.pixels[at:at + 3]

    def text(self, width=None):
        """Its lines without the blanks at their ends; what is no character shows as U+FFFD."""
        width = width or (9 if self.width == 720 else 8)
        return ["".join(self._read(row, col, width) for col in range(self.width // width)).rstrip()
                for row in range(self.height // ROWS)]

    def _read(self, row, col, width):
        stride = self.width * 3
        at = row * ROWS * stride + col * width * 3
        lines = [self.pixels[at + y * stride:at + y * stride + 24] for y in range(ROWS)]
        whole = b"".join(lines)
        colours = {whole[i:i + 3] for i in range(0, len(whole), 3)}
        if len(colours) == 1:
            return " "
        for front in colours if len(colours) == 2 else ():
            bits = bytes(sum(0x80 >> x for x in range(8) if line[3 * x:3 * x + 3] == front)
                         for line in lines)
            for hidden in (0, 2, 3):  # rows at the bottom that a cursor may cover
                found = KNOWN[hidden].get(bits[:ROWS - hidden])
                if found and (not hidden or 0xff in bits[ROWS - hidden:]):
                    return found
        return "\ufffd"

    def colours(self, row, col, width=None):
        """The colours of a cell, the one of its upper left corner first."""
        width = width or (9 if self.width == 720 else 8)
        found = []
        for y in range(ROWS):
            for x in range(8):
                pixel = self.pixel(col * width + x, row * ROWS + y)
                if pixel not in found:
                    found.append(pixel)
        return [pixel.hex() for pixel in found]


class Screen:
    """A machine with a VGA card and a keyboard, spoken to through QEMU's monitor (QMP)."""

    def __init__(self, card="std", **options):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = Path(self.folder.name) / "qmp"
        self.dump = Path(self.folder.name) / "dump.ppm"
        extra = ["-vga", card, "-qmp", f"unix:{self.socket},server=on,wait=off"]
        self.machine = Machine(**{**options, "extra": extra + list(options.get("extra", ()))})

    def __enter__(self):
        try:
            self.machine.start()
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.machine.stop()
        self.folder.cleanup()

    def _connect(self):
        """QEMU makes the socket, and not we, so that the line to repeat works without us."""
        deadline = time.monotonic() + 20
        self.peer = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.peer.connect(str(self.socket))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self.lines = self.peer.makefile("rw")
        self.lines.readline()  # its greeting
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        """One command of QMP and its answer."""
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.lines.flush()
        while True:
            answer = json.loads(self.lines.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")

    # --- keys ------------------------------------------------------------------------------------

    def key(self, *names, down=None, taken=True):
        """Keys together, by QEMU's names: down and up again, or only one of both.

        taken: waits until the guest has read them."""
        for state in (True, False) if down is None else (down,):
            for name in names if state else reversed(names):
                self.ask("input-send-event", events=[
                    {"type": "key", "data": {"down": state,
                                             "key": {"type": "qcode", "data": name}}}])
        if taken:
            self._taken()

    def _taken(self, timeout=60):
        """Until the guest has read all that the keyboard sent: it keeps sixteen bytes, no more."""
        deadline = time.monotonic() + timeout
        while int(self.monitor("i /b 0x64").split("=")[1], 16) & 1:
            self.machine._pump(0.01)
            if time.monotonic() > deadline:
                raise self.machine._error(Silence, f"keys were not read in {timeout} s")

    def monitor(self, command):
        """A command of the monitor for people."""
        return self.ask("human-monitor-command", **{"command-line": command})

    def type(self, text):
        for c in text:
            shift = c in SHIFTED or c.isupper()
            c = SHIFTED.get(c, c.lower())
            name = NAMES.get(c, c)
            self.key(*(["shift", name] if shift else [name]))

    # --- pictures --------------------------------------------------------------------------------

    def picture(self):
        self.ask("screendump", filename=str(self.dump))
        return Picture(self.dump.read_bytes())

    def text(self):
        return "\n".join(self.picture().text())

    def wait_for(self, wanted, timeout=60):
        """Until the text of the picture has `wanted` (a str, or a function of the text)."""
        deadline = time.monotonic() + timeout
        test = wanted if callable(wanted) else lambda text: wanted in text
        while True:
            text = self.text()
            if test(text):
                return text
            self.machine._pump(0.1)
            self.machine._watch()
            if time.monotonic() > deadline:
                raise self.machine._error(Silence, f"no {wanted!r} on the screen in {timeout} s:\n"
                                                   f"--- screen ---\n{text}")
