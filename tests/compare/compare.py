"""Corral and Debian's kernel side by side: the same programs on both, line by line.

    python3 tests/compare/compare.py [--record] [AREA...]

The programs of this folder print lines "question = answer".  AREA.c, AREA-PART.c and AREA.sh belong
to an area; their answers on Linux lie in tests/linux/AREA.txt, so that Corral can be compared where
there is no Linux.  What differs and is meant to is in tests/linux/differences.txt, with both answers
and the words of docs/differences.md that explain it.  Any other difference fails, and so does an
explanation for what no longer differs, and a record that Linux does not repeat.  --record writes
the answers of Linux anew.  What Debian's programs print is compared in the same way (programs.py).
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from compare import programs as debian  # noqa: E402
from corral.options import Options  # noqa: E402
from corral import Machine, MachineError  # noqa: E402

HERE = Path(__file__).resolve().parent
RECORD = ROOT / "tests" / "linux"
EXPLAINED = RECORD / "differences.txt"
KERNELS = {"plain": ROOT / "build" / "corral.elf", "debug": ROOT / "build" / "debug" / "corral.elf",
           "linux": ROOT / "build" / "linux" / "vmlinuz"}
NOTHING = "(not printed)"
COMMAND = "# make compare RECORD=1"


def programs(words=()):
    """The programs in their order, which is that of the areas in the table."""
    order = ["calls", "signals", "files", "tty", "proc", "framework", "cpuset", "cpuacct",
             "freezer", "pids", "cpu", "devices", "namespaces"]
    found = [path for path in HERE.iterdir() if path.suffix in (".c", ".sh")]
    found = [path for path in found if not words or area_of(path) in words]
    return sorted(found, key=lambda path: (order.index(area_of(path)), path.stem))


def area_of(path):
    return path.stem.partition("-")[0]


def parse(lines):
    """{question: answer}; a question that was asked before gets a number."""
    answers, times = {}, {}
    for line in lines:
        question, sign, said = line.partition(" = ")
        if not sign:
            raise ValueError(f"neither question nor answer: {line!r}")
        times[question] = times.get(question, 0) + 1
        answers[question if times[question] == 1 else f"{question} #{times[question]}"] = said
    return answers


def ask(build, words=()):
    """{area: {question: answer}} of one kernel, and what it calls itself."""
    answers = {}
    with Machine(kernel=KERNELS[build], initrd=ROOT / "build" / "test-initrd.cpio", cpus=4,
                 memory=512, nodes=2, boot_timeout=240) as machine:
        machine.check("dmesg -n 1")
        for path in programs(words):
            name = path.stem if path.suffix == ".c" else path.name
            run = machine.run(f"cd / && /test/compare/{name}", timeout=600)
            if run.status:
                raise AssertionError(f"{name} on {build} ended with status {run.status}:\n"
                                     f"{run.output[-2000:]}")
            answers.setdefault(area_of(path), []).extend(
                line.rstrip() for line in run.output.splitlines())
        version = machine.check("uname -sr").strip()
    return {area: parse(lines) for area, lines in answers.items()}, version


def ask_programs(build, words=()):
    """The same of Debian's programs."""
    answers, version = debian.ask(KERNELS[build], words)
    return {area: parse(lines) for area, lines in answers.items()}, version


def recorded():
    """The answers of Linux that are kept, and the version that gave them."""
    answers, version = {}, ""
    for path in sorted(RECORD.rglob("*.txt")):
        if path != EXPLAINED:
            head, _, *lines = path.read_text().splitlines()
            version = head.removeprefix("# ")
            area = path.relative_to(RECORD).with_suffix("").as_posix()
            answers[area] = dict(line.split(" = ", 1) for line in lines)
    return answers, version


def record(answers, version):
    for area, lines in answers.items():
        path = RECORD / f"{area}.txt"
        path.parent.mkdir(exist_ok=True)
        text = "".join(f"{question} = {said}\n" for question, said in lines.items())
        path.write_text(f"# {version}\n{COMMAND}\n{text}")


