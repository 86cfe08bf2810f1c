"""Template tags for values of runs: numbers as people read them, and the colour of a run."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from runs.artifacts.sizes import format_bytes
from runs.tracking.models import Run
from runs.web.numbers import format_number

register = template.Library()
HUES = 8
MIDDLE_TAIL = 10
MINUS = "\u2212"


@register.filter
def hue(run: Run) -> int:
    """Which of the eight colours of the style sheet a run has everywhere."""
    return run.id % HUES + 1


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


@register.filter
def seconds(value: float) -> str:
    """A time span in words: `12 s`, `3 min`, `1 h 20 min`."""
    whole = round(value)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


@register.filter
def is_text(value: str | float | None) -> bool:
    return isinstance(value, str)


@register.simple_tag
def middle_cut(name: str) -> SafeString:
    """A name that is cut in its middle where it has too little room: its end tells runs apart."""
    head, tail = name[:-MIDDLE_TAIL], name[-MIDDLE_TAIL:]
    return format_html('<span class="middle"><span>{}</span><span>{}</span></span>', head, tail)


register.filter("bytes", format_bytes)
