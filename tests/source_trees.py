"""Syntax trees of the code, for tests that read it."""

import ast
import gc
from pathlib import Path


def parse_file(path: Path) -> ast.Module:
    """Parse a file, with no garbage collection meanwhile: it may go on with another greenlet of
    Playwright, and Python 3.11 takes this for a broken tree (SystemError)."""
    gc.disable()
    try:
        return ast.parse(path.read_text(), str(path))
    finally:
        gc.enable()
