"""Debian's programs on one kernel: what the scripts of tests/programs print.

build/programs.cpio has the packages that tools/programs.sh fetches, over the usual initramfs, and
the scripts.  A script runs its commands by `ask` of ask.sh; each line of what a command prints is a
question, and so is its status.  The area of NAME.sh is programs/NAME.  tests/linux/programs/versions
names the packages that were there when Linux was asked.
"""

import re
from pathlib import Path

from corral import Machine

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ROOT / "tests" / "programs"
PACKAGES = ROOT / "build" / "programs" / "versions"
RECORDED = ROOT / "tests" / "linux" / "programs" / "versions"
ASKED = re.compile(r"\x1e(.*?)\x1e\n(.*?)\x1f(\d+)\n", re.S)


def scripts(words=()):
    return sorted(path for path in SCRIPTS.glob("*.sh") if path.stem != "ask"
                  and (not words or path.stem in words or "programs" in words))


def plain(text):
    """A text as one line of letters that can be seen; the sign between question and answer is ours."""
    text = "".join({"\n": "\\n", "\t": "\\t"}.get(c, c if " " <= c <= "~" or c > "\xa0" else
                                                  f"\\x{ord(c):02x}") for c in text)
    text = text.replace(" = ", " \\x3d ")
    return re.sub(r" $", r"\\x20", text) or "(empty)"


def answers(output):
    """["question = answer"] of what a script printed."""
    lines = []
    for command, said, status in ASKED.findall(output):
        command = plain(" ".join(command.split()))
        for number, line in enumerate(said.splitlines(), 1):
            lines.append(f"{command}, line {number} = {plain(line)}")
        lines.append(f"{command}: status = {status}")
    return lines


def ask(kernel, words=()):
    """{area: ["question = answer"]} of one kernel, and what it calls itself."""
    found = {}
    with Machine(kernel=kernel, initrd=ROOT / "build" / "programs.cpio", cpus=4, memory=512,
                 boot_timeout=240) as machine:
        # Debian's sh; and Linux has its random numbers a while after it has booted.
        machine.check("dmesg -n 1; ln -sf dash /bin/sh; head -c 1 /dev/random >/dev/null")
        for path in scripts(words):
            run = machine.run(f"cd / && /programs/{path.name}", timeout=300)
            lines = answers(run.output)
            if run.status or not lines:
                raise AssertionError(f"{path.name} ended with status {run.status}:\n"
                                     f"{run.output[-2000:]}")
            found[f"programs/{path.stem}"] = lines
        version = machine.check("uname -sr").strip()
    return found, version


def moved():
    """Packages that are not those of the record, as lines."""
    if not RECORDED.exists():
        return []
    then, now = (dict(map(str.split, path.read_text().splitlines()))
                 for path in (RECORDED, PACKAGES))
    return [f"{name} is {now.get(name, 'missing')}, the record was made with "
            f"{then.get(name, 'none')}" for name in sorted({*then, *now})
            if then.get(name) != now.get(name)]
