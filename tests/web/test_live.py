"""Parts that keep themselves up to date."""

import re
from collections.abc import Callable

from django.test import Client

from tests.factories import make_experiment, make_run

ADDRESS = "/w/default/experiments"


def stamps_of(page: str) -> str:
    pairs = re.findall(r'<div id="([\w-]+)" data-part="[^"]*" data-stamp="(\w+)"', page)
    return "~".join(f"{name}.{stamp}" for name, stamp in pairs)


def test_nothing_new_is_answered_without_a_body(studio: Client, as_part: Callable):
    make_run()
    since = stamps_of(studio.get(ADDRESS).content.decode())

    answer = as_part(ADDRESS, since=since)

    assert answer.status_code == 204
    assert not answer.content


def test_only_the_part_that_changed_is_sent(studio: Client, as_part: Callable):
    experiment = make_experiment()
    make_run(experiment, status="Completed")
    since = stamps_of(studio.get(ADDRESS).content.decode())
    make_run(experiment, status="Completed")

    answer = as_part(ADDRESS, since=since).content.decode()

    assert 'id="list"' in answer
    assert 'id="counts"' not in answer


def test_the_state_of_the_page_stays_in_the_address_it_asks(studio: Client, as_part: Callable):
    page = as_part(ADDRESS, q="a&b", since="list.0").content.decode()

    assert 'data-part="/w/default/experiments?q=a%26b"' in page


def test_going_back_in_the_history_gets_the_whole_page(studio: Client):
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<!doctype html>" in studio.get(ADDRESS, headers=back).content.decode()


def test_stamps_that_mean_nothing_get_everything(studio: Client, as_part: Callable):
    answer = as_part(ADDRESS, since="~~list~.x~list.\x00")

    assert answer.status_code == 200
    assert 'id="list"' in answer.content.decode()


def test_a_page_that_nothing_will_change_does_not_ask_again(studio: Client):
    run = make_run(status="Completed")

    assert "data-live" not in studio.get(f"/w/default/runs/{run.run_id}").content.decode()


def test_the_page_of_an_active_run_asks_again(studio: Client):
    run = make_run()

    assert "data-live" in studio.get(f"/w/default/runs/{run.run_id}").content.decode()
