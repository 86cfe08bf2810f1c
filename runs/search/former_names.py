"""Names that a cluster or an experiment had before, in a filter: a whole name means what was called
so, as an address does. Patterns are about the names of today."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from runs.compute.clusters import read_renamed
from runs.tracking.fields import Entity
from runs.tracking.filters import Comparison, Node, Operator, rewrite
from runs.tracking.queries import read_renamed_experiments
from runs.workspaces.models import Workspace

# How a comparison with one name reads with several.
WITH_SEVERAL = {
    Operator.EQ: Operator.IN,
    Operator.IN: Operator.IN,
    Operator.NE: Operator.NOT_IN,
    Operator.NOT_IN: Operator.NOT_IN,
}


def follow_names(node: Node, workspace: Workspace) -> Node:
    """Return the tree in which a former name also stands for the name of today. One query for each
    comparison of `target` or `experiment` with whole names."""

    def follow(one: Comparison) -> Node:
        now = _read_names_now(one, workspace)
        if not now:
            return one
        values = tuple(dict.fromkeys([*_values(one), *now.values()]))
        return replace(one, operator=WITH_SEVERAL[one.operator], value=values)

    return rewrite(node, follow)


def show_names_now(node: Node, workspace: Workspace) -> Node:
    """Return the tree with the names of today in place of former ones, as rows show them. One query
    for each comparison of `target` or `experiment` with whole names."""

    def show(one: Comparison) -> Node:
        now = _read_names_now(one, workspace)
        if not now:
            return one
        values = tuple(dict.fromkeys(now.get(name, name) for name in _values(one)))
        return replace(one, value=values if isinstance(one.value, tuple) else values[0])

    return rewrite(node, show)


def _read_names_now(one: Comparison, workspace: Workspace) -> dict[Any, str]:
    """Return the former names in a comparison, each with the name of today."""
    read = READ.get(one.field.key) if one.field.entity is Entity.RUN else None
    if read is None or one.operator not in WITH_SEVERAL:
        return {}
    return read(workspace, [name for name in _values(one) if isinstance(name, str)])


def _values(one: Comparison) -> tuple[Any, ...]:
    return one.value if isinstance(one.value, tuple) else (one.value,)


READ: dict[str, Callable[[Workspace, Collection[str]], dict[str, str]]] = {
    "target": read_renamed,
    "experiment": read_renamed_experiments,
}
