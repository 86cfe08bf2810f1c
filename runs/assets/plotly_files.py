"""Plotly's browser bundle as a static file, straight from the installed package."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

BUNDLE = "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds `plotly/plotly.min.js` and nothing else of the package's data."""

    def __init__(self, app_names: list[str] | None = None, *args, **kwargs) -> None:
        self.folder = Path(str(files("plotly").joinpath("package_data")))

    def find(self, path: str, find_all: bool = False, **kwargs) -> str | list[str]:
        if path != f"plotly/{BUNDLE}":
            return []
        found = str(self.folder / BUNDLE)
        return [found] if find_all else found

    def list(self, ignore_patterns: list[str]) -> Iterator[tuple[str, FileSystemStorage]]:
        storage = FileSystemStorage(location=self.folder)
        storage.prefix = "plotly"
        yield BUNDLE, storage
