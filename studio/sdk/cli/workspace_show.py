"""`studio workspace show`."""

from typing import Any

import click

from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Examples:
  studio workspace show
  export MLFLOW_TRACKING_URI=$(studio workspace show --query mlflowTrackingUri -o tsv)
"""


@click.command("show", epilog=EPILOG)
@workspace_options
@output_options
def command(*, workspace: Any, show: Any) -> None:
    """Show the workspace of this folder. Fails where the studio does not let you in."""
    workspace._connection.ask("GET", "experiments", query={"limit": 1})
    show(workspace.get_details())
