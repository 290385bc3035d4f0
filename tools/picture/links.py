"""Draws css_sets and their links to containers, before and after a move."""

from svg import COLOURS, document, line, rect, text

PANEL, SET_X, CONTAINER_X, TOP, STEP, BOX = 560, 20, 300, 80, 44, 28


def draw(before, after, steps=(), title="css_sets and their links, before and after a move"):
    """before and after: css_sets by number; steps: lines that tell of the move."""
    places = sorted({place for sets in (before, after) for set_ in sets.values()
                     for place in set_.containers.items()})
    rows = max(len(places), len(before), len(after))
    parts = [text(10, 22, title, 'font-size="16"')]
    parts += panel(0, "before", before, places, after)
    parts += panel(PANEL, "after", after, places, before)
    bottom = TOP + rows * STEP + 10
    for i, step in enumerate(steps):
        parts.append(text(SET_X, bottom + 16 * i, step, 'font-family="monospace" font-size="11"'))
    return document(2 * PANEL, bottom + 16 * len(steps) + 10, parts)


def panel(x, name, sets, places, other):
    """A side: sets on the left, containers on the right, a line for each css_set_link."""
    hierarchies = sorted({place[0] for place in places})
    parts = [text(x + SET_X, 52, name, 'font-weight="bold"'),
             text(x + SET_X, 70, "css_set", 'fill="#718096"'),
             text(x + CONTAINER_X, 70, "container", 'fill="#718096"')]
    row = {place: TOP + i * STEP for i, place in enumerate(places)}
    for i, (number, set_) in enumerate(sorted(sets.items())):
        y = TOP + i * STEP
        changed = number not in other or other[number].tasks != set_.tasks
        for place in set_.containers.items():
            colour = COLOURS[hierarchies.index(place[0]) % len(COLOURS)]
            parts.append(line(x + SET_X + 130, y + BOX / 2, x + CONTAINER_X, row[place] + BOX / 2,
                              f'stroke="{colour}" stroke-width="{2 if changed else 1}"'))
        parts += [rect(x + SET_X, y, 130, BOX, "#fefcbf" if changed else "#edf2f7",
                       'stroke="#4a5568"'),
                  text(x + SET_X + 8, y + 18,
                       f"set {number}: {set_.tasks} task{'s' * (set_.tasks != 1)}")]
    for place in places:
        colour = COLOURS[hierarchies.index(place[0]) % len(COLOURS)]
        parts += [rect(x + CONTAINER_X, row[place], 230, BOX, "white", f'stroke="{colour}"'),
                  text(x + CONTAINER_X + 8, row[place] + 18, ":".join(place))]
    return parts
