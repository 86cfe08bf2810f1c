"""The endpoints of logged models, as far as MLflow 3's clients need them to log and load one."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from runs.artifacts import queries as artifact_queries
from runs.artifacts import services as artifact_services
from runs.artifacts.paths import clean_folder
from runs.http.cursors import write_cursor
from runs.mlflow_api import messages
from runs.mlflow_api.encoding import without_empty
from runs.mlflow_api.endpoint import GET, POST, Call, by_method, endpoint
from runs.mlflow_api.enums import read_word
from runs.mlflow_api.errors import INVALID, MISSING, ProtocolError, invalid_value
from runs.mlflow_api.filter_grammar import StrictParser
from runs.mlflow_api.limits import check_max_results
from runs.mlflow_api.locations import model_location
from runs.mlflow_api.lookups import find_experiment, find_run, read_numbers
from runs.mlflow_api.proxied import as_file, as_listing
from runs.mlflow_api.tokens import read_token
from runs.tracking import logged_models
from runs.tracking.errors import NotFound
from runs.tracking.fields import Entity
from runs.tracking.filters.lexer import read_tokens
from runs.tracking.filters.nodes import Comparison, Operator, walk_comparisons
from runs.tracking.models import LoggedModel
from runs.workspaces.permissions import Action

DEFAULT_RESULTS = 100
MAX_KEY_CHARS = 250
# They part the pieces of the addresses that clients give models.
BAD_IN_NAME = ("/", ":", ".", "%", '"', "'")
STATUS_NUMBERS = dict(enumerate(logged_models.STATUSES, start=1))
# Names of the protocol, then the names that the parser knows the type of, then columns.
ATTRIBUTES = {
    "name": "name",
    "model_id": "model_id",
    "model_type": "model_type",
    "status": "status",
    "source_run_id": "source_run_id",
    "creation_time": "created",
    "creation_timestamp": "created",
    "last_updated_timestamp": "updated",
}
COLUMNS = {
    "name": "name",
    "model_id": "model_id",
    "model_type": "model_type",
    "status": "status",
    "source_run_id": "source_run__run_id",
    "created": "created_ms",
    "updated": "updated_ms",
}
LOOKUPS = {
    Operator.EQ: "exact",
    Operator.NE: "exact",
    Operator.LT: "lt",
    Operator.LE: "lte",
    Operator.GT: "gt",
    Operator.GE: "gte",
}


def as_model(model: LoggedModel) -> dict[str, Any]:
    """Return a model as the protocol writes it."""
    info = {
        "model_id": model.model_id,
        "experiment_id": str(model.experiment.number),
        "name": model.name,
        "creation_timestamp_ms": model.created_ms,
        "last_updated_timestamp_ms": model.updated_ms,
        "artifact_uri": model_location(model),
        "status": model.status,
        "model_type": model.model_type or None,
        "source_run_id": model.source_run.run_id if model.source_run else None,
        "tags": model.tags,
    }
    return {"info": without_empty(info), "data": without_empty({"params": model.params})}


def find_model(call: Call, model_id: str) -> LoggedModel:
    """Return a model of the workspace. Raises `ProtocolError`."""
    try:
        return logged_models.get_logged_model(call.workspace, model_id)
    except NotFound:
        text = f"Logged model with ID '{model_id[:100]}' not found."
        raise ProtocolError(MISSING, text) from None


def check_model_name(name: str) -> str:
    """Return the name of a model; empty is for the studio to choose one."""
    if any(char in name for char in BAD_IN_NAME):
        raise ProtocolError(
            INVALID,
            f"Invalid model name ('{name[:100]}') provided. Model name must be a non-empty string "
            f"and cannot contain the following characters: {BAD_IN_NAME}",
        )
    return name


def read_notes(notes: Sequence[messages.KeyValue] | None, field: str) -> dict[str, str]:
    """Return tags or params of a model by key."""
    result = {}
    for index, note in enumerate(notes or ()):
        if not note.key or len(note.key) > MAX_KEY_CHARS:
            raise invalid_value(f"{field}[{index}].key", note.key, "1 to 250 characters.")
        result[note.key] = note.value or ""
    return result


@endpoint(Action.RUN_WRITE, POST, messages.CreateLoggedModel)
def create(call: Call, message: messages.CreateLoggedModel) -> dict[str, Any]:
    """Make a model whose files follow."""
    run_id = message.source_run_id
    model = logged_models.create_logged_model(
        experiment=find_experiment(call.workspace, message.experiment_id or ""),
        name=check_model_name(message.name or ""),
        model_type=message.model_type or "",
        source_run=find_run(call.workspace, run_id) if run_id else None,
        params=read_notes(message.params, "params"),
        tags=read_notes(message.tags, "tags"),
    )
    return {"model": as_model(model)}


@endpoint(Action.RUN_READ, GET)
def get(call: Call, model_id: str) -> dict[str, Any]:
    """Return a model."""
    return {"model": as_model(find_model(call, model_id))}


@endpoint(Action.RUN_WRITE, ("PATCH",), messages.FinalizeLoggedModel)
def finalize(call: Call, message: messages.FinalizeLoggedModel, model_id: str) -> dict[str, Any]:
    """Say that a model's files are there, or that they will not come."""
    status = message.status
    name = read_word(status or "", STATUS_NUMBERS)
    if name not in logged_models.STATUSES:
        raise invalid_value("status", status, f"one of {', '.join(logged_models.STATUSES)}.")
    model = find_model(call, model_id)
    return {"model": as_model(logged_models.finish_logged_model(model=model, status=name))}


