"""The media type of a file, guessed from its name."""

import mimetypes
import re

_MAX_CHARS = 128
_SHAPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:;[\x20-\x7e]*)?", re.ASCII)
# The system's tables differ between machines: what runs leave behind is named here.
_KNOWN = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".out": "text/plain",
    ".err": "text/plain",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".ini": "text/plain",
    ".cfg": "text/plain",
    ".sh": "text/x-sh",
    ".py": "text/x-python",
    ".js": "text/javascript",
    ".ts": "text/plain",
    ".ipynb": "application/x-ipynb+json",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".pdf": "application/pdf",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
DEFAULT = "application/octet-stream"


def guess_content_type(path: str) -> str:
    """Return the media type for the name of `path`, the default where it says nothing."""
    name = path.rpartition("/")[2].lower()
    return _KNOWN.get(_suffix(path)) or mimetypes.guess_type(name)[0] or DEFAULT


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    return name[name.rfind(".") :] if "." in name else ""


def choose_content_type(given: str, path: str) -> str:
    """Return the type the sender gave where it is one and says more than "bytes"; "text" says
    less than a name that is known. MLflow's client calls Markdown and notebooks plain text."""
    given = given.strip()
    if not _SHAPE.fullmatch(given) or len(given) > _MAX_CHARS or given.startswith(DEFAULT):
        return guess_content_type(path)
    if given.partition(";")[0].strip() == "text/plain":
        known = _KNOWN.get(_suffix(path), "text/plain")
        return given if known == "text/plain" else known
    return given
