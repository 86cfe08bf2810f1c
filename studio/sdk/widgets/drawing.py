"""Small charts as SVG: no script, no style from elsewhere."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 240, 96
LEFT, RIGHT, TOP, BOTTOM = 4, 4, 16, 14
Points = list[tuple[float, float]]


class Frame:
    """The plane of a chart: from values to pixels. A range without an extent gets one."""

    def __init__(
        self, xs: Sequence[float], ys: Sequence[float], width: int = WIDTH, height: int = HEIGHT
    ) -> None:
        self.width, self.height = width, height
        self.low_x, self.high_x = min(xs), max(xs)
        self.low_y, self.high_y = min(ys), max(ys)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a point."""
        return (
            LEFT + share(x, self.low_x, self.high_x) * (self.width - LEFT - RIGHT),
            self.height - BOTTOM
            - share(y, self.low_y, self.high_y) * (self.height - TOP - BOTTOM),
        )  # fmt: skip


def share(value: float, low: float, high: float) -> float:
    """Return where a value is between two bounds, from 0 to 1; extremes do not overflow."""
    half = high / 2 - low / 2
    return (value / 2 - low / 2) / half if half > 0 else 0.5


def short(value: float) -> str:
    """Return a number with four digits."""
    return f"{value:.4g}"


def label(x: float, y: float, text: str, anchor: str = "start") -> str:
    """Return a text at a place."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def svg(parts: Sequence[str], title: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return a drawing with a name for screen readers."""
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def line_chart(name: str, xs: Sequence[float], ys: Sequence[float | None]) -> str:
    """Return a curve with its lowest, highest and last value; a missing value is a gap."""
    known = [(x, y) for x, y in zip(xs, ys, strict=True) if y is not None]
    if not known:
        return svg([label(LEFT, HEIGHT / 2, "no numbers")], name)
    frame = Frame([x for x, _ in known], [y for _, y in known])
    parts = [line_of(frame, piece) for piece in pieces(xs, ys)]
    return svg([*parts, *bounds(frame, known[-1][1])], f"{name}, last {short(known[-1][1])}")


def bounds(frame: Frame, last: float) -> list[str]:
    """Return the labels around a chart: high and last above, low below, the range of x."""
    end = frame.width - RIGHT
    x = f"{short(frame.low_x)} … {short(frame.high_x)}"
    return [
        label(LEFT, 11, short(frame.high_y)),
        label(end, 11, short(last), "end").replace("<text", '<text class="last"'),
        label(LEFT, frame.height - 3, short(frame.low_y)),
        label(end, frame.height - 3, x, "end"),
    ]


def pieces(xs: Sequence[float], ys: Sequence[float | None]) -> list[Points]:
    """Return the parts of a curve between its gaps."""
    found: list[Points] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if y is not None:
            found[-1].append((x, y))
        elif found[-1]:
            found.append([])
    return [piece for piece in found if piece]


def line_of(frame: Frame, points: Points) -> str:
    """Return a line through points; a single one is a dot."""
    pixels = [frame.at(x, y) for x, y in points]
    if len(pixels) == 1:
        return f'<circle cx="{pixels[0][0]:.1f}" cy="{pixels[0][1]:.1f}" r="2.5"/>'
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
    return f'<polyline points="{joined}"/>'


def best_chart(name: str, values: Sequence[float], names: Sequence[str], lower: bool) -> str:
    """Return a dot for each child in the order of their start, and the best so far as a line."""
    width, height = 2 * WIDTH, 140
    if not values:
        return ""
    frame = Frame([0, max(1, len(values) - 1)], values, width, height)
    choose = min if lower else max
    best = [choose(values[: place + 1]) for place in range(len(values))]
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(names[place])}: '
        f"{short(values[place])}</title></circle>"
        for place, (x, y) in enumerate(frame.at(i, v) for i, v in enumerate(values))
    ]
    steps = line_of(frame, list(enumerate(best)))
    parts = [steps.replace("<polyline", '<polyline class="best"'), *dots]
    parts += bounds(frame, best[-1])
    return svg(parts, f"{name} of {len(values)} children", width, height)


def parallel_chart(axes: Sequence[tuple[str, Sequence[float], str, str]]) -> str:
    """Return parallel coordinates. An axis is its name, a height from 0 to 1 for each child, and
    its lowest and highest value; the last axis decides how strong a line is."""
    width, height = max(2 * WIDTH, 110 * len(axes)), 160
    gap = (width - 80) / max(1, len(axes) - 1)
    top, bottom = 28, height - 18
    strengths = axes[-1][1]
    parts = []
    for child, strength in enumerate(strengths):
        points = " ".join(
            f"{40 + place * gap:.1f},{bottom - axis[1][child] * (bottom - top):.1f}"
            for place, axis in enumerate(axes)
        )
        parts.append(f'<polyline points="{points}" opacity="{0.15 + 0.85 * strength:.2f}"/>')
    for place, (name, _, low, high) in enumerate(axes):
        x = 40 + place * gap
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>')
        parts.append(label(x, 10, name[:18], "middle").replace("<text", '<text class="last"'))
        parts += [label(x, top - 5, high[:14], "middle"), label(x, height - 4, low[:14], "middle")]
    return svg(parts, "Parameters and the metric of the children", width, height)
