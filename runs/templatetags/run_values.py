"""Template tags for values of runs: numbers as people read them, and the colour of a run."""

import math

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from runs.artifacts.sizes import format_bytes
from runs.tracking.models import Run

register = template.Library()
HUES = 8


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
    return format_html('<span class="num" title="{}">{}</span>', repr(value), short(value))


@register.simple_tag
def shown_delta(delta: float) -> str:
    """A distance with its sign."""
    return f"{'+' if delta > 0 else '-'}{short(abs(delta))}"


def short(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}"


register.filter("bytes", format_bytes)
