"""`studio experiment show`."""

from typing import Any

import click

from studio.sdk.cli.completing import complete_experiment
from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Example:
  studio experiment show digits
"""


@click.command("show", epilog=EPILOG)
@click.argument("name", shell_complete=complete_experiment)
@workspace_options
@output_options
def command(*, workspace: Any, show: Any, name: str) -> None:
    """Show an experiment, with the number of its runs by status."""
    from studio.sdk.cli.experiment_list import facts_of
    from studio.sdk.exceptions import NotFound

    query: dict[str, Any] = {"name": name, "lifecycle": ["active", "archived"]}
    found = workspace._connection.ask("GET", "experiments", query=query)["items"]
    if not found:
        raise NotFound(f"The workspace {workspace.name} has no experiment {name!r}.", status=404)
    query = {"experiment": found[0]["number"]}
    count = workspace._connection.ask("GET", "runs/count", query=query)["count"]
    show(facts_of(workspace, found[0]) | {"runs": count})
