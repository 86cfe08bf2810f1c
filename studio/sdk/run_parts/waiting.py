"""Waiting for a run, with its log on the screen if wanted."""

import sys
import time
from collections.abc import Iterator
from typing import Any

from studio.sdk.exceptions import (
    ActivityFailedException,
    ExperimentExecutionException,
    NotFound,
    StudioAway,
)
from studio.sdk.run_parts.core import FINAL
from studio.sdk.run_parts.facts import RunFacts

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 2.0
# A studio that is restarted or updated is back within this time.
AWAY_PATIENCE_S = 600.0


class RunWaiting(RunFacts):
    """Waits for the end of a run."""

    def wait_for_completion(
        self,
        show_output: bool = False,
        wait_post_processing: bool = False,
        raise_on_error: bool = True,
    ) -> dict[str, Any]:
        """Wait until the run has ended; return its details.

        `show_output` writes its log to stdout as it grows. Raises ActivityFailedException for a run
        that has failed or was canceled, unless `raise_on_error` is false. At Ctrl-C the run goes
        on, and ExperimentExecutionException says so.
        """
        try:
            if show_output:
                self._show_output()
            self._wait()
        except KeyboardInterrupt:
            raise ExperimentExecutionException(
                f"The run {self._id} goes on; run.cancel() ends it. See {self.get_portal_url()}"
            ) from None
        details = self.get_details()
        if raise_on_error and details["status"] in ("Failed", "Canceled"):
            raise ActivityFailedException(failure_text(self._id, details))
        return details

    def _wait(self) -> None:
        pause_s = FIRST_PAUSE_S
        while self._status_patiently() not in FINAL:
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.3, LONGEST_PAUSE_S)

    def _status_patiently(self) -> str:
        self._settle()
        if self._document is None or self._document["status"] not in FINAL:
            self._document = self._connection.ask("GET", self._path(), patience_s=AWAY_PATIENCE_S)
        return self._document["status"]

    def _show_output(self) -> None:
        print(f"RunId: {self._id}\nWeb View: {self.get_portal_url()}")
        shown = ""
        for path, data in self._follow():
            if path != shown:
                shown = path
                print(f"\nStreaming {path}\n{'=' * (10 + len(path))}\n", flush=True)
            write_bytes(data)
        print(f"\nExecution Summary\n=================\nRunId: {self._id}")
        print(f"Web View: {self.get_portal_url()}\n", flush=True)

    def _follow(self, path: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield the next bytes of a log with its path, until the run has ended and all is there.

        Without a path it is the log with the output of the script. A studio that is away for a
        while interrupts nothing: reading goes on at the byte where it was.
        """
        offset, pause_s = 0, FIRST_PAUSE_S
        while True:
            is_over = self._status_patiently() in FINAL
            path = path or self._main_log()
            data = self._read_part(path, offset) if path else b""
            if data:
                yield path, data
                offset, pause_s = offset + len(data), FIRST_PAUSE_S
                continue
            if is_over and data is not None:
                return
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.3, LONGEST_PAUSE_S)

    def _main_log(self) -> str:
        """Return the log that shows the output of the script, "" while there is none."""
        logs = self._log_paths()
        driver = [path for path in logs if "70_driver_log" in path or "user_log" in path]
        return (driver or (logs if self.status in FINAL else []) or [""])[0]

    def _read_part(self, path: str, offset: int) -> bytes | None:
        """Return the next bytes of a log; None where the studio broke off while it gave them."""
        query = {"path": path, "start": offset}
        try:
            address = self._path("/logs/tail")
            return self._connection.ask("GET", address, query=query, patience_s=AWAY_PATIENCE_S)
        except NotFound:
            return b""
        except StudioAway:
            return None


def write_bytes(data: bytes) -> None:
    """Write to stdout as they are; a stdout that takes text alone gets text."""
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(data.decode(errors="replace"))
        return
    sys.stdout.flush()
    stream.write(data)
    stream.flush()


def failure_text(run_id: str, details: dict[str, Any]) -> str:
    """Return why a run has not completed."""
    error = details.get("error", {})
    told = error.get("error", {}).get("message") or error.get("reason") or "no reason is given"
    return f"The run {run_id} has ended as {details['status']}: {told}"
