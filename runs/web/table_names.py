"""The names that panels and completions of the run table offer."""

from django.http import HttpRequest, HttpResponse

from runs.database.patterns import PatternError
from runs.http.cursors import BadCursor, read_cursor, write_cursor
from runs.http.query import read_flag, read_list, read_whole
from runs.metrics.meanings import direction_of
from runs.table.columns import Column
from runs.table.completions import complete
from runs.table.first_screen import list_most_used
from runs.table.names import KINDS, MOST_NAMES, PAGE_NAMES, NamePage, list_columns
from runs.table.opening import open_table
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Entity
from runs.tracking.models import Experiment
from runs.tracking.queries import runs_named
from runs.tracking.run_fields import label_of
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.table_page import MOST_CHART_NAMES
from runs.web.table_state import read_state
from runs.workspaces.permissions import Action


@page(Action.RUN_READ)
def column_names(request: HttpRequest) -> HttpResponse:
    """`?search=^val/&kind=metrics&exp=…`: columns there are, by kind; `after=` the next page of one
    kind, `all=1` every one. Raises BadCursor."""
    query = request.GET
    kinds = [one for one in KINDS if query.get("kind") in (one, None)] or KINDS
    kind, after = read_cursor(query.get("after"), str, str) or (None, None)
    if kind is not None and list(kinds) != [kind]:
        raise BadCursor("The cursor is of another list. Begin with the first page.")
    try:
        pages = list_columns(
            experiment_ids=find_named_experiments(request),
            search=query.get("search", ""),
            kinds=kinds,
            after=after,
            limit=MOST_NAMES if read_flag(query, "all") else PAGE_NAMES,
        )
    except PatternError as error:
        raise InvalidValue(f"Not a regular expression: {error}.") from error
    sections = [describe_section(one) for one in pages if one.total]
    return as_json({"sections": sections})


@page(Action.RUN_READ)
def chart_names(request: HttpRequest) -> HttpResponse:
    """What charts of the first runs can draw that the query string of a table asks for, and how
    many names there are: not all of thousands are told."""
    names = open_table(read_state(request, request.GET).query).chart_names
    return as_json({"names": list_most_used(names, MOST_CHART_NAMES), "total": len(names)})


@page(Action.RUN_READ)
def completions(request: HttpRequest) -> HttpResponse:
    """`?text=metrics.lo&cursor=10`: what may stand at the cursor of a filter."""
    text = request.GET.get("text", "")
    at = read_whole(request.GET, "cursor", default=len(text))
    found = complete(text, min(at, len(text)), find_named_experiments(request))
    return as_json(found)


def find_named_experiments(request: HttpRequest) -> list[int]:
    """Return the keys of the experiments whose names are asked for: those named by `exp`, those of
    the runs named by `runs`, else all."""
    names, run_ids = request.GET.getlist("exp"), read_list(request.GET, "runs")
    if run_ids:
        found = runs_named(request.workspace, run_ids).values_list("experiment", flat=True)
        return list(set(found))
    experiments = Experiment.objects.filter(workspace=request.workspace)
    if names:
        experiments = experiments.filter(name__in=names)
    return list(experiments.values_list("id", flat=True))


def describe_section(found: NamePage) -> dict[str, object]:
    """A page of columns of one kind, as panels list them."""
    return {
        "kind": found.kind.value,
        "total": found.total,
        "names": [describe_name(column) for column in found.columns],
        "next": write_cursor(found.next and (found.kind.value, found.next)),
    }


def describe_name(column: Column) -> dict[str, str | None]:
    """A column as panels offer it; of a metric, whether less or more of it is better."""
    named = {"id": column.id, "label": label_of(column)}
    return named | (
        {"direction": direction_of(column.key)} if column.entity is Entity.METRIC else {}
    )
