"""Pieces of a picture."""

COLOURS = ["#2b6cb0", "#dd6b20", "#2f855a", "#6b46c1", "#b83280", "#b7791f", "#0987a0", "#718096"]


def escape(words):
    return str(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def rect(x, y, width, height, fill, more="", title=""):
    inside = f"<title>{escape(title)}</title>" if title else ""
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.3):.1f}" height="{height:.1f}" '
            f'fill="{fill}" {more}>{inside}</rect>')


def line(x1, y1, x2, y2, more=""):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" {more}/>'


def arrow(x1, y1, x2, y2, colour):
    """A dashed line with a head."""
    return line(x1, y1, x2, y2, f'stroke="{colour}" stroke-width="1.2" stroke-dasharray="4 3" '
                'marker-end="url(#head)"')


def width_of(words, size):
    """About how wide a text becomes, in pixels."""
    return 0.6 * size * len(str(words))


HEAD = ('<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#1a202c"/></marker></defs>')


def document(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            'font-family="Helvetica,Arial,DejaVu Sans,sans-serif" font-size="12">\n'
            f'{HEAD}\n<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(parts)
            + "\n</svg>\n")
