"""Draws figures as SVG, from the JSON that was written with them."""

import math

from bench import operations as ops

FONT = 'font-family="sans-serif" font-size="12"'
BLUE, GREY, RED, GREEN = "#2b6cb0", "#cbd5e0", "#c53030", "#2f855a"


def text(x, y, words, more=""):
    words = str(words).replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x}" y="{y}" {more}>{words}</text>'


def svg(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {FONT}>\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(parts)
            + "\n</svg>\n")


def performance(data):
    """A bar for each operation: its part of what Linux needs, beside what is allowed."""
    corral, linux = data["Corral"]["figures"], data["Linux"]["figures"]
    names = [name for name in ops.MEANING if name in corral and linux.get(name)]
    left, scale, top, step = 180, 900, 60, 18
    parts = [text(10, 22, "Guest instructions per operation, as a part of what Linux needs",
                  'font-size="16"'),
             text(10, 40, f"{data['Corral']['version']} and {data['Linux']['version']}, "
                  f"QEMU {data['qemu']}, {data['date']}; lines: what is allowed")]
    for i, name in enumerate(names):
        y, ratio = top + i * step, corral[name] / linux[name]
        bar = ops.RATIO_CONTAINERS if ops.is_container(name) else ops.RATIO_EACH
        colour = RED if ratio > bar else GREEN if ops.is_container(name) else BLUE
        width, at = min(ratio, 0.6) * scale, left + bar * scale
        parts += [text(left - 6, y + 11, name, 'text-anchor="end"'),
                  f'<rect x="{left}" y="{y + 1}" width="{width:.1f}" height="{step - 5}" '
                  f'fill="{colour}"/>',
                  f'<path d="M{at:.1f} {y}v{step - 3}" stroke="black"/>',
                  text(f"{max(left + width, at) + 6:.1f}", y + 11,
                       f"{ratio:.3f}   ({corral[name]:,} of {linux[name]:,})", 'fill="#4a5568"')]
    return svg(left + 760, top + len(names) * step + 10, parts)


# --- scale ---------------------------------------------------------------------------------------

COLOURS = ["#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280", "#2c7a7b"]
WIDTH, HEIGHT, MARGIN = 330, 210, 60


def axis(value, low, high, length):
    """A place on a logarithmic axis."""
    span = math.log(high / low) or 1
    return math.log(max(value, low) / low) / span * length


def panel(x, y, title, counts, lines):
    """One diagram: a line for each operation, both axes logarithmic."""
    values = [value for line in lines.values() for value in line if value > 0]
    low, high = min(values) / 2, max(values) * 2
    parts = [f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="none" '
             f'stroke="{GREY}"/>', text(x, y - 8, title, 'font-weight="bold"')]
    for count in counts:
        at = x + axis(count, counts[0], counts[-1], WIDTH)
        parts.append(text(f"{at:.0f}", y + HEIGHT + 15, f"{count:,}", 'text-anchor="middle"'))
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(x + axis(count, counts[0], counts[-1], WIDTH),
                   y + HEIGHT - axis(value, low, high, HEIGHT))
                  for count, value in zip(counts, line)]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
        a, b = places[-1]
        label = f"{line[-1]:,}" if isinstance(line[-1], int) else f"{line[-1]:.2f}"
        parts += [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  text(f"{a - 4:.1f}", f"{b - 5:.1f}", f"{name} {label}",
                       f'text-anchor="end" fill="{colour}"')]
    return parts


def scale(data):
    """All of scale.json: cost as each thing grows, then throughput by processors."""
    panels = [(f"instructions, as {kind} grow", data["counts"][kind], lines)
              for kind, lines in data["cost"].items()]
    for name, jobs in data["throughput"].items():
        relative = {job: [rate / max(rates[0], 1) for rate in rates] for job, rates in jobs.items()}
        panels.append((f"throughput of {name}, 1 processor = 1", data["cpus"], relative))
    parts = [text(10, 24, f"Cost and throughput as things grow; QEMU {data['qemu']}, "
                  f"{data['host_cpus']} host processors, {data['date']}", 'font-size="16"')]
    for i, (title, counts, lines) in enumerate(panels):
        parts += panel(MARGIN // 2 + i % 3 * (WIDTH + MARGIN),
                       70 + i // 3 * (HEIGHT + MARGIN), title, list(counts), lines)
    rows = (len(panels) + 2) // 3
    return svg(3 * (WIDTH + MARGIN), 70 + rows * (HEIGHT + MARGIN), parts)
