"""Beats: they tell the studio that the attempt lives and how far it is; the answer says whether to
end."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

EVERY_S = 5.0
# A script that ends within this time is told with its end.
HOLD_S = 0.25
SELF_KILL_S = 30.0
# Short: a beat that hangs must not keep the process alive beyond its lease.
TIMEOUT_S = 8.0
GONE = frozenset({404, 409, 410})
# Another attempt may run the run now, or none.
GIVEN_UP = ("over", "silent")
HEARD = "heard"
SHORT_BYTES = 64


class Heart:
    """A thread that beats every 5 s, and soon when the status changes.

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
        # Statuses that the studio does not know yet, in their order.
        self.untold: list[str] = []
        self.is_over = False
        self.woken = threading.Event()
        self.due_at = self.heard_at = 0.0
        self.thread = threading.Thread(target=self._work, name="beats", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        now = time.monotonic()
        self.due_at = now + self.every_s
        self._note_answer(now)
        self.thread.start()

    def say(self, status: str, within_s: float = 0.0) -> None:
        """Tell a new status with a beat of its own, at most `within_s` seconds from now."""
        self.untold.append(status)
        self.due_at = min(self.due_at, time.monotonic() + within_s)
        self.woken.set()

    def stop(self) -> None:
        """Beat no more."""
        self.is_over = True
        self.woken.set()

    def _work(self) -> None:
        while not self.is_over:
            self.woken.wait(max(0.0, self.due_at - time.monotonic()))
            self.woken.clear()
            if self.is_over or time.monotonic() < self.due_at:
                continue
            self.due_at = time.monotonic() + self.every_s
            why = self._beat()
            if why:
                self.end(why)
            if why in GIVEN_UP:
                return

    def _beat(self) -> str:
        """Beat once; return why the attempt has to end, "" where it goes on."""
        status, asked_at = (self.untold or [self.status])[0], time.monotonic()
        try:
            answer = self.api.ask("POST", self.address, body=self.part | {"status": status})
        except Away:
            silent_s = time.monotonic() - self.heard_at
            return "silent" if self.kills_itself and silent_s > SELF_KILL_S else ""
        except Refused as refused:
            return "over" if refused.status in GONE else ""
        self._note_answer(asked_at)
        self._note_told(status)
        return "canceled" if answer["cancel"] else ""

    def _note_told(self, status: str) -> None:
        self.status = status
        if self.untold[:1] == [status]:
            self.untold.pop(0)
        if self.untold:
            self.due_at = time.monotonic()

    def _note_answer(self, asked_at: float) -> None:
        """Note, for the guard too, from when on the lease holds."""
        self.heard_at = asked_at
        if self.kills_itself:
            write_in_place(self.folder / HEARD, str(asked_at))


def write_in_place(file: Path, text: str) -> None:
    """Write a short text at once, over the one of before: it has room on a full disk too."""
    place = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(place, text.encode().ljust(SHORT_BYTES), 0)
    finally:
        os.close(place)


def read_heard(folder: Path) -> float | None:
    """Return when the studio last answered an attempt, on the monotonic clock; None where another
    node cannot start its run anyway."""
    try:
        return float((folder / HEARD).read_text())
    except (OSError, ValueError):
        return None
