"""`manage.py user`, `manage.py token` and `manage.py member`."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from runs.workspaces.models import ApiToken, Member
from runs.workspaces.permissions import Role
from runs.workspaces.tokens import find_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_created_token_signs_in(ada):
    assert find_user(run("token", "create", "ada", "--name", "laptop").strip()) == ada
    assert ApiToken.objects.get().expires_at is None


def test_a_token_may_end(ada):
    run("token", "create", "ada", "--days", "7")
    token = ApiToken.objects.get()
    assert 6 <= (token.expires_at - token.created_at).days <= 7


def test_the_list_shows_no_secret(ada):
    token = run("token", "create", "ada", "--name", "laptop").strip()
    listed = run("token", "list", "ada")
    assert "laptop" in listed and token[:12] in listed and token not in listed


def test_a_revoked_token_signs_nobody_in(ada):
    token = run("token", "create", "ada").strip()
    run("token", "revoke", str(ApiToken.objects.get().id))
    assert find_user(token) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "create", "eve"), "There is no user 'eve'. There is: ada."),
        (("token", "create", "ada", "--days", "0"), "--days is a number"),
        (("token", "create", "ada", "--name", ""), "A token needs a name"),
        (("token", "revoke", "7"), "There is no token 7"),
        (("member", "set", "nowhere", "ada", "owner"), "There is: default."),
        (("member", "set", "default", "ada", "king"), "invalid choice: 'king'"),
        (("user", "create", "ada"), "A user with that username already exists."),
        (("user", "create", "a b", "--no-password"), "Enter a valid username."),
    ],
)
def test_a_wrong_name_is_explained(ada, words, said):
    with pytest.raises(CommandError) as refused:
        run(*words)
    assert said in str(refused.value)


def test_a_member_is_set_changed_listed_and_removed(ada, workspace):
    run("member", "set", "default", "ada", "reader")
    run("member", "set", "default", "ada", "owner")
    assert Member.objects.get(user=ada, workspace=workspace).role == Role.OWNER
    assert run("member", "list", "default").split() == ["ada", "owner"]
    with pytest.raises(CommandError, match="ada is the only owner of default"):
        run("member", "remove", "default", "ada")
    run("user", "create", "grace", "--no-password")
    run("member", "set", "default", "grace", "owner")
    run("member", "remove", "default", "ada")
    assert run("member", "list", "default").split() == ["grace", "owner"]


def type_passwords(monkeypatch, *typed: str) -> None:
    answers = iter(typed)
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))


def test_a_created_user_signs_in_and_is_nobody_special(client, monkeypatch):
    type_passwords(monkeypatch, "a long enough secret", "a long enough secret")
    run("user", "create", "eve")
    assert client.login(username="eve", password="a long enough secret")
    assert not User.objects.get(username="eve").is_superuser


def test_a_user_for_scripts_has_no_password():
    run("user", "create", "robot", "--no-password")
    assert not User.objects.get(username="robot").has_usable_password()


@pytest.mark.parametrize(
    ("typed", "said"),
    [(("one secret", "another"), "differ"), (("123", "123"), "too short")],
)
def test_a_poor_password_is_refused(monkeypatch, typed, said):
    type_passwords(monkeypatch, *typed)
    with pytest.raises(CommandError, match=said):
        run("user", "create", "eve")
    assert not User.objects.exists()
