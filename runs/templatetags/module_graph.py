"""The import graph of the browser's modules.

A browser learns of an import when it has read the module that has it: a page whose modules lie five
deep asks five times, one after the other, unless it is told beforehand.
"""

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?(?:from\s+)?"(\.[^"]+)";', re.MULTILINE)


def imports_of(path: str) -> tuple[str, ...]:
    """Return all modules that the module `path` (below `static/`) needs, directly or not, the
    nearest first. Raises ValueError for a module that there is not."""
    return _find_imports(path) if settings.DEBUG else _remember_imports(path)


def _find_imports(path: str) -> tuple[str, ...]:
    found: dict[str, None] = {path: None}
    waiting = [path]
    while waiting:
        module = waiting.pop(0)
        for name in IMPORT.findall(_read(module)):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(module), name))
            if imported not in found:
                found[imported] = None
                waiting.append(imported)
    return tuple(found)[1:]


_remember_imports = lru_cache(maxsize=64)(_find_imports)


def _read(path: str) -> str:
    found = finders.find(path)
    if found is None:
        raise ValueError(f"There is no module {path}.")
    return Path(str(found)).read_text()
