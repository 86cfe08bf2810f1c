"""The tab that one test after the other uses is as a new one for each."""

import pytest

from tests.web.browser import PHONE, WIDE
from tests.web.kept_tab import open_kept_tab

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PAGE = "/w/default/experiments"
KNOWN = """[localStorage.known, sessionStorage.known, document.cookie.includes("known"),
  history.length, innerWidth, document.querySelectorAll(":hover").length]"""


@pytest.fixture
def open_one(kept_context, live_server, open_studio, db):
    return lambda: open_kept_tab(kept_context, live_server.url)


def test_a_tab_that_is_used_again_knows_nothing_and_is_as_wide_as_a_new_one(open_one):
    with open_one() as tab:
        tab.goto(PAGE)
        tab.goto(f"{PAGE}?q=a")
        tab.evaluate("localStorage.known = sessionStorage.known = document.cookie = 'known=1'")
        tab.set_viewport_size(PHONE)
        tab.mouse.move(100, 100)
        tab.context.set_offline(True)

    with open_one() as again:
        assert again == tab
        again.goto(PAGE)
        assert again.evaluate(KNOWN) == [None, None, False, 2, WIDE["width"], 0]


def test_a_page_that_a_test_has_left_asks_for_nothing_and_tells_nothing(open_one):
    asked = []

    def note(request):
        asked.append(request.url)

    with open_one() as tab:
        tab.goto(PAGE)
        tab.evaluate("void setInterval(() => fetch('/healthz').catch(console.error), 5)")
    type(tab).on(tab, "request", note)
    tab.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    tab.remove_listener("request", note)

    assert asked == []


@pytest.mark.parametrize(
    "lasting",
    [
        lambda tab: tab.route("**/*", lambda route: route.abort()),
        lambda tab: tab.emulate_media(color_scheme="dark"),
        lambda tab: tab.goto("about:blank"),
    ],
)
def test_a_tab_with_what_lasts_longer_than_its_page_is_not_used_again(open_one, lasting):
    with open_one() as tab:
        lasting(tab)

    with open_one() as other:
        assert other != tab
        assert tab.is_closed()


def test_a_test_whose_page_is_answered_with_5xx_fails(open_one):
    asking = [
        "void navigator.sendBeacon('/broken/beacon', 'x')",
        "fetch('/broken/fetch')",
        "htmx.ajax('GET', '/broken/htmx', {target: '#main'})",
        "void (location = '/broken/page')",
    ]
    with pytest.raises(AssertionError, match="503") as failure, open_one() as tab:
        tab.route("**/broken/*", lambda route: route.fulfill(status=503))
        tab.goto(PAGE)
        for ask in asking:
            with tab.expect_event("console", lambda told: "/broken/" in told.location["url"]):
                tab.evaluate(ask)

    kinds = ("beacon", "fetch", "htmx", "page")
    assert [kind for kind in kinds if f"/broken/{kind}" not in str(failure.value)] == []
