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


class Picture:
    """A screen dump (PPM) as colours of pixels."""

    def __init__(self, data):
        head, size, most, self.pixels = data.split(b"\n", 3)
        assert head == b"P6" and most == b"255", "not a PPM of 8 bits"
        self.width, self.height = map(int, size.split())

    def pixel(self, x, y):
        at = (y * self.width + x) * 3
        return self.pixels[at:at + 3]

    def cell(self, row, col, width):
        """(picture, front, back): back is the colour of the first pixel that says nothing."""
        lines = [[self.pixel(col * width + x, row * ROWS + y) for x in range(8)]
                 for y in range(ROWS)]
        colours = {pixel for line in lines for pixel in line}
        if len(colours) > 2:
            return None
        return lines, sorted(colours)

    def text(self, width=None):
        """Its lines without the blanks at their ends; what is no character shows as \\ufffd."""
        known = glyphs()
        width = width or (9 if self.width == 720 else 8)
        lines = []
        for row in range(self.height // ROWS):
            line = []
            for col in range(self.width // width):
                line.append(self._read(row, col, width, known))
            lines.append("".join(line).rstrip())
        return lines

    def _read(self, row, col, width, known):
        found = self.cell(row, col, width)
        if found is None:
            return "\ufffd"
        lines, colours = found
        for front in reversed(colours):
            for cursor in (0, 2, 3):  # rows at the bottom that a cursor may cover
                bits = [sum(0x80 >> x for x in range(8) if line[x] == front) for line in lines]
                if cursor:
                    bits[-cursor:] = [0] * cursor
                if len(colours) == 1:
                    bits = [0] * ROWS
                if bytes(bits) in known:
                    return known[bytes(bits)]
        return "\ufffd"


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

    def key(self, *names, down=None):
        """Keys together, by QEMU's names: down and up again, or only one of both."""
        for state in (True, False) if down is None else (down,):
            for name in names if state else reversed(names):
                self.ask("input-send-event", events=[
                    {"type": "key", "data": {"down": state,
                                             "key": {"type": "qcode", "data": name}}}])
        # The keyboard's own buffer has sixteen bytes; the guest must have taken them.

    def type(self, text):
        for c in text:
            shift = c in SHIFTED or c.isupper()
            c = SHIFTED.get(c, c.lower())
            name = NAMES.get(c, c)
            self.key(*(["shift", name] if shift else [name]))
            time.sleep(0.01)

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
