"""The tab Raw JSON in Chromium: the search of the document."""

import pytest

from tests.factories import make_run
from tests.web.browser import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
RAW = "/w/default/runs/kept/raw"
FOUND = "[...document.querySelectorAll('[data-raw] .found')].map(line => line.textContent)"
TOLD = "document.querySelector('[data-found]').textContent"


@pytest.fixture(autouse=True)
def run(db):
    source = {"environment": {"variables": {"LEARNING_RATE": "0.1"}}}
    return make_run(run_id="kept", name="kept", source=source, params={"learning_rate": "0.1"})


def test_keys_and_values_are_found_wherever_they_are_folded_away(tab):
    tab.goto(RAW)
    tab.wait_for_selector("[data-raw] .json")
    assert "LEARNING_RATE" not in tab.inner_text("[data-raw]")
    tab.fill("[name=find]", "learning_rate")
    until(tab, f"{TOLD} === '1 of 2'")
    assert "LEARNING_RATE" in tab.inner_text("[data-raw]")
    assert [text.split(":")[0] for text in tab.evaluate(FOUND)] == [
        "LEARNING_RATE",
        "learning_rate",
    ]
    tab.keyboard.press("Enter")
    until(tab, f"{TOLD} === '2 of 2'")
    tab.keyboard.press("Shift+Enter")
    until(tab, f"{TOLD} === '1 of 2'")


def test_the_search_is_in_the_address_and_says_when_nothing_matches(tab):
    tab.goto(f"{RAW}?find=kept")
    until(tab, f"{TOLD}.startsWith('1 of')")
    tab.fill("[name=find]", "no such words")
    until(tab, f"{TOLD} === 'no match'")
    assert "find=no+such+words" in tab.url
