"""The page of all experiments."""

from collections.abc import Callable

import pytest
from django.test import Client

from runs.tracking import services
from runs.tracking.models import Experiment
from runs.web import experiments
from runs.workspaces.permissions import Role
from tests.factories import make_experiment, make_member, make_run, make_workspace
from tests.web.pages import html_of

pytestmark = pytest.mark.both_databases

ADDRESS = "/w/default/experiments"


def test_every_experiment_is_listed_with_its_last_run(studio: Client):
    experiment = make_experiment("vision", tags={"team": "blue", "mlflow.secret": "x"})
    make_run(experiment, name="gone-by", status="Completed")
    make_run(experiment, name="newest", status="Failed")

    page = studio.get(ADDRESS).content.decode()

    assert 'href="/w/default/experiments/vision"' in page
    assert "newest" in page
    assert "gone-by" not in page
    assert "blue" in page
    assert "mlflow.secret" not in page


def test_names_with_a_slash_make_a_tree_and_the_flat_list_does_not(as_part: Callable):
    make_experiment("vision/a")
    make_experiment("vision/b")

    assert 'data-within="vision"' in as_part(ADDRESS).content.decode()
    assert 'data-within="vision"' not in as_part(ADDRESS, flat="on").content.decode()


def test_the_search_finds_a_part_of_the_name(as_part: Callable):
    make_experiment("vision/resnet")
    make_experiment("text")

    found = as_part(ADDRESS, q="RESNET").content.decode()

    assert "resnet" in found
    assert 'title="text"' not in found


def test_the_search_takes_a_regular_expression(as_part: Callable):
    make_experiment("run-17")
    make_experiment("run-x")

    found = as_part(ADDRESS, q=r"^run-\d+$", regex="on").content.decode()

    assert 'title="run-17"' in found
    assert 'title="run-x"' not in found


def test_a_broken_regular_expression_is_explained(as_part: Callable):
    answer = as_part(ADDRESS, q="(", regex="on")

    assert answer.status_code == 200
    assert "Not a regular expression" in answer.content.decode()


def test_archived_and_deleted_experiments_have_lists_of_their_own(as_part: Callable):
    hidden, gone = make_experiment("hidden"), make_experiment("gone")
    services.archive_experiment(experiment=hidden)
    services.delete_experiment(experiment=gone)

    assert 'title="hidden"' not in as_part(ADDRESS).content.decode()
    assert 'title="hidden"' in as_part(ADDRESS, lifecycle="archived").content.decode()
    assert 'title="gone"' in as_part(ADDRESS, lifecycle="deleted").content.decode()


def test_no_match_says_so_and_offers_the_way_back(as_part: Callable):
    make_run()

    answer = as_part(ADDRESS, q="<b>").content.decode()

    assert "No matching experiments" in answer
    assert "&lt;b&gt;" in answer


def test_an_empty_studio_says_how_to_log_to_it_under_the_readers_own_address(studio: Client):
    page = studio.get(ADDRESS, headers={"Host": "localhost:8899"}).content.decode()

    assert "export MLFLOW_TRACKING_URI=http://localhost:8899\n" in page


def test_an_empty_studio_says_where_a_member_makes_a_token(studio: Client, settings):
    settings.STUDIO_OPEN = False
    studio.force_login(make_member(Role.CONTRIBUTOR))
    for address in (ADDRESS, "/w/default/experiment/0"):
        page = studio.get(address).content.decode()
        assert 'href="/w/default/tokens">Your tokens</a>' in page.split("<main")[1]
        assert "manage.py" not in page


def test_another_workspace_is_logged_to_under_its_own_address(studio: Client):
    make_workspace("team")

    page = studio.get("/w/team/experiments").content.decode()

    assert "export MLFLOW_TRACKING_URI=http://testserver/w/team\n" in page
    assert "studio login http://testserver/w/team)" in page


def test_the_empty_page_turns_into_the_list_with_the_first_run(as_part: Callable):
    make_run(make_experiment("first"))

    answer = as_part(ADDRESS, since="list.0").content.decode()

    assert "MLFLOW_TRACKING_URI" not in answer
    assert 'title="first"' in answer


def test_a_long_list_is_shown_in_steps(as_part: Callable):
    for number in range(5):
        make_experiment(f"e{number}")

    page = as_part(ADDRESS, limit="2").content.decode()

    assert page.count("data-path=") == 2
    assert "limit=4" in page


def test_a_list_that_is_too_long_for_the_page_says_so(as_part: Callable, monkeypatch):
    monkeypatch.setattr(experiments, "MOST_ROWS", 2)
    for number in range(5):
        make_experiment(f"e{number}")

    page = html_of(as_part(ADDRESS, limit="2"))

    assert "2 of 6 experiments. Find the others by name." in page
    assert "Show more" not in page


def test_of_a_thousand_experiments_all_can_be_shown(as_part: Callable, workspace):
    names = ["trial-2", *(f"trial-{number:03}x" for number in range(1000))]
    Experiment.objects.bulk_create(
        Experiment(workspace=workspace, number=number, name=name, created_ms=0, updated_ms=0)
        for number, name in enumerate(names, start=1)
    )

    first = html_of(as_part(ADDRESS))
    all_ = html_of(as_part(ADDRESS, limit="1600"))

    assert "200 of 1,002 experiments" in first
    assert all_.count("data-path=") == 1002
    assert "Show more" not in all_


def test_what_the_query_string_cannot_mean_is_ignored(as_part: Callable):
    make_run()

    answer = as_part(ADDRESS, sort="';--", lifecycle="x", limit="-1", q="\0", since="\0")

    assert answer.status_code == 200


def test_experiments_of_another_workspace_are_not_shown(as_part: Callable):
    make_experiment("theirs", make_workspace("team"))

    assert "theirs" not in as_part(ADDRESS).content.decode()
