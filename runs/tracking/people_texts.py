"""Texts that several people may edit at a time, such as a description.

Whoever sends a text may say which one was there when the edit began, itself or its stamp: a text
that somebody else has changed meanwhile is not replaced without a word. `merge_…` writes what was
edited of the texts of a form; `update_…_as_seen` writes all that a program asks for, or nothing.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from runs.database.writer import write_together
from runs.tracking.errors import TrackingError
from runs.tracking.experiments import update_experiment
from runs.tracking.models import Experiment, Run, RunEdit
from runs.tracking.runs import update_run
from runs.workspaces.errors import ErrorKind

SHOWN_CHARS = 200
SOMEBODY = "Somebody else"


class ChangedMeanwhile(TrackingError):
    """Another person has changed the text since it was read. `field` is which one, `stamp` that of
    the text there is now: sent with it, the edit replaces that text."""

    kind, code = ErrorKind.CONFLICT, "changed_meanwhile"

    def __init__(self, field: str, now: str, by: str = SOMEBODY) -> None:
        shown = now if len(now) <= SHOWN_CHARS else f"{now[:SHOWN_CHARS]}…"
        says = f"It says now: “{shown}”." if now else "It is empty now."
        super().__init__(f"{by} has changed the {field} meanwhile. {says} Nothing is saved yet.")
        self.field, self.now, self.stamp = field, now, stamp_of(now)

    def facts(self) -> dict[str, str]:
        return {"field": self.field, "now": self.now}


def stamp_of(text: str) -> str:
    """Return what tells a text from others. Forms write line ends in a way of their own."""
    plain = "\n".join(text.split("\r\n")).strip()
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()


def merge_run_texts(
    *, run: Run, texts: Mapping[str, str], seen: Mapping[str, str], by: str = ""
) -> None:
    """Write those of name and description that were edited. Raises ChangedMeanwhile, NotActive,
    InvalidValue."""
    with write_together():
        now = Run.objects.select_for_update().values("name", "description").get(pk=run.pk)
        edited = _edited(now, texts, seen)
        if field := _first_changed(now, edited, seen):
            raise ChangedMeanwhile(field, now[field], _who_edited(run, field))
        if edited:
            update_run(run=run, by=by, **edited)


def update_run_as_seen(*, run: Run, seen: Mapping[str, str], by: str = "", **changes: Any) -> Run:
    """Do as `update_run`, but change nothing where a text is not as it was `seen`. Raises
    ChangedMeanwhile too."""
    if not seen:
        return update_run(run=run, by=by, **changes)
    with write_together():
        now = Run.objects.select_for_update().values("name", "description").get(pk=run.pk)
        if field := first_unlike(now, seen):
            raise ChangedMeanwhile(field, now[field], _who_edited(run, field))
        return update_run(run=run, by=by, **changes)


def update_experiment_as_seen(
    *, experiment: Experiment, seen: Mapping[str, str], **changes: str
) -> Experiment:
    """Do as `update_experiment`, but change nothing where a text is not as it was `seen`. Raises
    ChangedMeanwhile too."""
    with transaction.atomic():
        rows = Experiment.objects.select_for_update().values("name", "description")
        if seen and (field := first_unlike(now := rows.get(pk=experiment.pk), seen)):
            raise ChangedMeanwhile(field, now[field])
        return update_experiment(experiment=experiment, **changes)


def first_unlike(now: Mapping[str, str], seen: Mapping[str, str]) -> str:
    """Return the first text that is not as it was seen; "" where all are."""
    return next((one for one in seen if stamp_of(seen[one]) != stamp_of(now[one])), "")


def merge_experiment_texts(
    *, experiment: Experiment, texts: Mapping[str, str], seen: Mapping[str, str]
) -> None:
    """Write those of name and description that were edited. Raises ChangedMeanwhile, NameTaken,
    NotActive, InvalidValue."""
    with transaction.atomic():
        rows = Experiment.objects.select_for_update().values("name", "description")
        now = rows.get(pk=experiment.pk)
        edited = _edited(now, texts, seen)
        if field := _first_changed(now, edited, seen):
            raise ChangedMeanwhile(field, now[field])
        update_experiment(experiment=experiment, **edited)


def _edited(
    now: Mapping[str, str], texts: Mapping[str, str], seen: Mapping[str, str]
) -> dict[str, str]:
    """Return the texts that differ from those there are and from those that were seen."""
    return {
        field: text
        for field, text in texts.items()
        if text != now[field] and stamp_of(text) != seen.get(field)
    }


def _first_changed(
    now: Mapping[str, str], edited: Mapping[str, str], seen: Mapping[str, str]
) -> str:
    """Return the first of the edited texts that is not as it was seen; "" where all are."""
    return next((one for one in edited if seen.get(one) not in (None, stamp_of(now[one]))), "")


def _who_edited(run: Run, field: str) -> str:
    last = RunEdit.objects.filter(run=run, what=field).order_by("-at_ms").first()
    return last.by if last else SOMEBODY
