"""How an attempt ended, and telling the studio so."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.outboxes import OutboxSenders
from studio.sdk.supervisor.report import Report
from studio.sdk.supervisor.shipping import LogShipper
from studio.sdk.supervisor.studio_api import Refused, StudioApi, in_path
from studio.sdk.supervisor.uploads import Uploader

# The run is not there any more, or another attempt runs it.
OVER = frozenset({404, 410})


@dataclass
class End:
    """How the process ended: one of the studio's causes, the exit code, and what else to say."""

    cause: str
    exit_code: int | None = None
    detail: str = ""


class Ending:
    """Sends what is left of an attempt, and its end at last.

    Small logs and the notes go with the end: a short script needs no other request.
    """

    def __init__(
        self, api: StudioApi, job: Job, report: Report,
        shipper: LogShipper, uploader: Uploader, outboxes: OutboxSenders,
    ) -> None:  # fmt: skip
        self.api = api
        self.job = job
        self.report = report
        self.shipper = shipper
        self.uploader = uploader
        self.outboxes = outboxes
        self.missing = 0

    def release(self, end: End, patience_s: float, *, keeps_whole: bool) -> None:
        """Send logs, values and files, and write about it. With `keeps_whole` small logs go with
        the end."""
        say = self.report.release
        if unsent := self.outboxes.finish(patience_s):
            say(f"Not sent: {unsent} values that the script has logged.")
        self.missing = self.shipper.drain(patience_s, keeps_whole=keeps_whole)
        for path, size_bytes in self.shipper.offsets.items():
            if size_bytes:
                say(f"Log {path}: {size_bytes} bytes sent.")
        for line in self.uploader.finish(patience_s):
            say(f"Not uploaded: {line}")
        say(f"Uploaded {len(self.uploader.sent)} files.")
        say(f"End: {end.cause}{f', {end.detail}' if end.detail else ''}.")
        if self.job.nodes > 1 and self.job.node_rank == 0:
            self.report.overall(f"Node 0 ends: {end.cause}.")

    def tell(self, end: End, since_start_ms: int | None, patience_s: float) -> None:
        """Tell the end, and how long ago the processes started. Raises Away, Refused."""
        notes, told = self.report.notes, {"since_start_ms": since_start_ms}
        files = notes.take(patience_s)
        logs = [{"path": path, "text": text} for path, text in self.shipper.whole.items()]
        try:
            self._ask(end, told | {"logs": logs, "files": files}, patience_s)
        except Refused as refused:
            if refused.status in OVER:
                raise
            # One after the other: what the studio does not take keeps nothing else away.
            notes.give_back(files)
            self.shipper.give_back()
            self.missing += self.shipper.drain(patience_s)
            with suppress(Refused):
                notes.send(patience_s)
            self._ask(end, told, patience_s)

    def _ask(self, end: End, told: dict[str, Any], patience_s: float) -> None:
        detail = end.detail
        if self.missing:
            detail += f" ({self.missing} bytes of the log are missing)"
        job, part = self.job, {"cause": end.cause, "exit_code": end.exit_code, "detail": detail}
        body = {"fence": job.fence, "rank": job.node_rank} | part | told
        address = f"runs/{in_path(job.run_id)}/attempt/finish"
        self.api.ask("POST", address, body=body, patience_s=patience_s)
