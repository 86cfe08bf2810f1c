"""Charts of what went on over time, as SVG: a line, its area, and its values on hover."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runs.compute.sampling import ClusterLoad, Window
from runs.tracking.clock import now_ms

WIDTH, HEIGHT = 600, 100
# A gap of more steps than this breaks the line: the studio was not there.
LARGEST_GAP = 3


@dataclass(frozen=True)
class Mark:
    """A step of the chart: where it lies, and what it says on hover."""

    x: float
    width: float
    at_ms: int
    text: str


@dataclass(frozen=True)
class Timeline:
    """A chart in a box of 600 by 100. `top` is the value at its upper edge, `last` the newest."""

    title: str
    line: str
    area: str
    marks: list[Mark]
    top: str
    last: str
    from_ms: int
    to_ms: int

    @property
    def middle_ms(self) -> int:
        """The time at the middle of the chart."""
        return (self.from_ms + self.to_ms) // 2


def draw_timeline(
    title: str,
    history: Sequence[ClusterLoad],
    span: Window,
    value_of: Callable[[ClusterLoad], float | None],
    words: Callable[[float], str],
    least_top: float,
) -> Timeline:
    """Draw one value of the history. The upper edge is the highest value, at least `least_top`."""
    # Up to the end of a step, so that a look within it draws the same.
    to_ms = (now_ms() // span.step_ms + 1) * span.step_ms
    from_ms = to_ms - span.ms
    known = [(one.at_ms, value) for one in history if (value := value_of(one)) is not None]
    shown = [(at, value) for at, value in known if at >= from_ms]
    top = max([least_top, *(value for _, value in shown)])
    scale = WIDTH / span.ms
    pieces = _split(shown, span.step_ms)
    return Timeline(
        title=title,
        line=" ".join(_line_of(piece, from_ms, scale, top, span.step_ms) for piece in pieces),
        area=" ".join(_area_of(piece, from_ms, scale, top, span.step_ms) for piece in pieces),
        marks=[
            Mark(round((at - from_ms) * scale, 1), round(span.step_ms * scale, 1), at, words(value))
            for at, value in shown
        ],
        top=words(top),
        last=words(shown[-1][1]) if shown else "—",
        from_ms=from_ms,
        to_ms=to_ms,
    )


Points = list[tuple[int, float]]


def _split(points: Points, step_ms: int) -> list[Points]:
    """Cut where samples are missing."""
    pieces: list[Points] = []
    for point in points:
        if not pieces or point[0] - pieces[-1][-1][0] > LARGEST_GAP * step_ms:
            pieces.append([])
        pieces[-1].append(point)
    return pieces


def _line_of(points: Points, from_ms: int, scale: float, top: float, step_ms: int) -> str:
    """A line with a step's length at least: a single sample is seen too."""
    ends = [*points, (points[-1][0] + step_ms, points[-1][1])]
    places = (
        f"{(at - from_ms) * scale:.1f} {HEIGHT - value / top * (HEIGHT - 4) - 2:.1f}"
        for at, value in ends
    )
    return "M" + " L".join(places)


def _area_of(points: Points, from_ms: int, scale: float, top: float, step_ms: int) -> str:
    line = _line_of(points, from_ms, scale, top, step_ms)
    left = (points[0][0] - from_ms) * scale
    right = (points[-1][0] + step_ms - from_ms) * scale
    return f"{line} L{right:.1f} {HEIGHT} L{left:.1f} {HEIGHT}Z"
