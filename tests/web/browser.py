"""A tab of Chromium that notes whatever goes wrong in it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.core.signals import request_finished, request_started

from tests.when_used import WhenUsed

playwright_api = WhenUsed("playwright.sync_api")
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
OPTIONS = {"viewport": WIDE, "reduced_motion": "reduce"}
# How long a test waits for what must come: on a busy machine much takes ten times as long.
PATIENCE_S = 60.0


@contextmanager
def open_tab(chromium: Any, base_url: str, **options: Any) -> Iterator[Any]:
    """Yield a tab of a browser that knows nothing, as `watch` does."""
    context = patient(chromium.new_context(base_url=base_url, **{**OPTIONS, **options}))
    with watch(context.new_page(), context.close) as page:
        yield page


def patient(context: Any) -> Any:
    """Let the pages of a context wait for what must come; return it."""
    context.set_default_timeout(PATIENCE_S * 1000)
    return context


@contextmanager
def watch(page: Any, close: Callable[[], None]) -> Iterator[Any]:
    """Yield playwright's Page; afterwards close it, and fail if a script threw, the content policy
    refused something, or the console showed an error, as it does of each answer of 4xx and 5xx."""
    asked = Asked()
    request_started.connect(asked.began)
    request_finished.connect(asked.ended)
    troubles: list[str] = []
    listeners = {
        "pageerror": lambda error: troubles.append(f"thrown: {error}"),
        "console": lambda message: note(troubles, message),
    }
    for event, listener in listeners.items():
        type(page).on(page, event, listener)
    page.troubles, page.watchers = troubles, listeners
    try:
        yield page
    finally:
        close()
        asked.wait()
    assert troubles == [], troubles


class Asked:
    """Counts the requests that a live server in this process works on."""

    def __init__(self) -> None:
        self.open = 0
        self.lock = threading.Lock()

    def began(self, **kwargs: Any) -> None:
        with self.lock:
            self.open += 1

    def ended(self, **kwargs: Any) -> None:
        with self.lock:
            self.open -= 1

    def wait(self, seconds: float = PATIENCE_S) -> None:
        """Wait until all have been answered: the tables of a test are emptied next."""
        deadline = time.monotonic() + seconds
        while self.open > 0:
            if time.monotonic() > deadline:
                raise AssertionError("The live server still works on a request.")
            time.sleep(0.02)


# Two frames, then a moment in which the page has nothing to do.
IDLE = """() => new Promise((done) => requestAnimationFrame(() =>
    requestAnimationFrame(() => requestIdleCallback(() => done(), { timeout: 1000 }))))"""


def settle(page: Any) -> None:
    """Wait until a page has drawn what it knows."""
    page.evaluate(IDLE)


class Quiet:
    """Knows which requests of a page are under way."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked = 0
        self.under_way: set[Any] = set()
        self.listeners = {
            "request": self.began,
            "requestfinished": self.ended,
            "requestfailed": self.ended,
        }
        for event, listener in self.listeners.items():
            type(page).on(page, event, listener)

    def began(self, request: Any) -> None:
        self.asked += 1
        self.under_way.add(request)

    def ended(self, request: Any) -> None:
        self.under_way.discard(request)

    def wait(self, seconds: float = PATIENCE_S) -> None:
        """Wait until all is answered, drawn, and has led to no more requests. What the page begins
        after a pause of its own (a search, when nobody types any more) it does not wait for."""
        deadline = time.monotonic() + seconds
        calm = 0
        while calm < 2:
            asked = self.asked
            settle(self.page)
            calm = calm + 1 if not self.under_way and asked == self.asked else 0
            if time.monotonic() > deadline:
                urls = [request.url for request in self.under_way]
                raise AssertionError(f"{self.page.url} is never quiet: {urls}")

    def stop(self) -> None:
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)


@contextmanager
def answered(page: Any) -> Iterator[None]:
    """Wait at the end of the block until all that the page asks for since is answered and drawn."""
    quiet = Quiet(page)
    try:
        yield
        quiet.wait()
    finally:
        quiet.stop()


# What htmx writes of a request that gives way to a newer one, as of a reader who types on before
# its answer has come. It writes the first of a request that fails too, and then another name.
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")


def note(troubles: list[str], message: Any) -> None:
    if message.text.startswith(GIVEN_UP):
        return
    if message.type == "error" or "Content Security Policy" in message.text:
        troubles.append(f"console: {message.text} {urlsplit(message.location['url']).path}")


def press_in_turn(page: Any, *keys: str) -> None:
    """Press keys of which the later ones count for a moment only: the clock of the page stops."""
    page.evaluate("() => { Date.now = () => 1e12; }")
    for key in keys:
        page.keyboard.press(key)


# Looks again and again for a second at most, in the page itself: to ask from outside takes five
# milliseconds of the processor's time each time. (`wait_for_function` needs eval, which the content
# policy of the pages refuses.)
LOOK = """async () => {
  const end = performance.now() + 1000;
  for (;;) {
    if (await (%s)) return true;
    if (performance.now() > end) return false;
    await new Promise((done) => setTimeout(done, 30));
  }
}"""
LEFT = "Execution context was destroyed"


def until(page: Any, script: str, seconds: float = PATIENCE_S) -> None:
    """Wait until `script` is true in the page, or in the one that comes in its place."""
    deadline = time.monotonic() + seconds
    while not look(page, script):
        if time.monotonic() > deadline:
            raise AssertionError(f"never true: {script}")


def look(page: Any, script: str) -> bool:
    try:
        return page.evaluate(LOOK % script)
    except playwright_api.Error as error:
        if LEFT not in error.message:
            raise
        return False
