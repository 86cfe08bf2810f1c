"""Modules that take seconds to import, imported when a test uses them: each process of pytest
collects all files, and runs some."""

from importlib import import_module
from typing import Any


class WhenUsed:
    """Stands for a module, and imports it with the first public name that is read from it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            # pytest asks every name of a file whether it is a fixture or a mock (`_mock_name`).
            raise AttributeError(name)
        return getattr(import_module(self.name), name)
