"""The console of the machine that `make debug` has started, on this terminal.

    python3 tools/console.py [SOCKET]     (build/debug/console, unless told)

What is typed goes to the machine, Ctrl-C too; Ctrl-] leaves it.
"""

import os
import select
import socket
import sys
import termios
import tty
from pathlib import Path

SOCKET = Path(__file__).resolve().parent.parent / "build" / "debug" / "console"
LEAVE = b"\x1d"  # Ctrl-]


def copy(peer):
    while True:
        ready = select.select([peer, 0], [], [])[0]
        if peer in ready:
            said = peer.recv(65536)
            if not said:
                return "The machine has ended."
            os.write(1, said)
        if 0 in ready:
            typed = os.read(0, 4096)
            if not typed or LEAVE in typed:
                return ""
            peer.sendall(typed)


def main(path):
    peer = socket.socket(socket.AF_UNIX)
    try:
        peer.connect(str(path))
    except OSError as error:
        return f"console: {path}: {error.strerror}: is make debug running?"
    print("Ctrl-] leaves.", flush=True)
    saved = termios.tcgetattr(0) if os.isatty(0) else None
    if saved:
        tty.setraw(0, termios.TCSANOW)  # what was typed already is not thrown away
    try:
        return copy(peer)
    finally:
        if saved:
            termios.tcsetattr(0, termios.TCSANOW, saved)
        print()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SOCKET))
