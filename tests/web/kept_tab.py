"""A tab of Chromium that tests use one after the other: to open one takes more of the processor's
time than to open a page in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.web.browser import playwright_api, watch

KEPT_BY_PAGES = "local_storage,indexeddb,cache_storage,service_workers,file_systems"
# What lasts longer than a page of the tab: after it the next test has a new tab.
LASTING = (
    "add_init_script",
    "add_locator_handler",
    "emulate_media",
    "expose_binding",
    "expose_function",
    "on",
    "once",
    "route",
    "set_extra_http_headers",
)
# The page asks for nothing any more and tells nothing of what that stops. Its address is one that
# no test opens.
STILL = """() => {
  console.error = () => {};
  for (const kind of ["error", "unhandledrejection"])
    addEventListener(kind, (event) => event.preventDefault());
  window.stop();
  for (let timer = setTimeout(() => {}); timer > 0; timer -= 1) clearTimeout(timer);
  window.fetch = () => new Promise(() => {});
  XMLHttpRequest.prototype.send = () => {};
  Storage.prototype.setItem = () => {};
  sessionStorage.clear();
  history.replaceState(null, "", "/left");
}"""


def keep_process(page: Any) -> None:
    """Keep the process of all pages of a context (see PROCESS_OF_SITE), with their scripts: to
    compile Plotly is most of the work of a page with a chart. The context closes this page last."""
    page.goto("/healthz")


@contextmanager
def open_kept_tab(context: Any, base_url: str) -> Iterator[Any]:
    """Yield a tab of a browser that knows nothing but its cache, as `watch` does."""
    page = context.pages[1] if context.pages[1:] else open_new(context)
    forget(page, base_url)
    with watch(page, lambda: leave(page, base_url)):
        yield page


def open_new(context: Any) -> Any:
    page = context.new_page()
    page.first_size = page.viewport_size
    page.devtools = context.new_cdp_session(page)
    page.is_worn = False
    for name in LASTING:
        setattr(page, name, wearing(page, getattr(page, name)))
    return page


def wearing(page: Any, method: Any) -> Any:
    def called(*args: Any, **options: Any) -> Any:
        page.is_worn = True
        return method(*args, **options)

    return called


def forget(page: Any, base_url: str) -> None:
    """Let a tab be as a new one is, and its context too."""
    context = page.context
    context.set_offline(False)
    context.clear_cookies()
    context.clear_permissions()
    kinds = {"origin": base_url, "storageTypes": KEPT_BY_PAGES}
    page.devtools.send("Storage.clearDataForOrigin", kinds)
    page.devtools.send("Page.resetNavigationHistory")
    if page.viewport_size != page.first_size:
        page.set_viewport_size(page.first_size)


def leave(page: Any, base_url: str) -> None:
    """Close the other tabs of a test; quieten its page, or close that too."""
    for other in page.context.pages[1:]:
        if other != page:
            other.close()
    if page.is_worn or len(page.frames) > 1 or not page.url.startswith(base_url):
        return page.close()
    try:
        page.mouse.move(-1, -1)
        # Whatever the page has told until then is known by now.
        for event, listener in page.watchers.items():
            page.remove_listener(event, listener)
        page.evaluate(STILL)
    except playwright_api.Error:
        page.close()
