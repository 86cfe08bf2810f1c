"""Sending the lines of a writer: values of metrics in batches, everything else one by one."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from studio.sdk.connection import Connection, in_path
from studio.sdk.exceptions import (
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    RequestRefused,
    StudioAway,
)
from studio.sdk.outbox.places import read_json, write_json
from studio.sdk.outbox.segments import SUFFIX, Line, list_segments, remove_file
from studio.sdk.outbox.writer import read_sent, write_sent

VALUE = b'{"kind":'
BATCH_BYTES, BATCH_VALUES = 400_000, 4000
TOO_LARGE = 413
REFUSED = "refused.jsonl"
REFUSED_PATH = "logs/studio/refused_values.jsonl"


class Stuck(Exception):
    """The studio takes nothing of this run, and sending it again later does not help."""


class Delivery:
    """Sends what the writers of one run have written."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self.folder = folder
        self.connection = connection
        self.facts = read_json(folder / "run.json")
        self.path = f"runs/{in_path(self.facts['run_id'])}"
        # How far the writers have been sent by this process.
        self.reached: dict[str, int] = {}
        # Done before the run gets its final status.
        self.before_end: Callable[[], None] = lambda: None
        self.is_ended = (folder / "ended").exists()

    def ask(self, method: str, rest: str = "", **options: Any) -> Any:
        """Send a request about the run once. Raises StudioAway, Stuck, or how it is refused."""
        try:
            return self.connection.ask(method, self.path + rest, patience_s=0.0, **options)
        except (NotSignedIn, NotAllowed) as error:
            raise Stuck(str(error)) from error

    def is_made(self) -> bool:
        """Tell whether the run is at the studio."""
        return self.facts.get("create") is None or (self.folder / "made").exists()

    def make_run(self) -> None:
        """Make the run where the process could not do so itself, because the studio was away."""
        if self.is_made():
            return
        body = self.facts["create"]
        for path, wanted in (("experiments", {"name": body["experiment_name"]}), ("runs", body)):
            try:
                self.connection.ask("POST", path, body=wanted, patience_s=0.0)
            except Conflict:
                pass
            except RequestRefused as error:
                raise Stuck(str(error)) from error
        (self.folder / "made").touch()

    def send_next(self, writer: Path) -> bool:
        """Send the next lines of a writer; tell whether there were any."""
        place = max(read_sent(writer), self.reached.get(writer.name, 0))
        lines = list(read_ahead(writer, place))
        if not lines:
            return False
        self.make_run()
        for group in groups_of(lines):
            if group[0].data.startswith(VALUE):
                self.send_values(writer.name, group)
            else:
                self.send_entry(writer, group[0])
            last = group[-1]
            place = self.reached[writer.name] = last.number + len(last.data) + 1
            # A full disk may take no note of it; removing what is sent makes room.
            with suppress(OSError):
                write_sent(writer, place)
        drop_sent(writer, place)
        return True

    def send_values(self, writer: str, lines: Sequence[Line]) -> None:
        """Send values as a batch; where one of them is refused, all but this one."""
        numbers = ",".join(str(line.number) for line in lines)
        head = f'{{"writer":{json.dumps(writer)},"sequences":[{numbers}],"metrics":['
        body = head.encode() + b",".join(line.data for line in lines) + b"]}"
        try:
            self.ask("POST", "/metrics", body=body, kind="application/json")
        except RequestRefused as error:
            if error.code == "writer_moved":
                raise StudioAway(str(error)) from error
            self.check_run(error)
            if len(lines) == 1:
                self.put_aside(lines[0], str(error))
                return
            half = len(lines) // 2
            self.send_values(writer, lines[:half])
            self.send_values(writer, lines[half:])

    def check_run(self, error: RequestRefused) -> None:
        """Raise Stuck where it is the run that is refused, not what is sent to it."""
        if error.code == "deleted":
            raise Stuck(str(error)) from error
        if isinstance(error, NotFound):
            try:
                self.ask("GET")
            except NotFound:
                raise Stuck("The run is not at the studio any more.") from error

    def put_aside(self, line: Line, why: str) -> None:
        """Keep what the studio does not take, to be sent as a file of the run."""
        told = json.dumps({"why": why, "line": line.data.decode(errors="replace")})
        with open(self.folder / REFUSED, "a") as file:
            file.write(told + "\n")

    def send_entry(self, writer: Path, line: Line) -> None:
        """Do what a line asks for that is no value."""
        from studio.sdk.outbox.entries import ENTRIES

        try:
            entry = json.loads(line.data) if line.data else {"op": "nothing"}
        except ValueError:
            self.put_aside(line, "The line is broken.")
            return
        try:
            ENTRIES[entry["op"]](self, entry)
        except RequestRefused as error:
            self.check_run(error)
            self.put_aside(line, str(error))

    def upload(self, name: str, path: Path) -> None:
        """Upload a file; one that is not there any more is left out."""
        try:
            with open(path, "rb") as file:
                self.ask("PUT", "/files/" + quote(name), body=file)
        except OSError as error:
            self.put_aside(Line(0, os.fsencode(path)), error.strerror or "")

    def upload_refused(self) -> None:
        """Show what was refused as a file of the run."""
        path = self.folder / REFUSED
        if path.exists():
            self.upload(REFUSED_PATH, path)
            count = path.read_text().count("\n")
            self.ask("PATCH", "/tags", body={"tags": {"studio.refused": f"{count} values"}})
            path.unlink()

    def note_thinned(self) -> None:
        """Show on the run how many points were thinned out."""
        counts = read_json(self.folder / "thinned.json")
        if counts and not counts.get("noted"):
            self.ask(
                "PATCH", "/tags", body={"tags": {"studio.thinned": f"{counts['points']} points"}}
            )
            write_json(self.folder / "thinned.json", counts | {"noted": True})


def read_ahead(writer: Path, place: int) -> Iterator[Line]:
    """Yield the next lines of a writer, as many as a batch holds."""
    taken = 0
    for segment in list_segments(writer):
        for line in segment.lines(place, BATCH_BYTES - taken):
            taken += len(line.data)
            yield line
        if taken >= BATCH_BYTES:
            return


def groups_of(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield what is sent at a time: values that follow each other, other lines alone."""
    group: list[Line] = []
    for line in lines:
        is_value = line.data.startswith(VALUE)
        if group and (not is_value or len(group) == BATCH_VALUES):
            yield group
            group = []
        if is_value:
            group.append(line)
        else:
            yield [line]
    if group:
        yield group


def drop_sent(writer: Path, place: int) -> None:
    """Remove the files of a writer that are at the studio; the last one is still written to."""
    segments = list_segments(writer)
    for segment, following in pairwise(segments):
        if following.start <= place:
            remove_file(segment.path)
            remove_file(segment.path.with_suffix(SUFFIX))
