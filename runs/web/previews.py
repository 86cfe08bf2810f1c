"""What a page adds to the preview of a file of a run: markup that is clean, and addresses."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from runs.artifacts.previews import (
    HtmlPreview,
    MarkdownPreview,
    NotebookPreview,
    Preview,
    preview_file,
)
from runs.artifacts.previews.kinds import Cell
from runs.artifacts.queries import get_file
from runs.http.query import read_whole
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.markdown import NO_PICTURES, Pictures, pictures_of_run, to_html
from runs.web.script_pages import PLOTLY_SITE
from runs.workspaces.permissions import Action

# The address of a file: the workspace, the run, the path.
Where = dict[str, str]


@page(Action.FILE_READ)
def preview(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?path=…`: what kind of file it is, and what can be shown of it; `&start=` is the `next` of
    the page of a table before."""
    file = get_file(get_run(request.workspace, run_id), request.GET.get("path", ""))
    found = preview_file(file, start=read_whole(request.GET, "start", default=0))
    draw = DRAWN.get(type(found), lambda where, plain: plain)
    where = {"workspace": request.workspace.slug, "run_id": run_id, "path": file.path}
    return as_json(draw(where, found))


def draw_markdown(where: Where, found: MarkdownPreview) -> dict[str, Any]:
    return {**asdict(found), "html": draw_text(found.text, pictures_beside(where))}


def draw_notebook(where: Where | None, found: NotebookPreview) -> dict[str, Any]:
    pictures = pictures_beside(where)
    return {**asdict(found), "cells": [draw_cell(cell, pictures) for cell in found.cells]}


def draw_cell(cell: Cell, pictures: Pictures) -> dict[str, Any]:
    if cell.type != "markdown":
        return asdict(cell)
    attached = tuple(cell.attachments.items())
    text = draw_text(cell.source, replace(pictures, attached=attached))
    return {**asdict(cell), "html": text, "attachments": {}}


def draw_html(where: Where, found: HtmlPreview) -> dict[str, Any]:
    """Say where the page is with its scripts, and which sites it would ask in vain."""
    sites = [site for site in found.sites if site != PLOTLY_SITE]
    address = reverse("run_script_page", kwargs=where)
    return {**asdict(found), "sites": sites, "with_scripts": address}


def draw_text(text: str, pictures: Pictures) -> str:
    # Joined to a plain text: the encoder knows no subclass of str.
    return "" + to_html(text, pictures)


def pictures_beside(where: Where | None) -> Pictures:
    """Return the pictures of the run below the folder of a file; without `where` there are none."""
    if where is None:
        return NO_PICTURES
    return pictures_of_run(where["workspace"], where["run_id"], where["path"].rpartition("/")[0])


DRAWN: dict[type[Preview], Callable[[Where, Any], dict[str, Any]]] = {
    MarkdownPreview: draw_markdown,
    NotebookPreview: draw_notebook,
    HtmlPreview: draw_html,
}
