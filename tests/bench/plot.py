"""Draws figures as SVG, from the JSON that was written with them."""

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
