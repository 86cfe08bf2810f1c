"""Template tags for values of runs: numbers as people read them, and the colour of a run."""

import re
from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from runs.artifacts.sizes import format_bytes
from runs.tracking.people_texts import stamp_of
from runs.web.numbers import format_number, format_seconds

register = template.Library()
MIDDLE_TAIL, LEAST_TAIL = 10, 5
# A point between digits parts nothing.
PARTS_WORDS = re.compile(r"[-_/ ]|\.(?!\d)")
MOST_OPTION = 22
MINUS = "\u2212"


@register.simple_tag
def shown_value(value: str | float | None) -> str | SafeString:
    """A value of a cell: four significant digits, every digit on hover; a dash for nothing."""
    if value is None or value == "":
        return "—"
    if isinstance(value, str):
        return value
    return format_html('<span class="num" title="{}">{}</span>', repr(value), format_number(value))


@register.simple_tag
def shown_delta(delta: float) -> str:
    """A distance with its sign."""
    return f"{'+' if delta > 0 else MINUS}{format_number(abs(delta))}"


@register.simple_tag
def shown_span(seconds: float | None) -> str:
    """A length of time as the run table writes it: `00:10:03`."""
    if seconds is None:
        return "—"
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


@register.simple_tag
def shown_span_delta(seconds: float) -> str:
    """How much longer or shorter a length of time is."""
    return f"{'+' if seconds > 0 else MINUS}{format_seconds(abs(seconds))}"


@register.filter
def stamp(text: str) -> str:
    """What tells a text that people edit from the one that somebody has put in its place."""
    return stamp_of(text)


@register.filter
def times(number: int) -> range:
    """As many turns of a loop."""
    return range(number)


@register.filter
def percent(part: float) -> str:
    """`0.93` as `93 %`."""
    return f"{round(part * 100)} %"


@register.filter
def dot(number: float) -> str:
    """A number for an attribute: two decimals, with a point in every language."""
    return f"{number:.2f}"


@register.filter
def from_now(seconds: float, now_ms: int) -> int:
    """The time so many seconds from now, rounded: to a minute from two minutes on."""
    step_ms = 60_000 if seconds > 120 else 10_000
    return round((now_ms + seconds * 1000) / step_ms) * step_ms


@register.filter
def is_text(value: str | float | None) -> bool:
    return isinstance(value, str)


@register.simple_tag
def middle_cut(name: str, part: str = "") -> SafeString:
    """A name that is cut in its middle where it has too little room: its end tells runs apart.
    Every place that says `part` is marked."""
    head, tail = split_name(name)
    at = len(head)
    places = re.finditer(re.escape(part), name, re.IGNORECASE) if part else ()
    spans = [match.span() for match in places]
    return format_html(
        '<span class="middle-cut"><span>{}</span><span>{}</span></span>',
        mark_spans(head, spans),
        mark_spans(tail, [(start - at, end - at) for start, end in spans]),
    )


@register.filter
def shortened(name: str) -> str:
    """A name for a choice in a menu, which holds text alone: cut in its middle if it is long."""
    head, tail = split_name(name)
    return name if len(name) <= MOST_OPTION else f"{head[: MOST_OPTION - len(tail) - 1]}…{tail}"


def split_name(name: str) -> tuple[str, str]:
    """A name in two: what may be cut, and the end that stays, from a sign that parts words. (As in
    static/js/lib/long_names.js.)"""
    start = max(0, len(name) - MIDDLE_TAIL)
    places = range(start, len(name) - LEAST_TAIL + 1)
    at = next((place for place in places if PARTS_WORDS.match(name, place)), start)
    return name[:at], name[at:]


def mark_spans(text: str, spans: Iterable[tuple[int, int]]) -> SafeString:
    """`text` with what of it lies within these places marked."""
    pieces, done = [], 0
    for start, end in spans:
        if start < len(text) and end > 0:
            begin = max(start, 0)
            pieces += [text[done:begin], format_html("<mark>{}</mark>", text[begin:end])]
            done = end
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, text[done:]]))


register.filter("bytes", format_bytes)
register.filter("seconds", format_seconds)
