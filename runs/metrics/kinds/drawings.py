"""Metrics that are more than a line of numbers, ready to draw."""

from typing import Any

import msgspec

from runs.artifacts.queries import get_file, read_file
from runs.metrics.kinds.diagrams import accuracy_curves, normalise_rows
from runs.metrics.kinds.documents import DATA, check_document
from runs.metrics.kinds.listing import list_artifacts
from runs.metrics.kinds.rows import read_table_rows
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.models import Run

MAX_DOCUMENT_BYTES = 1 << 25
MOST_ROWS = 1000
FORMS = ("columns", "table", *DATA)


def read_diagram(run: Run, *, key: str, form: str, step: int | None = None) -> dict[str, Any]:
    """Return what the diagram of a metric shows; of a document the one at `step`, else the last.

    Raises NotFound, InvalidValue (the file is no such document any more).
    """
    if form in ("columns", "table"):
        page = read_table_rows(run, key=key, limit=MOST_ROWS)
        rows = [[row.values.get(column) for column in page.columns] for row in page.items]
        return {"columns": page.columns, "rows": rows, "more": page.next is not None}
    if form not in DATA:
        raise NotFound(f"There is no form '{form}'.")
    logged = list_artifacts(run, key=key, kind=form)
    found = [row for row in logged if step is None or row.step == step]
    if not found:
        raise NotFound(f"The run has no {form} '{key}' at this step.")
    document = read_document(run, key, form, found[-1].path)
    steps = sorted({row.step for row in logged})
    return {"step": found[-1].step, "steps": steps, **drawn(form, document)}


def read_document(run: Run, key: str, form: str, path: str) -> Any:
    file = get_file(run, path)
    if file.size_bytes > MAX_DOCUMENT_BYTES:
        raise InvalidValue(f"The document '{path}' is too large to be drawn.")
    try:
        value = msgspec.json.decode(b"".join(read_file(file)), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(f"The file '{path}' is not JSON.") from error
    check_document(form, key, value)
    return msgspec.convert(value["data"], DATA[form])


def drawn(form: str, data: Any) -> dict[str, Any]:
    if form == "confusion_matrix":
        normalised = normalise_rows(data.matrix)
        return {"labels": data.class_labels, "raw": data.matrix, "normalised": normalised}
    if form == "accuracy_table":
        return {"curves": accuracy_curves(data)}
    return msgspec.to_builtins(data)
