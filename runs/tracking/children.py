"""Many child runs at once."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.notes import check_active
from runs.tracking.runs import create_run

MOST_CHILDREN = 1000


def create_children(
    *,
    parent: Run,
    count: int | None = None,
    tag_key: str | None = None,
    tag_values: Sequence[str] | None = None,
    run_ids: Sequence[str] | None = None,
    **fields: Any,
) -> list[Run]:
    """Make children of a run in its experiment: all of them or none.

    Either `count` of them, or one for each of `tag_values`, which it carries as its tag `tag_key`.
    `run_ids` names them, one for each. `fields` go to `create_run`. Raises InvalidValue, NotActive,
    NameTaken.
    """
    check_active(parent)
    all_tags = _tags(count, tag_key, tag_values)
    if not 1 <= len(all_tags) <= MOST_CHILDREN:
        raise InvalidValue(f"Make 1 to {MOST_CHILDREN} children at a time.")
    named: Sequence[str | None] = [None] * len(all_tags) if run_ids is None else run_ids
    if len(named) != len(all_tags):
        raise InvalidValue(f"There are {len(named)} run_ids for {len(all_tags)} children.")
    about = {"experiment": parent.experiment, "parent": parent, **fields}
    with transaction.atomic():
        return [
            create_run(run_id=run_id, tags=tags, **about)
            for run_id, tags in zip(named, all_tags, strict=True)
        ]


def _tags(
    count: int | None, tag_key: str | None, tag_values: Sequence[str] | None
) -> list[dict[str, str]]:
    if (count is None) == (tag_key is None and tag_values is None):
        raise InvalidValue("Give either count, or tag_key and tag_values.")
    if count is not None:
        return [{} for _ in range(min(max(count, 0), MOST_CHILDREN + 1))]
    if tag_key is None or tag_values is None:
        raise InvalidValue("tag_key and tag_values belong together.")
    return [{tag_key: value} for value in tag_values]
