"""The most memory a server held while something was done to it."""

import threading
from types import TracebackType

from tests.bench.target import Sample, Target

LOOK_EVERY_S = 1.0


class PeakMemory:
    """Looks at the memory of a server that we started every second, from `with` to its end."""

    def __init__(self, target: Target) -> None:
        self.server = target.server
        self.pss_mib = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "PeakMemory":
        if self.server:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.server:
            self._ended.set()
            self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            if self.server and self.server.process:
                self.pss_mib = max(self.pss_mib, self.server.memory().pss)

    def samples(self, label: str) -> list[Sample]:
        """Return the figure; none of a server that somebody else started."""
        return [Sample(f"{label}: peak memory, PSS", self.pss_mib, "MiB")] if self.server else []
