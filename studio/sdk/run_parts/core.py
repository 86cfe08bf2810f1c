"""What all parts of a run share: its id, its workspace, what was last read of it."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from studio.sdk.connection import Connection, in_path
from studio.sdk.workspace import Workspace

if TYPE_CHECKING:
    from studio.sdk.experiment import Experiment
    from studio.sdk.outbox.outbox import Outbox

FINAL = frozenset({"Completed", "Failed", "Canceled"})
WAITING = frozenset({"NotStarted", "Starting", "Provisioning", "Preparing", "Queued"})


class RunCore:
    """A run at a studio. `_outbox` is there in a process that logs to it."""

    _workspace: Workspace
    _connection: Connection
    _id: str
    _experiment: "Experiment | None" = None
    _document: dict[str, Any] | None = None
    _box: "Outbox | None" = None
    # A run that the studio has started: the studio alone sets its status.
    _is_submitted = False

    @property
    def _outbox(self) -> "Outbox | None":
        """What this process logs to; a forked child does not have its parent's."""
        box = self._box
        return box if box is not None and box.pid == os.getpid() else None

    def _path(self, rest: str = "") -> str:
        return f"runs/{in_path(self._id)}{rest}"

    def _ask(self, method: str, rest: str = "", **options: Any) -> Any:
        """Send a request about this run, after what this process has logged to it."""
        self._settle()
        return self._connection.ask(method, self._path(rest), **options)

    def _settle(self) -> None:
        """Have what was logged here stored at the studio, so that it is read back."""
        if self._outbox is not None:
            self._outbox.settle()

    def _read(self) -> dict[str, Any]:
        """Read the run from the studio."""
        self._document = self._ask("GET")
        return self._document

    @property
    def _known(self) -> dict[str, Any]:
        """What was last read; read now where nothing was."""
        return self._document if self._document is not None else self._read()

    def _write(self, entry: dict[str, Any], send: Callable[[], Any]) -> None:
        """Write a note of this run: through the outbox where this process logs to it, so that it
        waits for nothing, else by a request."""
        if self._outbox is not None:
            self._outbox.write(entry)
        else:
            send()
        self._document = None
