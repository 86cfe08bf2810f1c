"""`studio workspace list`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options

EPILOG = """\b
Example:
  studio workspace list
"""
COLUMNS = ("name", "location", "mlflowTrackingUri")


@click.command("list", epilog=EPILOG)
@output_options
def command(*, show: Any) -> None:
    """List the workspaces that are known here: those of the logins and of the environment."""
    from studio.sdk.workspace import Workspace

    known = [one for same_name in Workspace.list().values() for one in same_name]
    show([one.get_details() for one in known], COLUMNS)
