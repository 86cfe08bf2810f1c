"""What a write tells the page that asked for it: events that its script listens to."""

import json
from dataclasses import dataclass

from django.http import HttpResponse


@dataclass(frozen=True)
class Undo:
    """The form that takes a change back, for a button in its message."""

    address: str
    fields: dict[str, str]


def done(message: str = "", undo: Undo | None = None) -> HttpResponse:
    """204: it is done; the page brings its parts up to date and shows `message`."""
    return tell(HttpResponse(status=204), message, undo)


def tell(answer: HttpResponse, message: str = "", undo: Undo | None = None) -> HttpResponse:
    """Let `answer` also bring the page's parts up to date and show `message`."""
    events: dict[str, object] = {"studio:refresh": {}}
    if message:
        taken_back = {"address": undo.address, "fields": undo.fields} if undo else None
        events["studio:toast"] = {"text": message, "undo": taken_back}
    answer["HX-Trigger"] = json.dumps(events)
    return answer


def go(address: str) -> HttpResponse:
    """204: it is done; the page moves on to `address`."""
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer
