"""Draws a trace: a lane for each CPU, time across, a colour for each css_set."""

import errno

from svg import COLOURS, arrow, document, line, rect, text, width_of
from events import migrations, runs

LEFT, WIDTH, LANE, BAR = 70, 1050, 48, 26
LABEL_TOP, LABEL_STEP, LANES_GAP = 64, 16, 12
QUIET, LOUD, MOVE = "#718096", "#c53030", "#1a202c"
SMALL = {"fork": "#2f855a", "exit": "#c53030"}  # many of them: a mark below the lane
FLAGS = {"throttle": "#b7791f", "freeze": "#0987a0", "thaw": "#0987a0", "rollback": LOUD}
TOGETHER = 1e6  # moves between sets that are no further apart are one, in ns


class Labels:
    """Words above the lanes, each in the lowest row that has room for it."""

    def __init__(self):
        self.ends, self.placed = [], []

    def add(self, x, words, colour):
        half = width_of(words, 10.5) / 2
        middle = min(max(x, LEFT + half), LEFT + WIDTH - half)
        row = next((row for row, end in enumerate(self.ends) if end < middle - half), None)
        if row is None:
            row = len(self.ends)
            self.ends.append(0)
        self.ends[row] = middle + half + 8
        self.placed.append((x, middle, row, words, colour))

    @property
    def height(self):
        return len(self.ends) * LABEL_STEP

    def draw(self, bottom, foot):
        for x, middle, row, words, colour in self.placed:
            y = bottom - row * LABEL_STEP
            yield line(x, y + 4, x, foot, f'stroke="{colour}" stroke-opacity="0.7"')
            yield rect(middle - width_of(words, 10.5) / 2 - 2, y - 10, width_of(words, 10.5) + 4, 14,
                       "white")
            yield text(middle, y, words,
                       f'font-size="10.5" text-anchor="middle" fill="{colour}"')


def draw(trace, title="What the scheduler did", names=None):
    """The picture as SVG.  names: css_sets that are gone by now, by number."""
    sets = {**(names or {}), **trace.sets}
    all_runs = runs(trace)
    span = max(trace.end - trace.begin, 1)
    seen = sorted({run.set for run in all_runs if run.pid})
    colour = {number: COLOURS[i % len(COLOURS)] for i, number in enumerate(seen)}
    moves = migrations(all_runs)

    def x(ns):
        return LEFT + (ns - trace.begin) / span * WIDTH

    labels = Labels()
    for ns, words, shade in flags(trace):
        labels.add(x(ns), words, shade)
    top = LABEL_TOP + labels.height + LANES_GAP

    def y(cpu):
        return top + cpu * LANE

    parts = [text(10, 24, title, 'font-size="17" font-weight="bold"'),
             text(10, 44, f"{span / 1e6:.1f} ms on {trace.cpus} CPUs: {len(trace.events)} events, "
                  f"{len(moves)} migrations", f'fill="{QUIET}"')]
    lost = sum(trace.lost.values())
    if lost:
        parts.append(text(LEFT + WIDTH, 44, f"{lost} older events were overwritten and are lost",
                          f'text-anchor="end" fill="{LOUD}"'))
    bottom = y(trace.cpus) + 2
    parts += axis(span, top, bottom)
    parts += lanes(trace, x, y)
    for run in all_runs:
        if run.pid:
            parts.append(run_bar(run, x, y, colour[run.set], sets.get(run.set)))
    parts += labels.draw(top - LANES_GAP, y(trace.cpus) - LANE + BAR)
    parts += [migration(before, after, x, y) for before, after in moves]
    parts += marks(trace, x, y)
    key, end = legend(seen, colour, sets, bottom + 44)
    return document(LEFT + WIDTH + 24, end, parts + key)


def flags(trace):
    """Rare moments as (ns, words, colour): moves between sets, those at once taken together."""
    moved = []
    for event in trace.events:
        if event.kind == "attach":
            if not moved or event.ns - moved[-1][0] > TOGETHER:
                moved.append((event.ns, {}))
            counts = moved[-1][1]
            counts[event.value] = counts.get(event.value, 0) + 1
    found = [(ns, ", ".join(f"{count} task{'s' * (count != 1)} to set {to}"
                            for to, count in sorted(counts.items())), MOVE)
             for ns, counts in moved]
    for event in trace.events:
        if event.kind in FLAGS:
            words = event.kind
            if words == "rollback":
                words = f"a move rolled back: {errno.errorcode.get(event.value, event.value)}"
            found.append((event.ns, words, FLAGS[event.kind]))
    return sorted(found)


