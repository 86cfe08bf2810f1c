"""The page with every limit in force."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.artifacts import paths
from runs.artifacts.logs import copying, query, reading
from runs.artifacts.snapshots import trees
from runs.compute import nodes, submitting, sweep_plans
from runs.http.limits import OF_DOORS, Limit
from runs.metrics import curves
from runs.metrics.kinds import drawings, values
from runs.search import searching as run_search
from runs.table import bulk, groups, names, saved_views
from runs.tracking import children, texts
from runs.tracking.filters import lexer, parser
from runs.web import zips
from runs.web.compare import chosen
from runs.web.gate import page
from runs.web.system import frame
from runs.workspaces import passwords
from runs.workspaces.permissions import Action

MIB = 1 << 20


@page(Action.WORKSPACE_READ)
def limits(request: HttpRequest) -> HttpResponse:
    """What is refused above which number, and which variable changes it."""
    return render(request, "system/limits.html", frame(request, "limits") | {"limits": read()})


def read() -> Mapping[str, tuple[Limit, ...]]:
    return {
        "Requests": of_requests(),
        "Runs": OF_RUNS,
        "Metrics": OF_METRICS,
        "Files and logs": OF_FILES,
        "Search and tables": OF_TABLES,
        "Compute": OF_COMPUTE,
        **OF_DOORS,
    }


def of_requests() -> tuple[Limit, ...]:
    """These follow the settings."""
    rate = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["user"]
    body = f"{settings.STUDIO_MAX_BODY_BYTES / MIB:,.3g} MiB"
    return (
        Limit("Body of a request that is no upload", body, "STUDIO_MAX_BODY_BYTES"),
        Limit("REST requests of one user, per server process", rate, "STUDIO_API_RATE"),
        Limit(
            "Wrong passwords of one name from one address",
            f"{passwords.MAX_FAILURES} in {passwords.FAILURES_COUNT_S:.0f} s",
        ),
    )


OF_RUNS = (
    Limit("Name of a run or experiment", f"{texts.MAX_NAME_CHARS} characters"),
    Limit("Name of a metric, param, tag or property", f"{texts.MAX_KEY_CHARS} characters"),
    Limit("Value of a param, tag or property", f"{texts.MAX_VALUE_CHARS:,} characters"),
    Limit("Description of a run", f"{texts.MAX_VALUE_CHARS:,} characters"),
    Limit("Children made by one request", children.MOST_CHILDREN),
    Limit("Runs changed by one request", bulk.MOST_RUNS),
)
OF_METRICS = (
    Limit("Metrics of a run", "no limit"),
    Limit("Points of a metric", "no limit"),
    Limit("Columns of a table or row", values.MAX_COLUMNS),
    Limit("Document of a diagram", f"{drawings.MAX_DOCUMENT_BYTES // MIB} MiB"),
    Limit("Points of one answer with curves", curves.MAX_POINTS),
)
OF_FILES = (
    Limit("Size of a file", "no limit"),
    Limit("Path of a file", f"{paths.MAX_PATH_BYTES:,} bytes"),
    Limit("Name within a path", f"{paths.MAX_NAME_BYTES} bytes"),
    Limit("Size of a snapshot", f"{trees.MAX_BYTES / 1e6:,.0f} MB"),
    Limit("Files of a snapshot", trees.MAX_FILES),
    Limit("Lines of a log in one answer", reading.MAX_COUNT),
    Limit("Shown of one line of a log", f"{reading.MAX_LINE_BYTES >> 10} KiB"),
    Limit("Text copied from a log at once", f"{copying.MAX_COPIED_BYTES / 1e6:,.0f} MB"),
    Limit("Pattern of a log search", f"{query.MAX_PATTERN_CHARS:,} characters"),
    Limit("Runs in one zip", zips.MOST_RUNS),
)
OF_TABLES = (
    Limit("Length of a filter", f"{lexer.MAX_CHARS:,} characters"),
    Limit("Clauses of a filter", parser.MAX_CLAUSES),
    Limit("Sort keys", run_search.MOST_KEYS),
    Limit("Groups of a table", groups.MOST_GROUPS),
    Limit("Names of columns offered", names.MOST_NAMES),
    Limit("Length of a saved view", f"{saved_views.MAX_QUERY_CHARS:,} characters"),
    Limit("Runs compared on one page", chosen.MOST_RUNS),
)
OF_COMPUTE = (
    Limit("Slots of a node", nodes.MOST_SLOTS),
    Limit("Words of a command", submitting.MOST_ARGUMENTS),
    Limit("Retries of a run", submitting.MOST_RETRIES),
    Limit("Runs of a sweep", sweep_plans.MOST_RUNS),
    Limit("Arguments of a sweep", sweep_plans.MOST_ARGUMENTS),
)
