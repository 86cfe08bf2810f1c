"""`studio environment list`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Example:
  studio environment list
"""
COLUMNS = ("name", "version")


@click.command("list", epilog=EPILOG)
@workspace_options
@output_options
def command(*, workspace: Any, show: Any) -> None:
    """List the environments that were registered on this machine."""
    show([one._as_dict() for one in workspace.environments.values()], COLUMNS)
