"""Who changed what people write about a run: its name, its description, its tags.

A change without a name behind it is not entered: a client that writes as it goes is no editor. The
same person changing the same thing again within an hour changes the last entry, or removes it by
changing it back.
"""

from collections.abc import Mapping, Sequence

from runs.database.rows import Rows
from runs.tracking.client_tags import is_client_tag
from runs.tracking.clock import now_ms
from runs.tracking.models import Run, RunEdit, RunTag

EDITS = Rows(RunEdit)
MERGED_MS = 3_600_000
# Of a long description the history keeps the beginning.
MOST_CHARS = 2000

# (what, key of a tag or "", value before, value after); None: there was or is none.
Edit = tuple[str, str, str | None, str | None]


def enter_edits(*, run: Run, by: str, edits: Sequence[Edit]) -> None:
    """Enter changes in the history of a run, inside the caller's transaction. Two queries, and one
    for each entry that is changed."""
    now = now_ms()
    made = [
        RunEdit(run=run, at_ms=now, by=by, what=what, key=key, before=cut(old), after=cut(new))
        for what, key, old, new in edits
        if by and old != new
    ]
    if not made:
        return
    recent = RunEdit.objects.filter(run=run, by=by, at_ms__gt=now - MERGED_MS)
    known = {(edit.what, edit.key): edit for edit in recent}
    for edit in made:
        if last := known.get((edit.what, edit.key)):
            merge(last, edit)
    EDITS.insert_many(edit for edit in made if (edit.what, edit.key) not in known)


def merge(last: RunEdit, edit: RunEdit) -> None:
    """Let the entry `last` end as `edit` does; nothing is left of a change that was taken back."""
    entry = RunEdit.objects.filter(pk=last.pk)
    if last.before == edit.after:
        entry.delete()
    else:
        entry.update(after=edit.after, at_ms=edit.at_ms)


def enter_tags(*, runs: Sequence[Run], by: str, tags: Mapping[str, str | None]) -> None:
    """Enter that runs are about to get these tags; those of clients' own are not entered. Three
    queries a run at most."""
    own = {key: value for key, value in tags.items() if not is_client_tag(key)}
    if not own or not by:
        return
    for run in runs:
        before = dict(RunTag.objects.filter(run=run, key__in=own).values_list("key", "value"))
        edits = [
            (RunEdit.TAG, key, said(before.get(key, MISSING)), said(value))
            for key, value in own.items()
        ]
        enter_edits(run=run, by=by, edits=edits)


MISSING = object()


def said(value: object) -> str | None:
    """Return a tag's value as the history has it: "" for a tag without a value, None for no tag."""
    return None if value is MISSING else str(value or "")


def cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= MOST_CHARS else f"{text[: MOST_CHARS - 1]}…"
