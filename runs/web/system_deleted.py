"""The System page, deleted runs: looking at them, bringing them back, erasing them for good."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from runs.housekeeping.deleted_runs import PER_PAGE, list_deleted_runs
from runs.housekeeping.models import Purge
from runs.housekeeping.purging.asking import start_purge
from runs.housekeeping.purging.previews import experiments_of_all, preview_purge
from runs.housekeeping.purging.queries import last_purge
from runs.http.cursors import read_cursor
from runs.http.query import is_whole, read_flag
from runs.table.bulk import get_runs
from runs.tracking.erasing import COUNTED, Erased
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.services import restore_runs
from runs.web import live, page_events
from runs.web.addresses import next_address
from runs.web.gate import page
from runs.web.system import frame
from runs.workspaces.permissions import Action, is_allowed

PARTS = (
    live.LivePart("purge", "system/_purge.html"),
    live.LivePart("deleted", "system/_deleted.html"),
)


@page(Action.RUN_READ)
def deleted(request: HttpRequest) -> HttpResponse:
    position = read_cursor(request.GET.get("after"), int, int)
    found = list_deleted_runs(workspace=request.workspace, after=position, limit=PER_PAGE)
    purge = last_purge(request.workspace)
    context = {
        **frame(request, "system_deleted"),
        "found": found,
        "is_later": position is not None,
        "next": next_address(request, found.next),
        "purge": purge,
        "progress": progress_of(purge) if purge else None,
        "empty_experiments": 0 if found.total else experiments_of_all(request.workspace).count(),
        "may_purge": is_allowed(request.role, Action.RUN_PURGE),
    }
    is_live = purge is not None and purge.ended_ms is None
    return live.answer(request, "system/deleted.html", PARTS, context, is_live=is_live)


def progress_of(purge: Purge) -> tuple[float, float]:
    """How much of the work is done, and how much there is: a run is as much as 100 points."""
    asked = purge.asked
    done = purge.runs + purge.points / 100 + purge.file_count
    total = asked.get("runs", 0) + asked.get("points", 0) / 100 + asked.get("file_count", 0)
    return min(done, total), max(total, 1)


@page(Action.RUN_WRITE, ("POST",))
def restore(request: HttpRequest) -> HttpResponse:
    """Bring the chosen runs (`run`, many times) back."""
    runs = chosen(request)
    restore_runs(runs=runs)
    return page_events.done(f"{count_words(len(runs), 'run')} restored.")


@page(Action.RUN_PURGE, ("POST",))
def preview(request: HttpRequest) -> HttpResponse:
    """The panel that says what erasing the chosen runs, or `all`, would free."""
    runs = None if is_all(request) else chosen(request)
    pks = None if runs is None else [run.pk for run in runs]
    shown = preview_purge(workspace=request.workspace, run_pks=pks)
    context = {
        "shown": shown,
        "counts": list(shown.counts.items()),
        "number": number_to_type(shown),
        "run_ids": [run.run_id for run in runs or ()],
        "is_all": runs is None,
    }
    return render(request, "system/_erase_panel.html", context)


@page(Action.RUN_PURGE, ("POST",))
def purge(request: HttpRequest) -> HttpResponse:
    """Erase what the panel has shown; `typed` is the number its reader has agreed to."""
    shown = read_counts(request.POST)
    number = number_to_type(Erased(**shown))
    if not number or request.POST.get("typed", "").strip() != str(number):
        raise InvalidValue(f"Type {number} to erase them. Nothing was erased.")
    done = start_purge(
        workspace=request.workspace,
        run_pks=None if is_all(request) else [run.pk for run in chosen(request)],
        asked_by=request.principal.name,
        shown=shown,
    )
    where = reverse("system_deleted", kwargs={"workspace": request.workspace.slug})
    if request.headers.get("HX-Request") != "true":
        return HttpResponse(status=303, headers={"Location": where})
    words = count_words(shown["runs"], "run")
    has_ended = done.ended_ms is not None
    return page_events.done(f"{words} erased." if has_ended else f"{words} are being erased.")


def is_all(request: HttpRequest) -> bool:
    return read_flag(request.POST, "all")


def chosen(request: HttpRequest) -> list[Run]:
    """The runs that the form names. Raises InvalidValue for none, NotFound."""
    run_ids: list[Any] = list(dict.fromkeys(request.POST.getlist("run")))
    if not run_ids:
        raise InvalidValue("Select runs first.")
    return get_runs(workspace=request.workspace, run_ids=run_ids)


def read_counts(form: QueryDict) -> dict[str, int]:
    """The numbers that were shown. Raises InvalidValue where one is missing."""
    texts: Mapping[str, str] = {name: form.get(name, "") for name in COUNTED}
    if not all(map(is_whole, texts.values())):
        raise InvalidValue("Reload the page to see what would be erased.")
    return {name: int(text) for name, text in texts.items()}


def number_to_type(shown: Erased) -> int:
    """The runs to be erased; where there are none, the empty experiments."""
    return shown.runs or shown.experiments


def count_words(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
