#!/usr/bin/env python3
"""The deepest that each kind of kernel stack is driven: depth.py IMAGE [-v] [-p] [FUNCTION...]

Adds up the frames of the linked image along every way of calls from each entry: direct calls and
jumps, calls through pointers (source.py), and page faults of copies from and to programs.  Fails
when a way is longer than facts.py allows, and when a call through a pointer or a recursion is not
understood.  -v: the longest way of each entry; -p: what is behind each pointer; FUNCTION: the longest
way from there.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from facts import BELOW, ENTRIES, INSTEAD, INTERRUPT, NEVER, ONLY, TIMES  # noqa: E402
from machine import Call, Machine  # noqa: E402
from source import Source  # noqa: E402

sys.setrecursionlimit(20000)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def base(name):
    return re.sub(r"\.(part|isra|constprop|cold|llvm)\b.*", "", name)


def sources():
    files = {}
    for top in ("kernel", "arch", "fs"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                if name.endswith((".c", ".h")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        files[os.path.relpath(path, ROOT)] = file.read()
    return files


class Graph:
    def __init__(self, elf):
        self.machine = m = Machine(elf)
        self.source = Source(sources())
        self.base = {a: base(n) for a, n in m.name.items()}
        self.by_name = {}
        for address, name in self.base.items():
            self.by_name.setdefault(name, []).append(address)
        self.complaints = []
        self.behind = {}  # pc of a call through a pointer: (text, names, functions)
        self.calls = {f: list(m.calls[f]) for f in m.order}
        self.add_pointers()
        fault = m.symbols["trap_kernel"]
        for function, depth in m.faults:
            self.calls[function].append(Call(depth + INTERRUPT + 8, fault, "fault"))
        self.prune()
        self.name_recursion()
        self.memo = {}

    def add_pointers(self):
        m, s = self.machine, self.source
        taken = {self.base[a] for a in m.taken}
        s.follow(taken)
        reached = {name: s.reached(name) for name in taken}
        for site in m.sites:
            name = self.base[site.function]
            if name == "syscall_entry":
                found, text, names = m.syscalls, "system calls", {"syscall_table"}
            else:
                path, line = m.line[site.pc]
                path = os.path.relpath(path, ROOT) if os.path.isabs(path) else os.path.normpath(path)
                if path not in s.text:
                    continue  # assembly: what it calls is an entry
                text, names, fitting = s.called_at(path, line)
                found = {a for a in m.taken if self.may_be(self.base[a], names, fitting, reached)}
            for pointer in names:
                if (name, pointer) in ONLY:
                    found = {a for a in found if self.base[a] in ONLY[name, pointer][0]}
            self.behind[site.pc] = (name, text, names, found)
            for target in found:
                self.calls[site.function].append(Call(site.depth, target, "pointer"))

    def may_be(self, name, names, fitting, reached):
        sigs = self.source.functions.get(name)
        if not sigs:  # made by a macro
            prefix = name.partition("_")[0] + "_"
            return any(n.rpartition(".")[2] + "_" == prefix for n in names) and bool(
                self.source.made.get(prefix, set()) & fitting)
        if not sigs & fitting:
            return False
        into = reached[name]
        if "*" in into or not into:
            return True
        return any(n in into or n[:2] == "*." and any(r.endswith(n[1:]) for r in into) for n in names)

    def prune(self):
        """Applies what facts.py says of single calls."""
        for function, calls in self.calls.items():
            name, kept = self.base[function], []
            for call in calls:
                key = (name, self.base[call.target])
                target = self.by_name[INSTEAD[key]][0] if key in INSTEAD else call.target
                if key not in NEVER:
                    kept.append(Call(call.depth, target, call.how))
            self.calls[function] = kept

    # --- recursion ----------------------------------------------------------------------------

    def groups(self):
        """Sets of functions that can call each other in circles (Tarjan)."""
        index, low, stack, inside = {}, {}, [], set()

        def visit(v):
            index[v] = low[v] = len(index)
            stack.append(v)
            inside.add(v)
            for call in self.calls[v]:
                if call.target not in index:
                    yield from visit(call.target)
                    low[v] = min(low[v], low[call.target])
                elif call.target in inside:
                    low[v] = min(low[v], index[call.target])
            if low[v] == index[v]:
                group = []
                while not group or group[-1] != v:
                    group.append(stack.pop())
                    inside.discard(group[-1])
                if len(group) > 1 or any(c.target == v for c in self.calls[v]):
                    yield group

        for name in ENTRIES:
            if self.machine.symbols[name] not in index:
                yield from visit(self.machine.symbols[name])

    def name_recursion(self):
        """Numbers the calls that facts.py limits, and complains of circles without any."""
        self.counted = {key: i for i, key in enumerate(TIMES)}
        every, self.calls = self.calls, {
            f: [c for c in calls if (self.base[f], self.base[c.target]) not in self.counted]
            for f, calls in self.calls.items()}
        for group in self.groups():
            members = set(group)
            self.complaints.append("recursion that facts.py does not name: " + "; ".join(
                f"{self.machine.name[f]} -> " + ", ".join(sorted(
                    {self.machine.name[c.target] for c in self.calls[f] if c.target in members}))
                for f in group[:40]))
            for f in group:  # go on without it
                every[f] = [c for c in every[f] if c.target not in members]
        self.calls = every

    # --- depth --------------------------------------------------------------------------------

    def deepest(self, function, used=()):
        """(bytes, call that leads there); `used`: how often the calls of TIMES were on the way."""
        used = used or (0,) * len(self.counted)
        key = (function, used)
        if key not in self.memo:
            best = (self.machine.own[function], None, used)
            for call in self.calls[function]:
                then = self.take(function, call, used)
                if then is not None:
                    depth = call.depth + self.deepest(call.target, then)[0]
                    if depth > best[0]:
                        best = (depth, call, then)
            self.memo[key] = best
        return self.memo[key]

    def take(self, function, call, used):
        """`used` below that call; None where it is not possible any more."""
        i = self.counted.get((self.base[function], self.base[call.target]))
        if i is not None:
            if used[i] >= TIMES[self.base[function], self.base[call.target]][0]:
                return None
            used = used[:i] + (used[i] + 1,) + used[i + 1:]
        pair = (self.base[function], self.base[call.target])
        for key in BELOW.get(pair[1], []) + BELOW.get(pair, []):
            j = self.counted[key]
            used = used[:j] + (TIMES[key][0],) + used[j + 1:]
        return used

    def way(self, function):
        at, lines, used = 0, [], ()
        while True:
            _, call, used = self.deepest(function, used)
            frame = call.depth if call else self.machine.own[function]
            how = f"  {call.how}" if call and call.how in ("pointer", "fault") else ""
            lines.append(f"{at:7} {frame:6}  {self.machine.name[function]}{how}")
            if not call:
                return lines
            at += frame
            function = call.target


def complain_of_pointers(graph, verbose):
    for name, text, names, found in graph.behind.values():
        if verbose:
            print(f"{name}: {text} {sorted(names)}: " + " ".join(sorted(graph.base[a] for a in found)))
        if not found and not any((name, pointer) in NEVER for pointer in names):
            graph.complaints.append(f"nothing known behind a pointer: {name}: {text} {sorted(names)}")


def main(elf, asked):
    graph = Graph(elf)
    too_deep = False
    complain_of_pointers(graph, "-p" in asked)
    for entry, (above, limit) in ENTRIES.items():
        function = graph.machine.symbols[entry]
        depth = above + graph.deepest(function)[0] + INTERRUPT
        print(f"{depth:6} of {limit} bytes: {entry}")
        if depth < 500:
            graph.complaints.append(f"{entry}: too little to be true")
        if depth > limit or "-v" in asked:
            print("\n".join(graph.way(function)))
        too_deep |= depth > limit
    for name in (a for a in asked if a[0] != "-"):
        for function in graph.by_name[name]:
            print("\n".join([f"{graph.deepest(function)[0]:6} bytes: {name}"] + graph.way(function)))
    print("\n".join(graph.complaints), end="\n" if graph.complaints else "")
    return 1 if too_deep or graph.complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
