"""Runs a case: prepares every server, then goes around them, round after round."""

import sys
import time
from collections.abc import Callable
from typing import Any

from tests.bench.api import Refused
from tests.bench.cases.case import Case
from tests.bench.report import Report
from tests.bench.servers.base import DidNotStart
from tests.bench.target import Options, Target
from tests.bench.wire import ConnectionEnded

SLOW_PASS_S = 20.0
FAILURES = (Refused, DidNotStart, ConnectionEnded, OSError, RuntimeError)


class CaseRun:
    """One case on several servers. A server that fails is left out of the rest of the case."""

    def __init__(self, case: Case, options: Options, report: Report) -> None:
        self.case = case
        self.options = options
        self.report = report
        self.states: dict[str, Any] = {}

    def run(self, targets: list[Target]) -> None:
        """Prepare all servers, then go around them; each round measures each once.

        Who is not asked is held: an idle server takes processor time, too.
        """
        chosen = [target for target in targets if self._can(target)]
        for target in targets:
            target.hold()
        for target in chosen:
            self._attempt(target, self._prepare)
        for number in range(self.options.rounds):
            for target in chosen:
                if target.name in self.states:
                    self._attempt(target, *([self._refresh] if number else []), self._measure)

    def _can(self, target: Target) -> bool:
        if self.case.servers and target.name not in self.case.servers:
            return False
        return bool(target.server) or not self.case.started_only

    def _attempt(self, target: Target, *steps: Callable[[Target], None]) -> None:
        target.go_on()
        try:
            for step in steps:
                step(target)
        except FAILURES as error:
            self.states.pop(target.name, None)
            self.report.fail(target.name, self.case.name, error)
        target.hold()

    def _prepare(self, target: Target) -> None:
        begun = time.perf_counter()
        self._fill(target)
        self._say(target, f"prepared in {time.perf_counter() - begun:.1f} s")

    def _refresh(self, target: Target) -> None:
        if self.case.fresh and target.server:
            self._fill(target)

    def _fill(self, target: Target) -> None:
        """Start and fill a server. On a busy machine it may end its own workers as too slow."""
        for is_last in (False, False, True):
            if target.server:
                target.server.start_empty()
            try:
                self.states[target.name] = self.case.prepare(target, self.options)
                return
            except (ConnectionEnded, OSError):
                if is_last or not target.server:
                    raise

    def _measure(self, target: Target) -> None:
        """One pass. After a slow one the server has had its share."""
        begun = time.perf_counter()
        samples = self.case.measure(target, self.states[target.name], self.options)
        seconds = time.perf_counter() - begun
        self.report.add(target.name, samples)
        shown = ", ".join(f"{s.row} {s.value:.4g} {s.unit}{_mark(s.wrong)}" for s in samples)
        self._say(target, f"{shown} ({seconds:.1f} s)")
        if seconds > SLOW_PASS_S + self.options.seconds:
            del self.states[target.name]

    def _say(self, target: Target, text: str) -> None:
        print(f"{self.case.name} {target.name}: {text}", file=sys.stderr, flush=True)


def _mark(wrong: str) -> str:
    return f" WRONG ({wrong})" if wrong else ""
