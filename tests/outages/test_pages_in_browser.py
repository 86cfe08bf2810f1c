"""Pages in Chromium while PostgreSQL is away, and when it comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.outages.studio import MLFLOW, Studio
from tests.web.browser import PHONE, WIDE, until

pytestmark = pytest.mark.postgres

EXPERIMENTS = "/w/default/experiments"
# What Chromium and htmx write for each answer of 503.
REFUSED = ("Failed to load resource", "Response Status Error Code 503")


@pytest.fixture
def studio(cluster, on_postgres) -> Iterator[Studio]:
    """A studio whose database is back at the end of each test."""
    yield on_postgres
    cluster.start()


@contextmanager
def opened(chromium: Any, studio: Studio, most: int = 2, **options: Any) -> Iterator[Any]:
    """Yield a page that fails the test when a script throws or the console has a word of its own
    in it, or more than `most` of the words of refused requests, which `page.refused()` lists."""
    options = {"viewport": WIDE, "reduced_motion": "reduce", **options}
    context = chromium.new_context(base_url=studio.url, **options)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(f"thrown: {error}"))
    page.on("console", lambda message: said.append(message.text))
    page.refused = lambda: [one for one in said if one.startswith(REFUSED) and "503" in one]
    try:
        yield page
    finally:
        context.close()
    assert said == page.refused()
    assert len(said) <= most, said


def test_a_page_opened_meanwhile_comes_by_itself(chromium, cluster, studio):
    with opened(chromium, studio) as page:
        cluster.stop()
        page.goto(EXPERIMENTS)
        text = page.inner_text("main")
        assert "The database does not answer" in text
        assert "Nothing that Studio has confirmed is lost" in text
        assert "tries again by itself" in text
        cluster.start()
        page.wait_for_selector("#list", timeout=15_000)
        assert page.url.endswith(EXPERIMENTS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone(chromium, cluster, studio, scheme):
    with opened(chromium, studio, viewport=PHONE, color_scheme=scheme) as page:
        cluster.stop()
        page.goto(EXPERIMENTS)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_open_page_says_so_once_and_goes_on_by_itself(chromium, cluster, studio):
    studio.make_run()
    # All live parts of a page ask at a time; each may meet a server that is not back yet.
    with opened(chromium, studio, most=6) as page:
        page.goto("/w/default/experiments/Default")
        page.wait_for_selector("[data-run-table][data-ready]")
        cluster.stop()
        page.wait_for_selector(".toast", timeout=20_000)
        assert "The database does not answer" in page.inner_text("#toasts")
        assert page.locator("#live").get_attribute("data-state") == "offline"
        # Until here what was asked at the same time has been refused.
        page.wait_for_timeout(1000)
        refused = page.refused()
        page.wait_for_timeout(4000)
        assert page.refused() == refused
        assert page.locator(".toast").count() == 1
        cluster.start()
        until(page, "document.querySelectorAll('.toast').length === 0", 15)
        until(page, "document.getElementById('live').dataset.state === 'live'", 15)
        new = studio.make_run()
        until(page, f"document.body.innerHTML.includes('{new}')", 20)


def test_what_is_typed_meanwhile_stays_and_is_stored_afterwards(chromium, cluster, studio):
    run = studio.make_run()
    studio.ask(f"{MLFLOW}runs/update", {"run_id": run, "status": "FINISHED"})
    with opened(chromium, studio) as page:
        page.goto(f"/w/default/runs/{run}")
        page.click("[data-edit-text='description-form']")
        page.fill("#description-form textarea", "The best one so far.")
        cluster.stop()
        page.click("#description-form button.primary")
        until(page, "document.querySelector('[data-refused]').innerText.includes('not answer')", 15)
        assert page.input_value("#description-form textarea") == "The best one so far."
        cluster.start()
        page.click("#description-form button.primary")
        page.wait_for_selector("#description-form", state="hidden")
        page.goto(f"/w/default/runs/{run}")
        assert "The best one so far." in page.inner_text("main")
