"""Draws css_sets and their links to containers, before and after a move."""

from svg import COLOURS, document, line, rect, text

PANEL, SET_X, SET_WIDTH, CONTAINER_X, CONTAINER_WIDTH = 560, 20, 140, 300, 236
TOP, STEP, BOX = 96, 44, 30
HIERARCHIES = ["#4a5568", "#c05621", "#2c7a7b", "#97266d"]  # colours of links
QUIET = "#718096"


def draw(before, after, steps=(), title="css_sets and their links, before and after a move"):
    """before and after: css_sets by number; steps: lines that tell of the move."""
    places = sorted({place for sets in (before, after) for set_ in sets.values()
                     for place in set_.containers.items()})
    # The colours that timeline.py gives them.
    colours = {number: COLOURS[i % len(COLOURS)]
               for i, number in enumerate(sorted({*before, *after}))}
    rows = max(len(places), len(before), len(after))
    parts = [text(10, 24, title, 'font-size="17" font-weight="bold"')]
    parts += panel(0, "before", before, places, after, colours)
    parts += panel(PANEL, "after", after, places, before, colours)
    bottom = TOP + rows * STEP + 24
    parts.append(line(2 * PANEL / 2 - 10, 46, 2 * PANEL / 2 - 10, bottom - 30, 'stroke="#cbd5e0"'))
    told, bottom = steps_of_the_move(steps, bottom)
    return document(2 * PANEL, bottom, parts + told)


def steps_of_the_move(steps, top):
    """The kernel's own account in two columns, and where it ends."""
    if not steps:
        return [], top
    half = (len(steps) + 1) // 2
    parts = [text(SET_X, top, "the move, step by step", 'font-weight="bold"')]
    for i, step in enumerate(steps):
        parts.append(text(SET_X + i // half * PANEL, top + 20 + 16 * (i % half),
                          f"{i + 1:2}. {step}", 'font-family="monospace" font-size="11" '
                          'xml:space="preserve"'))
    return parts, top + 20 + 16 * half + 4


def panel(x, name, sets, places, other, colours):
    """A side: sets on the left, containers on the right, a line for each css_set_link."""
    hierarchies = sorted({place[0] for place in places})
    shade = {place: HIERARCHIES[hierarchies.index(place[0]) % len(HIERARCHIES)] for place in places}
    parts = [text(x + SET_X, 58, name, 'font-size="14" font-weight="bold"'),
             text(x + SET_X, 84, "css_set", f'fill="{QUIET}"'),
             text(x + CONTAINER_X, 84, "container", f'fill="{QUIET}"')]
    row = {place: TOP + i * STEP for i, place in enumerate(places)}
    linked = {place for set_ in sets.values() for place in set_.containers.items()}
    for i, (number, set_) in enumerate(sorted(sets.items())):
        y = TOP + i * STEP
        changed = number not in other or other[number].tasks != set_.tasks
        for place in set_.containers.items():
            parts.append(line(x + SET_X + SET_WIDTH, y + BOX / 2, x + CONTAINER_X,
                              row[place] + BOX / 2, f'stroke="{shade[place]}" stroke-width='
                              f'"{2 if changed else 1}"'))
        parts += [rect(x + SET_X, y, SET_WIDTH, BOX, "#fefcbf" if changed else "#f7fafc",
                       f'stroke="{colours[number]}" rx="3"'),
                  rect(x + SET_X, y, 10, BOX, colours[number], 'rx="3"'),
                  text(x + SET_X + 20, y + 19.5,
                       f"set {number}: {set_.tasks} task{'s' * (set_.tasks != 1)}")]
    for place in places:
        more = "" if place in linked else ' stroke-dasharray="4 3"'
        parts += [rect(x + CONTAINER_X, row[place], CONTAINER_WIDTH, BOX, "white",
                       f'stroke="{shade[place]}" rx="3"{more}'),
                  text(x + CONTAINER_X + 10, row[place] + 19.5,
                       ":".join(place) + ("" if place in linked else "  (empty)"),
                       f'fill="{shade[place] if place in linked else QUIET}"')]
    return parts
