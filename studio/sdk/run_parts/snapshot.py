"""The snapshot of a run: the folder that its code is in."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from studio.sdk.connection import PART_BYTES
from studio.sdk.exceptions import Conflict, NotFound, SnapshotException
from studio.sdk.run_parts.facts import RunFacts


class RunSnapshot(RunFacts):
    """Keeps a folder with the run, once, and brings it back."""

    def take_snapshot(self, file_or_folder_path: str | os.PathLike[str]) -> str:
        """Keep a folder with the run; return the id of the snapshot.

        What `.amlignore` (or else `.gitignore`) names is left out. Raises SnapshotException for
        more than 2000 files or 300 MB, and where the run has another snapshot.
        """
        from studio.sdk.snapshots import pack_folder

        with pack_folder(file_or_folder_path) as archive:
            try:
                return self._ask("PUT", "/snapshot", body=archive)["sha256"]
            except Conflict as error:
                raise SnapshotException(str(error)) from error

    def get_snapshot_id(self) -> str:
        """Return the id of the snapshot. Raises SnapshotException where there is none."""
        return self._tree()["sha256"]

    def restore_snapshot(self, snapshot_id: str | None = None, path: str | None = None) -> str:
        """Write the snapshot as a zip below `path`; return where it is."""
        found = self._tree()["sha256"]
        if snapshot_id not in (None, found):
            raise SnapshotException(f"The snapshot of this run is {found}, not {snapshot_id}.")
        target = Path(path or ".") / f"{found[:16]}.zip"
        target.parent.mkdir(parents=True, exist_ok=True)
        address = self._path("/snapshot/zip")
        with (
            self._connection.open("GET", address) as answer,
            tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part,
        ):
            shutil.copyfileobj(answer, part, PART_BYTES)
        os.replace(part.name, target)
        return str(target)

    def _tree(self) -> dict[str, Any]:
        try:
            return self._ask("GET", "/snapshot")
        except NotFound as error:
            raise SnapshotException(f"The run {self._id} has no snapshot.") from error
