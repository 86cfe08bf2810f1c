"""Telling the studio that the attempt lives and how far it is, and hearing whether to end."""

import threading
import time
from collections.abc import Callable

from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

EVERY_S = 10.0
SELF_KILL_S = 30.0
GONE = frozenset({404, 409, 410})


class Heart:
    """A thread that beats every 10 s, and at once when the status changes.

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
        every_s: float = EVERY_S,
    ) -> None:
        self.api = api
        self.address = f"runs/{in_path(run_id)}/attempt/beat"
        self.fence = fence
        self.end = end
        self.kills_itself = kills_itself
        self.every_s = every_s
        self.status = "Preparing"
        self.is_over = False
        self.due = threading.Event()
        self.heard_at = time.monotonic()
        self.thread = threading.Thread(target=self._work, name="beats", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
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
        body = {"fence": self.fence, "status": self.status}
        try:
            answer = self.api.ask("POST", self.address, body=body)
        except Away:
            silent_s = time.monotonic() - self.heard_at
            return "silent" if self.kills_itself and silent_s > SELF_KILL_S else ""
        except Refused as refused:
            return "over" if refused.status in GONE else ""
        self.heard_at = time.monotonic()
        return "canceled" if answer["cancel"] else ""
