"""What a filter and a sort order mean, in plain Python over `PlainRun`: slow and simple."""

import math
import re
from collections.abc import Sequence
from functools import cmp_to_key

from runs.search import SortKey
from runs.tracking.fields import Entity
from runs.tracking.filters import Ago, And, Comparison, Moment, Node, Not, Operator, Or
from runs.tracking.filters.nodes import LIKES, LISTS, NULLS, PATTERNS
from runs.tracking.notes import read_finite
from runs.tracking.statuses import FINAL_STATUSES, WAITING_STATUSES
from tests.search.world import NOW_MS, PlainRun

NEGATIVE = {
    Operator.NE: Operator.EQ,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_LIKE: Operator.LIKE,
    Operator.NOT_ILIKE: Operator.ILIKE,
    Operator.NOT_MATCH: Operator.MATCH,
}
RUN_COLUMNS = {
    "created": "created_ms",
    "updated": "updated_ms",
    "started": "started_ms",
    "ended": "ended_ms",
    "reason": "status_reason",
}


def matches(node: Node, run: PlainRun) -> bool:
    """Tell whether a run satisfies a filter."""
    if isinstance(node, And):
        return all(matches(part, run) for part in node.parts)
    if isinstance(node, Or):
        return any(matches(part, run) for part in node.parts)
    if isinstance(node, Not):
        return not matches(node.part, run)
    return compare(node, run)


def compare(node: Comparison, run: PlainRun) -> bool:
    entity = node.field.entity
    if entity is Entity.METRIC:
        return compare_metric(node, run)
    if entity is Entity.RUN:
        return compare_run(node, run)
    store = {
        Entity.PARAM: run.params,
        Entity.TAG: run.tags,
        Entity.PROPERTY: run.properties,
    }[entity]
    if node.operator in NULLS:
        return (node.field.key in store) == (node.operator is Operator.IS_NOT_NULL)
    text = store.get(node.field.key)
    if text is None:
        return False
    if node.operator in NEGATIVE:
        return not holds_text(NEGATIVE[node.operator], text, node.value)
    return holds_text(node.operator, text, node.value)


def holds_text(operator: Operator, text: str, value: object) -> bool:
    if operator is Operator.IN:
        return any(holds_text(Operator.EQ, text, one) for one in value)
    if isinstance(value, bool):
        return holds(operator, text.lower(), str(value).lower())
    if isinstance(value, int | float):
        number = read_finite(text)
        return number is not None and holds(operator, number, float(value))
    return holds(operator, text, value)


def holds(operator: Operator, left: object, right: object) -> bool:
    if operator in LIKES:
        return like(left, right, operator is Operator.ILIKE)
    if operator in PATTERNS:
        return re.search(right, left, re.DOTALL) is not None
    return {
        Operator.EQ: lambda: left == right,
        Operator.NE: lambda: left != right,
        Operator.LT: lambda: left < right,
        Operator.LE: lambda: left <= right,
        Operator.GT: lambda: left > right,
        Operator.GE: lambda: left >= right,
        Operator.IN: lambda: left in right,
        Operator.NOT_IN: lambda: left not in right,
    }[operator]()


def like(text: str, pattern: str, ignore_case: bool) -> bool:
    if ignore_case:
        text, pattern = text.lower(), pattern.lower()
    parts = {"%": ".*", "_": "."}
    form = "".join(parts.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(form, text, re.DOTALL) is not None


def metric_of(run: PlainRun, node_or_key: object) -> float | str | None:
    """The aggregate's value: None is NaN, "missing" no series."""
    field = node_or_key
    summed = run.metrics.get((field.key, field.column))
    if summed is None:
        return "missing"
    aggregate = str(field.aggregate)
    return float(summed.n) if aggregate == "count" else getattr(summed, aggregate)


def compare_metric(node: Comparison, run: PlainRun) -> bool:
    name = (node.field.key, node.field.column)
    if node.operator in NULLS:
        known = name in run.metrics or name in run.texts
        return known == (node.operator is Operator.IS_NOT_NULL)
    values = node.value if node.operator in LISTS else (node.value,)
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if not isinstance(value, str)]
    number, words = metric_of(run, node.field), run.texts.get(name)
    is_list = node.operator in LISTS
    if numbers and number != "missing":
        if not is_list and math.isnan(numbers[0]):
            return (number is None) == (node.operator is Operator.EQ)
        if number is not None and holds(node.operator, number, numbers if is_list else numbers[0]):
            return True
    if texts and words:
        word = words[0 if node.field.aggregate == "first" else -1][1]
        wanted = texts if is_list else texts[0]
        if node.operator in NEGATIVE:
            return not holds(NEGATIVE[node.operator], word, wanted)
        return holds(node.operator, word, wanted)
    return False


