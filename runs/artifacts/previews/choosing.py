"""Which kind of preview a file gets, from its type, its name and its first bytes."""

from collections.abc import Callable

from runs.artifacts.content_types import choose_content_type
from runs.artifacts.logs.encodings import Encoding, sniff
from runs.artifacts.previews.documents import preview_json, preview_markdown, preview_notebook
from runs.artifacts.previews.hexdump import preview_hex
from runs.artifacts.previews.kinds import Preview
from runs.artifacts.previews.pages import preview_html
from runs.artifacts.previews.parquet import preview_parquet
from runs.artifacts.previews.tables import preview_delimited
from runs.artifacts.queries import Readable, read_file
from runs.artifacts.sizes import format_bytes

_SNIFFED_BYTES = 1 << 13
# A text has at most one NUL among so many bytes.
_FEW = 20

# preview(file, start, facts): None where the file turns out not to be what its name says.
Drawer = Callable[[Readable, int, dict[str, str]], Preview | None]


def _plain(kind: str) -> Drawer:
    return lambda file, start, facts: Preview(kind=kind, **facts)


_BY_TYPE: dict[str, Drawer] = {
    "text/csv": preview_delimited,
    "text/tab-separated-values": preview_delimited,
    "application/vnd.apache.parquet": preview_parquet,
    "application/json": preview_json,
    "application/x-ipynb+json": preview_notebook,
    "text/markdown": preview_markdown,
    "text/html": preview_html,
    "application/xhtml+xml": preview_html,
    "application/pdf": _plain("pdf"),
    "image/tiff": preview_hex,
}
_BY_FAMILY = {"image": _plain("image"), "audio": _plain("audio"), "video": _plain("video")}


def preview_file(file: Readable, *, start: int = 0) -> Preview:
    """Return the preview of `file`; `start` is the `next` of the page of a table before.

    A file that is not what its name says is shown as text, or as bytes. Raises BytesMissing.
    """
    facts = {"name": file.path.rpartition("/")[2], "where": _where(file)}
    media_type = _media_type(file)
    drawer = _BY_TYPE.get(media_type) or _BY_FAMILY.get(media_type.partition("/")[0])
    preview = drawer(file, start, facts) if drawer and file.size_bytes else None
    if preview is not None:
        return preview
    return Preview(kind="text", **facts) if is_text(file) else preview_hex(file, start, facts)


def is_text(file: Readable) -> bool:
    """Tell whether the beginning of `file` reads as text (an empty file does).

    A file that is called a text may have a few NULs: a program that died may leave them in its log.
    """
    head = b"".join(read_file(file, 0, _SNIFFED_BYTES))
    if sniff(head) in (Encoding.UTF16_LITTLE, Encoding.UTF16_BIG):
        return True
    if file.content_type.startswith("text/"):
        return head.count(b"\0") * _FEW <= len(head)
    if b"\0" in head:
        return False
    text = head.decode("utf-8", "replace")
    # A character cut at the end of what is looked at is no fault.
    return text[:-1].count("\ufffd") * 20 <= len(text)


def is_html(file: Readable) -> bool:
    """Tell whether a browser is told that `file` is a page."""
    return _BY_TYPE.get(_media_type(file)) is preview_html


def _media_type(file: Readable) -> str:
    known = choose_content_type(file.content_type, file.path)
    return known.partition(";")[0].strip().lower()


def _where(file: Readable) -> str:
    return f"{format_bytes(file.size_bytes)} · {file.content_type or 'unknown type'}"
