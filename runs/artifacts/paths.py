"""Paths of files inside a run: names for people, checked once, never opened.

The rules are MLflow's for artifact paths: nothing absolute, no `..`, no backslash, no `#`. Ways out
of the folder are also looked for below every layer of percent-encoding; other signs are not, for
`log_image` makes names like `loss%step%3%timestamp%17%23ab.png`. What passes is kept byte for byte.
"""

import re
from urllib.parse import unquote

from runs.artifacts.errors import InvalidPath

MAX_PATH_BYTES = 1024
MAX_NAME_BYTES = 255
_MAX_DECODINGS = 10
_DRIVE_OR_SCHEME = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*:/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def clean_path(raw: str) -> str:
    """Return `raw` as the path of a file: relative, without empty or `.` segments.

    `raw` is decoded once already, as Django hands it over. Raises InvalidPath.
    """
    path = clean_folder(raw)
    if not path:
        raise InvalidPath("The path is empty. Name a file.")
    return path


def clean_folder(raw: str) -> str:
    """Return `raw` as the path of a folder; "" is the run's root. Raises InvalidPath."""
    _refuse_escapes(raw)
    segments = [segment for segment in raw.split("/") if segment not in ("", ".")]
    path = "/".join(segments)
    _refuse_unstorable(path, segments)
    return path


def _refuse_escapes(raw: str) -> None:
    if "\\" in raw or "#" in raw:
        raise InvalidPath("The path contains a backslash or '#'. Use '/' between folders.")
    if _CONTROL.search(raw):
        raise InvalidPath("The path contains a control character.")
    for text in _decodings(raw):
        slashed = text.replace("\\", "/")
        if slashed.startswith("/") or _DRIVE_OR_SCHEME.match(slashed):
            raise InvalidPath("The path is absolute. Give it relative to the run.")
        if ".." in slashed.split("/"):
            raise InvalidPath("The path contains '..'. Give it relative to the run.")


def _decodings(raw: str) -> list[str]:
    """Return `raw` and what is left after each further percent-decoding."""
    texts = [raw]
    for _ in range(_MAX_DECODINGS):
        decoded = unquote(texts[-1])
        if decoded == texts[-1]:
            return texts
        texts.append(decoded)
    raise InvalidPath("The path is percent-encoded too many times.")


def _refuse_unstorable(path: str, segments: list[str]) -> None:
    try:
        size_bytes = len(path.encode())
    except UnicodeEncodeError:
        raise InvalidPath("The path is not valid Unicode.") from None
    if size_bytes > MAX_PATH_BYTES:
        raise InvalidPath(f"The path has {size_bytes} bytes; at most {MAX_PATH_BYTES} fit.")
    if any(len(segment.encode()) > MAX_NAME_BYTES for segment in segments):
        raise InvalidPath(f"A name in the path is longer than {MAX_NAME_BYTES} bytes.")


def parents(path: str) -> list[str]:
    """Return the folders above `path`, outermost first: `a/b/c` has `a` and `a/b`."""
    segments = path.split("/")
    return ["/".join(segments[:depth]) for depth in range(1, len(segments))]


def inside(folder: str) -> tuple[str, str]:
    """Return the half-open range of paths, in byte order, that lie in `folder` at any depth.

    `0` follows `/` in ASCII, so the range needs no pattern and no escaping.
    """
    return (f"{folder}/", f"{folder}0")
