"""The clock (Celery's beat) as a thread of a worker: 40 MiB less than as a process of its own."""

from pathlib import Path
from typing import Any

import click
from celery import Celery
from celery.beat import EmbeddedService
from celery.bootsteps import StartStopStep


class Clock(StartStopStep):
    """Runs in the worker that was started with `--clock <schedule file>`; one worker has it."""

    conditional = True

    def __init__(self, worker: Any, clock: str | None = None, **options: Any) -> None:
        self.schedule_file = clock
        self.enabled = clock is not None
        super().__init__(worker, **options)

    def create(self, worker: Any) -> Any:
        return EmbeddedService(worker.app, thread=True, schedule_filename=self.schedule_file)


def make_folder(context: Any, option: Any, file: str | None) -> str | None:
    """Return the name of the schedule file with its folder made. Raises BadParameter: a clock that
    cannot write its file would stop unseen while the worker goes on."""
    try:
        if file is not None:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"the folder of {file} cannot be made: {error}.") from error
    return file


def add_clock(app: Celery) -> None:
    """Teach `celery worker` the option `--clock`."""
    app.user_options["worker"].add(
        click.Option(
            ["--clock"],
            metavar="FILE",
            help="Also run the clock; FILE keeps what ran when.",
            callback=make_folder,
        )
    )
    app.steps["worker"].add(Clock)
