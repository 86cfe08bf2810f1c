"""What the request of an attempt may write: its run, and the runs below it, while it is the attempt
that counts."""

from django.db import connection

from runs.tracking.errors import TrackingError
from runs.tracking.models import Run
from runs.tracking.tables import RUN
from runs.tracking.words import note_word
from runs.workspaces.errors import ErrorKind
from runs.workspaces.scopes import RunScope, is_writing, writing_limit

DEEPEST = 100
HOLDS = f"SELECT 1 FROM {RUN} WHERE id = %s AND fence = %s"


class OutOfScope(TrackingError):
    """A run token is for another run."""

    kind, code = ErrorKind.FORBIDDEN, "out_of_scope"


class AttemptOver(TrackingError):
    """The attempt lost its lease, or the run has ended: whoever still runs it must stop."""

    kind, code = ErrorKind.GONE, "attempt_over"


def check_write_limit(pk: int | None, *, only_adds: bool = False) -> None:
    """Return when this request may write the run with this key (None: a run without a parent).
    What it writes is a word of the run.

    One that `only_adds` values of metrics may write the runs above its own too. No query where the
    request is not one of an attempt, else one for each level between the runs and one more. Raises
    OutOfScope, AttemptOver.
    """
    if pk is not None and is_writing():
        note_word(pk)
    limit = writing_limit()
    if limit is None:
        return
    if not _holds(limit):
        raise AttemptOver("Another attempt runs this run now, or none does. Stop this one.")
    if is_at_or_below(pk, limit.run) or (only_adds and is_at_or_below(limit.run, pk)):
        return
    raise OutOfScope("This run token writes its own run and the runs below it only.")


def _holds(limit: RunScope) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(HOLDS, [limit.run, limit.fence])
        return cursor.fetchone() is not None


def is_at_or_below(pk: int | None, top: int | None) -> bool:
    """Tell whether a run is another one or in the tree below it."""
    for _ in range(DEEPEST):
        if pk is None or pk == top:
            break
        pk = Run.objects.filter(pk=pk).values_list("parent", flat=True).first()
    return pk is not None and pk == top
