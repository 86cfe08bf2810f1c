"""Registering files of runs as versions of models, and changing versions."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from runs.artifacts.errors import InvalidModelName, UnknownFile
from runs.artifacts.models import File
from runs.artifacts.paths import clean_folder
from runs.artifacts.queries import folder_files
from runs.artifacts.registry.models import ModelVersion, RegisteredModel
from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from runs.tracking.notes import check_active, check_tags
from runs.tracking.people_texts import ChangedMeanwhile, first_unlike
from runs.tracking.texts import check_text
from runs.tracking.write_limits import check_write_limit

NAME = re.compile(r"\w[\w.-]{0,199}")
Tags = dict[str, str | None]


def register_model(
    *,
    run: Run,
    name: str,
    path: str,
    description: str = "",
    tags: Tags | None = None,
    request_id: str = "",
) -> ModelVersion:
    """Give a file or folder of a run the next version of a name, or return the version that the
    same request has made before.

    Raises InvalidModelName, InvalidPath, InvalidValue, UnknownFile, NotActive, and OutOfScope or
    AttemptOver where an attempt may not write the run.
    """
    check_active(run)
    check_write_limit(run.pk)
    if not NAME.fullmatch(name):
        raise InvalidModelName("A model's name has letters, digits, _, - and dots, at most 200.")
    path = clean_folder(path)
    check_is_there(run, path)
    facts = {"description": check_text(description, "description"), "tags": check_tags(tags or {})}
    with transaction.atomic():
        RegisteredModel.objects.get_or_create(workspace_id=run.workspace_id, name=name)
        locked = RegisteredModel.objects.select_for_update(no_key=True)
        model = locked.get(workspace_id=run.workspace_id, name=name)
        made = ModelVersion.objects.filter(run=run, request_id=request_id).first()
        if request_id and made is not None:
            return made
        model.last_version += 1
        model.save(update_fields=["last_version"])
        return ModelVersion.objects.create(
            model=model,
            version=model.last_version,
            run=run,
            path=path,
            request_id=request_id or uuid.uuid4().hex,
            created_ms=now_ms(),
            **facts,
        )


def check_is_there(run: Run, path: str) -> None:
    """Raise UnknownFile where a run has neither a file nor a folder of this path."""
    is_file = File.objects.filter(run=run, path=path).exists()
    if not path or not (is_file or folder_files(run, path).exists()):
        raise UnknownFile(f"The run has no file or folder {path!r}. Upload it first.")


def change_version(
    version: ModelVersion,
    *,
    description: str | None = None,
    tags: Tags | None = None,
    seen: Mapping[str, str] | None = None,
) -> ModelVersion:
    """Change what people wrote of a version, but nothing where the description is not as it was
    `seen`. `tags` replaces all tags.

    Raises InvalidValue, OutOfScope, AttemptOver, ChangedMeanwhile.
    """
    check_write_limit(version.run_id)
    changes: dict[str, Any] = {}
    if description is not None:
        changes["description"] = check_text(description, "description")
    if tags is not None:
        changes["tags"] = check_tags(tags)
    with transaction.atomic():
        rows = ModelVersion.objects.select_for_update().values("description")
        now = rows.get(pk=version.pk)
        if field := first_unlike(now, seen or {}):
            raise ChangedMeanwhile(field, now[field])
        ModelVersion.objects.filter(pk=version.pk).update(**changes)
    version.refresh_from_db(fields=["description", "tags"])
    return version


def delete_version(version: ModelVersion) -> None:
    """Delete a version; the files stay with their run. Raises OutOfScope, AttemptOver."""
    check_write_limit(version.run_id)
    version.delete()
