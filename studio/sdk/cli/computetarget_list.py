"""`studio computetarget list`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Example:
  studio computetarget list
"""
COLUMNS = ("name", "kind", "state", "running", "queued", "busy_nodes", "idle_nodes", "slots")


@click.command("list", epilog=EPILOG)
@workspace_options
@output_options
def command(*, workspace: Any, show: Any) -> None:
    """List the clusters of a workspace."""
    from studio.sdk.compute import ComputeTarget

    show([one.serialize() for one in ComputeTarget.list(workspace)], COLUMNS)
