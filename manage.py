#!/usr/bin/env python3
"""Django's command line, and the commands that need nothing installed: `up`, `test`, `monitor`."""

import os
import sys

# Before any other import, and in words every Python understands.
if sys.version_info < (3, 11):  # noqa: UP036  (an older Python reads exactly this far)
    sys.stderr.write(
        "Studio needs Python 3.11 or newer, and this is "
        + sys.version.split()[0]
        + ". Install a newer one, then run: python3.11 manage.py "
        + " ".join(sys.argv[1:])
        + "\n"
    )
    sys.exit(2)

from studio import bootstrap


def main() -> None:
    """Run `up`, `test` and `monitor` here, anything else in Django inside `.venv`."""
    bootstrap.enter(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    from django.core.management import execute_from_command_line

    from studio.refusals import explaining

    with explaining(exit_code=1):
        import studio.celery  # noqa: F401  (binds shared tasks to this app)

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
