"""Draws figures as SVG, from the JSON that was written with them."""

import math

from bench import operations as ops

FONT = 'font-family="Helvetica,Arial,DejaVu Sans,sans-serif" font-size="12"'
BLUE, GREY, RED, GREEN = "#2b6cb0", "#cbd5e0", "#c53030", "#2f855a"


def text(x, y, words, more=""):
    words = str(words).replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x}" y="{y}" {more}>{words}</text>'


def svg(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {FONT}>\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(parts)
            + "\n</svg>\n")


def key(x, y, colour, words):
    return [f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>',
            text(x + 18, y + 10.5, words)]


def performance(data):
    """A bar for each operation: its part of what Linux needs, beside what is allowed."""
    corral, linux = data["Corral"]["figures"], data["Linux"]["figures"]
    names = [name for name in ops.MEANING if name in corral and linux.get(name)]
    left, scale, top, step = 180, 900, 84, 18
    bottom = top + len(names) * step
    parts = [text(10, 22, "Guest instructions per operation, as a part of what Linux needs",
                  'font-size="17" font-weight="bold"'),
             text(10, 40, f"{data['Corral']['version']} and {data['Linux']['version']}, "
                  f"QEMU {data['qemu']}, {data['date']}", 'fill="#718096"')]
    parts += key(left, 52, BLUE, "as allowed") + key(left + 110, 52, GREEN, "containers, as allowed")
    parts += key(left + 290, 52, RED, "more than the black line allows")
    for tenth in range(7):
        at = left + tenth * scale / 10
        parts += [f'<path d="M{at:.0f} {top - 4}V{bottom}" stroke="{GREY}" stroke-width="0.7"/>',
                  text(f"{at:.0f}", bottom + 14, f"{tenth / 10:g}",
                       'text-anchor="middle" fill="#718096"')]
    for i, name in enumerate(names):
        y, ratio = top + i * step, corral[name] / linux[name]
        bar = ops.RATIO_CONTAINERS if ops.is_container(name) else ops.RATIO_EACH
        colour = RED if ratio > bar else GREEN if ops.is_container(name) else BLUE
        width, at = min(ratio, 0.6) * scale, left + bar * scale
        parts += [text(left - 6, y + 11, name, 'text-anchor="end"'),
                  f'<rect x="{left}" y="{y + 1}" width="{width:.1f}" height="{step - 5}" '
                  f'fill="{colour}"/>',
                  f'<path d="M{at:.1f} {y}v{step - 3}" stroke="black" stroke-width="1.5"/>',
                  text(f"{max(left + width, at) + 6:.1f}", y + 11,
                       f"{ratio:.3f}   ({corral[name]:,} of {linux[name]:,})", 'fill="#4a5568"')]
    return svg(left + 760, bottom + 24, parts)


# --- scale ---------------------------------------------------------------------------------------

COLOURS = ["#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280", "#2c7a7b"]
WIDTH, HEIGHT, MARGIN = 300, 210, 60
LABELS, LABEL_STEP = 160, 15  # room for the names at the ends of the lines
COLUMNS, STRIDE = 2, MARGIN + WIDTH + LABELS


def axis(value, low, high, length):
    """A place on a logarithmic axis."""
    span = math.log(high / low) or 1
    return math.log(max(value, low) / low) / span * length


def apart(wanted, low, high):
    """Places near the wanted ones, in their order, with room for a label each."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [max(low, min(wanted[i], high)) for i in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + LABEL_STEP)
    for i in reversed(range(len(places))):
        places[i] = min(places[i], places[i + 1] - LABEL_STEP if i + 1 < len(places) else high)
    return [place for _, place in sorted(zip(order, places))]


def grid(x, y, low, high):
    """Lines for powers of ten."""
    parts = []
    for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1):
        at = y + HEIGHT - axis(10 ** power, low, high, HEIGHT)
        parts += [f'<path d="M{x} {at:.1f}h{WIDTH}" stroke="{GREY}" stroke-width="0.7"/>',
                  text(x - 5, f"{at + 4:.1f}", short(10 ** power),
                       'text-anchor="end" font-size="10" fill="#718096"')]
    return parts


def short(n):
    return f"{n / 1e6:g}M" if n >= 1e6 else f"{n / 1e3:g}k" if n >= 1e3 else f"{n:g}"


def panel(x, y, title, counts, lines):
    """One diagram: a line for each operation, both axes logarithmic."""
    values = [value for line in lines.values() for value in line if value > 0]
    low, high = min(values) / 2, max(values) * 2
    parts = grid(x, y, low, high)
    parts += [f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="none" '
              f'stroke="{GREY}"/>', text(x, y - 8, title, 'font-weight="bold"')]
    for count in counts:
        at = x + axis(count, counts[0], counts[-1], WIDTH)
        parts.append(text(f"{at:.0f}", y + HEIGHT + 15, f"{count:,}", 'text-anchor="middle"'))
    ends = [y + HEIGHT - axis(line[-1], low, high, HEIGHT) for line in lines.values()]
    beside = apart(ends, y + 4, y + HEIGHT - 4)
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(x + axis(count, counts[0], counts[-1], WIDTH),
                   y + HEIGHT - axis(value, low, high, HEIGHT))
                  for count, value in zip(counts, line)]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
        label = f"{line[-1]:,}" if isinstance(line[-1], int) else f"{line[-1]:.2f}"
        parts += [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  f'<path d="M{x + WIDTH} {ends[number]:.1f}L{x + WIDTH + 10} {beside[number]:.1f}" '
                  f'stroke="{colour}" stroke-width="0.7"/>']
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{colour}"/>' for a, b in places]
        parts.append(text(x + WIDTH + 13, f"{beside[number] + 4:.1f}", f"{name} {label}",
                          f'fill="{colour}"'))
    return parts


def scale(data):
    """All of scale.json: cost as each thing grows, then throughput by processors."""
    panels = [(f"instructions, as {kind} grow", data["counts"][kind], lines)
              for kind, lines in data["cost"].items()]
    for name, jobs in data["throughput"].items():
        relative = {job: [rate / max(rates[0], 1) for rate in rates] for job, rates in jobs.items()}
        panels.append((f"throughput of {name}, 1 processor = 1", data["cpus"], relative))
    parts = [text(10, 24, f"Cost and throughput as things grow; QEMU {data['qemu']}, "
                  f"{data['host_cpus']} host processors, {data['date']}", 'font-size="17" font-weight="bold"')]
    for i, (title, counts, lines) in enumerate(panels):
        parts += panel(MARGIN + i % COLUMNS * STRIDE,
                       70 + i // COLUMNS * (HEIGHT + MARGIN), title, list(counts), lines)
    rows = -(-len(panels) // COLUMNS)
    return svg(COLUMNS * STRIDE + 20, 70 + rows * (HEIGHT + MARGIN), parts)
