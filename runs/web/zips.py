"""Folders of runs as zip files: streamed, with a length, resumable where the runs have ended."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from runs.artifacts.zipping.plans import plan_zip
from runs.http.query import read_flag, read_list
from runs.http.sending import send_folder, send_zip
from runs.table.bulk import get_runs
from runs.tracking.errors import InvalidValue
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.workspaces.permissions import Action

MOST_RUNS = 500


@page(Action.FILE_READ)
def run_zip(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """`?path=outputs`: one folder, or one file as it is; `?logs=1`: the logs; else everything.
    `?compress=1` deflates."""
    run, query = get_run(request.workspace, run_id), request.GET
    logs_only, compress = read_flag(query, "logs"), read_flag(query, "compress")
    return send_folder(request, run, query.get("path", ""), logs_only=logs_only, compress=compress)


@page(Action.FILE_READ)
def runs_zip(request: HttpRequest) -> HttpResponseBase:
    """`?runs=a,b&logs=1`: several runs, a folder for each."""
    run_ids = read_list(request.GET, "runs")
    if not 0 < len(run_ids) <= MOST_RUNS:
        raise InvalidValue(f"Name 1 to {MOST_RUNS} runs as ?runs=a,b.")
    runs = get_runs(workspace=request.workspace, run_ids=run_ids)
    plan = plan_zip(runs, logs_only=read_flag(request.GET, "logs"))
    return send_zip(request, plan, compress=read_flag(request.GET, "compress"))