@endpoint(Action.RUN_WRITE, ("DELETE",))
def delete(call: Call, model_id: str) -> dict[str, Any]:
    """Delete a model and its files."""
    model = find_model(call, model_id)
    artifact_services.delete_path(owner=model, path="")
    logged_models.delete_logged_model(model=model)
    return {}


@endpoint(Action.RUN_WRITE, ("PATCH",), messages.LoggedModelTags)
def set_tags(call: Call, message: messages.LoggedModelTags, model_id: str) -> dict[str, Any]:
    """Write tags of a model."""
    model = find_model(call, model_id)
    tags = read_notes(message.tags, "tags")
    logged_models.change_model_notes(model=model, tags=tags)
    return {}


@endpoint(Action.RUN_WRITE, ("DELETE",))
def delete_tag(call: Call, model_id: str, key: str) -> dict[str, Any]:
    """Remove a tag of a model."""
    model = find_model(call, model_id)
    if all(tag["key"] != key for tag in model.tags):
        text = f"No tag with key '{key[:300]}' found for model with ID '{model_id}'."
        raise ProtocolError(MISSING, text)
    logged_models.change_model_notes(model=model, without_tag=key)
    return {}


@endpoint(Action.RUN_WRITE, POST, messages.LoggedModelParams)
def log_params(call: Call, message: messages.LoggedModelParams, model_id: str) -> dict[str, Any]:
    """Add params to a model."""
    model = find_model(call, model_id)
    logged_models.change_model_notes(model=model, params=read_notes(message.params, "params"))
    return {}


@endpoint(Action.FILE_READ, GET, messages.ListModelFiles)
def list_files(call: Call, message: messages.ListModelFiles, model_id: str) -> dict[str, Any]:
    """Return what lies directly in a folder of a model, by path."""
    folder = clean_folder(message.artifact_directory_path or "")
    model = find_model(call, model_id)
    entries = artifact_queries.list_folder(model, folder)
    files = [as_file(entry, entry.path) for entry in entries]
    return {"root_uri": model_location(model), **as_listing(files)}


@endpoint(Action.RUN_READ, POST, messages.SearchLoggedModels)
def search(call: Call, message: messages.SearchLoggedModels) -> dict[str, Any]:
    """Return models of some experiments, newest first. Sort orders are not offered."""
    limit = check_max_results(message.max_results or DEFAULT_RESULTS)
    models = logged_models.list_logged_models(
        call.workspace,
        read_numbers(message.experiment_ids or ()),
        read_condition(message.filter or ""),
        read_token(message.page_token, int, int),
        limit + 1,
    )
    body: dict[str, Any] = {}
    if models:
        body["models"] = [as_model(model) for model in models[:limit]]
    if len(models) > limit:
        place = logged_models.place_of(models[limit - 1])
        body["next_page_token"] = write_cursor(place)
    return body


def read_condition(text: str) -> Q:
    """Return what a filter of models asks of their attributes. Raises FilterError."""
    condition = Q()
    for clause in walk_comparisons(StrictParser(read_tokens(text), ATTRIBUTES).read_all()):
        condition &= as_lookup(clause)
    return condition


def as_lookup(clause: Comparison) -> Q:
    """Return one clause for the database."""
    if clause.field.entity is not Entity.RUN or clause.operator not in LOOKUPS:
        raise ProtocolError(
            INVALID, "Models are searched by their attributes with =, !=, <, <=, >, >=."
        )
    column = COLUMNS[clause.field.key]
    found = Q(**{f"{column}__{LOOKUPS[clause.operator]}": clause.value})
    if clause.operator is Operator.NE:
        return ~found & Q(**{f"{column}__isnull": False})
    return found


by_id = by_method({"GET": get, "PATCH": finalize, "DELETE": delete})
