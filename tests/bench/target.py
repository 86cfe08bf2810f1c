"""A server under test, and what a measurement of it yields."""

import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.api import Api
from tests.bench.seeds import by_protocol
from tests.bench.seeds.population import RunSeed
from tests.bench.servers.base import Server
from tests.bench.wire import Endpoint


@dataclass(frozen=True)
class Sample:
    """One figure of one pass. `wrong` says what was wrong with the answers; empty is good."""

    row: str
    value: float
    unit: str
    more_is_better: bool = False
    wrong: str = ""


@dataclass(frozen=True)
class Options:
    """How long and how large. `scale` shrinks every size, for a quick look; `python` has the
    clients of others."""

    seconds: float = 3.0
    rounds: int = 3
    scale: float = 1.0
    python: str = sys.executable
    notes: dict[str, None] = field(default_factory=dict)

    def scaled(self, size: int) -> int:
        return max(int(size * self.scale), 1)

    def note(self, text: str) -> None:
        """Remember a remark for the report, once."""
        self.notes[text] = None


@dataclass
class Target:
    """A server by its URL; `server` is None where somebody else started it."""

    name: str
    fixed_url: str = ""
    server: Server | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        return self.server.url if self.server else self.fixed_url

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint.of(self.url)

    def api(self) -> Api:
        return Api(self.endpoint)

    def new_experiment(self, subject: str) -> str:
        """An experiment under a name of its own; return its id."""
        stamp = f"{time.time_ns() % 10**12:x}-{next(self._numbers)}"
        return self.api().create_experiment(f"bench-{subject}-{stamp}")

    def hold(self) -> None:
        if self.server:
            self.server.hold()

    def go_on(self) -> None:
        if self.server:
            self.server.go_on()

    def cpu_seconds(self) -> float:
        """The processor time the server has used until now; 0 where it is not ours to look at."""
        return self.server.cpu_seconds() if self.server else 0.0

    def fill(self, experiment_id: str, seeds: Iterator[RunSeed]) -> list[str]:
        """Store the runs, beside the protocol where the server knows a way; return their ids."""
        run_ids = self.server.fill(experiment_id, seeds) if self.server else None
        return by_protocol.fill(self.endpoint, experiment_id, seeds) if run_ids is None else run_ids
