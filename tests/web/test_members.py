"""The page of an owner for the members of a workspace."""

import pytest

from runs.workspaces.models import Member
from runs.workspaces.permissions import Role
from tests.factories import default_workspace, make_member, make_user
from tests.web.pages import html_of

PAGE = "/w/default/system/members"


@pytest.fixture
def owner(guarded):
    guarded.force_login(make_member(Role.OWNER, name="ann"))
    return guarded


def change(client, name, role):
    return client.post(f"{PAGE}/change", {"name": name, "role": role})


def role_of(name):
    found = Member.objects.filter(workspace=default_workspace(), user__username=name).first()
    return found and Role(found.role)


def test_an_owner_adds_changes_and_removes_a_member(owner):
    make_user("bob")
    assert "bob" in html_of(change(owner, "bob", "reader"))
    assert role_of("bob") is Role.READER
    change(owner, "bob", "contributor")
    assert role_of("bob") is Role.CONTRIBUTOR
    assert "bob" in html_of(owner.get(PAGE))
    assert "bob" not in html_of(change(owner, "bob", ""))
    assert role_of("bob") is None


def test_the_only_owner_stays_one(owner):
    for role in ("reader", ""):
        assert change(owner, "ann", role).status_code == 409
    assert role_of("ann") is Role.OWNER


@pytest.mark.parametrize(
    ("name", "role", "status"), [("nobody", "reader", 404), ("ann", "king", 400)]
)
def test_what_cannot_be_is_refused(owner, name, role, status):
    assert change(owner, name, role).status_code == status


def test_others_see_no_members(guarded):
    guarded.force_login(make_member(Role.CONTRIBUTOR))
    assert guarded.get(PAGE).status_code == 403
    assert change(guarded, "ann", "owner").status_code == 403
    assert "Members" not in html_of(guarded.get("/w/default/system"))
