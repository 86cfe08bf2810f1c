"""`studio pipe`.

What comes through the pipe is kept as the console of a run: in a file of the outbox, which the
sender sends. The program that a studio serves as `pipe.py` does the same for machines without the
client. It is a source of its own: it runs on Python 3.8 with nothing installed, so it has neither
outbox nor sender, and it looks for the run that MLflow has started.
"""

import sys
from contextlib import suppress
from typing import Any, BinaryIO

import click

from studio.sdk.cli.options import experiment_option, workspace_options

EPILOG = """\b
Examples:
  make train 2>&1 | studio pipe -e digits
  ./simulate | studio pipe -e digits --name "first try" | tee copy.txt

The run is Completed when stdin ends, and Canceled after Ctrl-C. How the program before the pipe
ended is not known to the one behind it.
"""
PART_BYTES = 1 << 18


@click.command("pipe", epilog=EPILOG)
@experiment_option("The experiment; made where it is not there.", required=True)
@click.option("--name", default="", help="The name that lists show.")
@workspace_options
def command(*, workspace: Any, experiment_name: str, name: str) -> int:
    """Pass stdin through to stdout and keep it as the log of a new run.

    What is piped never waits for the studio: it is kept in a file and sent from there, also when
    the studio is away until later.
    """
    from studio.sdk.cli.exits import AWAY, DONE
    from studio.sdk.experiment import Experiment
    from studio.sdk.outbox.console import FILES
    from studio.sdk.outbox.opening import close, fields_of_end
    from studio.sdk.starting import start_unseen

    run = start_unseen(Experiment(workspace, experiment_name, _create_in_cloud=False), name)
    click.echo(f"{run.id}: {run.get_portal_url()}", err=True)
    box, error = run._box, None
    try:
        pass_through(sys.stdin.buffer, sys.stdout.buffer, box and box.folder / FILES[0])
    except KeyboardInterrupt as interrupt:
        error = interrupt
    if box is None:
        return AWAY
    box.end(fields_of_end(error))
    is_sent = box.writer.is_sent()
    close(box)
    return DONE if is_sent else AWAY


def pass_through(source: BinaryIO, target: BinaryIO, kept: Any) -> None:
    """Copy the source to the target as it comes, and into a file. A target that nobody reads is
    left out, and so is a file for which there is no room."""
    with open(kept or "/dev/null", "ab", buffering=0) as file:
        while data := source.read1(PART_BYTES):  # type: ignore[attr-defined]
            with suppress(OSError):
                file.write(data)
            with suppress(BrokenPipeError):
                target.write(data)
                target.flush()
