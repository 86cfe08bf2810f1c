"""The run table, or the history of its metrics, as a file."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from runs.http.sending import disposition
from runs.http.streaming import Streamed
from runs.table.export_formats import FORMATS
from runs.table.exports import CONTENTS
from runs.tracking.errors import InvalidValue
from runs.web.gate import page
from runs.web.table_state import read_state
from runs.workspaces.permissions import Action


@page(Action.RUN_READ)
def export(request: HttpRequest) -> HttpResponseBase:
    """The query string of the table, and `&format=csv|json|parquet&content=table|history`."""
    format_name = request.GET.get("format", "csv")
    content = request.GET.get("content", "table")
    if format_name not in FORMATS or content not in CONTENTS:
        raise InvalidValue(
            f"format is one of {', '.join(FORMATS)}, content one of {', '.join(CONTENTS)}."
        )
    query = read_state(request, request.GET).query
    fields, rows = CONTENTS[content](query)
    content_type, write = FORMATS[format_name]
    name = f"{'runs' if content == 'table' else 'metrics'}.{format_name}"
    return Streamed(
        write(fields, rows),
        content_type=content_type,
        headers=disposition(name),
    )
