"""JMESPath on runs: each run as the document that REST shows, and those for which an expression
holds."""

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.visitor import TreeInterpreter

from runs.metrics.models import Series
from runs.search.errors import SearchError
from runs.tracking.filters.jmespath_words import names_in
from runs.tracking.models import Param, Property, Run, RunTag
from runs.tracking.run_fields import RUN_FIELDS

MOST_RUNS = 10_000
BATCH = 500
BUDGET_S = 10.0
MOST_ITEMS = 100_000
OWN = tuple(field.column for field in RUN_FIELDS if field.column)
LINKS = {
    "experiment_number": "experiment__number",
    "experiment_name": "experiment__name",
    "parent": "parent__run_id",
    "root": "root__run_id",
}
KEYED = {"params": Param, "tags": RunTag, "properties": Property}


def match_documents(text: str, run_ids: Sequence[int]) -> list[int]:
    """Return the keys of the runs for which a checked expression gives something.

    A run that lacks what a function needs does not match. Raises SearchError where no run has it,
    and where the rest of the filter leaves more than 10,000 runs: narrow it down first.
    """
    if len(run_ids) > MOST_RUNS:
        raise SearchError(
            f"`jp:` would read {len(run_ids):,} runs. Add conditions that leave at most "
            f"{MOST_RUNS:,}, such as an experiment, or created > -7d AND jp: …"
        )
    expression, interpreter = jmespath.compile(text).parsed, Bounded()
    found, unfit, why = [], 0, ""
    for run, document in read_documents(run_ids, names_in(text)):
        try:
            value = interpreter.visit(expression, document)
        except JMESPathTypeError as error:
            unfit, why = unfit + 1, str(error)
            continue
        except JMESPathError as error:
            raise SearchError(f"JMESPath: {error}.") from error
        if is_true(value):
            found.append(run)
    if unfit and unfit == len(run_ids):
        raise SearchError(f"JMESPath: {why}.")
    return found


def is_true(value: Any) -> bool:
    """Tell whether a value counts as true: in JMESPath 0 does."""
    return value is not None and value is not False and value not in ("", [], {})


class Bounded(TreeInterpreter):
    """Works expressions out within a time, and stops at values that grow too large."""

    def __init__(self) -> None:
        super().__init__()
        self.deadline = time.monotonic() + BUDGET_S

    def visit(self, node: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() > self.deadline:
            raise SearchError(f"The JMESPath expression takes more than {BUDGET_S:.0f} seconds.")
        value = super().visit(node, *args, **kwargs)
        if isinstance(value, list | str) and len(value) > MOST_ITEMS:
            raise SearchError("The JMESPath expression makes values that are too large.")
        return value


def read_documents(
    run_ids: Sequence[int], names: set[str] | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the keys of runs and their documents; `names` are the parts that are needed, None for
    all. A query per part and 500 runs."""
    wanted = {*KEYED, "metrics"} if names is None else {*KEYED, "metrics"} & names
    for start in range(0, len(run_ids), BATCH):
        ids = run_ids[start : start + BATCH]
        documents = _read_runs(ids)
        for part in wanted:
            for run, key, value in _read_part(part, ids):
                # The table of series stores NaN as NULL.
                is_nan = part == "metrics" and value is None
                documents[run][part][key] = math.nan if is_nan else value
        yield from documents.items()


def _read_runs(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = Run.objects.filter(id__in=ids).values("id", *OWN, "lifecycle", "source", *LINKS.values())
    documents = {}
    for row in rows:
        number, name, parent, root = (row.pop(column) for column in LINKS.values())
        parts: dict[str, dict] = {"params": {}, "tags": {}, "properties": {}, "metrics": {}}
        links = {"experiment": {"number": number, "name": name}, "parent": parent, "root": root}
        documents[row.pop("id")] = row | links | parts
    return documents


def _read_part(part: str, ids: Sequence[int]) -> Iterator[tuple[int, str, Any]]:
    if part == "metrics":
        rows = Series.objects.filter(run__in=ids, metric__column="")
        return rows.values_list("run", "metric__key", "last").iterator()
    return KEYED[part].objects.filter(run__in=ids).values_list("run", "key", "value").iterator()
