"""`studio sync`."""

from pathlib import Path

import click

EPILOG = """\b
Examples:
  studio sync
  studio sync /mnt/laptop/outbox
"""
PATIENCE_S = 30.0


@click.command("sync", epilog=EPILOG)
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folders: tuple[Path, ...]) -> int:
    """Send what was logged while the studio was away: of this machine, or of folders of outboxes.

    Sending twice does not store twice. Trainings that still run send by themselves.
    """
    from studio.sdk.cli.exits import AWAY, DONE
    from studio.sdk.outbox.syncing import describe, list_outboxes, sync_one

    given = [describe(run.parent) for one in folders for run in sorted(one.rglob("run.json"))]
    boxes = given if folders else list_outboxes()
    left = sum(sync_one(box, say, PATIENCE_S) for box in boxes)
    if not boxes:
        say("Nothing waits.")
    return AWAY if left else DONE


def say(text: str) -> None:
    """Say on stderr what is done."""
    click.echo(text, err=True)
