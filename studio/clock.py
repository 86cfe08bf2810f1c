"""The clock (Celery's beat) as a thread of a worker: 40 MiB less than as a process of its own."""

from typing import Any

from celery.beat import EmbeddedService
from celery.bootsteps import StartStopStep


class Clock(StartStopStep):
    """Runs in the worker that was started with a file for its schedule; one worker has it."""

    conditional = True

    def __init__(self, worker: Any, clock: str | None = None, **options: Any) -> None:
        self.schedule_file = clock
        self.enabled = clock is not None
        super().__init__(worker, **options)

    def create(self, worker: Any) -> Any:
        return EmbeddedService(worker.app, thread=True, schedule_filename=self.schedule_file)
