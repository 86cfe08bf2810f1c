"""The endpoints a training loop calls: metrics, params, tags, one by one or as a batch."""

from collections.abc import Sequence
from typing import Any

from runs.metrics.services import Columns, RunRef, log_batch, resolve_run
from runs.mlflow_api import messages
from runs.mlflow_api.endpoint import POST, Call, endpoint
from runs.mlflow_api.errors import ProtocolError, invalid_value, missing_value, unknown_run
from runs.mlflow_api.lookups import find_run
from runs.mlflow_api.names import (
    MAX_KEY_CHARS,
    check_batch_size,
    check_key,
    check_param,
    check_run_id,
    check_tag,
    read_params,
    read_tags,
)
from runs.tracking.client_tags import is_client_tag
from runs.tracking.errors import NotFound
from runs.tracking.tags import MIRRORED, reflect_tags, set_tags
from runs.tracking.texts import is_key
from runs.workspaces.permissions import Action


def resolve(call: Call, message: messages.RunMessage) -> RunRef:
    """Return the run a request writes to, from a cache where it is known."""
    run_id = check_run_id(message.run_id or "")
    try:
        return resolve_run(call.workspace.id, run_id)
    except NotFound:
        raise unknown_run(run_id) from None


def read_points(metrics: Sequence[messages.BatchMetric] | None) -> Columns:
    """Return the points of a batch. Raises `ProtocolError` naming the element that is wrong."""
    metrics = metrics or ()
    keys = [metric.key for metric in metrics]
    times = [metric.timestamp for metric in metrics]
    values = [metric.value for metric in metrics]
    if None in values or None in times or not all(map(_is_right, dict.fromkeys(keys))):
        raise _explain(metrics)
    if min(times, default=0) < 0:
        raise _explain(metrics)
    return Columns(keys, [metric.step or 0 for metric in metrics], times, values)


def _is_right(key: str | None) -> bool:
    return bool(key) and len(key) <= MAX_KEY_CHARS and is_key(key)


def _explain(metrics: Sequence[messages.BatchMetric]) -> ProtocolError:
    """Say what is wrong with the first element of a batch that is wrong."""
    for index, metric in enumerate(metrics):
        place = f"metrics[{index}]"
        # MLflow speaks of `key` where it is missing and of `name` where it is bad.
        check_key(metric.key, f"{place}.{'name' if metric.key else 'key'}", "Metric name")
        for field in ("value", "timestamp"):
            if getattr(metric, field) is None:
                return missing_value(f"{place}.{field}")
        if metric.timestamp < 0:
            return negative_time(f"{place}.timestamp", metric.timestamp)
    raise AssertionError("nothing is wrong")


def negative_time(field: str, ms: int) -> ProtocolError:
    """A point before 1970."""
    return invalid_value(field, ms, "Timestamp must be a nonnegative long (64-bit integer).")


@endpoint(Action.RUN_WRITE, POST, messages.LogMetric)
def log_metric(call: Call, message: messages.LogMetric) -> dict[str, Any]:
    """Add one point to a metric."""
    key = check_key(message.key, "name", "Metric name")
    if message.timestamp < 0:
        raise negative_time("timestamp", message.timestamp)
    point = (key, message.step or 0, message.timestamp, message.value)
    log_batch(run=resolve(call, message), points=[point], is_last=True)
    return {}


@endpoint(Action.RUN_WRITE, POST, messages.RunTagMessage)
def log_param(call: Call, message: messages.RunTagMessage) -> dict[str, Any]:
    """Write a param, once."""
    key = check_key(message.key, "key", "Param key")
    params = {key: check_param(message.value)}
    log_batch(run=resolve(call, message), points=[], params=params, is_last=True)
    return {}


@endpoint(Action.RUN_WRITE, POST, messages.RunTagMessage)
def set_tag(call: Call, message: messages.RunTagMessage) -> dict[str, Any]:
    """Write a tag."""
    key = check_key(message.key, "key")
    tags = {key: check_tag(key, message.value, "value")}
    if is_client_tag(key):
        log_batch(run=resolve(call, message), points=[], params=None, tags=tags)
        reflect(call, message, tags)
    else:
        run = find_run(call.workspace, check_run_id(message.run_id or ""))
        set_tags(run=run, tags=tags, by=call.principal.name)
    return {}


@endpoint(Action.RUN_WRITE, POST, messages.LogBatch)
def log_many(call: Call, message: messages.LogBatch) -> dict[str, Any]:
    """Write points, params and tags, all or nothing."""
    metrics, params, tags = message.metrics or (), message.params or (), message.tags or ()
    check_batch_size(len(metrics), len(params), len(tags))
    points, read, texts = read_points(metrics), read_params(params), read_tags(tags)
    run = resolve(call, message)
    are_plain = MIRRORED.isdisjoint(texts)
    log_batch(run=run, points=points, params=read, tags=texts, is_last=are_plain)
    if not are_plain:
        reflect(call, message, texts)
    return {}


def reflect(call: Call, message: messages.RunMessage, tags: dict[str, str]) -> None:
    """Carry tags that were written over to the run's fields where they mirror one."""
    if not MIRRORED.isdisjoint(tags):
        run = find_run(call.workspace, message.run_id or "")
        reflect_tags(run, tags, call.principal.name)
