"""The program that keeps what a script prints, for machines that have nothing of the studio."""

import inspect
from functools import cache

from django.http import HttpRequest, HttpResponse

from runs.web import pipe_program
from runs.web.gate import page
from runs.workspaces.permissions import Action

PLACE = 'ADDRESS = ""\n'


@page(Action.PUBLIC)
def pipe(request: HttpRequest, workspace: str) -> HttpResponse:
    """The program, with the address of the workspace in it. It holds no secret."""
    text = read_program().replace(PLACE, f"ADDRESS = {address_of(request, workspace)!r}\n", 1)
    return HttpResponse(text, content_type="text/x-python; charset=utf-8")


@cache
def read_program() -> str:
    return inspect.getsource(pipe_program)


def address_of(request: HttpRequest, slug: str) -> str:
    """Return where scripts find the workspace."""
    return request.build_absolute_uri(f"/w/{slug}")


def command_for(request: HttpRequest) -> str:
    """Return the command that keeps the output of a script, for this workspace."""
    address = address_of(request, request.workspace.slug)
    return f"curl -s {address}/pipe.py | python3 - python3 train.py"
