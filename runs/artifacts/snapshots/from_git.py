"""A snapshot of a folder in a git repository, which the studio fetches itself.

Off unless STUDIO_GIT_SERVERS names the servers it may ask: an address that somebody types would
otherwise reach whatever the studio reaches.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from django.conf import settings

from runs.artifacts.errors import InvalidSnapshot
from runs.artifacts.snapshots.models import Snapshot
from runs.artifacts.snapshots.services import store_snapshot
from runs.artifacts.stores.base import CHUNK_BYTES

REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/\-]{0,199}")
LONGEST_FETCH_S = 120
# No question, no redirect to elsewhere, no program that a configuration names.
ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ALLOW_PROTOCOL": "https:http",
}


def store_git_snapshot(*, address: str, ref: str = "HEAD") -> Snapshot:
    """Keep the files of a branch, tag or commit for a run that names the snapshot within a day.

    Raises InvalidSnapshot for a server that is not allowed and for what cannot be fetched, and what
    `store_snapshot` raises.
    """
    check_address(address)
    if not REF.fullmatch(ref):
        raise InvalidSnapshot(f"{ref[:200]!r} is no branch, tag or commit.")
    with TemporaryDirectory(prefix="studio-git-") as folder:
        _git(folder, "init", "--quiet", "--bare", ".")
        _git(folder, "fetch", "--quiet", "--depth", "1", "--no-tags", "--", address, ref)
        _git(folder, "archive", "--format=zip", "--output=code.zip", "FETCH_HEAD")
        archive = Path(folder, "code.zip")
        return store_snapshot(chunks=_read(archive), size_bytes=archive.stat().st_size)


def check_address(address: str) -> None:
    """Raise InvalidSnapshot unless the address is one of an allowed server, without a password."""
    try:
        parts = urlsplit(address)
        server = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        server = ""
    if server not in settings.STUDIO_GIT_SERVERS:
        allowed = ", ".join(settings.STUDIO_GIT_SERVERS) or "none"
        raise InvalidSnapshot(
            f"The studio may not fetch from {address[:200]!r}. STUDIO_GIT_SERVERS names the "
            f"servers that it may ask: {allowed}."
        )


def _git(folder: str, *words: str) -> None:
    command = ["git", "-c", "http.followRedirects=false", "-C", folder, *words]
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, **ENVIRONMENT}
    try:
        subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True,
            timeout=LONGEST_FETCH_S, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError:
        raise InvalidSnapshot("There is no git on the studio's machine.") from None
    except subprocess.TimeoutExpired:
        raise InvalidSnapshot("The git server did not answer in time.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines() or ["nothing"]
        raise InvalidSnapshot(
            f"The code could not be fetched; git said: {said[-1][:300]}"
        ) from None


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
