"""The tab Raw JSON of a run: everything known about it, as one document."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from runs.artifacts.logs.conventions import list_logs
from runs.artifacts.snapshots.queries import find_snapshot
from runs.details.reading import RunPart, RunRecord, read_parts_of
from runs.details.run_documents import get_run_document
from runs.http.query import read_flag
from runs.http.sending import disposition
from runs.tracking.models import DatasetInput, Run
from runs.web.gate import page
from runs.web.run_tabs import RunTab
from runs.workspaces.permissions import Action


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    return {"raw_address": reverse("run_raw", kwargs=where)}


@page(Action.FILE_READ)
def document(request: HttpRequest, run_id: str) -> HttpResponse:
    """The keys of azureml-core's `Run.get_details()`, and what it leaves out; `?download=1`."""
    found = get_run_document(request.workspace, run_id)
    body = msgspec.json.format(msgspec.json.encode(describe(request, found)), indent=2)
    headers = disposition(f"{run_id}.json") if read_flag(request.GET, "download") else None
    return HttpResponse(body, content_type="application/json", headers=headers)


def describe(request: HttpRequest, found: RunRecord) -> dict[str, Any]:
    run = found.run
    snapshot = find_snapshot(run)
    [read] = read_parts_of([run], [RunPart.DATASETS])
    details = {
        "runId": run.run_id,
        "target": run.target,
        "status": run.status,
        "statusReason": run.status_reason,
        "startTimeUtc": as_utc(run.started_ms),
        "endTimeUtc": as_utc(run.ended_ms),
        "properties": found.properties,
        "inputDatasets": [describe_dataset(one) for one in read.datasets],
        "outputDatasets": [],
        "runDefinition": run.source,
        "snapshotId": snapshot.sha256 if snapshot else None,
        "logFiles": addresses_of_logs(request, run),
        "submittedBy": run.submitted_by,
    }
    if run.error:
        details["error"] = {"error": {"message": run.error}}
    return details | {
        "name": run.name,
        "number": run.number,
        "description": run.description,
        "lifecycle": run.lifecycle,
        "experiment": {"id": run.experiment.number, "name": run.experiment.name},
        "parentRunId": run.parent and run.parent.run_id,
        "parameters": found.params,
        "tags": found.tags,
        "metrics": found.metrics,
        "edits": [
            {
                "what": one.what,
                "key": one.key,
                "before": one.before,
                "after": one.after,
                "at": as_utc(one.at_ms),
                "by": one.by,
            }
            for one in found.edits
        ],
        "history": [
            {"status": one.status, "at": as_utc(one.at_ms), "by": one.by, "reason": one.reason}
            for one in found.history
        ],
    }


def describe_dataset(row: DatasetInput) -> dict[str, str]:
    return {"name": row.name, "digest": row.digest, "context": row.context}


def addresses_of_logs(request: HttpRequest, run: Run) -> dict[str, str]:
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    return {
        log.path: request.build_absolute_uri(
            reverse("run_file", kwargs={**where, "path": log.path})
        )
        for log in list_logs(run)
    }


def as_utc(ms: int | None) -> str | None:
    """`ms` as ISO 8601; the number itself where it is beyond the years of dates."""
    if ms is None:
        return None
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return str(ms)


TAB = RunTab("raw", "Raw JSON", "runs/raw.html", read)
