"""Everybody's page for their own tokens."""

import re

import pytest
from django.test import Client

from runs.workspaces.models import ApiToken
from runs.workspaces.permissions import Role
from tests.factories import make_member, make_token
from tests.web.pages import html_of

PAGE = "/w/default/tokens"


@pytest.fixture
def reader(guarded):
    guarded.force_login(make_member(Role.READER, name="ann"))
    return guarded


def make(client, **fields):
    return client.post(f"{PAGE}/make", {"name": "laptop", "days": "30", **fields})


def test_a_token_is_shown_once_and_signs_a_script_in(reader):
    answer = make(reader)
    token = re.search(r"studio_[\w-]+", html_of(answer))[0]
    assert answer["Cache-Control"] == "no-store"
    script = Client(headers={"Authorization": f"Bearer {token}"})
    assert script.get("/api/v1/runs").status_code == 200
    page = html_of(reader.get(PAGE))
    assert "laptop" in page
    assert token not in page


def test_a_revoked_token_opens_nothing(reader):
    token = re.search(r"studio_[\w-]+", html_of(make(reader)))[0]
    reader.post(f"{PAGE}/{ApiToken.objects.get().id}/revoke")
    assert (
        Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/runs").status_code == 401
    )


def test_tokens_of_others_are_neither_seen_nor_revoked(reader):
    make_token(make_member(Role.OWNER), name="secret-laptop")
    assert "secret-laptop" not in html_of(reader.get(PAGE))
    assert reader.post(f"{PAGE}/{ApiToken.objects.get().id}/revoke").status_code == 404


def test_a_token_makes_no_tokens(guarded):
    token = make_token(make_member(Role.OWNER))
    script = Client(headers={"Authorization": f"Bearer {token}"})
    assert make(script).status_code == 403
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("fields", [{"name": " "}, {"days": "7"}])
def test_a_token_needs_a_name_and_a_known_end(reader, fields):
    assert make(reader, **fields).status_code == 400


def test_an_open_studio_says_that_nobody_needs_a_token(studio):
    assert "Nobody signs in" in html_of(studio.get(PAGE))
    assert make(studio).status_code == 403
