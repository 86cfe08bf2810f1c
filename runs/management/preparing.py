"""What a server needs before it starts: the tables, the static files, the token of its node."""

import os

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection

from runs.assets import static_files
from runs.compute.clusters import find_or_create_local
from runs.compute.nodes import make_node_token
from runs.management.migrating import migrate_under_lock
from runs.tracking.models import Run
from runs.workspaces.models import Workspace

NO_USER = (
    "Other machines can reach this address, so people must sign in, and there is no user yet. "
    "Make one, then start again: {variables}python3 manage.py createsuperuser"
)
NOT_EMPTY = (
    "The demo fills an empty studio, and this one has runs. Start without --demo, or with an "
    "empty folder: --data-dir demo"
)


class NotReady(Exception):
    """One line for the person at the terminal: why the studio must not start, and what to do."""


def prepare_database(*, require_user: bool = False, require_empty: bool = False) -> None:
    """Bring the database up to date and leave a token for the node.

    Raises NotReady: also without a user where `require_user`, with a run where `require_empty`.
    """
    migrate_under_lock(connection)
    if require_user and not has_user():
        raise NotReady(NO_USER.format(variables=variables()))
    if require_empty and Run.objects.exists():
        raise NotReady(NOT_EMPTY)
    write_node_token()


def prepare_files() -> str:
    """Collect the static files; return their version."""
    return static_files.collect(settings.STATIC_BUILDS)


def has_user() -> bool:
    return get_user_model().objects.filter(is_active=True).exists()


def write_node_token() -> None:
    """Leave a token for the node that `up` runs: of the cluster `local` of the first workspace."""
    workspace = Workspace.objects.order_by("id").first()
    if workspace is None:
        return
    path = settings.DATA_DIR / "node_token"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(make_node_token(find_or_create_local(workspace)))
    draft.replace(path)


def variables() -> str:
    """The setting that another command needs to find the same data folder."""
    if settings.DATA_DIR == settings.BASE_DIR / "var":
        return ""
    return f"STUDIO_DATA_DIR={settings.DATA_DIR} "
