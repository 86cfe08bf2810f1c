"""The working folder and the interpreter of an attempt."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path, PurePosixPath
from typing import Any

from studio.sdk.supervisor.studio_api import StudioApi, in_path

PATIENCE_S = 120.0
EXECUTABLE = stat.S_IXUSR

Say = Callable[[str], None]


class CannotPrepare(Exception):
    """The attempt cannot start; `cause` is the studio's word for why."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


def fetch_snapshot(api: StudioApi, run_id: str, folder: Path) -> int:
    """Unpack the snapshot of a run into `folder`; return the number of files.

    Raises Away, Refused, CannotPrepare where it holds a path that leaves the folder.
    """
    address = f"runs/{in_path(run_id)}/snapshot/zip"
    data = api.ask("GET", address, patience_s=PATIENCE_S)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry in entries:
                _unpack(archive, entry, folder)
    return len(entries)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = PurePosixPath(entry.filename)
    target = folder.joinpath(*path.parts)
    if path.is_absolute() or not target.resolve().is_relative_to(folder.resolve()):
        raise CannotPrepare("snapshot_missing", f"it holds a path outside: {entry.filename!r}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy)
    if (entry.external_attr >> 16) & EXECUTABLE:
        target.chmod(target.stat().st_mode | EXECUTABLE)


def find_python(environment: dict[str, Any], cache: Path, say: Say) -> str:
    """Return the interpreter of an environment.

    {}: the one that runs this node. {"python": path}: that one. {"pip": [requirements]}: a virtual
    environment with these, built once and kept in `cache`. Raises CannotPrepare.
    """
    unknown = set(environment) - {"python", "pip"}
    if unknown:
        raise CannotPrepare(
            "environment_failed",
            f"this node cannot make an environment of {', '.join(sorted(unknown))}; "
            "it knows python (a path) and pip (a list of requirements)",
        )
    python = str(environment.get("python") or sys.executable)
    if shutil.which(python) is None:
        raise CannotPrepare("environment_failed", f"there is no interpreter {python}")
    requirements = environment.get("pip") or []
    return build_venv(python, requirements, cache, say) if requirements else python


def build_venv(python: str, requirements: list[str], cache: Path, say: Say) -> str:
    """Return the interpreter of a virtual environment with these packages.

    It is built once, however many runs ask at the same time: the first one builds, the others wait.
    """
    identity = json.dumps([python, sorted(requirements)])
    folder = cache / hashlib.sha256(identity.encode()).hexdigest()[:32]
    program = folder / "bin" / "python"
    cache.mkdir(parents=True, exist_ok=True)
    with _only_one(cache / f"{folder.name}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([python, "-m", "venv", str(folder)], say)
            command = [str(program), "-m", "pip", "install", "--no-input"]
            _run([*command, "--disable-pip-version-check", "--", *requirements], say)
            (folder / "complete").touch()
    return str(program)


@contextmanager
def _only_one(path: Path):
    with open(path, "w") as lock:
        flock(lock, LOCK_EX)
        yield


def _run(command: list[str], say: Say) -> None:
    say("$ " + " ".join(command))
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    )
    lines = []
    for line in process.stdout or ():
        text = line.decode(errors="replace").rstrip()
        lines.append(text)
        say(text)
    if process.wait():
        last = next((line for line in reversed(lines) if line.strip()), "see the build log")
        raise CannotPrepare("environment_failed", last[-300:])


def command_of(command: list[str], python: str) -> list[str]:
    """Return the command with the interpreter in the place of a leading `python`."""
    is_python = command[0] in ("python", "python3")
    return [python, *command[1:]] if is_python else list(command)


def variables_of(folder: Path, variables: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """Return the environment of the process: this node's without its secrets, the run's own, and
    what the studio says."""
    kept = {name: value for name, value in os.environ.items() if not _is_secret(name)}
    return {**kept, "PYTHONUNBUFFERED": "1", **variables, **own, "PWD": str(folder)}


def _is_secret(name: str) -> bool:
    """Tell whether a variable belongs to the studio or the node and not to a user's process."""
    known = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "CELERY_SKIP_CHECKS")
    return name in known or name.startswith("STUDIO_")
