"""Health checks for supervisors, proxies and orchestrators."""

from celery import current_app
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from kombu.exceptions import OperationalError

from runs.web.gate import page
from runs.workspaces.permissions import Action

QUEUE_TIMEOUT_S = 1.0


@page(Action.PUBLIC)
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return HttpResponse("OK", content_type="text/plain")


@page(Action.PUBLIC)
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, else 503.

    The answer names the state of the queue and does not depend on it: without a queue runs are
    tracked and shown, and submitted ones wait.
    """
    found = {"database": database_answers(), "queue": queue_answers()}
    words = {name: "ok" if is_well else "away" for name, is_well in found.items()}
    return JsonResponse(words, status=200 if found["database"] else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
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
]
