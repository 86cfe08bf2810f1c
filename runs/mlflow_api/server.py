"""The endpoints about the server itself, and the answer to addresses nobody knows."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from runs.mlflow_api.encoding import answer, answer_error
from runs.mlflow_api.endpoint import open_endpoint
from runs.mlflow_api.errors import NO_ENDPOINT, ProtocolError

# The version of MLflow whose REST interface this room follows. Clients use it to decide what they
# may ask of a server.
PROTOCOL_VERSION = "3.11.1"
ANY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")

SERVER_INFO: dict[str, Any] = {
    "store_type": "SqlStore",
    "workspaces_enabled": False,
    "trace_archival_enabled": False,
    "multipart_uploads_enabled": False,
    "multipart_downloads_enabled": False,
}


@open_endpoint()
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers."""
    return HttpResponse("OK", content_type="text/plain")


@open_endpoint()
def version(request: HttpRequest) -> HttpResponse:
    """Say which MLflow the server speaks like."""
    return HttpResponse(PROTOCOL_VERSION, content_type="text/plain")


@open_endpoint()
def server_info(request: HttpRequest) -> HttpResponse:
    """Say what the server can do beyond the basics."""
    return answer(SERVER_INFO)


@open_endpoint(ANY_METHOD)
def unknown(request: HttpRequest) -> HttpResponse:
    """Refuse an address of the API that does not exist."""
    path = request.path[:300]
    return answer_error(ProtocolError(NO_ENDPOINT, f"There is no {request.method} {path} here."))
