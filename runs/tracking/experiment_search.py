"""Search over the experiments of a workspace: conditions, sort order, pages.

There are thousands of experiments at most, so their few searchable columns are read and compared
here: the same on every database, whatever its collation.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from runs.tracking.filters.nodes import Operator
from runs.tracking.models import Experiment, ExperimentTag
from runs.tracking.run_names import natural_order
from runs.workspaces.models import Workspace

COLUMNS = ("number", "name", "created_ms", "updated_ms")
# The order in which people put names; `name` itself sorts by its characters, as MLflow does.
NAME_ORDER = "name_order"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """`key` is one of COLUMNS, or with `is_tag` the key of a tag. All conditions must hold.

    A condition on a missing tag does not hold, but for IS NULL.
    """

    key: str
    operator: Operator
    value: str | float | None = None
    is_tag: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order: one of COLUMNS, or NAME_ORDER."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class ExperimentPage:
    """Experiments with their tags. `after` is the position of the next page, None at the end."""

    experiments: list[tuple[Experiment, dict[str, str]]]
    after: list[Any] | None


def kinds_of(sorts: Sequence[Sort]) -> list[type]:
    """Return the kinds of the values in a place of a list sorted so."""
    return [str if sort.column in ("name", NAME_ORDER) else int for sort in sorts]


def order_of_name(name: str) -> str:
    """Return a text that sorts as people sort `name`: folder by folder, `trial-2` before
    `trial-10`, in any case. No two names have the same."""
    return f"{natural_order(name)}\x01{name}".replace("/", "\x02")


def search_experiments(
    *,
    workspace: Workspace,
    conditions: Sequence[Condition],
    sorts: Sequence[Sort],
    lifecycles: Sequence[str],
    limit: int,
    after: Sequence[Any] | None = None,
) -> ExperimentPage:
    """Return a page of experiments. `sorts` ends with `number`, which makes the order total.

    `after` holds the values of the sort columns of the last row seen. Four queries at most.
    """
    rows = list(_read(workspace, conditions, lifecycles))
    rows.sort(key=cmp_to_key(lambda left, right: _compare(_place(left, sorts), right, sorts)))
    if after is not None:
        rows = [row for row in rows if _compare(after, row, sorts) < 0]
    page = rows[:limit]
    more = _place(page[-1], sorts) if len(rows) > limit else None
    return ExperimentPage(_load([row["id"] for row in page]), more)


def _read(
    workspace: Workspace, conditions: Sequence[Condition], lifecycles: Sequence[str]
) -> Iterable[Values]:
    found = Experiment.objects.filter(workspace=workspace, lifecycle__in=lifecycles)
    rows = {row["id"]: row for row in found.values("id", *COLUMNS)}
    keys = {condition.key for condition in conditions if condition.is_tag}
    tags: dict[int, dict[str, str]] = {}
    if keys:
        wanted = ExperimentTag.objects.filter(experiment__workspace=workspace, key__in=keys)
        for experiment, key, value in wanted.values_list("experiment", "key", "value"):
            tags.setdefault(experiment, {})[key] = value
    tests = [(condition, make_test(condition)) for condition in conditions]
    for key, row in rows.items():
        row[NAME_ORDER] = order_of_name(row["name"])
        if all(test(_value(condition, row, tags.get(key, {}))) for condition, test in tests):
            yield row


def _value(condition: Condition, row: Values, tags: dict[str, str]) -> Any:
    return tags.get(condition.key) if condition.is_tag else row[condition.key]


def make_test(condition: Condition) -> Callable[[Any], bool]:
    """Return what tells whether a value meets a condition."""
    operator, wanted = condition.operator, condition.value
    if operator is Operator.IS_NULL:
        return lambda value: value is None
    if operator is Operator.IS_NOT_NULL:
        return lambda value: value is not None
    compare = (
        _make_like(str(wanted), operator is Operator.ILIKE)
        if operator in (Operator.LIKE, Operator.ILIKE)
        else _COMPARISONS[operator](wanted)
    )
    return lambda value: value is not None and compare(value)


_COMPARISONS: dict[Operator, Callable[[Any], Callable[[Any], bool]]] = {
    Operator.EQ: lambda wanted: lambda value: value == wanted,
    Operator.NE: lambda wanted: lambda value: value != wanted,
    Operator.LT: lambda wanted: lambda value: value < wanted,
    Operator.LE: lambda wanted: lambda value: value <= wanted,
    Operator.GT: lambda wanted: lambda value: value > wanted,
    Operator.GE: lambda wanted: lambda value: value >= wanted,
}


def _make_like(pattern: str, ignore_case: bool) -> Callable[[str], bool]:
    """Match `%` and `_` as SQL does, in time linear in pattern times text.

    The pieces between `%` are searched left to right, each as early as it fits: no backtracking.
    """
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    head, *middle = pattern.split("%")
    pieces = [re.compile("".join(map(_like_char, piece)), flags) for piece in (head, *middle)]
    tail = re.compile("".join(map(_like_char, middle[-1])) + r"\Z", flags) if middle else None

    def matches(text: str) -> bool:
        if tail is None:
            return pieces[0].fullmatch(text) is not None
        found = pieces[0].match(text)
        for piece in pieces[1:-1]:
            found = found and piece.search(text, found.end())
        if found is None:
            return False
        start = len(text) - len(middle[-1])
        return start >= found.end() and tail.match(text, start) is not None

    return matches


def _like_char(char: str) -> str:
    return "." if char == "_" else re.escape(char)


def _place(row: Values, sorts: Sequence[Sort]) -> list[Any]:
    return [row[sort.column] for sort in sorts]


def _compare(place: Sequence[Any], row: Values, sorts: Sequence[Sort]) -> int:
    """Compare a position with a row: negative where the row comes later."""
    for sort, left in zip(sorts, place, strict=True):
        right = row[sort.column]
        if left != right:
            return 1 if (left > right) != sort.descending else -1
    return 0


def _load(ids: list[int]) -> list[tuple[Experiment, dict[str, str]]]:
    found: dict[int, tuple[Experiment, dict[str, str]]] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        for row in Experiment.objects.filter(id__in=some):
            found[row.id] = (row, {})
        tags = ExperimentTag.objects.filter(experiment__in=some).order_by("key")
        for experiment, key, value in tags.values_list("experiment", "key", "value"):
            found[experiment][1][key] = value
    return [found[key] for key in ids if key in found]
