"""`studio sync`."""

from pathlib import Path
from typing import Any

import click

from studio.sdk.cli.options import output_options

EPILOG = """\b
Examples:
  studio sync
  studio sync /mnt/laptop/outbox
"""
COLUMNS = ("runId", "url", "sent", "left", "problem")


@click.command("sync", epilog=EPILOG)
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@output_options
def command(*, show: Any, folders: tuple[Path, ...]) -> int:
    """Send what was logged while the studio was away: of this machine, or of folders of outboxes.

    Sending twice does not store twice. Trainings that still run send by themselves.
    """
    from studio.sdk.cli.exits import AWAY, DONE, FAILED
    from studio.sdk.cli.outboxes import read_outbox, read_outboxes

    given = [read_outbox(run.parent) for one in folders for run in one.rglob("run.json")]
    rows = [send(outbox) for outbox in (given if folders else read_outboxes())]
    show(rows, COLUMNS)
    if any(row["problem"] for row in rows):
        return FAILED
    return AWAY if any(row["left"] for row in rows) else DONE


def send(outbox: Any) -> dict[str, Any]:
    """Send an outbox as far as the studio takes it; return what came of it."""
    from studio.sdk.cli.outboxes import read_outbox
    from studio.sdk.connection import Connection
    from studio.sdk.outbox.sender import Sender, settings_of

    (outbox.folder / "problem.json").unlink(missing_ok=True)
    sender = Sender(outbox.folder, Connection(settings_of(outbox.folder)))
    sender.run(once=True)
    left = read_outbox(outbox.folder) if outbox.folder.is_dir() else None
    unsent = left.unsent if left else 0
    return {
        "runId": outbox.run_id,
        "url": outbox.url,
        "sent": max(0, outbox.unsent - unsent),
        "left": unsent,
        "problem": left.problem if left else "",
    }
