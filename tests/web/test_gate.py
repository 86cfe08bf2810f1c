"""The decorator of every page: methods, permission, errors in the asker's own format."""

import pytest
from django.test import Client

from runs.workspaces.permissions import Role
from tests.factories import make_experiment, make_member, make_run, make_user, make_workspace

EXPERIMENTS = "/w/default/experiments"
AS_PART = {"HX-Request": "true", "HX-Current-URL": "http://testserver/w/default/runs?q=a"}


def test_an_open_studio_shows_its_pages_to_the_local_owner(studio: Client):
    assert studio.get(EXPERIMENTS).status_code == 200


def test_another_method_is_refused_and_told_which_ones_there_are(studio: Client):
    answer = studio.post(EXPERIMENTS)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET"


def test_a_head_request_is_answered_like_a_get(studio: Client):
    assert studio.head(EXPERIMENTS).status_code == 200


def test_nobody_is_sent_to_the_sign_in_page_and_back_afterwards(guarded: Client):
    answer = guarded.get(EXPERIMENTS, {"q": "a b"})

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in?next=%2Fw%2Fdefault%2Fexperiments%3Fq%3Da%2Bb"


def test_a_part_of_a_page_moves_the_page_to_the_sign_in(guarded: Client):
    answer = guarded.get(EXPERIMENTS, headers=AS_PART)

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in?next=%2Fw%2Fdefault%2Fruns%3Fq%3Da"


def test_a_script_is_told_401_in_json(guarded: Client):
    answer = guarded.get(EXPERIMENTS, headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.json()["title"] == "You are signed out"


def test_a_stranger_does_not_learn_that_a_workspace_exists(guarded: Client):
    make_workspace("secret")
    guarded.force_login(make_user())

    as_script = {"Accept": "application/json"}
    there = guarded.get("/w/secret/experiments", headers=as_script)
    not_there = guarded.get("/w/nowhere/experiments", headers=as_script)

    assert there.status_code == not_there.status_code == 404
    assert there.content.replace(b"secret", b"") == not_there.content.replace(b"nowhere", b"")


def test_a_reader_sees_but_may_not_change(guarded: Client):
    guarded.force_login(make_member(Role.READER))
    run = make_run()

    assert guarded.get(f"/w/default/runs/{run.run_id}").status_code == 200
    refused = guarded.post(f"/w/default/runs/{run.run_id}/tag", {"tag": "a=1"})
    assert refused.status_code == 403
    assert not run.tags.exists()


def test_a_reader_is_not_offered_what_would_be_refused(guarded: Client):
    guarded.force_login(make_member(Role.READER))
    run = make_run()

    page = guarded.get(f"/w/default/runs/{run.run_id}").content.decode()

    assert "data-edit-inline" not in page
    assert "Add the tag" not in page


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_refusal_of_a_room_keeps_its_words_and_status(studio: Client, accept: str):
    first, second = make_experiment(), make_experiment()
    address = f"/w/default/experiment/{second.number}/change"

    answer = studio.post(address, {"name": first.name}, headers={"Accept": accept})

    assert answer.status_code == 409
    assert "already exists" in answer.content.decode()
    assert answer["Content-Type"].startswith(accept)


def test_answers_of_one_address_are_kept_apart_by_caches(studio: Client):
    answer = studio.get(EXPERIMENTS)

    assert {"HX-Request", "Accept", "Cookie"} <= set(answer["Vary"].replace(" ", "").split(","))
    assert answer["Cache-Control"] == "no-cache"


def test_the_workspace_used_last_is_where_the_bare_address_leads(studio: Client):
    make_workspace("team")
    studio.get("/w/team/experiments")

    assert studio.get("/")["Location"] == "/w/team/experiments"


def test_the_bare_address_leads_to_the_default_workspace_at_first(studio: Client):
    assert studio.get("/")["Location"] == "/w/default/experiments"


@pytest.mark.both_databases
def test_a_planted_cookie_leads_nowhere_else(studio: Client):
    studio.cookies["workspace"] = "//evil.example/"

    assert studio.get("/")["Location"] == "/w/default/experiments"


def test_a_member_of_another_workspace_starts_there(guarded: Client):
    guarded.force_login(make_member(Role.READER, make_workspace("team")))

    assert guarded.get("/")["Location"] == "/w/team/experiments"


def test_a_user_without_a_workspace_is_told_whom_to_ask(guarded: Client):
    guarded.force_login(make_user())

    answer = guarded.get("/")

    assert answer.status_code == 403
    assert "Ask an owner" in answer.content.decode()


def test_nobody_starts_at_the_sign_in_page(guarded: Client):
    assert guarded.get("/")["Location"] == "/sign-in?next=%2F"


def test_the_menu_lists_only_ones_own_workspaces(guarded: Client):
    guarded.force_login(make_member(Role.READER, make_workspace("team", name="Blue team")))
    make_workspace("secret", name="Secret team")

    menu = guarded.get("/w/team/workspaces").content.decode()

    assert "Blue team" in menu
    assert "Secret team" not in menu


def test_an_unknown_address_says_what_to_do(studio: Client):
    answer = studio.get("/w/default/nothing-here")

    assert answer.status_code == 404
    assert "Check the address" in answer.content.decode()


def test_an_unknown_address_below_an_api_answers_in_json(studio: Client):
    answer = studio.get("/api/9.9/nothing")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"
