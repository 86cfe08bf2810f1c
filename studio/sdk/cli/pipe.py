"""`studio pipe`."""

import sys
import tempfile
import uuid
from typing import Any

import click

from studio.sdk.cli.options import experiment_option, workspace_options

EPILOG = """\b
Examples:
  make train 2>&1 | studio pipe -e digits
  ./simulate | studio pipe -e digits --name "first try" | tee copy.txt

The run is Completed when stdin ends, and Failed after Ctrl-C. How the program before the pipe
ended is not known to the one behind it.
"""


@click.command("pipe", epilog=EPILOG)
@experiment_option("The experiment; made where it is not there.", required=True)
@click.option("--name", default="", help="The name that lists show.")
@workspace_options
def command(*, workspace: Any, experiment_name: str, name: str) -> int:
    """Pass stdin through to stdout and keep it as the log of a new run.

    What is piped never waits for the studio: it is kept in a file and sent from there.
    """
    from studio.sdk.cli.exits import AWAY, DONE
    from studio.sdk.cli.piping import LOG, Piped
    from studio.sdk.experiment import Experiment

    experiment = Experiment(workspace, experiment_name)
    run_id = uuid.uuid4().hex
    body = {"run_id": run_id, "experiment_name": experiment.name, "name": name}
    workspace._connection.make("runs", body, f"runs/{run_id}")
    click.echo(f"{run_id}: {workspace.url}/runs/{run_id}", err=True)
    with tempfile.TemporaryFile() as kept:
        piped = Piped(workspace._connection, run_id, kept)
        try:
            piped.pass_through(sys.stdin.buffer, sys.stdout.buffer)
            status = "Completed"
        except KeyboardInterrupt:
            status = "Failed"
        missing = piped.end(status)
    if missing:
        click.echo(f"The studio is away: {missing:,} bytes of {LOG} are not there.", err=True)
    return AWAY if missing else DONE
