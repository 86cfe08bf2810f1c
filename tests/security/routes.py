"""Every address of the studio, as the tests of this folder walk them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from runs.doors import DOORS
from runs.http.doors import Door
from runs.workspaces.access import Access, access_of

SAMPLES = {"slug": "default", "int": "0", "str": "x", "path": "x", "uuid": "0" * 32}
CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")


@dataclass(frozen=True)
class Route:
    """An address, an example of it, and the view that answers there."""

    route: str
    example: str
    view: Callable[..., Any]

    def __repr__(self) -> str:
        return f"{self.view.__module__} at {self.route}"

    @property
    def door(self) -> Door:
        """The door whose package holds the view."""
        module = self.view.__module__
        own = [
            door
            for door in DOORS
            if module == door.package or module.startswith(f"{door.package}.")
        ]
        return max(own, key=lambda door: len(door.package))

    @property
    def is_api(self) -> bool:
        return not self.door.has_session

    @property
    def access(self) -> Access | None:
        return access_of(self.view)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods of the view, and of the views it hands single methods to."""
        own = self.access.methods if self.access else ()
        return tuple(sorted({*own, *getattr(self.view, "by_method", {})}))


@dataclass(frozen=True)
class Call:
    """One method of an address."""

    route: Route
    method: str

    @property
    def access(self) -> Access:
        """What this method admits; only an address with an `access` has calls."""
        access = access_of(self.route.view, self.method)
        assert access is not None
        return access


def walk_routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "/", "/"))


def _walk(patterns: list[Any], route: str, example: str) -> Iterator[Route]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        there = example + _example_of(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here, there)
        elif isinstance(pattern, URLPattern):
            yield Route(here, there, pattern.callback)


def _example_of(pattern: RoutePattern | RegexPattern) -> str:
    if isinstance(pattern, RoutePattern):
        return CONVERTER.sub(lambda found: SAMPLES[found[1] or "str"], str(pattern))
    return REGEX_EXAMPLES[str(pattern)]


REGEX_EXAMPLES = {
    r"^(?:ajax-)?api/[0-9.]+/(?:mlflow|mlflow-artifacts|preview)(?:/.*)?$": "api/2.0/mlflow/nothing"
}
