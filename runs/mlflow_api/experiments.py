"""The endpoints of experiments."""

from typing import Any

from runs.mlflow_api import messages
from runs.mlflow_api.endpoint import GET, POST, Call, endpoint
from runs.mlflow_api.errors import EXISTS, INVALID, MISSING, ProtocolError, unknown_experiment
from runs.mlflow_api.locations import check_location, experiment_location
from runs.mlflow_api.lookups import find_experiment
from runs.mlflow_api.names import check_key, read_experiment_tag, require_name
from runs.tracking import queries, services
from runs.tracking.errors import NameTaken, NotFound
from runs.tracking.models import Experiment, Lifecycle
from runs.workspaces.permissions import Action


def as_experiment(experiment: Experiment, tags: dict[str, str]) -> dict[str, Any]:
    """Return an experiment as the protocol writes it. An archived one counts as active."""
    deleted = experiment.lifecycle == Lifecycle.DELETED
    fields: dict[str, Any] = {
        "experiment_id": str(experiment.number),
        "name": experiment.name,
        "artifact_location": experiment_location(experiment),
        "lifecycle_stage": "deleted" if deleted else "active",
        "last_update_time": experiment.updated_ms,
        "creation_time": experiment.created_ms,
    }
    if tags:
        fields["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    return fields


def tags_of(experiment: Experiment) -> dict[str, str]:
    """Return the tags of one experiment by key."""
    return dict(experiment.tags.order_by("key").values_list("key", "value"))


@endpoint(Action.EXPERIMENT_WRITE, POST, messages.CreateExperiment)
def create(call: Call, message: messages.CreateExperiment) -> dict[str, Any]:
    """Make an experiment."""
    name = require_name(message.name, "name")
    try:
        experiment = services.create_experiment(
            workspace=call.workspace,
            name=name,
            artifact_location=check_location(message.artifact_location or ""),
            tags={
                tag.key or "": read_experiment_tag(tag.key, tag.value, f"tags[{index}].key")
                for index, tag in enumerate(message.tags or ())
            },
        )
    except NameTaken as error:
        text = f"Experiment(name={name}) already exists. Error: {error}"
        raise ProtocolError(EXISTS, text) from None
    return {"experiment_id": str(experiment.number)}


@endpoint(Action.EXPERIMENT_READ, GET, messages.ExperimentMessage)
def get(call: Call, message: messages.ExperimentMessage) -> dict[str, Any]:
    """Return an experiment by its id."""
    experiment = find_experiment(call.workspace, message.experiment_id or "")
    return {"experiment": as_experiment(experiment, tags_of(experiment))}


@endpoint(Action.EXPERIMENT_READ, GET, messages.GetExperimentByName)
def get_by_name(call: Call, message: messages.GetExperimentByName) -> dict[str, Any]:
    """Return an experiment by its name."""
    name = message.experiment_name or ""
    try:
        experiment = queries.get_experiment_by_name(call.workspace, name)
    except NotFound:
        text = f"Could not find experiment with name '{name[:500]}'"
        raise ProtocolError(MISSING, text) from None
    return {"experiment": as_experiment(experiment, tags_of(experiment))}


@endpoint(Action.EXPERIMENT_WRITE, POST, messages.UpdateExperiment)
def update(call: Call, message: messages.UpdateExperiment) -> dict[str, Any]:
    """Rename an experiment."""
    experiment = find_experiment(call.workspace, message.experiment_id or "")
    if experiment.lifecycle == Lifecycle.DELETED:
        raise ProtocolError(INVALID, "Cannot rename a non-active experiment.")
    services.rename_experiment(
        experiment=experiment, name=require_name(message.new_name, "new_name")
    )
    return {}


@endpoint(Action.EXPERIMENT_WRITE, POST, messages.ExperimentMessage)
def delete(call: Call, message: messages.ExperimentMessage) -> dict[str, Any]:
    """Mark an experiment and its runs deleted."""
    experiment = find_experiment(call.workspace, message.experiment_id or "")
    if experiment.lifecycle == Lifecycle.DELETED:
        raise unknown_experiment(message.experiment_id or "")
    services.delete_experiment(experiment=experiment)
    return {}


@endpoint(Action.EXPERIMENT_WRITE, POST, messages.ExperimentMessage)
def restore(call: Call, message: messages.ExperimentMessage) -> dict[str, Any]:
    """Bring back a deleted experiment with its runs."""
    experiment = find_experiment(call.workspace, message.experiment_id or "")
    if experiment.lifecycle != Lifecycle.DELETED:
        raise unknown_experiment(message.experiment_id or "")
    services.restore_experiment(experiment=experiment)
    return {}


@endpoint(Action.EXPERIMENT_WRITE, POST, messages.ExperimentTagMessage)
def set_tag(call: Call, message: messages.ExperimentTagMessage) -> dict[str, Any]:
    """Write a tag of an experiment."""
    value = read_experiment_tag(message.key, message.value)
    experiment = find_experiment(call.workspace, message.experiment_id or "")
    services.set_experiment_tag(experiment=experiment, key=message.key or "", value=value)
    return {}


@endpoint(Action.EXPERIMENT_WRITE, POST, messages.ExperimentTagMessage)
def delete_tag(call: Call, message: messages.ExperimentTagMessage) -> dict[str, Any]:
    """Remove a tag of an experiment."""
    key = check_key(message.key, "key")
    experiment = find_experiment(call.workspace, message.experiment_id or "")
    try:
        services.delete_experiment_tag(experiment=experiment, key=key)
    except NotFound:
        text = f"No tag with name: {key} in experiment with id {message.experiment_id}"
        raise ProtocolError(MISSING, text) from None
    return {}
