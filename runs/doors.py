"""The doors of the studio, the first that has an address answers. A new door is one entry."""

import re

from django.http import HttpRequest
from django.urls import URLResolver, include, path

from runs.api import refusals as api
from runs.http.doors import Door
from runs.mlflow_api import refusals as mlflow
from runs.web import problems

DOORS = (
    Door("runs.web.health", ("healthz", "readyz", "ready", "metrics"), api.refuse),
    Door(
        "runs.api.urls",
        ("api/v1/",),
        api.refuse,
        mount="api/v1/",
        in_workspaces=True,
        reads_with_session=True,
    ),
    Door(
        "runs.mlflow_api.urls",
        ("api/", "ajax-api/", "get-artifact", "health", "version"),
        mlflow.refuse,
        in_workspaces=True,
    ),
    Door("runs.web.urls", ("",), problems.refuse, has_session=True),
)
ADDRESS = re.compile("|".join(f"({door.pattern})" for door in DOORS))


def door_of(address: str) -> Door:
    """Return the door that has the path of an address."""
    found = ADDRESS.match(address)
    return DOORS[found.lastindex - 1] if found and found.lastindex else DOORS[-1]


def door_at(request: HttpRequest) -> Door:
    """Return the door that a request is sent to."""
    door = getattr(request, "door", None)
    if door is None:
        door = request.door = door_of(request.path_info)
    return door


def all_addresses() -> list[URLResolver]:
    """Return the URL patterns of all doors."""
    return [
        path(place + door.mount, include(door.urls))
        for door in DOORS
        for place in ("", "w/<slug:workspace>/")[: 1 + door.in_workspaces]
    ]
