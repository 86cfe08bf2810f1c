"""The System page, files that no run owns: looking at them, fetching one, deleting."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from runs.artifacts.disk import usage_of_folders
from runs.artifacts.paths import clean_folder, clean_path
from runs.artifacts.queries import get_file, list_folder
from runs.artifacts.services import delete_path
from runs.artifacts.sizes import format_bytes
from runs.http.sending import send_file
from runs.web import page_events
from runs.web.gate import page
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action, is_allowed

MOST_SHOWN = 500


def folder_context(request: HttpRequest) -> dict[str, Any]:
    """What the list of the folder `?path=` needs. Raises InvalidPath."""
    folder = clean_folder(request.GET.get("path", ""))
    entries = list_folder(request.workspace, folder)
    usage = usage_of_folders(request.workspace, folder)
    return {
        "own_files": [(entry, usage.get(entry.name)) for entry in entries[:MOST_SHOWN]],
        "own_count": len(entries),
        "folder": folder,
        "above": folder.rpartition("/")[0],
        "may_delete": is_allowed(request.role, Action.FILE_WRITE),
    }


@page(Action.FILE_READ)
def own_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """The bytes of a file that no run owns."""
    return send_file(request, get_file(request.workspace, path))


@page(Action.FILE_WRITE, methods=("POST",))
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the file or the folder `path`, and go back to the folder it was in."""
    path = clean_path(request.POST.get("path", ""))
    freed = delete_path(owner=request.workspace, path=path)
    above = path.rpartition("/")[0]
    answer = page_events.go(own_files_address(request.workspace, above))
    return page_events.add_events(answer, f"{path} is deleted: {format_bytes(freed)} are free.")


def own_files_address(workspace: Workspace, folder: str) -> str:
    """Return the address of the list of a folder."""
    query = {"by": "none", **({"path": folder} if folder else {})}
    return reverse("system", kwargs={"workspace": workspace.slug}, query=query)
