"""Runs of which nothing is heard any more: no run stays Running for ever.

A run that no cluster runs is NotResponding when its client has written nothing for longer than
`STUDIO_SILENT_MINUTES`, or has beaten and stopped; with its next word it is Running again. A run
whose children go on is left alone. (What a cluster runs has a lease.)
"""

import logging
import threading
from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from runs.database.writer import hold_writer_lock
from runs.tracking.clock import now_ms
from runs.tracking.models import LastWord, Lifecycle, Run
from runs.tracking.runs import update_run
from runs.tracking.statuses import FINAL_STATUSES, Status
from runs.tracking.tables import LAST_WORD, RUN
from runs.tracking.words import note_word, take_words, when_heard
from runs.workspaces.models import Workspace

BEATS_SILENT_MS = 45_000
MINUTE_MS = 60_000
MOST_MARKED = 500
PART = 500
STUDIO = "studio"
JUDGED = (Status.RUNNING, Status.FINALIZING)
STORE = (
    f"INSERT INTO {LAST_WORD} (run_id, at_ms, beats) SELECT id, %s, %s FROM {RUN}"
    " WHERE id IN ({places}) ORDER BY id ON CONFLICT (run_id) DO UPDATE SET"
    f" at_ms = excluded.at_ms, beats = {LAST_WORD}.beats OR excluded.beats"
)

log = logging.getLogger(__name__)


def silent_ms() -> int:
    """Return how long a client that does not beat may write nothing."""
    return settings.STUDIO_SILENT_MINUTES * MINUTE_MS


def store_words() -> None:
    """Store which runs have been heard of in this process, and let those that were silent run.
    What the database does not take now is stored with the next words."""
    heard = take_words()
    if not heard:
        return
    try:
        with hold_writer_lock(), transaction.atomic():
            _store(heard)
        wake_silent(heard)
    except DatabaseError:
        for pk, beats in heard.items():
            note_word(pk, beats=beats)
        log.warning("the last words of %d runs are stored later", len(heard), exc_info=True)


def _store(heard: Mapping[int, bool]) -> None:
    now = now_ms()
    for beats in (False, True):
        keys = sorted(pk for pk, one in heard.items() if one is beats)
        for first in range(0, len(keys), PART):
            part = keys[first : first + PART]
            with connection.cursor() as cursor:
                places = ", ".join(["%s"] * len(part))
                cursor.execute(STORE.format(places=places), [now, beats, *part])


def wake_silent(pks: Collection[int]) -> None:
    """Let those of the runs that did not respond run again. One query where there is none."""
    silent = Run.objects.filter(pk__in=pks, status=Status.NOT_RESPONDING, fence=0)
    for pk in list(silent.values_list("pk", flat=True)):
        with hold_writer_lock(), transaction.atomic():
            run = silent.filter(pk=pk).select_for_update().first()
            if run is not None:
                update_run(run=run, status=Status.RUNNING, by=STUDIO, reason="heard of again")


def mark_silent_runs() -> int:
    """Let runs of which nothing is heard be NotResponding; return how many, at most 500 of each
    workspace. One query for a workspace without any."""
    store_words()
    now, marked = now_ms(), 0
    for workspace in Workspace.objects.values_list("pk", flat=True):
        found = silent_runs(workspace, now).values_list("pk", flat=True)[:MOST_MARKED]
        marked += sum(_mark(workspace, pk, now) for pk in list(found))
    return marked


def silent_runs(workspace: int, now: int) -> QuerySet[Run]:
    """Return the runs that are judged silent, each with the time of its last word as `heard_ms`."""
    children = Run.objects.filter(parent=OuterRef("pk"))
    last_of_children = children.order_by("-updated_ms").values("updated_ms")[:1]
    said_ms = Greatest(Coalesce("last_word__at_ms", Value(0)), "updated_ms")
    has_beaten = Coalesce("last_word__beats", Value(False), output_field=BooleanField())
    going = Run.objects.filter(
        workspace=workspace, status__in=JUDGED, fence=0,
        lifecycle__in=(Lifecycle.ACTIVE, Lifecycle.ARCHIVED),
    )  # fmt: skip
    is_silent = Q(said_ms__lt=now - silent_ms()) | Q(beats=True, said_ms__lt=now - BEATS_SILENT_MS)
    return (
        going.alias(said_ms=said_ms)
        .annotate(beats=has_beaten)
        .filter(is_silent)
        .exclude(Exists(children.exclude(status__in=FINAL_STATUSES)))
        .annotate(heard_ms=Greatest(F("said_ms"), Coalesce(Subquery(last_of_children), Value(0))))
        .filter(Q(heard_ms__lt=now - silent_ms()) | Q(beats=True))
    )


def _mark(workspace: int, pk: int, now: int) -> int:
    with hold_writer_lock(), transaction.atomic():
        if Run.objects.select_for_update().filter(pk=pk, status__in=JUDGED).first() is None:
            return 0
        # A word that came before the lock counts.
        run = silent_runs(workspace, now).filter(pk=pk).first()
        if run is None:
            return 0
        update_run(run=run, status=Status.NOT_RESPONDING, by=STUDIO, reason=_reason(run, now))
        return 1


def _reason(run: Run, now: int) -> str:
    seconds = (now - run.heard_ms) // 1000
    return f"no beat for {seconds} s" if run.beats else f"no word for {seconds // 60} min"


def _store_soon() -> None:
    """Store what is noted from now on in a while, in a thread of its own."""
    if settings.STUDIO_HEAR_S > 0:
        timer = threading.Timer(settings.STUDIO_HEAR_S, _store_and_leave)
        timer.daemon = True
        timer.start()


def _store_and_leave() -> None:
    try:
        store_words()
    finally:
        connection.close()


def last_word(run: Run) -> LastWord | None:
    """Return when a run was last heard of, None where it has said nothing since it began."""
    return LastWord.objects.filter(run=run).first()


when_heard(_store_soon)
