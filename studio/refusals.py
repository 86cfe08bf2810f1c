"""A line instead of a traceback where settings, database or data folder cannot be used."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@contextmanager
def explaining(exit_code: int) -> Iterator[None]:
    """End the program with `exit_code` and a line that says what to do. With `--traceback` on the
    command line, and for a fault of the studio itself, the error goes on."""
    try:
        _ = settings.INSTALLED_APPS
        yield
    except Exception as error:
        line = None if "--traceback" in sys.argv else explain(error)
        if line is None:
            raise
        sys.stdout.flush()
        sys.stderr.write(f"{line}{os.linesep}")
        sys.exit(exit_code)


def explain(error: Exception) -> str | None:
    """Return the line; None for a fault of the studio."""
    if isinstance(error, ImproperlyConfigured):
        # There may be no settings to ask.
        return " ".join(str(error).split())
    from runs.management import outages  # it needs settings

    return outages.explain(error)
