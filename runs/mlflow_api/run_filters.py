"""MLflow's filters of runs in the studio's terms: the words of its protocol become ours."""

import re
from dataclasses import replace

from runs.mlflow_api.filter_grammar import TIMES, parse_mlflow
from runs.mlflow_api.mirrors import UNKNOWN_USER
from runs.mlflow_api.statuses import TO_OURS
from runs.tracking.fields import Entity, Field
from runs.tracking.filters.nodes import EQUALITY, Comparison, Moment, Node, Operator, rewrite
from runs.tracking.texts import INT64_MAX

NEVER = Comparison(Field(Entity.RUN, "run_id"), Operator.EQ, "")
MAX_STATUS_CHARS = 100


def read_run_filter(text: str) -> Node:
    """Return the tree of a filter; the empty one finds everything. Raises FilterError."""
    return rewrite(parse_mlflow(text), translate)


def translate(clause: Comparison) -> Node:
    """Return a clause with our statuses, moments and submitters for MLflow's."""
    if clause.field.entity is not Entity.RUN:
        return clause
    if clause.field.key in TIMES:
        return replace(clause, value=Moment(_whole(clause.value)))
    if clause.field.key == "status":
        return translate_status(clause)
    if clause.field.key == "submitted_by" and clause.value == UNKNOWN_USER:
        return replace(clause, value="")
    return clause


def _whole(value: object) -> int:
    """Return a number of milliseconds, within what a column can hold."""
    number = float(value) if isinstance(value, float) else int(str(value))
    return int(max(-INT64_MAX, min(number, INT64_MAX)))


def translate_status(clause: Comparison) -> Node:
    """Return a clause about MLflow's five statuses as one about ours."""
    names = [name for name in TO_OURS if _meets(name, clause)]
    ours = tuple(status.value for name in names for status in TO_OURS[name])
    return Comparison(clause.field, Operator.IN, ours) if ours else NEVER


def _meets(name: str, clause: Comparison) -> bool:
    wanted = str(clause.value)
    if clause.operator in EQUALITY:
        return (name == wanted) == (clause.operator is Operator.EQ)
    flags = re.IGNORECASE if clause.operator is Operator.ILIKE else 0
    # Runs of % mean one: without this, matching could take very long.
    pattern = "".join(
        {"%": ".*", "_": "."}.get(char, re.escape(char)) for char in re.sub("%+", "%", wanted)
    )
    return len(wanted) <= MAX_STATUS_CHARS and bool(re.fullmatch(pattern, name, flags))
