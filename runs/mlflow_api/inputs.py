"""The endpoints that say what a run has read and made: data sets and models."""

from typing import Any

import msgspec

from runs.mlflow_api import messages
from runs.mlflow_api.endpoint import POST, Call, endpoint
from runs.mlflow_api.errors import INVALID, ProtocolError, missing_value, too_long
from runs.mlflow_api.lookups import find_run
from runs.mlflow_api.names import check_run_id
from runs.tracking import services
from runs.tracking.inputs import LIMITS, log_datasets
from runs.tracking.models import DatasetInput, Run, RunTag
from runs.tracking.notes import check_active
from runs.workspaces.permissions import Action

CONTEXT_TAG = "mlflow.data.context"
HISTORY_TAG = "mlflow.log-model.history"
MODEL_NEEDS = ("artifact_path", "flavors", "utc_time_created", "run_id")
MAX_TAG_KEY, MAX_TAG_VALUE, MAX_TAGS = 255, 500, 1000
MAX_DATASETS = 1000


def find_written(call: Call, message: messages.RunMessage) -> Run:
    """Return the run a request writes to."""
    run = find_run(call.workspace, check_run_id(message.run_id or ""))
    check_active(run)
    return run


@endpoint(Action.RUN_WRITE, POST, messages.LogInputs)
def log_inputs(call: Call, message: messages.LogInputs) -> dict[str, Any]:
    """Keep the data sets a run has read. Models it has read are accepted and not kept."""
    uses = message.datasets or []
    if len(uses) > MAX_DATASETS:
        raise ProtocolError(INVALID, f"At most {MAX_DATASETS} datasets in one request.")
    rows = [read_dataset(use, f"datasets[{index}]") for index, use in enumerate(uses)]
    log_datasets(run=find_written(call, message), datasets=rows)
    return {}


def read_dataset(use: messages.DatasetUse, place: str) -> DatasetInput:
    """Return a data set without its run. Raises `ProtocolError`."""
    dataset = use.dataset
    if dataset is None:
        raise missing_value(f"{place}.dataset")
    fields = {field: getattr(dataset, field) or "" for field in dataset.__struct_fields__}
    for field, value in fields.items():
        if len(value) > LIMITS[field]:
            raise too_long(field, LIMITS[field])
        if not value and field in ("name", "digest"):
            raise missing_value(f"{place}.dataset.{field}")
    tags = read_input_tags(use, place)
    context = next((tag["value"] for tag in tags if tag["key"] == CONTEXT_TAG), "")
    return DatasetInput(**fields, tags=tags, context=context)


def read_input_tags(use: messages.DatasetUse, place: str) -> list[dict[str, str]]:
    """Return the tags of a data set's use."""
    tags = []
    if len(use.tags or ()) > MAX_TAGS:
        raise ProtocolError(INVALID, f"At most {MAX_TAGS} tags of one dataset.")
    for index, tag in enumerate(use.tags or ()):
        if not tag.key:
            raise missing_value(f"{place}.tags[{index}].key")
        if len(tag.key) > MAX_TAG_KEY:
            raise too_long("key", MAX_TAG_KEY)
        if len(tag.value or "") > MAX_TAG_VALUE:
            raise too_long("value", MAX_TAG_VALUE)
        tags.append({"key": tag.key, "value": tag.value or ""})
    return tags


@endpoint(Action.RUN_WRITE, POST, messages.LogOutputs)
def log_outputs(call: Call, message: messages.LogOutputs) -> dict[str, Any]:
    """Accept which models a run has made; a model knows its run since it was made."""
    find_written(call, message)
    return {}


@endpoint(Action.RUN_WRITE, POST, messages.LogModel)
def log_model(call: Call, message: messages.LogModel) -> dict[str, Any]:
    """Add a model to the list that MLflow 2's clients keep in a tag of the run."""
    text = message.model_json or ""
    try:
        model = msgspec.json.decode(text, type=dict)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        shown = f"Malformed model info. \n {text[:500]} \n is not a valid JSON."
        raise ProtocolError(INVALID, shown) from None
    missing = [field for field in MODEL_NEEDS if field not in model]
    if missing:
        shown = f"Model json is missing mandatory fields: {missing}"
        raise ProtocolError(INVALID, shown)
    run = find_written(call, message)
    history = [*read_logged_models(run), model]
    services.set_tags(run=run, tags={HISTORY_TAG: msgspec.json.encode(history).decode()})
    return {}


def read_logged_models(run: Run) -> list[Any]:
    """Return the models in the run's tag; none where a client has put something else there."""
    row = RunTag.objects.filter(run=run, key=HISTORY_TAG).values_list("value", flat=True).first()
    try:
        return msgspec.json.decode(row or "[]", type=list)
    except (msgspec.MsgspecError, UnicodeError):
        return []
