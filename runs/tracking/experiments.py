"""Making and changing experiments."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from runs.tracking.clock import now_ms
from runs.tracking.errors import NameTaken, NotFound, not_active
from runs.tracking.models import GONE, Experiment, ExperimentTag, FormerName, Lifecycle
from runs.tracking.numbers import take_experiment_number
from runs.tracking.texts import check_key, check_name, check_text
from runs.workspaces.models import Workspace
from runs.workspaces.services import create_workspace

MAX_LOCATION_CHARS = 2000
DEFAULT_NAME = "Default"


def found_workspace(*, slug: str, name: str = "") -> Workspace:
    """Make a workspace with its experiment 0, `Default`, which MLflow clients count on.

    Raises `SlugTaken` and `InvalidValue` of the workspaces room.
    """
    with transaction.atomic():
        workspace = create_workspace(slug=slug, name=name)
        create_experiment(workspace=workspace, name=DEFAULT_NAME)
    return workspace


def create_experiment(
    *,
    workspace: Workspace,
    name: str,
    artifact_location: str = "",
    description: str = "",
    tags: Mapping[str, str] | None = None,
) -> Experiment:
    """Make an experiment and give it the workspace's next number.

    Raises NameTaken when another experiment, a deleted one too, has the name; InvalidValue.
    """
    now = now_ms()
    experiment = Experiment(
        workspace=workspace,
        name=check_name(name, "experiment name"),
        artifact_location=check_text(artifact_location, "artifact location", MAX_LOCATION_CHARS),
        description=check_text(description, "description"),
        created_ms=now,
        updated_ms=now,
    )
    checked = {check_key(key): check_text(value, "tag") for key, value in (tags or {}).items()}
    try:
        with transaction.atomic():
            experiment.number = take_experiment_number(workspace.id)
            experiment.save(force_insert=True)
            ExperimentTag.objects.bulk_create(
                ExperimentTag(experiment=experiment, key=key, value=value)
                for key, value in checked.items()
            )
    except IntegrityError as error:
        raise _name_taken(experiment.workspace_id, name) from error
    return experiment


def _name_taken(workspace_id: int, name: str) -> NameTaken:
    """Return the error that says who has the name, and what to do where it is deleted."""
    holder = Experiment.objects.filter(workspace=workspace_id, name=name).first()
    if holder is None or holder.lifecycle not in GONE:
        return NameTaken(f"Experiment '{name}' already exists.")
    return NameTaken(
        f"Experiment '{name}' already exists in deleted state. Restore it, or delete it for good, "
        "to use its name."
    )


def get_or_create_experiment(*, workspace: Workspace, name: str) -> Experiment:
    """Return the experiment with this name, made where there is none.

    Raises NotActive for a deleted one, InvalidValue.
    """
    found = Experiment.objects.filter(workspace=workspace, name=check_name(name, "name")).first()
    if found is None:
        try:
            return create_experiment(workspace=workspace, name=name)
        except NameTaken:
            found = Experiment.objects.get(workspace=workspace, name=name)
    check_experiment_active(found)
    return found


def rename_experiment(*, experiment: Experiment, name: str) -> Experiment:
    """Give an experiment another name; the former one is kept for addresses that have it.

    Raises NameTaken, NotActive, InvalidValue.
    """
    check_experiment_active(experiment)
    former = experiment.name
    changes = {"name": check_name(name, "experiment name"), "updated_ms": now_ms()}
    try:
        with transaction.atomic():
            _update_active(experiment, changes)
            FormerName.objects.update_or_create(
                workspace_id=experiment.workspace_id,
                name=former,
                defaults={"experiment": experiment},
            )
    except IntegrityError as error:
        raise _name_taken(experiment.workspace_id, name) from error
    return experiment


def describe_experiment(*, experiment: Experiment, description: str) -> Experiment:
    """Change the description. Raises NotActive, InvalidValue."""
    check_experiment_active(experiment)
    _update_active(
        experiment,
        {"description": check_text(description, "description"), "updated_ms": now_ms()},
    )
    return experiment


def update_experiment(
    *, experiment: Experiment, name: str | None = None, description: str | None = None
) -> Experiment:
    """Change what is given, all or nothing. Raises NameTaken, NotActive, InvalidValue."""
    with transaction.atomic():
        if name is not None:
            rename_experiment(experiment=experiment, name=name)
        if description is not None:
            describe_experiment(experiment=experiment, description=description)
    return experiment


def set_experiment_tags(*, experiment: Experiment, tags: Mapping[str, str]) -> None:
    """Write tags, all or nothing; the last value wins. Raises NotActive, InvalidValue."""
    with transaction.atomic():
        for key, value in sorted(tags.items()):
            set_experiment_tag(experiment=experiment, key=key, value=value)


def _update_active(experiment: Experiment, changes: dict[str, object]) -> None:
    rows = Experiment.objects.filter(id=experiment.id).exclude(lifecycle=Lifecycle.DELETED)
    if not rows.update(**changes):
        raise not_active(f"The experiment {experiment.number}")
    for field, value in changes.items():
        setattr(experiment, field, value)


def check_experiment_active(experiment: Experiment) -> None:
    """Raise NotActive for a deleted experiment. An archived one is only hidden: it is written."""
    if experiment.lifecycle == Lifecycle.DELETED:
        raise not_active(f"The experiment {experiment.number}")


def set_experiment_tag(*, experiment: Experiment, key: str, value: str) -> None:
    """Write a tag; the last value wins. Raises NotActive, InvalidValue."""
    check_experiment_active(experiment)
    tag = ExperimentTag(
        experiment=experiment, key=check_key(key), value=check_text(value, f"tag '{key}'")
    )
    ExperimentTag.objects.bulk_create(
        [tag],
        update_conflicts=True,
        unique_fields=["experiment", "key"],
        update_fields=["value"],
    )


def delete_experiment_tag(*, experiment: Experiment, key: str) -> None:
    """Remove a tag. Raises NotActive, NotFound."""
    check_experiment_active(experiment)
    tags = ExperimentTag.objects.filter(experiment=experiment, key=check_key(key))
    if not tags.delete()[0]:
        raise NotFound(f"No tag with name: {key}")
