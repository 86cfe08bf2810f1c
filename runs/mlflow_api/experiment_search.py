"""The endpoint that searches experiments."""

from collections.abc import Sequence
from typing import Any

from runs.http.cursors import write_cursor
from runs.mlflow_api import messages
from runs.mlflow_api.endpoint import Call, endpoint
from runs.mlflow_api.errors import INVALID, ProtocolError, invalid_value
from runs.mlflow_api.experiments import as_experiment
from runs.mlflow_api.filter_grammar import StrictParser, parse_mlflow_experiments
from runs.mlflow_api.limits import check_max_results, read_view_type
from runs.mlflow_api.tokens import read_token
from runs.tracking.experiment_search import Condition, Sort, kinds_of, search_experiments
from runs.tracking.fields import Entity
from runs.tracking.filters.lexer import read_tokens
from runs.tracking.filters.nodes import walk_comparisons
from runs.workspaces.permissions import Action

COLUMNS = {"name": "name", "created": "created_ms", "updated": "updated_ms"}
SORTS = {
    "name": "name",
    "experiment_id": "number",
    "creation_time": "created_ms",
    "last_update_time": "updated_ms",
}
NEWEST = (Sort("created_ms", descending=True), Sort("number"))


@endpoint(Action.EXPERIMENT_READ, ("GET", "POST"), messages.SearchExperiments)
def search(call: Call, message: messages.SearchExperiments) -> dict[str, Any]:
    """Return the experiments that match, page by page."""
    sorts = read_sorts(message.order_by or ())
    page = search_experiments(
        workspace=call.workspace,
        conditions=read_conditions(message.filter or ""),
        sorts=sorts,
        lifecycles=read_view_type(message.view_type),
        limit=check_max_results(message.max_results or 0),
        after=read_token(message.page_token, *kinds_of(sorts)),
    )
    body: dict[str, Any] = {}
    if page.experiments:
        body["experiments"] = [as_experiment(*pair) for pair in page.experiments]
    if page.after:
        body["next_page_token"] = write_cursor(page.after)
    return body


def read_conditions(text: str) -> list[Condition]:
    """Return the conditions of a filter of experiments. Raises FilterError."""
    return [
        Condition(COLUMNS[clause.field.key], clause.operator, clause.value)
        if clause.field.entity is Entity.RUN
        else Condition(clause.field.key, clause.operator, clause.value, is_tag=True)
        for clause in walk_comparisons(parse_mlflow_experiments(text))
    ]


def read_sorts(order_by: Sequence[str]) -> list[Sort]:
    """Return the sort order, ended by the experiment's number so that it is total."""
    if not order_by:
        return list(NEWEST)
    if len(order_by) > len(SORTS):
        raise invalid_value("order_by", len(order_by), f"at most {len(SORTS)} keys.")
    sorts: list[Sort] = []
    for text in order_by:
        field, descending = StrictParser(read_tokens(text), SORTS).read_order()
        if field.entity is not Entity.RUN:
            raise bad_order(text, "experiments are sorted by their attributes alone.")
        if any(sort.column == field.key for sort in sorts):
            raise bad_order(text, "the key is given twice.")
        sorts.append(Sort(field.key, descending))
    if all(sort.column != "number" for sort in sorts):
        sorts.append(Sort("number", descending=True))
    return sorts


def bad_order(text: str, reason: str) -> ProtocolError:
    """The sort order asks for what experiments do not have."""
    return ProtocolError(INVALID, f"Invalid order_by clause '{text[:200]}': {reason}")
