"""Modules of `static/js`, run by themselves in Chromium: no server, no page of ours around them."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
ORIGIN = "http://modules.test"
BLANK = "<!doctype html><body><div id='toasts'></div><div id='box'></div></body>"


class Modules:
    """Calls what modules of `static/js` export. Values go over as JSON does, NaN and infinities
    included; an error that the module throws is raised as playwright's Error."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def call(self, path: str, name: str, *arguments: Any) -> Any:
        """Return what the export `name` of `path` ("lib/times.js") returns for `arguments`."""
        return self.run(path, f"(module, given) => module[{name!r}](...given)", list(arguments))

    def run(self, path: str, script: str, argument: Any = None) -> Any:
        """Return what `script`, a function of the module and `argument`, returns."""
        return self.page.evaluate(
            f"async ([path, given]) => ({script})(await import(path), given)",
            [f"{ORIGIN}/js/{path}", argument],
        )


@pytest.fixture(scope="session")
def module_page(chromium: Any) -> Iterator[Any]:
    page = chromium.new_page()
    page.route(f"{ORIGIN}/**", answer)
    yield page
    page.close()


@pytest.fixture
def modules(module_page: Any) -> Modules:
    module_page.goto(f"{ORIGIN}/")
    return Modules(module_page)


def answer(route: Any) -> None:
    file = STATIC / urlsplit(route.request.url).path.lstrip("/")
    if not file.is_file():
        route.fulfill(body=BLANK, content_type="text/html")
        return
    kind = mimetypes.guess_type(file.name)[0] or "text/plain"
    route.fulfill(body=file.read_bytes(), content_type=kind)
