"""`studio doctor`."""

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Examples:
  studio doctor
  studio doctor --output json --query "[?!ok]"
"""
COLUMNS = ("check", "ok", "found")


@click.command("doctor", epilog=EPILOG)
@workspace_options
@output_options
def command(*, workspace: Any, show: Any) -> int:
    """Say what works on this machine and what does not. Fails where something does not."""
    found = [look(one, workspace) for one in CHECKS]
    show(found, COLUMNS)
    return 0 if all(one["ok"] for one in found) else 1


@dataclass(frozen=True)
class Check:
    """A look at one thing; `look` says what it found, or raises StudioError."""

    name: str
    look: Callable[[Any], str]


def look(check: Check, workspace: Any) -> dict[str, Any]:
    """Return what a check has found."""
    from studio.sdk.exceptions import StudioError

    try:
        return {"check": check.name, "ok": True, "found": check.look(workspace)}
    except StudioError as error:
        return {"check": check.name, "ok": False, "found": str(error)}


def look_at_client(_: Any) -> str:
    """The client and its Python."""
    from studio.sdk import VERSION

    return f"studio-client {VERSION}, Python {platform.python_version()} ({sys.executable})"


def look_at_config(_: Any) -> str:
    """The config file that counts here."""
    from studio.sdk.settings import find_config

    file = find_config()
    return str(file) if file else "none in this folder or above it: environment or login count"


def look_at_token(workspace: Any) -> str:
    """Where the token comes from; it is not shown."""
    import os

    from studio.sdk.authentication import TOKEN_VARIABLES, find_login

    for name in TOKEN_VARIABLES:
        if os.environ.get(name):
            return f"of {name}"
    login = find_login(workspace.url)
    return "of studio login" if login and login.token else "none"


def look_at_studio(workspace: Any) -> str:
    """Whether the studio lets us in."""
    workspace._connection.ask("GET", "experiments", query={"limit": 1})
    return f"{workspace.url}, workspace {workspace.name}"


def look_at_clusters(workspace: Any) -> str:
    """The clusters and their slots."""
    clusters = workspace._connection.ask("GET", "clusters")["items"]
    told = [f"{one['name']}: {one['running']} of {one['slots']} slots used" for one in clusters]
    return "; ".join(told) or "none: nothing can be submitted"


def look_at_outboxes(_: Any) -> str:
    """What was logged here and is not at its studio. Raises StudioError where nobody sends it."""
    from studio.sdk.exceptions import StudioError
    from studio.sdk.outbox.syncing import list_outboxes

    boxes = [one for one in list_outboxes() if one.problem or (one.count and not one.is_written)]
    told = [f"{one.run_id}: {one.count:,} entries wait. {one.problem}".rstrip() for one in boxes]
    if told:
        raise StudioError(f"{' '.join(told)} Send them: studio sync")
    return "everything that was logged here is sent"


CHECKS = (
    Check("client", look_at_client),
    Check("folder", look_at_config),
    Check("token", look_at_token),
    Check("studio", look_at_studio),
    Check("clusters", look_at_clusters),
    Check("outboxes", look_at_outboxes),
)
