"""`studio run cancel`."""

from typing import Any

import click

from studio.sdk.cli.options import run_options

EPILOG = """\b
Examples:
  studio run cancel -r 5f1c7d2e
  studio run cancel -r 5f1c7d2e -w vision -e digits --wait
"""


@click.command("cancel", epilog=EPILOG)
@click.option("--wait", is_flag=True, help="Wait until it has ended.")
@run_options
def command(*, run: Any, wait: bool) -> int:
    """Cancel a run: one that waits never starts, one that runs is ended with all its processes."""
    from studio.sdk.cli.exits import CANCELED, DONE
    from studio.sdk.cli.following import wait_for_end

    run.cancel()
    if not wait:
        click.echo(f"{run.id}: {run.status}", err=True)
        return DONE
    code = wait_for_end(run)
    return DONE if code == CANCELED else code
