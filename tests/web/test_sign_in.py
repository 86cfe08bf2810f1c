"""Signing in and out."""

import pytest
from django.test import Client

from tests.factories import make_user

PASSWORD = "a long enough one"


@pytest.fixture
def ana(db):
    return make_user("ana", password=PASSWORD, is_superuser=True)


def sign_in(client: Client, **changes: str):
    fields = {"username": "ana", "password": PASSWORD, **changes}
    return client.post("/sign-in", fields)


@pytest.mark.both_databases
def test_the_right_password_opens_the_page_that_was_asked_for(guarded: Client, ana):
    answer = sign_in(guarded, next="/w/default/experiments?q=a")

    assert answer["Location"] == "/w/default/experiments?q=a"
    assert guarded.get("/w/default/experiments").status_code == 200


def test_a_wrong_password_does_not_say_which_of_both_is_wrong(guarded: Client, ana):
    wrong = sign_in(guarded, password="nope")
    unknown = sign_in(guarded, username="nobody")

    assert wrong.status_code == unknown.status_code == 400
    assert "Wrong user name or password" in wrong.content.decode()
    assert "Wrong user name or password" in unknown.content.decode()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(guarded: Client, ana, back: str):
    assert sign_in(guarded, next=back)["Location"] == "/"


def test_a_session_key_planted_before_signing_in_opens_nothing(guarded: Client, ana):
    session = guarded.session
    session["seen"] = True
    session.save()
    planted = session.session_key

    sign_in(guarded)

    assert guarded.session.session_key != planted


@pytest.mark.both_databases
def test_signing_out_ends_the_session(guarded: Client, ana):
    sign_in(guarded)

    guarded.post("/sign-out")

    assert guarded.get("/w/default/experiments").status_code == 302


def test_a_link_cannot_sign_anybody_out(guarded: Client, ana):
    sign_in(guarded)

    assert guarded.get("/sign-out").status_code == 405
    assert guarded.get("/w/default/experiments").status_code == 200
