"""`manage.py token` and `manage.py member`."""

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
    run("member", "remove", "default", "ada")
    assert not Member.objects.exists()
