"""Models that MLflow 3 clients say they logged: rows to hang files on, and to find them by."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.experiments import check_experiment_active
from runs.tracking.models import Experiment, LoggedModel, Run
from runs.tracking.run_names import make_run_name
from runs.tracking.texts import MAX_NAME_CHARS, MAX_VALUE_CHARS, check_text, is_storable
from runs.tracking.write_limits import check_write_limit
from runs.workspaces.models import Workspace

PENDING = "LOGGED_MODEL_PENDING"
STATUSES = (PENDING, "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED")
MAX_NOTES = 10_000

Notes = dict[str, str]


def create_logged_model(
    *,
    experiment: Experiment,
    name: str = "",
    model_type: str = "",
    source_run: Run | None = None,
    params: Notes | None = None,
    tags: Notes | None = None,
) -> LoggedModel:
    """Make a model whose files are still to come.

    Raises NotActive, InvalidValue, and OutOfScope where an attempt makes it for another run.
    """
    check_experiment_active(experiment)
    check_write_limit(source_run.pk if source_run else None)
    now = now_ms()
    return LoggedModel.objects.create(
        experiment=experiment,
        source_run=source_run,
        model_id=f"m-{uuid.uuid4().hex}",
        name=check_text(name, "model name", MAX_NAME_CHARS) or make_run_name(),
        model_type=check_text(model_type, "model type", MAX_NAME_CHARS),
        status=PENDING,
        params=_as_rows(params or {}),
        tags=_as_rows(tags or {}),
        created_ms=now,
        updated_ms=now,
    )


def get_logged_model(workspace: Workspace, model_id: str) -> LoggedModel:
    """Return a model with its experiment and run. One query.

    Raises NotFound, and OutOfScope or AttemptOver where an attempt may not write its run.
    """
    models = LoggedModel.objects.select_related("experiment", "source_run")
    found = None
    if is_storable(model_id):
        found = models.filter(experiment__workspace=workspace, model_id=model_id).first()
    if found is None:
        raise NotFound(f"Logged model with ID '{model_id}' not found.")
    check_write_limit(found.source_run_id)
    return found


def finish_logged_model(*, model: LoggedModel, status: str) -> LoggedModel:
    """Say that a model's files are there, or will never be. Raises InvalidValue."""
    if status not in STATUSES:
        raise InvalidValue(f"A model's status is one of {', '.join(STATUSES)}.")
    model.status, model.updated_ms = status, now_ms()
    model.save(update_fields=["status", "updated_ms"])
    return model


def change_model_notes(
    *,
    model: LoggedModel,
    tags: Notes | None = None,
    params: Notes | None = None,
    without_tag: str = "",
) -> LoggedModel:
    """Add params, write or remove tags; the last value wins. Raises InvalidValue."""
    with transaction.atomic():
        locked = LoggedModel.objects.select_for_update().get(id=model.id)
        kept = {row["key"]: row["value"] for row in locked.tags if row["key"] != without_tag}
        known = {row["key"]: row["value"] for row in locked.params}
        model.tags = _as_rows({**kept, **(tags or {})})
        model.params = _as_rows({**known, **(params or {})})
        model.updated_ms = now_ms()
        model.save(update_fields=["tags", "params", "updated_ms"])
    return model


def delete_logged_model(*, model: LoggedModel) -> None:
    """Forget a model. Its files are the caller's to delete first."""
    model.delete()


def list_logged_models(
    workspace: Workspace,
    experiments: Sequence[int],
    condition: Q,
    after: tuple[int, int] | None,
    limit: int,
) -> list[LoggedModel]:
    """Return models of the experiments with these numbers, newest first; `after` is `place_of` the
    last model of the page before. One query."""
    models = LoggedModel.objects.select_related("experiment", "source_run").filter(
        condition, experiment__workspace=workspace, experiment__number__in=experiments
    )
    if after is not None:
        created_ms, pk = after
        models = models.filter(Q(created_ms__lt=created_ms) | Q(created_ms=created_ms, id__lt=pk))
    return list(models.order_by("-created_ms", "-id")[:limit])


def place_of(model: LoggedModel) -> tuple[int, int]:
    """Return where a model stands among all, newest first."""
    return model.created_ms, model.pk


def _as_rows(notes: Notes) -> list[dict[str, str]]:
    if len(notes) > MAX_NOTES:
        raise InvalidValue(f"A model takes at most {MAX_NOTES} tags or params.")
    return [
        {
            "key": check_text(key, "key", MAX_NAME_CHARS),
            "value": check_text(value, "value", MAX_VALUE_CHARS),
        }
        for key, value in notes.items()
    ]