def explained():
    """{(area, question): (Linux's answer, Corral's answer, why)}.

    A block is a line "why: WORDS" and then, for each line that it explains, three: "AREA: QUESTION",
    "  linux: ANSWER" and "  corral: ANSWER".
    """
    table, why, key, linux = {}, None, None, None
    for line in EXPLAINED.read_text().splitlines() if EXPLAINED.exists() else []:
        if not line or line.startswith("#"):
            continue
        if line.startswith("why: "):
            why = line[5:]
        elif line.startswith("  linux: "):
            linux = line[9:]
        elif line.startswith("  corral: "):
            table[key] = (linux, line[10:], why)
        else:
            area, _, question = line.partition(": ")
            key = (area, question)
    return table


def differences(linux, corral):
    """[(area, question, Linux's answer, Corral's answer)], in the order of the questions."""
    found = []
    for area in dict.fromkeys([*linux, *corral]):
        here, there = corral.get(area, {}), linux.get(area, {})
        for question in dict.fromkeys([*there, *here]):
            said, should = here.get(question, NOTHING), there.get(question, NOTHING)
            if said != should:
                found.append((area, question, should, said))
    return found


def faults(linux, corral):
    """What is wrong, as lines, and the explained differences as (area, question) keys."""
    table, wrong = explained(), []
    found = differences(linux, corral)
    for area, question, should, said in found:
        known = table.get((area, question))
        if known is None or known[:2] != (should, said):
            wrong.append(f"{area}: {question}\n  linux: {should}\n  corral: {said}")
            if known:
                wrong.append(f"  explained as: linux: {known[0]}; corral: {known[1]}")
    keys = {(area, question) for area, question, _, _ in found}
    page = " ".join((ROOT / "docs" / "differences.md").read_text().split())
    for (area, question), (_, _, why) in table.items():
        if area in linux and (area, question) not in keys:
            wrong.append(f"{area}: {question}\n  no longer differs, but is explained")
    for why in dict.fromkeys(why for _, _, why in table.values()):
        if why is None or why not in page:
            wrong.append(f"docs/differences.md does not say: {why}")
    return wrong, keys


def table(linux, corral, wrong, keys):
    found = {}
    for area, _, _, _ in differences(linux, corral):
        found[area] = found.get(area, 0) + 1
    rows = [(area, len(lines), len(lines) - found.get(area, 0), found.get(area, 0),
             sum(key[0] == area for key in keys) -
             sum(line.startswith(f"{area}: ") for line in wrong))
            for area, lines in linux.items()]
    rows.append(("all", *(sum(column) for column in list(zip(*rows))[1:])))
    print(f"{'area':20} {'lines':>7} {'equal':>7} {'differ':>7} {'explained':>10}")
    for name, lines, equal, differ, why in rows:
        print(f"{name:20} {lines:7} {equal:7} {differ:7} {why:10}")


def arguments():
    options = Options(__doc__, "--record").words("areas", nargs="*")
    given = options.parse_args()
    scripts = [path.stem for path in debian.scripts()]
    known = [*dict.fromkeys(map(area_of, programs())), *scripts, "programs"]
    options.check(given.areas, known, "area")
    return given


def main():
    given = arguments()
    words = given.areas
    try:
        linux, corral = {}, {}
        for asked in (ask, ask_programs):
            if words and not (programs if asked is ask else debian.scripts)(words):
                continue
            answers, version = asked("linux", words)
            linux.update(answers)
            corral.update(asked("plain", words)[0])
    except (MachineError, AssertionError, ValueError) as error:
        sys.exit(f"{error}")
    if given.record:
        record(linux, version)
        if any(area.startswith("programs/") for area in linux):
            shutil.copy(debian.PACKAGES, debian.RECORDED)
    kept, kept_version = recorded()
    stale = differences({area: kept.get(area, {}) for area in linux}, linux) if not words else []
    wrong, keys = faults(linux, corral)
    for line in wrong:
        print(line)
    for area, question, was, now in stale:
        print(f"stale record: {area}: {question}\n  recorded: {was}\n  linux: {now}")
    table(linux, corral, wrong, keys)
    if kept_version != version:
        print(f"the record is of {kept_version}, this is {version}")
    for line in debian.moved():
        print(line)
    return 1 if wrong or stale else 0


if __name__ == "__main__":
    sys.exit(main())
