"""The endpoint that searches experiments."""

from collections.abc import Sequence
from typing import Any

from runs.mlflow_api import messages
from runs.mlflow_api.clauses import (
    Clause,
    invalid_filter,
    invalid_order,
    read_filter,
    read_order,
)
from runs.mlflow_api.endpoint import Call, endpoint
from runs.mlflow_api.errors import invalid_value
from runs.mlflow_api.experiments import as_experiment
from runs.mlflow_api.limits import check_max_results, read_view_type
from runs.mlflow_api.tokens import make_token, read_token
from runs.tracking.experiment_search import Condition, Sort, search_experiments
from runs.tracking.filters.nodes import EQUALITY, NULLS, ORDERED, Operator
from runs.workspaces.permissions import Action

ATTRIBUTES = frozenset({"", "attribute", "attributes", "attr"})
TAGS = frozenset({"tag", "tags"})
TIMES = {"creation_time": "created_ms", "last_update_time": "updated_ms"}
SORTS = {"name": "name", "experiment_id": "number", **TIMES}
TEXTUAL = EQUALITY | {Operator.LIKE, Operator.ILIKE}
NEWEST = (Sort("created_ms", descending=True), Sort("number"))
MAX_KEYS = len(SORTS)


@endpoint(Action.EXPERIMENT_READ, ("GET", "POST"), messages.SearchExperiments)
def search(call: Call, message: messages.SearchExperiments) -> dict[str, Any]:
    """Return the experiments that match, page by page."""
    sorts = read_sorts(message.order_by or ())
    kinds = [str if sort.column == "name" else int for sort in sorts]
    page = search_experiments(
        workspace=call.workspace,
        conditions=read_conditions(message.filter or ""),
        sorts=sorts,
        lifecycles=read_view_type(message.view_type),
        limit=check_max_results(message.max_results or 0),
        after=read_token(message.page_token, *kinds),
    )
    body: dict[str, Any] = {}
    if page.experiments:
        body["experiments"] = [as_experiment(*pair) for pair in page.experiments]
    if page.after:
        body["next_page_token"] = make_token(page.after)
    return body


def read_conditions(text: str) -> list[Condition]:
    """Return the conditions of a filter of experiments. Raises `ProtocolError`."""
    return [_read_condition(text, clause) for clause in read_filter(text)]


def _read_condition(text: str, clause: Clause) -> Condition:
    key, operator, value = clause.key, clause.operator, clause.value
    if clause.entity in TAGS:
        if operator in NULLS or (operator in TEXTUAL and isinstance(value, str)):
            return Condition(key, operator, value, is_tag=True)
        raise invalid_filter(text, "a tag is compared with a quoted text by =, !=, LIKE, ILIKE.")
    if clause.entity not in ATTRIBUTES:
        raise invalid_filter(text, f"'{clause.entity[:50]}' is neither attribute nor tag.")
    if key == "name":
        if operator in TEXTUAL and isinstance(value, str):
            return Condition("name", operator, value)
        raise invalid_filter(text, "a name is compared with a quoted text by =, !=, LIKE, ILIKE.")
    if key not in TIMES:
        raise invalid_filter(text, f"experiments have no attribute '{key[:50]}'.")
    if operator in EQUALITY | ORDERED and isinstance(value, int | float):
        return Condition(TIMES[key], operator, value)
    raise invalid_filter(text, "a time is compared with a number by =, !=, <, <=, >, >=.")


def read_sorts(order_by: Sequence[str]) -> list[Sort]:
    """Return the sort order, ended by the experiment's number so that it is total."""
    if not order_by:
        return list(NEWEST)
    if len(order_by) > MAX_KEYS:
        raise invalid_value("order_by", len(order_by), f"at most {MAX_KEYS} keys.")
    sorts: list[Sort] = []
    for text in order_by:
        order = read_order(text)
        if order.entity not in ATTRIBUTES or order.key not in SORTS:
            raise invalid_order(text, f"'{order.key[:50]}' is no key to sort experiments by.")
        column = SORTS[order.key]
        if any(sort.column == column for sort in sorts):
            raise invalid_order(text, "the key is given twice.")
        sorts.append(Sort(column, order.descending))
    if sorts[-1].column != "number" and all(sort.column != "number" for sort in sorts):
        sorts.append(Sort("number", descending=True))
    return sorts
