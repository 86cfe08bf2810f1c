"""`studio run wait`."""

from typing import Any

import click

from studio.sdk.cli.options import run_options

EPILOG = """\b
Example:
  studio run wait -r 5f1c7d2e && echo completed
"""


@click.command("wait", epilog=EPILOG)
@run_options
def command(*, run: Any) -> int:
    """Wait for the end of a run. The exit code says how it ended."""
    from studio.sdk.cli.following import wait_for_end

    return wait_for_end(run)
