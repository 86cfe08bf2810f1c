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
    from studio.sdk.cli.outboxes import read_outbox, read_outboxes

    given = [read_outbox(run.parent) for one in folders for run in one.rglob("run.json")]
    results = [send(outbox) for outbox in (given if folders else read_outboxes())]
    show([row for row, _ in results], COLUMNS)
    return max((code for _, code in results), default=0)


def send(outbox: Any) -> tuple[dict[str, Any], int]:
    """Send an outbox as far as the studio takes it; return what came of it, and an exit code."""
    from studio.sdk.cli.outboxes import read_outbox
    from studio.sdk.connection import Connection
    from studio.sdk.outbox.sender import Sender, settings_of

    sender = Sender(outbox.folder, Connection(settings_of(outbox.folder)))
    problem, code = send_all(sender)
    left = read_outbox(outbox.folder).unsent if (outbox.folder / "run.json").exists() else 0
    row = {"runId": outbox.run_id, "url": outbox.url, "sent": max(0, outbox.unsent - left)}
    return row | {"left": left, "problem": problem}, code


def send_all(sender: Any) -> tuple[str, int]:
    """Send until nothing is left; return what keeps the rest here, and an exit code."""
    from studio.sdk.cli.exits import AWAY, DONE, FAILED
    from studio.sdk.outbox.delivering import Stuck
    from studio.sdk.outbox.sender import only_one

    with only_one(sender.folder) as is_mine:
        if not is_mine:
            return "its own process is sending it", DONE
        try:
            while sender.step():
                pass
            if sender.away_since is not None:
                return "the studio does not answer", AWAY
            if sender.is_over():
                sender.clear_up()
        except Stuck as stuck:
            return str(stuck), FAILED
    return "", DONE
