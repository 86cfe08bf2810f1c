"""Forms in which a person edits texts that others may edit too."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from runs.http.errors import STATUS
from runs.tracking.people_texts import ChangedMeanwhile
from runs.web import problems

FIELDS = ("name", "description")


@dataclass(frozen=True)
class Edit:
    """The texts that were sent, and the stamps of those that the reader had before."""

    texts: dict[str, str]
    seen: dict[str, str]


def read_edit(request: HttpRequest) -> Edit:
    """Read the fields of a form, and `<field>_seen` beside each."""
    sent = request.POST
    return Edit(
        {field: sent[field] for field in FIELDS if field in sent},
        {field: sent[f"{field}_seen"] for field in FIELDS if sent.get(f"{field}_seen")},
    )


def refuse_edit(request: HttpRequest, changed: ChangedMeanwhile) -> HttpResponse:
    """Answer with the words of the refusal, and with the stamp that lets the form be sent again
    (the header `X-Seen`: field and stamp)."""
    words = f"{changed} Save again to replace it."
    answer = problems.answer(request, STATUS[changed.kind], words, hint="")
    answer["X-Seen"] = f"{changed.field} {changed.stamp}"
    return answer
