"""Draws a trace: a lane for each CPU, time across, a colour for each css_set."""

from svg import COLOURS, document, line, rect, text
from events import migrations, runs

LEFT, WIDTH, TOP, LANE, BAR = 70, 1050, 70, 46, 24
MARKS = {"fork": "#2f855a", "exit": "#c53030", "throttle": "#b7791f", "freeze": "#0987a0",
         "thaw": "#0987a0", "rollback": "#c53030"}


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

    def y(cpu):
        return TOP + cpu * LANE

    parts = [text(10, 22, title, 'font-size="16"'),
             text(10, 42, f"{span / 1e6:.1f} ms on {trace.cpus} CPUs: {len(trace.events)} events, "
                  f"{len(moves)} migrations")]
    lost = sum(trace.lost.values())
    if lost:
        parts.append(text(LEFT + WIDTH, 42, f"{lost} older events were overwritten and are lost",
                          'text-anchor="end" fill="#c53030"'))
    parts += lanes(trace, x, y)
    for run in all_runs:
        if run.pid:
            parts.append(run_bar(run, x, y, colour[run.set], sets.get(run.set)))
    parts += [migration(before, after, x, y) for before, after in moves]
    parts += marks(trace, x, y)
    bottom = y(trace.cpus) + 8
    parts += axis(span, bottom)
    parts += legend(seen, colour, sets, bottom + 34)
    return document(LEFT + WIDTH + 20, bottom + 50 + 18 * len(seen), parts)


def lanes(trace, x, y):
    parts = []
    for cpu in range(trace.cpus):
        parts += [text(10, y(cpu) + 17, f"CPU {cpu}"),
                  rect(LEFT, y(cpu), WIDTH, BAR, "#edf2f7")]
        lost = trace.lost.get(cpu, 0)
        if lost:
            first = min((e.ns for e in trace.events if e.cpu == cpu), default=trace.end)
            parts += [rect(LEFT, y(cpu), x(first) - LEFT, BAR, "#fed7d7"),
                      text(LEFT + 4, y(cpu) + 16, f"{lost} lost", 'fill="#c53030"')]
    return parts


def run_bar(run, x, y, colour, set_):
    width = x(run.end) - x(run.begin)
    where = set_.label if set_ else f"set {run.set}"
    bar = rect(x(run.begin), y(run.cpu), width, BAR, colour, 'stroke="white" stroke-width="0.3"',
               f"{run.name} {run.pid}, {(run.end - run.begin) / 1e6:.3f} ms, {where}")
    if width > 8 * len(str(run.pid)) + 4:
        bar += text(x(run.begin) + 3, y(run.cpu) + 16, run.pid, 'fill="white"')
    return bar


def migration(before, after, x, y):
    """From the end of a run on one CPU to its next begin on another."""
    down = after.cpu > before.cpu
    return (line(x(before.end), y(before.cpu) + (BAR if down else 0), x(after.begin),
                 y(after.cpu) + (0 if down else BAR), 'stroke="#1a202c" stroke-dasharray="3 2"')
            + f'<circle cx="{x(after.begin):.1f}" cy="{y(after.cpu) + (0 if down else BAR):.1f}" '
              'r="2.5"/>')


def marks(trace, x, y):
    """Single moments, below the lane of the CPU that saw them; moves between sets above all."""
    parts, moved = [], []
    for event in trace.events:
        if event.kind in MARKS:
            parts.append(text(x(event.ns), y(event.cpu) + BAR + 12, event.kind,
                              f'font-size="9" text-anchor="middle" fill="{MARKS[event.kind]}"'))
        elif event.kind == "attach":
            if moved and event.ns - moved[-1][0] < 1e6 and moved[-1][1] == event.value:
                moved[-1][2] += 1
            else:
                moved.append([event.ns, event.value, 1])
    for ns, to, count in moved:
        parts += [line(x(ns), TOP - 8, x(ns), y(trace.cpus) - LANE + BAR, 'stroke="#4a5568"'),
                  text(x(ns), TOP - 11, f"{count} to set {to}",
                       'font-size="10" text-anchor="middle"')]
    return parts


def axis(span, bottom):
    step = 10 ** (len(str(span // 4)) - 1)
    while span / step > 12:
        step *= 2
    parts = [line(LEFT, bottom, LEFT + WIDTH, bottom, 'stroke="#4a5568"')]
    for ns in range(0, span, step):
        at = LEFT + ns / span * WIDTH
        parts += [line(at, bottom, at, bottom + 5, 'stroke="#4a5568"'),
                  text(at, bottom + 17, f"{ns / 1e6:g} ms", 'text-anchor="middle"')]
    return parts


def legend(seen, colour, sets, top):
    parts = []
    for i, number in enumerate(seen):
        label = sets[number].label if number in sets else "gone"
        parts += [rect(LEFT, top + i * 18, 12, 12, colour[number]),
                  text(LEFT + 18, top + i * 18 + 10, f"set {number}: {label}")]
    return parts
