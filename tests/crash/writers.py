"""Clients that log one after the other and remember what was acknowledged."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field

from tests.waiting import LONGEST_WAIT_S

API = "/api/2.0/mlflow/runs/"
HEADERS = {"Content-Type": "application/json"}
KEYS = ("loss", "acc")
BATCH_SHARE = 0.05
# No two writers share a number.
NUMBERS_EACH = 10**8
TIME_MS = 1_700_000_000_000


@dataclass
class Writer:
    """Logs numbers that rise, each once: as a value that tells who and which, and as its step.

    All points carry the same time, so that only value and step tell them apart. A writer that
    `retries` sends what was not answered again, until it is; another one leaves it and goes on.
    """

    number: int
    port: int
    run_ids: list[str]
    retries: bool
    stop: threading.Event
    acknowledged: list[int] = field(default_factory=list)
    sent: int = 0
    refused: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Log until told to stop."""
        dice = random.Random(self.number)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_WAIT_S)
        while not self.stop.is_set():
            path, body, counters = self.make_request(dice)
            while not self.send(connection, path, body):
                connection.close()
                time.sleep(0.02)
                if self.stop.is_set() or not self.retries:
                    break
            else:
                self.acknowledged += counters
        connection.close()

    def make_request(self, dice: random.Random) -> tuple[str, str, range]:
        run_id = dice.choice(self.run_ids)
        size = dice.randint(100, 1000) if dice.random() < BATCH_SHARE else 1
        counters = range(self.sent, self.sent + size)
        self.sent += size
        points = [self.point(counter) for counter in counters]
        if size == 1:
            return "log-metric", json.dumps({"run_id": run_id, **points[0]}), counters
        return "log-batch", json.dumps({"run_id": run_id, "metrics": points}), counters

    def point(self, counter: int) -> dict[str, object]:
        return {
            "key": KEYS[counter % len(KEYS)],
            "value": float(self.number * NUMBERS_EACH + counter),
            "timestamp": TIME_MS,
            "step": counter,
        }

    def send(self, connection: http.client.HTTPConnection, path: str, body: str) -> bool:
        """Tell whether the request was acknowledged. Any other answer is noted."""
        try:
            connection.request("POST", API + path, body, HEADERS)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        if answer.status != 200:
            self.refused.append(f"{answer.status} {text[:200]!r}")
        return answer.status == 200
