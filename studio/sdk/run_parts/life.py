"""Start, completion, failure, cancellation."""

import os
import traceback
import warnings
from types import TracebackType
from typing import Any

from studio.sdk.exceptions import UserErrorException
from studio.sdk.outbox.opening import close, fields_of_end
from studio.sdk.run_parts.core import FINAL
from studio.sdk.run_parts.facts import RunFacts
from studio.sdk.settings import Settings

# By these the processes that a script starts find its run, whatever folder they are in.
ATTACHED_VARIABLE = "STUDIO_ATTACHED_RUN_ID"
ATTACHED_URL, ATTACHED_WORKSPACE = "STUDIO_ATTACHED_URL", "STUDIO_ATTACHED_WORKSPACE"


class RunLife(RunFacts):
    """Ends a run. The studio alone sets the status of a run that it has started."""

    # Whether this object has ended the run; `with` then leaves it as it is.
    _has_ended = False

    def start(self) -> None:
        """Set the status to Running."""
        if not self._is_submitted:
            self._change({"status": "Running"})

    def complete(self, _set_status: bool = True) -> None:
        """Send what is left, collect `outputs`, and mark the run as completed.

        It waits at most 10 seconds: what has not arrived then is sent after the script has ended.
        """
        self._end({"status": "Completed"} if _set_status else {})

    def fail(
        self, error_details: Any = None, error_code: str | None = None, _set_status: bool = True
    ) -> None:
        """Mark the run as failed, with what went wrong.

        run.fail(error_details="The loss is NaN")
        """
        fields: dict[str, Any] = {"status": "Failed"}
        if error_code:
            fields["reason"] = str(error_code)[:500]
        if error_details is not None:
            fields["error"] = as_text(error_details)
        self._end(fields if _set_status else {})

    def end(self, status: str, reason: str = "") -> None:
        """End the run with any final status, such as Canceled for one that was stopped from within.

        run.end("Canceled", reason="early stopping")
        """
        if status not in FINAL:
            raise UserErrorException(f"A run ends as {', '.join(sorted(FINAL))}, not {status}.")
        self._end({"status": status, "reason": reason})

    def cancel(self) -> None:
        """Ask for the end of the run: one that waits never starts, one that runs is ended."""
        if self._is_submitted:
            warnings.warn(
                "A script cannot cancel its own run: end the script, or use run.fail().",
                stacklevel=2,
            )
            return
        self._settle()
        self._document = self._connection.ask("POST", self._path("/cancel"))

    def flush(self, timeout_seconds: float = 300) -> None:
        """Wait until what was logged is stored at the studio. Raises StudioAway."""
        if self._outbox is not None:
            self._outbox.flush(timeout_seconds)

    def _end(self, fields: dict[str, Any]) -> None:
        self._document = None
        self._has_ended = True
        box = self._outbox
        if box is not None:
            box.end({} if self._is_submitted else fields)
            if box.is_owner:
                self._box = None
                forget_attached(self._id)
                close(box)
        elif fields and not self._is_submitted:
            self._ask("PATCH", body=fields)

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._has_ended:
            return
        is_clean = isinstance(error, SystemExit) and error.code in (0, None)
        if error is None or is_clean:
            self.complete()
        elif isinstance(error, KeyboardInterrupt):
            self._end(fields_of_end(error))
        else:
            self.fail(error_details=error, error_code=type(error).__name__)


def attach_children(settings: Settings, run_id: str) -> None:
    """Let processes that this one starts from now on find the run."""
    os.environ[ATTACHED_VARIABLE] = run_id
    os.environ[ATTACHED_URL], os.environ[ATTACHED_WORKSPACE] = settings.url, settings.workspace


def forget_attached(run_id: str) -> None:
    """Let processes that this one starts from now on find no run."""
    if os.environ.get(ATTACHED_VARIABLE) == run_id:
        for name in (ATTACHED_VARIABLE, ATTACHED_URL, ATTACHED_WORKSPACE):
            os.environ.pop(name, None)


def as_text(details: Any) -> str:
    """Return an error with its traceback, anything else as a text."""
    if isinstance(details, BaseException):
        return "".join(traceback.format_exception(details))
    return str(details)
