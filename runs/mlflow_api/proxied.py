"""The endpoints that clients send files to and fetch them from: `mlflow-artifacts:` addresses.

The path of such an address ends in `<run_id>/artifacts/<path>` or
`models/<model_id>/artifacts/<path>`. What stands before is the experiment's location, which a
client may have chosen, and means nothing here: the last id that names a run or a model of the
workspace decides. A path that names neither is one of the workspace's own files.
"""

import re
from typing import Any

from django.http.response import HttpResponseBase

from runs.artifacts import queries, services
from runs.artifacts.errors import UnknownFile
from runs.artifacts.owners import Owner
from runs.artifacts.paths import clean_folder, clean_path
from runs.http.bodies import read_chunks
from runs.http.sending import send_file
from runs.mlflow_api import messages
from runs.mlflow_api.endpoint import GET, POST, STREAMED, Call, by_method, endpoint
from runs.mlflow_api.errors import MISSING, ProtocolError
from runs.tracking.models import LoggedModel
from runs.tracking.queries import runs_named
from runs.tracking.texts import RUN_ID
from runs.tracking.write_limits import check_write_limit
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action

MARK = "artifacts"
# What the studio gives to runs and models, so no folder of anybody's own.
GIVEN_ID = re.compile(r"(m-)?[0-9a-f]{32}")
# The client falls back to one piece where the message begins with these very words.
NO_PARTS = "Multipart upload is not supported for the current artifact repository; use PUT."


def find_place(workspace: Workspace, address: str) -> tuple[Owner, str] | None:
    """Return whose file or folder `address` (clean) names, and its path there. Two queries.

    None where it names a run or a model that the workspace does not have.
    """
    parts = address.split("/")
    places = {
        parts[index - 1]: "/".join(parts[index + 1 :])
        for index, part in enumerate(parts)
        if index and part == MARK and RUN_ID.fullmatch(parts[index - 1])
    }
    runs = runs_named(workspace, places)
    owners: dict[str, Owner] = {run.run_id: run for run in runs.select_related("experiment")}
    models = LoggedModel.objects.filter(experiment__workspace=workspace, model_id__in=places)
    for model in models:
        check_write_limit(model.source_run_id)
        owners[model.model_id] = model
    named = [key for key in places if key in owners]
    if named:
        return owners[named[-1]], places[named[-1]]
    return None if any(map(GIVEN_ID.fullmatch, places)) else (workspace, address)


def need_place(workspace: Workspace, address: str) -> tuple[Owner, str]:
    """Return what `find_place` finds. Raises `ProtocolError`."""
    place = find_place(workspace, address)
    if place is None:
        raise ProtocolError(
            MISSING,
            f"'{address[:300]}' is no place for files: this workspace has no run or model "
            "with the id in it.",
        )
    return place


def need_place_to_write(workspace: Workspace, address: str) -> tuple[Owner, str]:
    """Return what `need_place` finds. Raises OutOfScope for an attempt, which writes its run only;
    InvalidPath for the folder of all files of a workspace."""
    owner, path = need_place(workspace, address)
    if isinstance(owner, Workspace):
        check_write_limit(None)
        clean_path(path)
    return owner, path


def as_file(entry: queries.Entry, path: str) -> dict[str, Any]:
    """Return a line of a listing; only files have a size."""
    line: dict[str, Any] = {"path": path, "is_dir": entry.is_dir}
    if not entry.is_dir:
        line["file_size"] = entry.size_bytes
    return line


def as_listing(files: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a listing; an empty one has no field."""
    return {"files": files} if files else {}


@endpoint(Action.FILE_READ, GET, messages.ListProxied)
def list_folder(call: Call, message: messages.ListProxied) -> dict[str, Any]:
    """Return what lies directly in a folder, by base name."""
    place = find_place(call.workspace, clean_folder(message.path or ""))
    entries = queries.list_folder(*place) if place else []
    return as_listing([as_file(entry, entry.name) for entry in entries])


@endpoint(Action.FILE_READ, GET)
def download(call: Call, address: str) -> HttpResponseBase:
    """Send a file."""
    owner, path = need_place(call.workspace, clean_path(address))
    try:
        file = queries.get_file(owner, path)
    except UnknownFile:
        raise ProtocolError(MISSING, f"No such artifact: '{address[:300]}'") from None
    return send_file(call.request, file)


@endpoint(Action.FILE_WRITE, ("PUT",), max_body_bytes=STREAMED)
def upload(call: Call, address: str) -> dict[str, Any]:
    """Store a file as it arrives; one that arrives in part is not stored."""
    owner, path = need_place_to_write(call.workspace, clean_path(address))
    services.save_file(
        owner=owner,
        path=path,
        chunks=read_chunks(call.request),
        content_type=call.request.content_type or "",
    )
    return {}


@endpoint(Action.FILE_WRITE, ("DELETE",))
def delete(call: Call, address: str) -> dict[str, Any]:
    """Delete a file or a folder with everything in it; nothing there is fine."""
    owner, path = need_place_to_write(call.workspace, clean_folder(address))
    services.delete_path(owner=owner, path=path)
    return {}


@endpoint(Action.FILE_WRITE, POST)
def multipart(call: Call, address: str) -> None:
    """Say that uploads in parts are not offered; clients then send the file in one piece."""
    raise ProtocolError("NOT_IMPLEMENTED", NO_PARTS)


@endpoint(Action.FILE_READ, GET)
def presigned(call: Call, address: str) -> None:
    """Say that there are no addresses outside of the studio to fetch a file from."""
    raise ProtocolError("NOT_IMPLEMENTED", "Presigned downloads are not offered; use GET.")


at_path = by_method({"GET": download, "PUT": upload, "DELETE": delete})
