"""What earlier attempts of a run have left at the studio: a later one goes on behind it."""

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.log_names import LogNames
from studio.sdk.supervisor.studio_api import StudioApi, in_path

MOST_BYTES = 64_000


class EarlierAttempts:
    """The sizes of the logs and the texts of the notes, as this attempt has found them.

    They are asked for once, before anything is sent, and kept in a file: the guard, which ends the
    attempt of a killed supervisor, then writes at the same places.
    """

    def __init__(self, api: StudioApi, job: Job, file: Path) -> None:
        self.api = api
        self.address = f"runs/{in_path(job.run_id)}/logs"
        self.notes = LogNames(job).notes
        self.file = file
        self.attempt = job.fence
        self.line = f"\n--- attempt {job.fence} on node {job.node} ---\n"
        self.sizes: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.is_known = job.fence == 1
        self.lock = threading.Lock()

    def learn(self, patience_s: float) -> None:
        """Find out what there is, where that is not known yet. Raises Away, Refused."""
        with self.lock:
            if self.is_known:
                return
            if self.file.exists():
                facts = json.loads(self.file.read_text())
                self.sizes, self.texts = facts["sizes"], facts["texts"]
            else:
                self._ask(patience_s)
            self.is_known = True

    def head(self, path: str) -> bytes:
        """Return what separates a log of this attempt from what is there before it."""
        return self.line.encode() if self.sizes.get(path) else b""

    def start(self, path: str) -> int:
        """Return the byte of the log at the studio at which this attempt's part begins, behind its
        head."""
        return self.sizes.get(path, 0) + len(self.head(path))

    def begin_at(self, path: str, size_bytes: int) -> None:
        """Begin this attempt's part of a log elsewhere: it had another length meanwhile."""
        with self.lock:
            self.sizes[path] = size_bytes
            self._keep()

    def before(self, path: str) -> str:
        """Return what stands before this attempt's text of a note."""
        text = self.texts.get(path)
        return text + self.line if text else ""

    def path_beside(self, path: str) -> str:
        """Return where a file is sent as a whole: beside that of an earlier attempt, if any."""
        if not self.sizes.get(path):
            return path
        place = Path(path)
        return place.with_name(f"{place.stem}.attempt-{self.attempt}{place.suffix}").as_posix()

    def _ask(self, patience_s: float) -> None:
        answer: dict[str, Any] = self.api.ask("GET", self.address, patience_s=patience_s)
        sizes = {entry["path"]: entry["size_bytes"] for entry in answer["items"]}
        texts = self._read_texts((path for path in self.notes if sizes.get(path)), patience_s)
        self.sizes, self.texts = sizes, texts
        self._keep()

    def _read_texts(self, paths: Iterable[str], patience_s: float) -> dict[str, str]:
        texts = {}
        for path in paths:
            query = {"path": path, "start": -MOST_BYTES}
            data = self.api.ask("GET", f"{self.address}/tail", query=query, patience_s=patience_s)
            texts[path] = data.decode(errors="replace")
        return texts

    def _keep(self) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps({"sizes": self.sizes, "texts": self.texts}))
        draft.replace(self.file)
