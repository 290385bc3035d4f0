"""Reads /proc/sched_trace: events of the scheduler, and the css_sets by number."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple


class Event(NamedTuple):
    ns: int
    cpu: int
    kind: str
    pid: int
    set: int
    value: int
    name: str


class Run(NamedTuple):
    """A thread had a CPU; pid 0 is idleness."""
    cpu: int
    begin: int
    end: int
    pid: int
    set: int
    name: str


class Set(NamedTuple):
    """A css_set: how many tasks, and its container in each hierarchy."""
    tasks: int
    containers: dict

    @property
    def label(self):
        return " ".join(f"{subsystems}:{path}" for subsystems, path in self.containers.items()
                        if path != "/") or "roots"


@dataclass
class Trace:
    cpus: int = 0
    now: int = 0
    sets: dict = field(default_factory=dict)
    lost: dict = field(default_factory=dict)
    events: list = field(default_factory=list)

    @property
    def begin(self):
        return self.events[0].ns if self.events else 0

    @property
    def end(self):
        return self.events[-1].ns if self.events else 0


def read_sets(text):
    sets = {}
    for line in re.findall(r"^# set (.*)$", text, re.M):
        number, _, tasks, *places = line.split()
        sets[int(number)] = Set(int(tasks), dict(place.rsplit(":", 1) for place in places))
    return sets


def read(text):
    """The whole file; lines that make no sense are an error."""
    trace = Trace(sets=read_sets(text))
    for line in text.splitlines():
        words = line.split()
        if line.startswith("# sched_trace "):
            trace.cpus, trace.now = int(words[4]), int(words[6])
        elif line.startswith("# cpu "):
            trace.lost[int(words[2])] = int(words[4])
        elif words and words[0] != "#":
            if len(words) != 7:
                raise ValueError(f"not an event: {line}")
            ns, cpu, kind, pid, set_, value, name = words
            trace.events.append(Event(int(ns), int(cpu), kind, int(pid), int(set_), int(value),
                                      name))
    trace.events.sort(key=lambda event: (event.ns, event.cpu))
    return trace


def runs(trace):
    """Who had which CPU when, oldest first.  A thread that changes sets while it runs gets two."""
    result, now = [], {}

    def close(cpu, ns):
        run = now.pop(cpu, None)
        if run and ns > run.begin:
            result.append(run._replace(end=ns))

    for event in trace.events:
        if event.kind == "switch":
            close(event.cpu, event.ns)
            now[event.cpu] = Run(event.cpu, event.ns, 0, event.pid, event.set, event.name)
        elif event.kind == "attach":
            for cpu, run in list(now.items()):
                if run.pid == event.pid:
                    close(cpu, event.ns)
                    now[cpu] = run._replace(begin=event.ns, set=event.value)
    for cpu in list(now):
        close(cpu, trace.end)
    return sorted(result, key=lambda run: (run.begin, run.cpu))


def migrations(all_runs):
    """Pairs of runs of a thread, one after the other, on two CPUs."""
    last, result = {}, []
    for run in all_runs:
        if not run.pid:
            continue
        before = last.get(run.pid)
        if before and before.cpu != run.cpu:
            result.append((before, run))
        last[run.pid] = run
    return result
