"""Static files, collected once per content into a folder named by it, and compressed.

The whole set has one version in its addresses (`/static/<version>/js/frame.js`), not each file:
native modules import each other by relative paths, which then stay true. Modules that pages share
become one file.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
from django.contrib.staticfiles.finders import get_finders

from runs.assets.module_bundle import bundle_modules

KEPT_BUILDS = 3
# Who starts the studio for the first time waits for it. 9 takes four times as long for files 3 %
# smaller, 11 fifty times for 12 %.
BROTLI_QUALITY = 5
GZIP_LEVEL = 5
# Packed already; or, like the maps of scripts, never asked for by a page.
LEFT_AS_THEY_ARE = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".webp", ".woff", ".woff2", ".gz", ".br", ".map"}
)
WORTH_IT = 0.95


def collect(builds: Path) -> str:
    """Make `builds/<version>` of all static files, point `builds/current` to it, and return the
    version. Does nothing more than read the files when there is such a folder already."""
    files = bundle_modules(read_files())
    version = version_of(files)
    if not (builds / version).is_dir():
        build(files, builds, version)
    pointer = builds / f"current.{os.getpid()}"
    pointer.write_text(version)
    pointer.replace(builds / "current")
    os.utime(builds / version)
    remove_old(builds)
    return version


def read_files() -> dict[str, bytes]:
    """Return each static file by its name; the first finder that has a name wins."""
    files: dict[str, Path] = {}
    for finder in get_finders():
        for path, storage in finder.list([]):
            prefix = getattr(storage, "prefix", None)
            files.setdefault(f"{prefix}/{path}" if prefix else path, Path(storage.path(path)))
    return {name: path.read_bytes() for name, path in files.items()}


def version_of(files: dict[str, bytes]) -> str:
    """Return 16 hexadecimal digits that change with any name or content."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def build(files: dict[str, bytes], builds: Path, version: str) -> None:
    """Write and compress into a draft, then give it its name: nobody sees a half-made folder."""
    builds.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=builds))
    try:
        for folder in {(draft / name).parent for name in files}:
            folder.mkdir(parents=True, exist_ok=True)
        # Compressing lets other threads run.
        with ThreadPoolExecutor() as threads:
            tasks = [
                threads.submit(write, draft / name, content)
                for name, content in by_size(files)
                for write in (write_plain, *writers_of_packed(name))
            ]
            for task in tasks:
                task.result()
        draft.rename(builds / version)
    except OSError:
        # Another server that starts at the same time has made the same folder.
        if not (builds / version).is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def by_size(files: dict[str, bytes]) -> list[tuple[str, bytes]]:
    """Return the files with the largest first: it takes the longest."""
    return sorted(files.items(), key=lambda item: -len(item[1]))


def writers_of_packed(name: str) -> tuple[Callable[[Path, bytes], None], ...]:
    """Return what writes the packed copies of a file."""
    return () if Path(name).suffix in LEFT_AS_THEY_ARE else (write_brotli, write_gzip)


def write_plain(target: Path, content: bytes) -> None:
    target.write_bytes(content)


def write_brotli(target: Path, content: bytes) -> None:
    write_packed(target, ".br", brotli.compress(content, quality=BROTLI_QUALITY), content)


def write_gzip(target: Path, content: bytes) -> None:
    packed = gzip.compress(content, compresslevel=GZIP_LEVEL, mtime=0)
    write_packed(target, ".gz", packed, content)


def write_packed(target: Path, suffix: str, packed: bytes, content: bytes) -> None:
    """Write a copy beside the file where it is smaller."""
    if len(packed) < len(content) * WORTH_IT:
        target.with_name(target.name + suffix).write_bytes(packed)


def remove_old(builds: Path) -> None:
    """Keep the newest builds: a server that started earlier still serves one of them."""
    folders = [path for path in builds.iterdir() if path.is_dir()]
    folders.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[KEPT_BUILDS:]:
        shutil.rmtree(folder, ignore_errors=True)
