"""API tokens."""

import sqlite3
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from runs.workspaces import tokens
from runs.workspaces.errors import InvalidName
from runs.workspaces.memory import forget_all
from runs.workspaces.models import ApiToken
from tests.factories import make_token, make_user

pytestmark = pytest.mark.django_db


def test_a_token_is_long_random_and_kept_only_as_a_digest():
    token = make_token(name="laptop")
    row = ApiToken.objects.get()
    assert len(token) > 48
    assert token != make_token()
    assert (row.name, row.start, len(row.digest)) == ("laptop", token[:12], 64)
    kept = [str(getattr(row, field.attname)) for field in ApiToken._meta.concrete_fields]
    assert not any(token in value or token[12:] in value for value in kept)


def test_a_token_finds_its_user():
    user = make_user()
    token = make_token(user)
    make_token()
    assert tokens.find_user(token) == user


@pytest.mark.parametrize("changed", [str.lower, lambda t: t + " ", lambda t: t[:-1], lambda t: ""])
def test_nothing_but_the_token_finds_him(changed):
    assert tokens.find_user(changed(make_token())) is None


def test_a_token_ends_when_it_expires():
    now = timezone.now()
    assert tokens.find_user(make_token(expires_at=now + timedelta(hours=1)))
    assert tokens.find_user(make_token(expires_at=now - timedelta(seconds=1))) is None


def test_a_token_that_expires_while_it_is_remembered_ends(monkeypatch):
    expires_at = timezone.now() + timedelta(hours=1)
    token = make_token(expires_at=expires_at)
    assert tokens.find_user(token)
    monkeypatch.setattr(tokens.timezone, "now", lambda: expires_at)
    monkeypatch.setattr(ApiToken, "objects", None)
    assert tokens.find_user(token) is None


def test_an_inactive_user_is_not_found():
    assert tokens.find_user(make_token(make_user(is_active=False))) is None


def test_a_deleted_users_tokens_are_gone():
    user = make_user()
    token = make_token(user)
    user.delete()
    assert tokens.find_user(token) is None


def test_use_is_noted_once_a_minute():
    token = make_token()
    tokens.find_user(token)
    first = ApiToken.objects.get().last_used_at
    assert timezone.now() - first < timedelta(minutes=1)
    forget_all()
    tokens.find_user(token)
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    forget_all()
    tokens.find_user(token)
    assert ApiToken.objects.get().last_used_at > first


@pytest.mark.parametrize("name", ["", "  ", "x" * 129, "a\0"])
def test_a_token_needs_a_name(name):
    with pytest.raises(InvalidName):
        make_token(name=name or " ")
    assert not ApiToken.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL locks rows")
def test_a_locked_database_keeps_nobody_out():
    token = make_token(make_user("ada"))
    forget_all()
    stranger = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    found = tokens.find_user(token)
    stranger.execute("ROLLBACK")
    assert found.username == "ada"
    # Who waits for the lock does so for ten seconds.
    assert time.monotonic() - began < 8
    assert ApiToken.objects.get().last_used_at is None
