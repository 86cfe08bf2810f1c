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

# Where collected static files have all modules that pages share.
BUNDLE = "js/modules.js"
# The one form of import that our modules have: its names, and the path from the module.
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)


def imports_of(path: str) -> tuple[str, ...]:
    """Return all modules that the module `path` (below `static/`) needs, directly or not, the
    nearest first; collected static files have them in one. Raises ValueError for a module that
    there is not."""
    if settings.STATIC_VERSION:
        return (BUNDLE,)
    return _find_imports(path) if settings.DEBUG else _remember_imports(path)


def direct_imports(path: str, text: str) -> list[str]:
    """Return the paths below `static/` of what the module `path` itself imports."""
    return [resolve(path, relative) for _, relative in IMPORT.findall(text)]


def resolve(path: str, relative: str) -> str:
    """Return the path below `static/` that `relative` names in the module `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))


def _find_imports(path: str) -> tuple[str, ...]:
    found: dict[str, None] = {path: None}
    waiting = [path]
    while waiting:
        module = waiting.pop(0)
        for imported in direct_imports(module, _read(module)):
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
