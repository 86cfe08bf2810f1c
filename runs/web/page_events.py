"""Answers to writes: the events that the script of the page listens to."""

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
    return add_events(HttpResponse(status=204), message, undo)


def add_events(answer: HttpResponse, message: str = "", undo: Undo | None = None) -> HttpResponse:
    """Let `answer` also bring the page's parts up to date and show `message`."""
    events: dict[str, object] = {"studio:refresh": {}}
    if message:
        undo_form = {"address": undo.address, "fields": undo.fields} if undo else None
        events["studio:toast"] = {"text": message, "undo": undo_form}
    answer["HX-Trigger"] = json.dumps(events)
    return answer


def go(address: str) -> HttpResponse:
    """204: it is done; the page moves on to `address`."""
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer
