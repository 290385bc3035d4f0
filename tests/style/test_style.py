"""What can be said of the sources without running them."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KERNEL = [path for top in ("kernel", "arch", "fs") for path in sorted((ROOT / top).rglob("*.[chS]"))]
OTHER = [path for top in ("user", "tests") for path in sorted((ROOT / top).rglob("*.[ch]"))]

# Lowest first; a file includes its own layer and those above its line.
LAYERS = ["kernel/abi", "kernel/lib", "arch", "kernel/lock", "kernel/mem", "arch/x86_64",
          "kernel/sched", "kernel/vm", "fs", "kernel/task", "kernel/container", "concrete",
          "kernel/syscall", "kernel/main.c"]
ANYONE = {"kernel/container/hooks.h", "kernel/lib/types.h"}
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
FUNCTION = re.compile(r"^[a-z].*\)\n\{\n(.*?)^\}", re.M | re.S)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|[Nn]ot (yet )?implemented")


def name(path):
    return str(path.relative_to(ROOT))


def layer(path):
    if re.fullmatch(r"kernel/\w+\.[ch]", path):
        return len(LAYERS) - 1
    if re.match(r"fs/\w+/|kernel/dev/", path):
        return LAYERS.index("concrete")
    if path.startswith("fs/"):
        return LAYERS.index("fs")
    if path.startswith("arch/"):
        return LAYERS.index("arch/x86_64" if path.startswith("arch/x86_64/") else "arch")
    return LAYERS.index("/".join(path.split("/")[:2]))


def complain(faults):
    assert not faults, "\n" + "\n".join(faults)


def test_layers():
    faults = []
    for path in KERNEL:
        for include in INCLUDE.findall(path.read_text()):
            if include in ANYONE or not (ROOT / include).exists():
                continue
            if layer(include) > layer(name(path)):
                faults.append(f"{name(path)} includes {include} of a higher layer")
    complain(faults)


def test_includes_are_spelled_from_the_root():
    complain([f"{name(path)} includes {include}" for path in KERNEL
              for include in INCLUDE.findall(path.read_text()) if not (ROOT / include).exists()])


def test_length_of_files():
    faults = []
    for path in KERNEL + OTHER:
        lines = path.read_text().count("\n")
        limit = 200 if path.suffix == ".h" and path in KERNEL else 500
        if path.suffix != ".S" and lines > limit and "kernel/abi" not in name(path):
            faults.append(f"{name(path)}: {lines} lines, {limit} allowed")
    complain(faults)


def test_length_of_functions():
    faults = []
    for path in KERNEL:
        text = path.read_text()
        for match in FUNCTION.finditer(text):
            lines = match.group(1).count("\n")
            if lines > 60:
                line = text.count("\n", 0, match.start()) + 1
                faults.append(f"{name(path)}:{line}: a function of {lines} lines, 60 allowed")
    complain(faults)


def test_nothing_is_unfinished():
    faults = []
    for path in KERNEL + OTHER:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if UNFINISHED.search(line):
                faults.append(f"{name(path)}:{number}: {line.strip()}")
    complain(faults)


def test_headers_are_included_once():
    complain([f"{name(path)} lacks #pragma once" for path in KERNEL
              if path.suffix == ".h" and "#pragma once" not in path.read_text()])


def test_headers_compile_alone(tmp_path):
    include = subprocess.run(["gcc", "-print-file-name=include"], capture_output=True, text=True,
                             check=True).stdout.strip()
    faults = []
    for path in KERNEL:
        if path.suffix != ".h" or "for assembly" in path.read_text():
            continue
        done = subprocess.run(
            ["gcc", "-std=gnu11", "-ffreestanding", "-fsyntax-only", "-nostdinc", "-I", str(ROOT),
             "-isystem", include, "-mgeneral-regs-only", "-Wall", "-Wextra", "-Werror",
             "-Wno-unused-parameter", "-Wno-sign-compare", "-include", str(path), "-x", "c",
             "/dev/null"], capture_output=True, text=True)
        if done.returncode:
            faults.append(done.stderr)
    complain(faults)


def test_format():
    assert shutil.which("clang-format"), "Debian's clang-format is missing: tools/setup check"
    done = subprocess.run(["clang-format", "--dry-run", "-Werror"]
                          + [str(path) for path in KERNEL + OTHER if path.suffix != ".S"],
                          capture_output=True, text=True, cwd=ROOT)
    faults = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line})
    complain([f"{Path(path).relative_to(ROOT) if path.startswith('/') else path}: make fmt"
              for path in faults])


def test_docs_name_what_exists():
    """A name in backticks with an underscore or a file's ending stands somewhere in the sources."""
    text = "\n".join(path.read_text() for path in KERNEL + OTHER + sorted(ROOT.rglob("tests/**/*.py"))
                     + sorted(path for path in (ROOT / "tools").rglob("*") if path.is_file()
                              and path.suffix in ("", ".sh", ".py")) + [ROOT / "Makefile"])
    words = set(re.findall(r"\w+", text))
    files = [f"/{name(path)}" for top in ("arch", "docs", "fs", "iso", "kernel", "tests", "tools", "user")
             for path in (ROOT / top).rglob("*.*")]
    faults = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        if page.name == "style.md":  # its names are examples
            continue
        for quoted in re.findall(r"`([^`\n]+)`", page.read_text()):
            if re.fullmatch(r"[a-z]\w*_\w*(\(\))?", quoted):
                known = quoted.rstrip("()") in words
            elif re.fullmatch(r"[a-z0-9_/.-]+\.(c|h|S|py|sh|tbl|cfg|md)", quoted):
                known = any(path.endswith("/" + quoted) for path in files)
            else:
                continue
            if not known:
                faults.append(f"{name(page)}: there is no {quoted}")
    complain(faults)
