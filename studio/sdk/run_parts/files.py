"""Files of a run: upload, list, download."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from studio.sdk.connection import PART_BYTES
from studio.sdk.exceptions import NotFound, StudioAway, UserErrorException
from studio.sdk.run_parts.facts import RunFacts

if TYPE_CHECKING:
    from studio.sdk.model import Model


class RunFiles(RunFacts):
    """Uploads, lists and downloads the files of a run."""

    def upload_file(
        self,
        name: str,
        path_or_stream: str | os.PathLike[str] | BinaryIO,
        datastore_name: Any = None,
    ) -> None:
        """Upload a file; `name` is its path in the run. What was there is replaced.

            run.upload_file("outputs/model.pkl", "model.pkl")

        While the studio is away, a run that logs here keeps a copy and sends it later.
        """
        if not isinstance(path_or_stream, str | os.PathLike):
            self._upload(name, path_or_stream)
            return
        path = Path(path_or_stream)
        if not path.is_file():
            raise UserErrorException(f"{path} is no file.")
        with open(path, "rb") as file:
            self._upload(name, file)

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[str],
        datastore_name: Any = None,
        return_artifacts: bool = False,
        timeout_seconds: int | None = None,
    ) -> None:
        """Upload several files: `names[i]` gets the content of `paths[i]`."""
        if len(names) != len(paths):
            raise UserErrorException(f"There are {len(names)} names for {len(paths)} paths.")
        for name, path in zip(names, paths, strict=True):
            self.upload_file(name, path)

    def upload_folder(self, name: str, path: str, datastore_name: Any = None) -> None:
        """Upload all files of a folder, below `name`."""
        folder = Path(path)
        if not folder.is_dir():
            raise UserErrorException(f"{path} is no folder.")
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.upload_file(f"{name}/{file.relative_to(folder).as_posix()}", file)

    def _upload(self, name: str, file: BinaryIO) -> None:
        box = self._outbox
        body: Any = file if is_real(file) else file.read()
        try:
            if box is not None and not box.settle():
                raise StudioAway("What was logged before is not there yet.")
            address = self._path("/files/") + quote(name)
            patience_s = None if box is None else 0.0
            self._connection.ask("PUT", address, body=body, patience_s=patience_s)
        except StudioAway:
            if box is None:
                raise
            box.keep_file(name, body)

    def get_file_names(self) -> list[str]:
        """Return the paths of all files of the run."""
        return [one["path"] for one in self._list("/files", {"recursive": "true", "limit": 10_000})]

    def download_file(
        self,
        name: str,
        output_file_path: str | None = None,
        _validate_checksum: bool = False,
        _watch: Callable[[BinaryIO], BinaryIO] = lambda file: file,
    ) -> None:
        """Download a file to `output_file_path`, which may be a folder (default: this one).

        Raises UserErrorException where the run has no such file.
        """
        target = Path(output_file_path or ".")
        if target.is_dir() or str(output_file_path or "").endswith(("/", os.sep)):
            target = target / Path(name).name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        try:
            with self._open_file(name) as answer, open(part, "wb") as file:
                shutil.copyfileobj(answer, _watch(file), PART_BYTES)
            part.replace(target)
        except NotFound as error:
            raise UserErrorException(f"The run has no file {name!r}.") from error
        finally:
            part.unlink(missing_ok=True)

    def _open_file(self, name: str) -> Any:
        self._settle()
        return self._connection.open("GET", self._path("/files/") + quote(name))

    def download_files(
        self,
        prefix: str | None = None,
        output_directory: str | None = None,
        output_paths: Sequence[str] | None = None,
        batch_size: int = 100,
        append_prefix: bool = True,
        timeout_seconds: int | None = None,
    ) -> None:
        """Download the files whose paths begin with `prefix`, in the same tree below
        `output_directory`; `append_prefix=False` leaves the prefix out of it."""
        prefix = prefix or ""
        names = [name for name in self.get_file_names() if name.startswith(prefix)]
        if output_paths is not None and len(output_paths) != len(names):
            raise UserErrorException(f"There are {len(output_paths)} paths for {len(names)} files.")
        folder = Path(output_directory or ".")
        for index, name in enumerate(names):
            tail = name if append_prefix else name[len(prefix) :].lstrip("/") or Path(name).name
            target = Path(output_paths[index]) if output_paths is not None else folder / tail
            if output_paths is None and not target.resolve().is_relative_to(folder.resolve()):
                raise UserErrorException(f"The file {name!r} would be written outside {folder}.")
            self.download_file(name, str(target))

    def register_model(
        self,
        model_name: str,
        model_path: str | None = None,
        tags: Mapping[str, Any] | None = None,
        properties: Any = None,
        description: str | None = None,
        **_: Any,
    ) -> "Model":
        """Give a file or folder of the run a name and the next version of it.

            run.register_model("digits", "outputs/model.pkl", tags={"stage": "test"})

        Without a path it is `outputs/<name>`. Raises UserErrorException where the run has no such
        file.
        """
        from studio.sdk.model import register

        path = model_path or f"outputs/{model_name}"
        return register(self, model_name, path, tags, description or "")  # type: ignore[arg-type]

    def get_all_logs(self, destination: str | None = None) -> list[str]:
        """Download all logs below `destination`; return where they are."""
        folder = Path(destination or ".")
        paths = [folder / path for path in self._log_paths()]
        for path in paths:
            self.download_file(path.relative_to(folder).as_posix(), str(path))
        return [str(path) for path in paths]


def is_real(file: BinaryIO) -> bool:
    """Tell whether a stream is a file on the disk, whose length is known."""
    try:
        file.fileno()
    except (OSError, AttributeError):
        return False
    return "b" in getattr(file, "mode", "")
