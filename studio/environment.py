"""The environment variables of a deployment, read for the settings.

A variable that cannot be meant raises ImproperlyConfigured: a line that says what to write.
"""

import os
from collections.abc import Mapping
from typing import Any, TypeVar

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

Number = TypeVar("Number", int, float)

DATABASES = (
    "DATABASE_URL must be the address of a PostgreSQL or SQLite database, such as "
    "postgres://user:password@host:5432/studio or sqlite:////srv/studio/studio.sqlite3. "
    "Characters such as @, : and / in a password are written %40, %3A and %2F."
)


def env(name: str, default: str = "") -> str:
    """Return a variable as it is."""
    return os.environ.get(name, default)


def env_flag(name: str, default: bool = False) -> bool:
    """Tell whether a variable says yes."""
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def env_list(name: str) -> list[str]:
    """Return the parts of a comma list."""
    return [part.strip() for part in env(name).split(",") if part.strip()]


def env_number(name: str, default: Number) -> Number:
    """Return a number of the kind of `default`."""
    text = env(name)
    try:
        return type(default)(text) if text else default
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise ImproperlyConfigured(f"{name} must be {kind}, such as {default}.") from None


def read_database(url: str, engines: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return Django's settings for the database at `url`: of Django's engines those of `engines`
    are taken, each with the engine to take in its place and the options of its connections."""
    try:
        found = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    except ValueError:
        raise ImproperlyConfigured(DATABASES) from None
    if found["ENGINE"] not in engines:
        raise ImproperlyConfigured(DATABASES)
    engine, options = engines[found["ENGINE"]]
    return found | {"ENGINE": engine, "OPTIONS": {**options, **found.get("OPTIONS", {})}}
