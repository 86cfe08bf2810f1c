"""JSON, Markdown and notebooks, read whole up to a size that a page can bear."""

import json
import math
import re
from typing import Any

from runs.artifacts.logs.ansi import plain_text
from runs.artifacts.previews.kinds import (
    Cell,
    JsonPreview,
    MarkdownPreview,
    NotebookPreview,
    Preview,
)
from runs.artifacts.previews.tables import preview_rows
from runs.artifacts.queries import Readable, read_file

_MAX_BYTES = 1 << 22
_MAX_DEPTH = 100
_EXACT_DIGITS = 15
_MAX_CELLS = 500
_MAX_TEXT_CHARS = 100_000
# Written by the runner as objects by node or process: read best as a table.
_PROCESS_FILES = {"process_info.json", "process_status.json"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def preview_json(file: Readable, start: int, facts: dict[str, str]) -> Preview | None:
    """Return the document, or the table it holds; None where it is too big or no JSON."""
    found, value = _load(file)
    if not found:
        return None
    table = _as_table(value, facts["name"])
    if table is not None:
        return preview_rows(*table, start, facts)
    return JsonPreview(kind="json", value=value, **facts)


def preview_markdown(file: Readable, start: int, facts: dict[str, str]) -> MarkdownPreview | None:
    """Return the source; None where it is too big."""
    if file.size_bytes > _MAX_BYTES:
        return None
    text = b"".join(read_file(file)).decode("utf-8", "replace")
    return MarkdownPreview(kind="markdown", text=text, **facts)


def preview_notebook(file: Readable, start: int, facts: dict[str, str]) -> NotebookPreview | None:
    """Return the cells; None where it is too big or no notebook."""
    _, value = _load(file)
    cells = value.get("cells") if isinstance(value, dict) else None
    if not isinstance(cells, list):
        return None
    shown = [_cell(cell) for cell in cells[:_MAX_CELLS] if isinstance(cell, dict)]
    note = f"{_MAX_CELLS} of {len(cells)} cells are shown." if len(cells) > _MAX_CELLS else ""
    return NotebookPreview(kind="notebook", cells=shown, note=note, **facts)


def _load(file: Readable) -> tuple[bool, Any]:
    """Return whether `file` holds JSON that can be shown, and its value."""
    if file.size_bytes > _MAX_BYTES:
        return False, None
    text = b"".join(read_file(file)).decode("utf-8-sig", "replace")
    try:
        value = json.loads(
            text, parse_constant=str, parse_int=_whole_number, parse_float=_decimal_number
        )
        if "\\ud" in text.lower():
            # Half a surrogate pair is no character: refuse it here rather than when it is sent.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False, None
    return _depth(value) <= _MAX_DEPTH, value


def _whole_number(digits: str) -> int | str:
    """Return the number, as text where a browser would round it."""
    return int(digits) if len(digits) <= _EXACT_DIGITS else digits


def _decimal_number(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _depth(value: Any) -> int:
    """Return how deep `value` is nested, level by level."""
    depth, level = 0, [value]
    while level and depth <= _MAX_DEPTH:
        depth += 1
        level = [child for parent in level for child in _children(parent)]
    return depth


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _as_table(value: Any, name: str) -> tuple[list[Any], list[list[Any]]] | None:
    """Return columns and rows of an MLflow table (`log_table`) or a process file."""
    if isinstance(value, dict) and set(value) == {"columns", "data"}:
        columns, rows = value["columns"], value["data"]
        if _is_grid(columns, rows):
            return columns, [[_as_cell(each) for each in row] for row in rows]
    if name in _PROCESS_FILES:
        return _records_as_table(value)
    return None


def _is_grid(columns: Any, rows: Any) -> bool:
    return (
        isinstance(columns, list)
        and isinstance(rows, list)
        and all(isinstance(row, list) for row in rows)
    )


def _records_as_table(value: Any) -> tuple[list[Any], list[list[Any]]] | None:
    """Return objects in a list, or by name in an object, as a table with a column per key."""
    if isinstance(value, dict):
        value = [
            {"name": name, **facts} for name, facts in value.items() if isinstance(facts, dict)
        ]
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
        return None
    columns = list(dict.fromkeys(key for record in value for key in record))
    return columns, [[_as_cell(record.get(column)) for column in columns] for record in value]


def _as_cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _cell(cell: dict[str, Any]) -> Cell:
    given = cell.get("outputs")
    outputs, images = [], []
    for output in given if isinstance(given, list) else ():
        if isinstance(output, dict):
            outputs += _texts(output)
            images += _images(output)
    kind = cell.get("cell_type")
    return Cell(
        type=kind if kind in ("code", "markdown", "raw") else "raw",
        source=_text(cell.get("source")),
        outputs=outputs,
        images=images,
        attachments=_attachments(cell.get("attachments")),
    )


def _texts(output: dict[str, Any]) -> list[str]:
    data = output.get("data") if isinstance(output.get("data"), dict) else {}
    traceback = output.get("traceback")
    lines = "\n".join(map(str, traceback)) if isinstance(traceback, list) else ""
    found = (_text(output.get("text")), _text(data.get("text/plain")), lines)
    return ["\n".join(map(plain_text, text.split("\n"))) for text in found if text]


def _attachments(given: Any) -> dict[str, str]:
    """Return the pictures that a Markdown cell holds, by their names."""
    named = given.items() if isinstance(given, dict) else ()
    found = {str(name): _images({"data": data}) for name, data in named}
    return {name: images[0] for name, images in found.items() if images}


def _images(output: dict[str, Any]) -> list[str]:
    """Return pictures as `data:` addresses; SVG is left out, for it may hold script."""
    data = output.get("data") if isinstance(output.get("data"), dict) else {}
    found = []
    for media_type in ("image/png", "image/jpeg"):
        content = data.get(media_type)
        if isinstance(content, str) and _BASE64.fullmatch(content):
            found.append(f"data:{media_type};base64,{''.join(content.split())}")
    return found


def _text(value: Any) -> str:
    """Return a text that notebooks keep as one string or as a list of lines."""
    if isinstance(value, list):
        value = "".join(map(str, value))
    return value[:_MAX_TEXT_CHARS] if isinstance(value, str) else ""
