"""`studio environment show`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Example:
  studio environment show sklearn
"""


@click.command("show", epilog=EPILOG)
@click.argument("argument", metavar="[NAME]", required=False)
@click.option("-n", "--name", help="The name of the environment.")
@workspace_options
@output_options
def command(*, workspace: Any, show: Any, argument: str | None, name: str | None) -> None:
    """Show an environment that was registered on this machine."""
    from studio.sdk.exceptions import NotFound

    wanted, known = name or argument, workspace.environments
    if not wanted:
        raise click.UsageError("Say which environment: studio environment show -n <name>.")
    if wanted not in known:
        raise NotFound(f"There is no environment {wanted!r}.", status=404)
    show(known[wanted]._as_dict())