def lanes(trace, x, y):
    parts = []
    for cpu in range(trace.cpus):
        parts += [text(LEFT - 10, y(cpu) + 17, f"CPU {cpu}", 'text-anchor="end"'),
                  rect(LEFT, y(cpu), WIDTH, BAR, "#edf2f7", 'rx="3"')]
        lost = trace.lost.get(cpu, 0)
        if lost:
            first = min((e.ns for e in trace.events if e.cpu == cpu), default=trace.end)
            parts += [rect(LEFT, y(cpu), max(x(first) - LEFT, 2), BAR, "#fed7d7", 'rx="3"'),
                      text(LEFT + 4, y(cpu) + BAR + 12, f"{lost} lost",
                           f'font-size="10.5" fill="{LOUD}"')]
    return parts


def run_bar(run, x, y, colour, set_):
    width = x(run.end) - x(run.begin)
    where = set_.label if set_ else f"set {run.set}"
    bar = rect(x(run.begin), y(run.cpu), width, BAR, colour, 'stroke="white" stroke-width="0.4"',
               f"{run.name} {run.pid}, {(run.end - run.begin) / 1e6:.3f} ms, {where}")
    for words in (f"{run.name} {run.pid}", str(run.pid)):
        if width > width_of(words, 11) + 8:
            return bar + text(x(run.begin) + 4, y(run.cpu) + 17, words,
                              'fill="white" font-size="11"')
    return bar


def migration(before, after, x, y):
    """From the end of a run on one CPU to its next begin on another."""
    down = after.cpu > before.cpu
    return arrow(x(before.end), y(before.cpu) + (BAR if down else 0), x(after.begin),
                 y(after.cpu) + (0 if down else BAR), MOVE)


def mark(kind, at, y):
    """fork: a triangle that points up; exit: one that points down."""
    y, way = (y, 1) if kind == "fork" else (y + 6, -1)
    return f'<path d="M{at:.1f} {y:.1f}l3.5 {6 * way}h-7z" fill="{SMALL[kind]}"/>'


def marks(trace, x, y):
    return [mark(event.kind, x(event.ns), y(event.cpu) + BAR + (3 if event.kind == "fork" else 10))
            for event in trace.events if event.kind in SMALL]


def axis(span, top, bottom):
    step = 10 ** (len(str(span // 4)) - 1)
    while span / step > 12:
        step *= 2
    parts = [line(LEFT, bottom, LEFT + WIDTH, bottom, f'stroke="{QUIET}"')]
    for ns in range(0, span, step):
        at = LEFT + ns / span * WIDTH
        parts += [line(at, top, at, bottom + 5, 'stroke="#cbd5e0" stroke-width="0.7"'),
                  text(at, bottom + 18, f"{ns / 1e6:g} ms", f'text-anchor="middle" fill="{QUIET}"')]
    return parts


def legend(seen, colour, sets, top):
    """A line for each css_set, and beside them what the marks mean; and where it ends."""
    parts = []
    for i, number in enumerate(seen):
        label = sets[number].label if number in sets else "gone"
        parts += [rect(LEFT, top + i * 20, 14, 14, colour[number], 'rx="2"'),
                  text(LEFT + 22, top + i * 20 + 11.5, f"set {number}: {label}")]
    at = LEFT + WIDTH * 0.62
    parts += [mark("fork", at + 12, top + 4), text(at + 32, top + 11.5, "fork"),
              mark("exit", at + 92, top + 4), text(at + 106, top + 11.5, "exit"),
              arrow(at, top + 27, at + 24, top + 27, MOVE),
              text(at + 32, top + 31.5, "a task goes to another CPU"),
              rect(at, top + 40, 24, 14, "#edf2f7", 'rx="2"'), text(at + 32, top + 51.5, "idle")]
    return parts, top + 20 * max(len(seen), 3) + 12
