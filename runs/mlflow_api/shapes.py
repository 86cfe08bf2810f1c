"""Runs as the protocol writes them."""

from collections.abc import Sequence
from typing import Any

from runs.details.reading import RunPart, RunRecord, RunTuple, read_runs
from runs.mlflow_api.encoding import encode_double, without_empty
from runs.mlflow_api.locations import run_location
from runs.mlflow_api.mirrors import UNKNOWN_USER, shown_tags
from runs.mlflow_api.statuses import TO_MLFLOW
from runs.tracking.models import NO_END, DatasetInput, Lifecycle, Run


def as_info(run: Run | RunTuple) -> dict[str, Any]:
    """Return the `info` of a run; its experiment is read with it. Archived counts as active."""
    deleted = run.lifecycle == Lifecycle.DELETED
    info = {
        "run_uuid": run.run_id,
        "run_id": run.run_id,
        "run_name": run.name,
        "experiment_id": str(run.experiment.number),
        "user_id": run.submitted_by or UNKNOWN_USER,
        "status": TO_MLFLOW[run.status],
        "start_time": run.started_ms,
        "end_time": end_of(run),
        "artifact_uri": run_location(run),
        "lifecycle_stage": "deleted" if deleted else "active",
    }
    return without_empty(info)


def end_of(run: Run | RunTuple) -> int | None:
    """Return the end that a client has given the run, or that another one than a client has."""
    if run.client_ended_ms is None:
        return run.ended_ms
    return None if run.client_ended_ms == NO_END else run.client_ended_ms


PARTS = (RunPart.PARAMS, RunPart.TAGS, RunPart.LATEST, RunPart.MODELS, RunPart.DATASETS)


def read_whole_runs(ids: Sequence[int]) -> list[RunRecord]:
    """Return the runs with these keys as the protocol shows them. Six queries; one more where data
    sets were read."""
    return read_runs(ids, PARTS, as_tuples=True)


def as_run(whole: RunRecord) -> dict[str, Any]:
    """Return a run with its data and its inputs; empty lists are left out."""
    tags = shown_tags(whole.run, whole.tags, whole.parent)
    data = {
        "metrics": [
            {
                "key": key,
                "value": encode_double(value),
                "timestamp": ms,
                "step": step,
            }
            for key, value, ms, step in whole.latest.values()
        ],
        "params": [{"key": key, "value": value} for key, value in whole.params.items()],
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }
    run: dict[str, Any] = {"info": as_info(whole.run), "data": without_empty(data)}
    if whole.datasets:
        run["inputs"] = {"dataset_inputs": [as_dataset_input(row) for row in whole.datasets]}
    if whole.models:
        run["outputs"] = {"model_outputs": [{"model_id": key, "step": 0} for key in whole.models]}
    return run


def as_dataset_input(row: DatasetInput) -> dict[str, Any]:
    """Return a data set a run has read."""
    dataset = {
        "name": row.name,
        "digest": row.digest,
        "source_type": row.source_type,
        "source": row.source,
        "schema": row.schema or None,
        "profile": row.profile or None,
    }
    return without_empty({"tags": row.tags, "dataset": without_empty(dataset)})
