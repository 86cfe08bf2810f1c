"""Modules of `static/js/lib` in Chromium, without a server: they know no page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parents[2] / "static"
ORIGIN = "http://modules.test"
RUN = """async ([path, body, given]) => {
  const module = await import(path);
  const AsyncFunction = (async () => {}).constructor;
  return new AsyncFunction(...Object.keys(module), "given", body)(
    ...Object.values(module), given);
}"""


def open_modules(page: Any) -> Callable[..., Any]:
    """Return `run(name, body, given)`: run the JavaScript `body` with what `js/lib/<name>.js`
    exports, and return what it returns."""
    page.unroute_all()
    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")

    def run(name: str, body: str, given: Any = None) -> Any:
        return page.evaluate(RUN, [f"{ORIGIN}/js/lib/{name}.js", body, given])

    return run


def answer(route: Any) -> None:
    path = STATIC / route.request.url.removeprefix(f"{ORIGIN}/")
    if path.is_file():
        route.fulfill(path=path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Modules</title>", content_type="text/html")
