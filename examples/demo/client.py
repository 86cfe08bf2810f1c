"""How the trainings of the demo log: a few lines over the client, shared by all of them."""

import io
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from studio.sdk import Experiment, Workspace
from studio.sdk.run import Run as StudioRun


class Stopped(Exception):
    """The demo is asked to end before its trainings have."""


class Studio:
    """The studio to fill."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.workspace = Workspace(workspace_name="default", url=url)
        self.stop = threading.Event()

    def experiment(self, name: str, note: str) -> Experiment:
        """Return the experiment of this name, with a note."""
        experiment = Experiment(self.workspace, name)
        experiment.description = note
        return experiment

    @contextmanager
    def run(
        self,
        experiment: Experiment,
        name: str,
        params: dict,
        tags: dict,
        parent: "Run | None" = None,
    ) -> Iterator["Run"]:
        """Log one run; an exception makes it a failed one, with the traceback in its log.

        Raises Stopped where the demo has been asked to end.
        """
        if self.stop.is_set():
            raise Stopped
        if parent is None:
            made = experiment.start_logging(
                name=name, outputs=False, tags=tags, captures_console=False
            )
        else:
            made = parent.run.child_run(name, outputs=False)
            made.set_tags(tags)
        made.log_params(params)
        run = Run(self, made)
        try:
            yield run
        except Stopped:
            run.upload_log()
            made.end("Canceled")
        except Exception as error:
            run.say(traceback.format_exc())
            run.upload_log()
            made.fail(error_details=error, error_code=type(error).__name__)
        else:
            run.upload_log()
            made.complete()


class Run:
    """One training, with its log as a file."""

    def __init__(self, studio: Studio, run: StudioRun) -> None:
        self.studio = studio
        self.run = run
        self.lines: list[str] = []

    def log(self, step: int, values: dict[str, float]) -> None:
        """Log the numbers of a step."""
        if self.studio.stop.is_set():
            raise Stopped
        for name, value in values.items():
            self.run.log(name, value, step=step)

    def say(self, line: str) -> None:
        self.lines.append(f"{time.strftime('%H:%M:%S')} {line.rstrip()}\n")

    def upload(self, path: str, content: bytes) -> None:
        self.run.upload_file(path, io.BytesIO(content))

    def upload_log(self) -> None:
        self.upload("user_logs/std_log.txt", "".join(self.lines).encode())
