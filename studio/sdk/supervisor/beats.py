"""Telling the studio that the attempt lives and how far it is, and hearing whether to end."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

EVERY_S = 5.0
SELF_KILL_S = 30.0
# Short: a beat that hangs must not keep the process alive beyond its lease.
TIMEOUT_S = 8.0
GONE = frozenset({404, 409, 410})
HEARD = "heard"


class Heart:
    """A thread that beats every 5 s, and at once when the status changes.

    It calls `end` with why the attempt has to end: `canceled`; `over`: the studio has given the run
    up, or to another attempt; `silent`: the studio has not answered for 30 s and another node may
    start the run soon (only with `kills_itself`).
    """

    def __init__(
        self,
        api: StudioApi,
        run_id: str,
        fence: int,
        *,
        end: Callable[[str], None],
        kills_itself: bool,
        folder: Path,
        rank: int = 0,
        every_s: float = EVERY_S,
    ) -> None:
        self.api = api
        self.address = f"runs/{in_path(run_id)}/attempt/beat"
        self.part = {"fence": fence, "rank": rank}
        self.end = end
        self.kills_itself = kills_itself
        self.folder = folder
        self.every_s = every_s
        self.status = "Preparing"
        self.is_over = False
        self.due = threading.Event()
        self.heard_at = 0.0
        self.thread = threading.Thread(target=self._work, name="beats", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._note_answer(time.monotonic())
        self.thread.start()

    def say(self, status: str) -> None:
        """Tell a new status with a beat of its own."""
        self.status = status
        self.due.set()

    def stop(self) -> None:
        """Beat no more."""
        self.is_over = True
        self.due.set()

    def _work(self) -> None:
        while True:
            self.due.wait(self.every_s)
            self.due.clear()
            if self.is_over:
                return
            why = self._beat()
            if why:
                self.end(why)
            if why in ("over", "silent"):
                return

    def _beat(self) -> str:
        """Beat once; return why the attempt has to end, "" where it goes on."""
        body, asked_at = {**self.part, "status": self.status}, time.monotonic()
        try:
            answer = self.api.ask("POST", self.address, body=body)
        except Away:
            silent_s = time.monotonic() - self.heard_at
            return "silent" if self.kills_itself and silent_s > SELF_KILL_S else ""
        except Refused as refused:
            return "over" if refused.status in GONE else ""
        self._note_answer(asked_at)
        return "canceled" if answer["cancel"] else ""

    def _note_answer(self, asked_at: float) -> None:
        """Note, for the guard too, from when on the lease holds."""
        self.heard_at = asked_at
        if self.kills_itself:
            draft = self.folder / f"{HEARD}.new"
            draft.write_text(str(asked_at))
            draft.replace(self.folder / HEARD)


def read_heard(folder: Path) -> float | None:
    """Return when the studio last answered an attempt, on the monotonic clock; None where another
    node cannot start its run anyway."""
    try:
        return float((folder / HEARD).read_text())
    except (OSError, ValueError):
        return None
