"""`studio computetarget show`."""

from typing import Any

import click

from studio.sdk.cli.completing import complete_cluster
from studio.sdk.cli.options import output_options, workspace_options

EPILOG = """\b
Example:
  studio computetarget show -n local
"""


@click.command("show", epilog=EPILOG)
@click.argument("argument", metavar="[NAME]", required=False, shell_complete=complete_cluster)
@click.option("-n", "--name", help="The name of the cluster.", shell_complete=complete_cluster)
@workspace_options
@output_options
def command(*, workspace: Any, show: Any, argument: str | None, name: str | None) -> None:
    """Show a cluster with its queue and its nodes."""
    from studio.sdk.compute import ComputeTarget

    wanted = name or argument
    if not wanted:
        raise click.UsageError("Say which cluster: studio computetarget show -n <name>.")
    target = ComputeTarget(workspace, wanted)
    queue = target._connection.ask("GET", target._path("/queue"))
    facts = target.serialize() | {"nodes": target.list_nodes(), "queue": queue}
    if show.output == "table" and not show.query:
        facts["nodes"] = [f"{one['name']} ({one['held']}/{one['slots']})" for one in facts["nodes"]]
        facts["queue"] = f"{len(queue['active'])} run, {len(queue['waiting'])} wait"
    show(facts)
