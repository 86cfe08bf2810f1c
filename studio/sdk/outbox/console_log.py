"""Sending what a script prints, as logs that grow."""

from pathlib import Path
from typing import Any

from studio.sdk.exceptions import RequestRefused
from studio.sdk.outbox.delivering import Delivery

PATHS = {"console.out": "logs/user_log.txt", "console.err": "logs/user_log_errors.txt"}
PART_BYTES = 256 << 10


class ConsoleLog:
    """The logs of one run; the studio knows how far each has come."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.offsets: dict[str, int] = {}

    def send_next(self) -> bool:
        """Send the next bytes of each file; tell whether there were any."""
        return sum(self.send_part(name) for name in PATHS) > 0

    def finish(self) -> None:
        """Send the rest and say that the logs are complete."""
        while self.send_next():
            pass
        for name, path in PATHS.items():
            if self.offsets.get(name):
                self.ask("POST", "/logs/finish", path)

    def send_part(self, name: str) -> bool:
        file = self.delivery.folder / name
        offset = self.offsets.get(name, 0)
        data = read_part(file, offset)
        if not data:
            return False
        try:
            answer = self.ask("PATCH", "/logs", PATHS[name], offset=offset, data=data)
            self.offsets[name] = answer["next_offset"]
        except RequestRefused as error:
            self.delivery.check_run(error)
            expected = error.facts.get("expected")
            if expected in (None, offset):
                return False
            self.offsets[name] = expected
        return True

    def ask(
        self, method: str, rest: str, path: str, offset: int | None = None, data: Any = None
    ) -> Any:
        query: dict[str, Any] = {"path": path}
        if offset is not None:
            query["offset"] = offset
        body = {"path": path} if data is None else data
        options = {} if data is None else {"query": query}
        return self.delivery.ask(method, rest, body=body, **options)


def read_part(file: Path, offset: int) -> bytes:
    """Return the next bytes of a file; nothing where there is none."""
    try:
        with open(file, "rb") as source:
            source.seek(offset)
            return source.read(PART_BYTES)
    except OSError:
        return b""
