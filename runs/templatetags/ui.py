"""Template tags of the studio's own pieces: icons, statuses, times."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from runs.assets.module_graph import imports_of
from runs.tracking.durations import span_of
from runs.tracking.fields import Entity
from runs.tracking.models import Run
from runs.tracking.statuses import Status
from runs.web import addresses
from runs.web.icons import ICONS, sprite
from runs.web.kind_looks import KIND_LOOKS, KindLook
from runs.web.markdown import pictures_of_run, to_html
from runs.web.numbers import format_number
from runs.web.status_looks import STATUS_LOOKS, StatusLook

register = template.Library()


class Addressable(Protocol):
    name: str
    number: int


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite. It says nothing: the button or word beside it does."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"Add the icon {name!r} to runs/web/icons.py first.")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="#icon-{}"></use></svg>', name
    )


@register.simple_tag
def icon_sprite() -> SafeString:
    """The drawings that `icon` uses, once per page."""
    return SafeString(sprite())


@register.simple_tag
def script(path: str) -> SafeString:
    """A module of the page, and before it all that it imports, fetched at once."""
    return _script(path, imports_of(path), static(""))


@lru_cache(maxsize=256)
def _script(path: str, imports: tuple[str, ...], root: str) -> SafeString:
    links = format_html_join(
        "\n", '<link rel="modulepreload" href="{}{}">', ((root, one) for one in imports)
    )
    return format_html('{}\n<script type="module" src="{}{}"></script>', links, root, path)


@register.inclusion_tag("components/_status.html")
def status(value: str, reason: str = "") -> dict[str, object]:
    """The pill of a status; `reason` shows on hover."""
    return {"look": status_look(value), "reason": reason}


@register.filter
def status_look(value: str) -> StatusLook:
    return STATUS_LOOKS[Status(value)]


@register.filter
def kind_look(kind: Entity) -> KindLook:
    return KIND_LOOKS[kind]


@register.inclusion_tag("components/_time.html")
def moment(ms: int | None) -> dict[str, object]:
    """A time: relative, with the exact one on hover. UTC until the page's script has run."""
    if ms is None:
        return {"ms": None}
    return {"ms": ms, "utc": utc(ms)}


def utc(ms: int) -> str:
    """`ms` as `2026-11-20 14:03:12 UTC`; the bare number where no calendar holds it."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"


@register.filter
def count(number: int) -> str:
    """A count with separators: 1,284."""
    return f"{number:,}"


@register.simple_tag(takes_context=True)
def experiment_address(context: template.Context, experiment: Addressable) -> str:
    """The page of an experiment (of a model or of a row of the list)."""
    return addresses.experiment_address(
        context["workspace"].slug, experiment.name, experiment.number
    )


@register.simple_tag(takes_context=True)
def run_address(context: template.Context, run: Run, tab: str = "") -> str:
    return addresses.run_address(context["workspace"].slug, run.run_id, tab)


@register.filter
def markdown(text: str) -> SafeString:
    return to_html(text)


@register.simple_tag(takes_context=True)
def markdown_of_run(context: template.Context, run: Run, text: str) -> SafeString:
    """A text about a run, with pictures from the files of the run."""
    return to_html(text, pictures_of_run(context["workspace"].slug, run.run_id))


@register.filter
def marked(text: str, part: str) -> SafeString:
    """`text` with every place that says `part`, in any case, marked."""
    pieces = re.split(f"({re.escape(part)})", text, flags=re.IGNORECASE) if part else [text]
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", piece) if at % 2 else piece,)
            for at, piece in enumerate(pieces)
        ),
    )


@register.filter
def part(parts: dict[str, str], name: str) -> str:
    """A live part of the page by its id."""
    return parts[name]


@register.filter
def number(value: float | None, digits: int = 6) -> str:
    return format_number(value, digits)


@register.filter
def full(value: float | None) -> str:
    """Every digit of a value."""
    return "" if value is None else str(value)


@register.simple_tag
def duration(run: Run) -> SafeString:
    """How long a run took; ticks while it runs."""
    span = span_of(run)
    if span.started_ms is None:
        return format_html('<span class="muted">{}</span>', "—")
    if span.ended_ms is None:
        return format_html('<span data-from="{}">…</span>', span.started_ms)
    return format_html(
        '<span data-from="{}" data-to="{}">{} s</span>', *span, f"{span.seconds:,.1f}"
    )


@register.simple_tag
def web_link(address: str) -> str | SafeString:
    """An address a user gave, as a link if it is one of the web; else as text."""
    if not address.lower().startswith(("https://", "http://")):
        return address
    return format_html(
        '<a class="link wrap" href="{}" rel="noopener noreferrer nofollow">{}</a>', address, address
    )
