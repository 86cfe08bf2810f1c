"""Names that a cluster or an experiment had before, in a filter: a whole name means what was called
so, as an address does. Patterns are about the names of today."""

from collections.abc import Callable, Collection
from dataclasses import replace

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
        read = READ.get(one.field.key) if one.field.entity is Entity.RUN else None
        if read is None or one.operator not in WITH_SEVERAL:
            return one
        names = one.value if isinstance(one.value, tuple) else (one.value,)
        now = read(workspace, [name for name in names if isinstance(name, str)])
        if not now:
            return one
        values = tuple(dict.fromkeys([*names, *now.values()]))
        return replace(one, operator=WITH_SEVERAL[one.operator], value=values)

    return rewrite(node, follow)


READ: dict[str, Callable[[Workspace, Collection[str]], dict[str, str]]] = {
    "target": read_renamed,
    "experiment": read_renamed_experiments,
}
