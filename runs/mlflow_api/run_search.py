"""The endpoint that searches runs."""

from collections.abc import Iterator, Sequence
from typing import Any

from runs.http.cursors import write_cursor
from runs.http.streaming import Streamed
from runs.mlflow_api import messages
from runs.mlflow_api.encoding import encode
from runs.mlflow_api.endpoint import POST, Call, endpoint
from runs.mlflow_api.errors import INVALID, ProtocolError, invalid_value
from runs.mlflow_api.filter_grammar import parse_mlflow_order
from runs.mlflow_api.limits import check_max_results, read_view_type
from runs.mlflow_api.lookups import find_experiments
from runs.mlflow_api.run_filters import read_run_filter
from runs.mlflow_api.shapes import as_run, read_whole_runs
from runs.mlflow_api.tokens import bad_token, read_token
from runs.search import PlaceError, RunPage, Search, SortKey, place_kinds, search_runs
from runs.workspaces.permissions import Action

DEFAULT_RESULTS = 1000
MAX_KEYS = 20
# So many runs are read, written and forgotten at a time.
PART = 500


@endpoint(Action.RUN_READ, POST, messages.SearchRuns)
def search(call: Call, message: messages.SearchRuns) -> dict[str, Any] | Streamed:
    """Return the runs of some experiments that match, page by page."""
    most = DEFAULT_RESULTS if message.max_results is None else message.max_results
    limit = check_max_results(most)
    wanted = Search(
        workspace=call.workspace,
        filter=read_run_filter(message.filter or ""),
        sort=tuple(read_order(message.order_by or ())),
        lifecycles=read_view_type(message.run_view_type),
        experiments=find_experiments(call.workspace, message.experiment_ids or ()),
        takes_any_name=True,
    )
    if not wanted.experiments:
        return {}
    try:
        after = read_token(message.page_token, *place_kinds(wanted.sort))
        page = search_runs(wanted, limit=limit, after=after)
    except PlaceError:
        raise bad_token() from None
    if len(page.run_ids) > PART:
        return Streamed(stream(page), content_type="application/json")
    return as_page(page)


def read_order(order_by: Sequence[str]) -> list[SortKey]:
    """Return the sort order. Raises FilterError, and `ProtocolError` for a key given twice."""
    if len(order_by) > MAX_KEYS:
        raise invalid_value("order_by", len(order_by), f"at most {MAX_KEYS} keys are sorted by.")
    keys: list[SortKey] = []
    for text in order_by:
        field, descending = parse_mlflow_order(text)
        if any(key.field == field for key in keys):
            raise ProtocolError(
                INVALID, f"Invalid order_by '{text[:200]}': the key is given twice."
            )
        keys.append(SortKey(field, descending, as_text=True))
    return keys


def as_page(page: RunPage) -> dict[str, Any]:
    """Return a page; without runs it has no list, and the last one no token."""
    body: dict[str, Any] = {}
    if page.run_ids:
        body["runs"] = [as_run(whole) for whole in read_whole_runs(page.run_ids)]
    if page.next:
        body["next_page_token"] = write_cursor(page.next)
    return body


def stream(page: RunPage) -> Iterator[bytes]:
    """Yield the JSON of a long page part by part, reading each when it is sent."""
    separator = b'{"runs":['
    for start in range(0, len(page.run_ids), PART):
        for whole in read_whole_runs(page.run_ids[start : start + PART]):
            yield separator + encode(as_run(whole))
            separator = b","
    token = write_cursor(page.next)
    yield b"]}" if token is None else b'],"next_page_token":' + encode(token) + b"}"
