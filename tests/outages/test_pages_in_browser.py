"""Pages in Chromium while PostgreSQL is away, and when it comes back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from tests.outages.studio import MLFLOW, Studio
from tests.web.browser import PHONE, WIDE, Quiet, until

pytestmark = pytest.mark.postgres

EXPERIMENTS = "/w/default/experiments"
# What Chromium and htmx write for each answer of 503.
REFUSED = ("Failed to load resource", "Response Status Error Code 503")


@pytest.fixture
def studio(cluster, on_postgres) -> Iterator[Studio]:
    """A studio whose database is back at the end of each test."""
    yield on_postgres
    cluster.start()


class Reads(Quiet):
    """Knows what a page reads; `questions` counts how often it asked for the database."""

    def __init__(self, page: Any) -> None:
        super().__init__(page)
        self.questions = 0

    def began(self, request: Any) -> None:
        if urlsplit(request.url).path == reverse("ready"):
            self.questions += 1
        else:
            super().began(request)

    def wait_for_questions(self, number: int, seconds: float = 20.0) -> None:
        """Wait until the page has asked so many times more, and all it reads has been answered."""
        deadline, last = time.monotonic() + seconds, self.questions + number
        while self.questions < last or self.under_way:
            assert time.monotonic() < deadline, (self.questions, last, self.under_way)
            self.page.wait_for_timeout(50)


@contextmanager
def opened(chromium: Any, studio: Studio, **options: Any) -> Iterator[Any]:
    """Yield a page, with its `reads`. It fails the test when a script throws, or when the console
    has other words in it than those of refused requests."""
    options = {"viewport": WIDE, "reduced_motion": "reduce", **options}
    context = chromium.new_context(base_url=studio.url, **options)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(f"thrown: {error}"))
    page.on("console", lambda message: said.append(message.text))
    page.reads = Reads(page)
    try:
        yield page
    finally:
        context.close()
    assert [one for one in said if not (one.startswith(REFUSED) and "503" in one)] == []


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
    with opened(chromium, studio) as page:
        page.goto("/w/default/experiments/Default")
        page.wait_for_selector("[data-run-table][data-ready]")
        cluster.stop()
        page.wait_for_selector(".toast", timeout=20_000)
        assert "The database does not answer" in page.inner_text("#toasts")
        assert page.locator("#live").get_attribute("data-state") == "offline"
        page.reads.wait_for_questions(1)
        asked = page.reads.asked
        page.reads.wait_for_questions(2)
        assert page.reads.asked == asked
        assert page.locator(".toast").count() == 1
        cluster.start()
        until(page, "document.querySelectorAll('.toast').length === 0", 15)
        until(page, "document.getElementById('live').dataset.state === 'live'", 15)
        new = studio.make_run()
        until(page, f"document.body.innerHTML.includes('{new}')", 20)


def test_what_a_page_would_read_meanwhile_is_read_once_afterwards(chromium, cluster, studio):
    with opened(chromium, studio) as page:
        page.goto("/w/default/experiments")
        page.wait_for_selector("#live[data-state=live]")
        cluster.stop()
        page.wait_for_selector(".toast", timeout=20_000)
        page.reads.wait_for_questions(1)
        asked = page.reads.asked
        # The numbers of the rail are read each 15 seconds, and after each of these.
        for _ in range(5):
            page.evaluate("document.dispatchEvent(new CustomEvent('studio:live'))")
        page.reads.wait_for_questions(1)
        assert page.reads.asked == asked
        with page.expect_request(
            lambda request: request.url.endswith("/counts"), timeout=20_000
        ) as read:
            cluster.start()
        assert read.value.response().status == 200


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
