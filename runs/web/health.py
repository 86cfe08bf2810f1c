"""Health checks for supervisors, proxies and orchestrators."""

from celery import current_app
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from kombu.exceptions import OperationalError

from runs.database.failures import is_full
from runs.database.writer import is_locked
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action

QUEUE_TIMEOUT_S = 1.0


@page(Action.PUBLIC)
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return HttpResponse("OK", content_type="text/plain")


@page(Action.PUBLIC)
def readyz(request: HttpRequest) -> HttpResponse:
    """503 when the database is away or its disk is full, else 200.

    The answer names the state of the database (`ok`, `away`, `full`, or `locked` by another
    program, which ends by itself and lets reads pass) and of the queue, on which it does not
    depend: without a queue runs are tracked and shown, and submitted ones wait.
    """
    found = {"database": database_state(), "queue": "ok" if queue_answers() else "away"}
    return as_json(found, status=503 if found["database"] in ("away", "full") else 200)


@page(Action.PUBLIC)
def ready(request: HttpRequest) -> HttpResponse:
    """The state of the database as `readyz` has it, always with 200: a page that waits asks this,
    and a browser would write each answer of 503 into its console."""
    return as_json({"database": database_state()})


def database_state() -> str:
    """Return `ok`, `away`, `full` or `locked`. One short query."""
    if not database_answers():
        return "away"
    if is_full():
        return "full"
    return "locked" if is_locked() else "ok"


def database_answers() -> bool:
    """Tell whether a page of the database can be read."""
    try:
        Workspace.objects.exists()
    except (DatabaseError, InterfaceError):
        # A broken connection does not recover: the next check opens a new one.
        connection.close()
        return False
    return True


def queue_answers() -> bool:
    """Tell whether the queue answers a short attempt to connect."""
    patience = {"socket_timeout": QUEUE_TIMEOUT_S, "socket_connect_timeout": QUEUE_TIMEOUT_S}
    try:
        with current_app.connection(transport_options=patience) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=QUEUE_TIMEOUT_S)
    except OperationalError:
        return False
    return True


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("ready", ready, name="ready"),
]
