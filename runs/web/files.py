"""Files of a run, shown in a page or downloaded."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from runs.artifacts.queries import get_file
from runs.http.query import read_flag
from runs.http.sending import send_file
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.workspaces.permissions import Action


@page(Action.FILE_READ)
def file(request: HttpRequest, run_id: str, path: str) -> HttpResponseBase:
    """The bytes of one file; `?inline=1` to show it inside a preview. Ranges are honoured."""
    found = get_file(get_run(request.workspace, run_id), path)
    return send_file(request, found, is_inline=read_flag(request.GET, "inline"))
