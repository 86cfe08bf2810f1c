"""Notebooks of tests, read and run cell by cell in a kernel.

To import `nbformat` takes seconds, and every process of pytest imports every file of tests: what
needs it is imported when it is used.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.sdk.gate import PATIENT
from tests.waiting import LONGEST_WAIT_S

# `jsonschema` imports it where it is there, to check addresses in other alphabets, which no
# notebook has; it makes a grammar then, for longer than all other imports.
NEEDLESS = "rfc3987_syntax"
sys.modules.setdefault(NEEDLESS, None)  # type: ignore[arg-type]


def make_notebook(sources: Sequence[str]) -> Any:
    """Return a notebook of code cells."""
    from nbformat.v4 import new_code_cell, new_notebook

    return new_notebook(cells=[new_code_cell(source) for source in sources])


def read_notebook(path: Path) -> Any:
    """Return the notebook in a file."""
    import nbformat

    return nbformat.read(path, as_version=4)


def run_notebook(notebook: Any, folder: Path, longest_cell_s: int = int(LONGEST_WAIT_S)) -> None:
    """Run the cells in a kernel of their own, in a folder; they have their outputs then. The kernel
    finds the code of this project, and waits for the studio as tests do."""
    from nbclient import NotebookClient

    notebook.cells[:0] = make_notebook([PATIENT]).cells
    client = NotebookClient(
        notebook,
        timeout=longest_cell_s,
        startup_timeout=longest_cell_s,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    del notebook.cells[0]


def html_of(notebook: Any) -> str:
    """Return the page that `jupyter nbconvert` makes of a notebook."""
    from nbconvert import HTMLExporter

    return HTMLExporter().from_notebook_node(notebook)[0]
