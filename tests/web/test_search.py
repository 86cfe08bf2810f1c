"""The search box of the top bar, and the counts of the rail."""

from collections.abc import Callable

from django.test import Client

from runs.tracking import services
from tests.factories import make_experiment, make_run, make_workspace


def test_runs_and_experiments_are_found_by_a_part_of_their_name(as_part: Callable):
    make_run(make_experiment("vision/resnet"), name="bright-otter")

    assert "vision/resnet" in as_part("/w/default/search", q="RESN").content.decode()
    assert "bright-otter" in as_part("/w/default/search", q="otter").content.decode()


def test_a_run_is_found_by_the_beginning_of_its_id(as_part: Callable):
    run = make_run(run_id="abc123def", name="some")

    assert f"/runs/{run.run_id}" in as_part("/w/default/search", q="abc12").content.decode()


def test_nothing_is_found_elsewhere_or_among_the_deleted(as_part: Callable):
    make_run(make_experiment("otter-1", make_workspace("team")), name="otter-2")
    services.delete_runs(runs=[make_run(name="otter-3")])

    assert "Nothing is called" in as_part("/w/default/search", q="otter").content.decode()


def test_wildcards_and_odd_characters_mean_themselves(as_part: Callable):
    make_run(name="plain")

    for text in ("%", "_", "\0", "<b>"):
        assert "plain" not in as_part("/w/default/search", q=text).content.decode()


def test_an_empty_box_finds_nothing(as_part: Callable):
    assert not as_part("/w/default/search", q=" ").content.strip()


def test_enter_shows_a_page(studio: Client):
    make_run(name="bright-otter")

    page = studio.get("/w/default/search", {"q": "otter"}).content.decode()

    assert "<!doctype html>" in page
    assert "bright-otter" in page


def test_the_rail_counts_what_is_active(as_part: Callable):
    make_run()
    services.delete_runs(runs=[make_run()])

    answer = as_part("/w/default/counts").content.decode()

    assert 'id="count-runs" hx-swap-oob="true">1<' in answer