def run_field(run: PlainRun, key: str) -> object:
    row = run.row
    if key == "experiment":
        return run.experiment
    if key == "parent":
        return run.parent
    if key == "duration":
        ended = row.ended_ms if row.status in FINAL_STATUSES else NOW_MS
        if row.status in WAITING_STATUSES:
            return None
        known = ended is not None and row.started_ms is not None
        return (ended - row.started_ms) / 1000 if known else None
    if key == "archived":
        return row.lifecycle == "archived"
    if key == "artifact_uri":
        return f"mlflow-artifacts:/{row.experiment.number}/{row.run_id}/artifacts"
    return getattr(row, RUN_COLUMNS.get(key, key))


def compare_run(node: Comparison, run: PlainRun) -> bool:
    value = run_field(run, node.field.key)
    if node.operator in NULLS:
        return (value is None or value == "") == (node.operator is Operator.IS_NULL)
    if value is None:
        return False
    if isinstance(node.value, Ago):
        return holds(node.operator, value, NOW_MS - node.value.ms)
    if isinstance(node.value, Moment):
        return holds_span(node.operator, value, node.value)
    if node.operator in NEGATIVE:
        return not holds(NEGATIVE[node.operator], value, node.value)
    return holds(node.operator, value, node.value)


def holds_span(operator: Operator, value: int, moment: Moment) -> bool:
    unit = (value - moment.ms) // moment.span_ms
    return holds(operator, unit, 0)


def sort_value(run: PlainRun, key: SortKey) -> tuple[int, object]:
    """(band, value): numbers, then texts, then NaN, infinities and tags without a value, then
    missing."""
    if key.is_metric:
        number = metric_of(run, key.field)
        if number == "missing":
            return 3, None
        if number is None or (math.isinf(number) and not key.as_text):
            return 2, None
        return 0, number
    if key.field.entity is Entity.RUN:
        value = run_field(run, key.field.key)
        if value is None or value == "":
            return 3, None
        if key.field.key == "name" and not key.as_text:
            value = natural(value)
        return (1, value) if isinstance(value, str) else (0, value)
    store = {
        Entity.PARAM: run.params,
        Entity.TAG: run.tags,
        Entity.PROPERTY: run.properties,
    }[key.field.entity]
    if key.field.key not in store:
        return 3, None
    text = store[key.field.key]
    if text is None:
        return 2, None
    is_numeric = key.field.entity is Entity.PARAM and not key.as_text
    number = read_finite(text) if is_numeric else None
    return (1, text) if number is None else (0, number)


def natural(text: str) -> list[tuple[int, str]]:
    """Whole numbers by their size, letters of both cases alike."""
    signs = re.findall("[0-9]+|.", text.lower(), re.DOTALL)
    numbers = [sign.lstrip("0") if sign[0] in "0123456789" else None for sign in signs]
    return [
        (ord(sign), "") if number is None else (ord("0") + len(number), number)
        for sign, number in zip(signs, numbers, strict=True)
    ]


def sorted_runs(runs: Sequence[PlainRun], keys: Sequence[SortKey]) -> list[PlainRun]:
    """Sort by the keys, then the newest first (those that wait to start foremost), then run id."""

    values = {run.row.id: [sort_value(run, key) for key in keys] for run in runs}

    def order(one: PlainRun, other: PlainRun) -> int:
        pairs = zip(keys, values[one.row.id], values[other.row.id], strict=True)
        for key, (band, value), (other_band, other_value) in pairs:
            if band != other_band:
                return -1 if band < other_band else 1
            if value != other_value:
                is_first = value < other_value
                return -1 if is_first != key.descending else 1
        return -1 if tie(one) < tie(other) else 1

    return sorted(runs, key=cmp_to_key(order))


def tie(run: PlainRun) -> tuple:
    started = run.row.started_ms
    return (started is not None, -(started or 0), run.row.run_id)
