"""Files that a run keeps, as tests of pages store them."""

from typing import Any

from runs.artifacts.models import File
from runs.artifacts.services import save_file
from runs.tracking.models import Run


def save(run: Run, path: str, content: str | bytes, **options: Any) -> File:
    """Store a file of a run; `options` are those of `save_file`."""
    data = content.encode() if isinstance(content, str) else content
    return save_file(owner=run, path=path, chunks=[data], **options)
