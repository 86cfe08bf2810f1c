"""What the first process of the server does before it makes the others by a fork.

It has the studio prepared and loads the application, once for all of them: none takes the time
again, and what is loaded is in memory once.
"""

import gc
import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

import django
from django.conf import settings
from django.db import connections

from studio.refusals import explaining
from studio.static_settings import static_settings
from studio.up.orphans import die_with_supervisor


def prepare(require_user: bool, require_empty: bool) -> None:
    """Do what `manage.py prepare` does, and load every page meanwhile. End this process with a line
    and an exit code where the studio must not start.

    A process of its own prepares: what that needs in memory goes with it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    with explaining(exit_code=2):
        django.setup()
    if multiprocessing.get_start_method() != "fork":
        use_static_files(prepare_here(require_user, require_empty))
        return
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        tell_and_exit(writer, lambda: prepare_here(require_user, require_empty))
    os.close(writer)
    gc.disable()  # `studio.application` enables it when all is loaded
    import studio.urls  # noqa: F401  (only loaded)

    with open(reader) as told:
        version = told.read()
    if code := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        sys.exit(max(code, 1))
    use_static_files(version)


def prepare_here(require_user: bool, require_empty: bool) -> str:
    """Prepare; return the version of the static files. SystemExit where the studio must not
    start."""
    from runs.management.preparing import NotReady, prepare_database, prepare_files

    with explaining(exit_code=2):
        try:
            prepare_database(require_user=require_user, require_empty=require_empty)
        except NotReady as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(2)
        return prepare_files()


def tell_and_exit(writer: int, work: Callable[[], str]) -> NoReturn:
    """Be a process that does `work`, writes its result and ends; with the parent at the latest."""
    code = 1
    try:
        die_with_supervisor()
        os.write(writer, work().encode())
        code = 0
    except SystemExit as left:
        code = int(left.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


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
