"""Pages whose parts keep themselves up to date by asking their own address.

A page is built of named parts. A request from the page's script says which stamp it holds of
each part (`?since=list.1f3a~head.77c0`) and gets back only the parts that have changed, or 204.
A stamp is a hash of what the part shows, so nothing else has to remember what changed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class LivePart:
    """A piece of a page that is replaced as a whole. `id` is its element's; the template must show
    the same for the same data: times as `{% moment %}`, never as words."""

    id: str
    template: str


def answer(
    request: HttpRequest,
    page: str,
    parts: tuple[LivePart, ...],
    context: Mapping[str, Any],
    *,
    is_live: bool = True,
) -> HttpResponse:
    """Answer with the whole page, with the changed parts, or with 204.

    `is_live` False: nothing will change any more, the page need not ask again.
    """
    held = read_stamps(request.GET.get("since", ""))
    frame = {"address": address_without_since(request), "is_live": is_live}
    drawn = {part.id: draw(request, part, context, frame, held) for part in parts}
    if is_part_request(request):
        changed = "".join(text for text in drawn.values() if text)
        return HttpResponse(changed) if changed else HttpResponse(status=204)
    return render(request, page, {**context, "parts": drawn})


def is_part_request(request: HttpRequest) -> bool:
    """Whether a script asks for parts; going back in the history needs the whole page."""
    is_htmx = request.headers.get("HX-Request") == "true"
    return is_htmx and request.headers.get("HX-History-Restore-Request") != "true"


def draw(
    request: HttpRequest,
    part: LivePart,
    context: Mapping[str, Any],
    frame: Mapping[str, Any],
    held: Mapping[str, str],
) -> str:
    """The part inside its element; empty where the reader holds it already."""
    inside = render_to_string(part.template, dict(context), request)
    stamp = stamp_of(f"{frame}\n{inside}")
    if held.get(part.id) == stamp:
        return ""
    whole = {**frame, "id": part.id, "inside": SafeString(inside), "stamp": stamp}
    return render_to_string("components/_live.html", whole)


def stamp_of(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_stamps(since: str) -> dict[str, str]:
    pairs = (pair.partition(".") for pair in since.split("~"))
    return {name: stamp for name, _, stamp in pairs if stamp}


def address_without_since(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("since", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path
