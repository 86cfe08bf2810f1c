"""The endpoints of files that start from a run instead of an address."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from runs.artifacts import queries, services
from runs.artifacts.paths import clean_folder, clean_path
from runs.http.bodies import read_body
from runs.http.errors import BodyTooLarge
from runs.http.sending import send_file
from runs.mlflow_api import messages
from runs.mlflow_api.decoding import decode_query
from runs.mlflow_api.endpoint import GET, POST, STREAMED, Call, endpoint
from runs.mlflow_api.errors import INVALID, ProtocolError
from runs.mlflow_api.locations import run_location
from runs.mlflow_api.lookups import find_run
from runs.mlflow_api.proxied import as_file, as_listing
from runs.workspaces.permissions import Action

MAX_UPLOAD_BYTES = 10 * 1024 * 1024


@endpoint(Action.FILE_READ, GET, messages.ListArtifacts)
def list_artifacts(call: Call, message: messages.ListArtifacts) -> dict[str, Any]:
    """Return what lies directly in a folder of a run, by path."""
    folder = clean_folder(message.path or "")
    run = find_run(call.workspace, message.run_id or "")
    entries = queries.list_folder(run, folder)
    files = [as_file(entry, entry.path) for entry in entries]
    return {"root_uri": run_location(run), **as_listing(files)}


@endpoint(Action.FILE_READ, GET, messages.GetArtifact)
def get_artifact(call: Call, message: messages.GetArtifact) -> HttpResponseBase:
    """Send a file of a run."""
    path = clean_path(message.path or "")
    run = find_run(call.workspace, message.run_id or "")
    return send_file(call.request, queries.get_file(run, path))


@endpoint(Action.FILE_WRITE, POST, max_body_bytes=STREAMED)
def upload_artifact(call: Call) -> HttpResponse:
    """Store a small file, named in the query string."""
    named = decode_query(call.request.GET, messages.UploadArtifact)
    for field in ("run_uuid", "path"):
        if not getattr(named, field):
            raise ProtocolError(INVALID, f"Request must specify {field}.")
    path = clean_path(named.path or "")
    run = find_run(call.workspace, named.run_uuid or "")
    data = read_small(call)
    services.save_file(
        owner=run, path=path, chunks=[data], content_type=call.request.content_type or ""
    )
    return HttpResponse(content_type="application/json")


def read_small(call: Call) -> bytes:
    """Return the body of an upload that must be small and not empty."""
    try:
        data = read_body(call.request, MAX_UPLOAD_BYTES)
    except BodyTooLarge:
        text = "Artifact size is too large. Max size is 10MB."
        raise ProtocolError(INVALID, text) from None
    if not data:
        raise ProtocolError(INVALID, "Request must specify data.")
    return data
