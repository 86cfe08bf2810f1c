"""What the first process of the server does before it makes the others by a fork.

It prepares the studio and loads the application, once for all of them: none takes the time again,
and what is loaded is in memory once.
"""

import multiprocessing
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import django
from django.conf import settings
from django.db import connections

from studio.static_settings import static_settings


def prepare(require_user: bool, require_empty: bool) -> None:
    """Do what `manage.py prepare` does, and load every page meanwhile. End this process with a line
    and an exit code where the studio must not start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    from runs.management.preparing import NotReady, prepare_database, prepare_files

    try:
        prepare_database(require_user=require_user, require_empty=require_empty)
    except NotReady as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    with ThreadPoolExecutor(1) as thread:
        version = thread.submit(prepare_files)
        import studio.urls  # noqa: F401  (only loaded)
    use_static_files(version.result())


def use_static_files(version: str) -> None:
    """Let the settings, which were read before, name the collected files."""
    if not settings.DEBUG:
        for name, value in static_settings(settings.STATIC_BUILDS, version).items():
            setattr(settings, name, value)


def load_application() -> None:
    """Load all that a process of the server needs, where it is going to be a fork of this one."""
    if multiprocessing.get_start_method() != "fork":
        return
    import studio.application
    import studio.front.requests  # noqa: F401  (only loaded, like the one before)

    # SQLite allows no connection to be taken through a fork.
    connections.close_all()
