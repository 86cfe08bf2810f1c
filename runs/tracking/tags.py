"""The tags of a run, and those of clients that are fields of it: the name, the parent, the
description, the source.

A client writes them as tags and reads them back as tags; pages show the fields. Both are kept:
the tag so that filters find it, the field so that the studio means the same thing. Whoever writes
such a tag, at whichever door, changes its field.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from runs.database.writer import write_together
from runs.tracking.client_tags import (
    DESCRIPTION_TAGS,
    PARENT_TAGS,
    RUN_NAME_TAGS,
    SOURCE_TAGS,
    is_client_tag,
)
from runs.tracking.edits import enter_edits, enter_tags, said
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.models import Run, RunEdit, RunTag
from runs.tracking.notes import check_active, check_tags, write_tags
from runs.tracking.origins import set_parent, set_source
from runs.tracking.queries import get_run
from runs.tracking.runs import update_run
from runs.tracking.texts import check_key
from runs.workspaces.models import Workspace

MIRRORED = frozenset({*RUN_NAME_TAGS, *PARENT_TAGS, *DESCRIPTION_TAGS, *SOURCE_TAGS})


def set_tags(*, run: Run, tags: Mapping[str, str | None], by: str = "") -> None:
    """Write tags, all or none; the last value wins. What somebody changes is entered in the run's
    history. Raises NotActive, InvalidValue."""
    check_active(run)
    checked = check_tags(tags)
    with write_together():
        enter_tags(runs=[run], by=by, tags=checked)
        write_tags(run.id, run.experiment_id, checked)
        reflect_tags(run, checked, by)


def delete_tag(*, run: Run, key: str, by: str = "") -> None:
    """Remove a tag. Raises NotActive, NotFound."""
    check_active(run)
    with transaction.atomic():
        row = RunTag.objects.filter(run=run, key=check_key(key)).first()
        if row is None:
            raise NotFound(f"No tag with name: {key}")
        row.delete()
        if not is_client_tag(key):
            enter_edits(run=run, by=by, edits=[(RunEdit.TAG, key, said(row.value), None)])
        _forget_tag(run, key, by)


def reflect_tags(run: Run, tags: Mapping[str, str | None], by: str = "") -> None:
    """Carry tags that were written to a run over to its fields."""
    if MIRRORED.isdisjoint(tags):
        return
    name = next((tags[key] for key in RUN_NAME_TAGS if tags.get(key)), None)
    description = next((tags[key] or "" for key in DESCRIPTION_TAGS if key in tags), None)
    if name or description is not None:
        update_run(run=run, name=name, description=description, by=by)
    if not tags.keys().isdisjoint(PARENT_TAGS):
        move_under(run, parent_of(Workspace(id=run.workspace_id), tags))
    if source := source_of(tags):
        set_source(run=run, source=source)


def _forget_tag(run: Run, key: str, by: str) -> None:
    """Clear the field behind a tag that was deleted. The name stays: a run always has one."""
    if key in DESCRIPTION_TAGS:
        update_run(run=run, description="", by=by)
    elif key in PARENT_TAGS:
        set_parent(run=run, parent=None)


def source_of(tags: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what the tags say about where a run's code came from."""
    return {field: tags[tag] for tag, field in SOURCE_TAGS.items() if tags.get(tag)}


def parent_of(workspace: Workspace, tags: Mapping[str, str | None]) -> Run | None:
    """Return the run that a tag names as the parent, None where it names none of ours.

    Clients put any text there, also the id of a run kept elsewhere.
    """
    run_id = next((tags[key] for key in PARENT_TAGS if tags.get(key)), None)
    if not run_id:
        return None
    try:
        return get_run(workspace, run_id)
    except NotFound:
        return None


def move_under(run: Run, parent: Run | None) -> None:
    """Set the parent pointer; a parent that would close a circle stays a tag."""
    with contextlib.suppress(InvalidValue):
        set_parent(run=run, parent=parent)
