"""The search of the logs of many runs: a page, and its hits as lines of JSON while they come."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from runs.artifacts.errors import ArtifactError
from runs.artifacts.logs.query import Query, parse_query
from runs.artifacts.logs.searching import FileHits
from runs.http.cursors import read_key, write_key
from runs.http.query import read_flag
from runs.http.streaming import Streamed
from runs.search.log_hits import SearchProgress, find_in_logs, runs_with_files
from runs.tracking.experiment_search import order_of_name
from runs.tracking.models import Experiment, Lifecycle, Run
from runs.tracking.queries import get_experiment_by_name
from runs.web.addresses import experiment_address, run_address
from runs.web.gate import page
from runs.workspaces.permissions import Action


@page(Action.FILE_READ)
def log_search(request: HttpRequest) -> HttpResponse:
    """`?q=CUDA out of memory&regex=1&case=1&exp=vision`: the page; its script asks for the hits."""
    workspace = request.workspace
    names = Experiment.objects.filter(workspace=workspace, lifecycle=Lifecycle.ACTIVE)
    context = {
        "crumbs": [{"label": "Search logs"}],
        "text": request.GET.get("q", ""),
        "is_regex": read_flag(request.GET, "regex"),
        "match_case": read_flag(request.GET, "case"),
        "chosen": request.GET.get("exp", ""),
        "experiments": sorted(names.values_list("name", flat=True), key=order_of_name),
        "hits_address": reverse("log_search_hits", kwargs={"workspace": workspace.slug}),
    }
    return render(request, "search/logs.html", context)


@page(Action.FILE_READ)
def hits(request: HttpRequest) -> HttpResponseBase:
    """The query of the page and `&after=<cursor>`: JSON documents, one a line.

    `{"total"}` first, `{"run", "path", "hits", …}` for each log with hits, `{"searched"}` now and
    then; `{"searched", "next"}` ends a part of the search: ask again with `after=<next>`, or it
    is null and all is searched. `{"error"}` where the store gave up.
    """
    query = parse_query(
        request.GET.get("q", ""),
        is_regex=read_flag(request.GET, "regex"),
        match_case=read_flag(request.GET, "case"),
    )
    experiments = [
        get_experiment_by_name(request.workspace, name)
        for name in request.GET.getlist("exp")
        if name
    ]
    runs = runs_with_files(request.workspace, experiments or None)
    lines = write_lines(
        request.workspace.slug, runs, query, read_key(request.GET.get("after"), int)
    )
    return Streamed(lines, content_type="application/x-ndjson", headers={"X-Accel-Buffering": "no"})


def write_lines(slug: str, runs: QuerySet[Run], query: Query, after: int | None) -> Iterator[bytes]:
    if after is None:
        yield as_line({"total": runs.count()})
    last: SearchProgress | None = None
    try:
        for found in find_in_logs(runs, query, after=after):
            if isinstance(found, SearchProgress):
                last = found
                yield as_line({"searched": found.searched})
            else:
                yield as_line(describe(slug, found))
    except ArtifactError as error:
        yield as_line({"error": str(error)})
    else:
        searched, place = (last.searched, last.last) if last else (0, None)
        yield as_line({"searched": searched, "next": write_key(place)})


def describe(slug: str, found: FileHits) -> dict[str, Any]:
    experiment = found.run.experiment
    return {
        "run": found.run.run_id,
        "name": found.run.name,
        "address": run_address(slug, found.run.run_id, "outputs"),
        "experiment": experiment.name,
        "experiment_address": experiment_address(slug, experiment.name, experiment.number),
        "path": found.file.path,
        "more": not found.is_complete,
        "hits": [{"no": hit.no, "text": hit.text, "spans": hit.spans} for hit in found.hits],
    }


def as_line(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document) + b"\n"
