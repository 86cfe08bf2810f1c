"""Saved views: whose they are, and who sees them."""

import pytest

from runs.table.saved_views import (
    ViewChanged,
    default_view,
    delete_view,
    list_changes,
    list_views,
    save_view,
    update_view,
)
from runs.tracking.errors import InvalidValue, NotFound
from runs.workspaces.errors import NotAllowed
from runs.workspaces.permissions import Role
from tests.factories import default_workspace, make_experiment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def save(workspace):
    def save(user=None, experiment=None, **fields):
        fields = {"name": "Best", "query": "?sort=-metrics.loss", "role": Role.OWNER} | fields
        return save_view(workspace=workspace, user=user, experiment=experiment, **fields)

    return save


def names(workspace, user, experiment=None, role=Role.CONTRIBUTOR):
    found = list_views(workspace=workspace, user=user, experiment=experiment, role=role)
    return [view.name for view in found]


def test_a_view_is_seen_by_its_owner_alone_until_it_is_shared(workspace, save):
    ana, ben = make_user("ana"), make_user("ben")
    view = save(ana)
    assert (names(workspace, ana), names(workspace, ben)) == (["Best"], [])

    change = {"view_id": view.id, "changes": {"shared": True}}
    update_view(workspace=workspace, user=ana, role=Role.CONTRIBUTOR, **change)

    assert names(workspace, ben) == ["Best"]


def test_views_of_the_time_without_accounts_are_for_an_owner_to_take_or_delete(workspace, save):
    view, other = save(None), save(None, name="Old")
    ana, ben = make_user("ana"), make_user("ben")
    assert names(workspace, ben) == []
    assert names(workspace, ana, role=Role.OWNER) == ["Best", "Old"]
    assert list_changes(view, ana, Role.OWNER) == ["save", "share", "default", "delete"]
    assert list_changes(view, ben, Role.CONTRIBUTOR) == []

    by_ben = {"workspace": workspace, "user": ben, "role": Role.CONTRIBUTOR, "view_id": view.id}
    with pytest.raises(NotFound):
        update_view(**by_ben, changes={"name": "Mine"})
    by_ana = {"workspace": workspace, "user": ana, "role": Role.OWNER}
    update_view(**by_ana, view_id=view.id, changes={"query": "?q=a"})
    delete_view(**by_ana, view_id=other.id)

    view.refresh_from_db()
    assert (view.owner, view.shared) == (ana, False)
    assert names(workspace, make_user(), role=Role.OWNER) == []
    assert names(workspace, ana) == ["Best"]


@pytest.mark.parametrize(("role", "shared"), [(Role.CONTRIBUTOR, True), (Role.OWNER, False)])
def test_nobody_changes_or_deletes_the_view_of_somebody_else(workspace, save, role, shared):
    view = save(make_user(), shared=shared)
    ben = {"workspace": workspace, "user": make_user(), "role": role, "view_id": view.id}
    with pytest.raises(NotFound):
        update_view(**ben, changes={"name": "x"})
    with pytest.raises(NotFound):
        delete_view(**ben)


def test_an_owner_of_the_workspace_looks_after_the_views_that_others_share(workspace, save):
    gone, owner = make_user(), make_user()
    view = save(gone, shared=True)
    by_owner = {"workspace": workspace, "user": owner, "role": Role.OWNER, "view_id": view.id}
    changed = update_view(**by_owner, changes={"name": "Ours", "is_default": True})
    assert (changed.name, changed.owner) == ("Ours", gone)
    with pytest.raises(NotAllowed, match="You may delete it"):
        update_view(**by_owner, changes={"shared": False})
    delete_view(**by_owner)
    assert names(workspace, gone) == []


@pytest.mark.parametrize(
    ("role", "is_mine", "shared", "verbs"),
    [
        (Role.READER, True, False, "save delete"),
        (Role.READER, True, True, "delete"),
        (Role.READER, False, True, ""),
        (Role.CONTRIBUTOR, True, True, "save share default delete"),
        (Role.CONTRIBUTOR, False, True, ""),
        (Role.OWNER, False, True, "save default delete"),
    ],
)
def test_what_may_be_done_with_a_view_follows_its_author_and_the_role(
    save, role, is_mine, shared, verbs
):
    author = make_user()
    view = save(author, shared=shared)
    reader = author if is_mine else make_user()
    assert list_changes(view, reader, role) == verbs.split()


def test_there_is_one_default_and_everybody_sees_it(workspace, save):
    first, second = save(name="First"), save(name="Second")
    for view in (first, second):
        update_view(
            workspace=workspace,
            user=None,
            role=Role.OWNER,
            view_id=view.id,
            changes={"is_default": True},
        )

    assert default_view(workspace=workspace, experiment=None) == second
    assert names(workspace, make_user()) == ["First", "Second"]


def test_a_default_view_that_is_not_shared_any_more_opens_for_nobody(workspace, save):
    view = save()
    for changes in ({"is_default": True}, {"shared": False}):
        update_view(
            workspace=workspace, user=None, role=Role.OWNER, view_id=view.id, changes=changes
        )
    assert default_view(workspace=workspace, experiment=None) is None


def test_a_view_that_was_saved_elsewhere_is_not_replaced_without_a_word(workspace, save):
    view = save()
    mine = {"workspace": workspace, "user": None, "view_id": view.id, "role": Role.OWNER}
    update_view(**mine, changes={"query": "q=a", "seen": view.query})
    with pytest.raises(ViewChanged, match="was saved meanwhile in another place"):
        update_view(**mine, changes={"query": "q=b", "seen": view.query})
    assert update_view(**mine, changes={"query": "q=b", "seen": "q=a"}).query == "q=b"


def test_who_may_not_share_any_more_changes_nothing_that_others_see(workspace):
    mine = {"workspace": workspace, "user": make_user(), "role": Role.CONTRIBUTOR}
    view = save_view(**mine, experiment=None, name="ours", query="q=a", shared=True)
    mine |= {"view_id": view.id, "role": Role.READER}
    for changes in ({"query": "q=b"}, {"name": "other"}):
        with pytest.raises(NotAllowed):
            update_view(**mine, changes=changes)
    hidden = update_view(**mine, changes={"shared": False, "query": "q=b"})
    assert (hidden.shared, hidden.query) == (False, "q=b")


def test_views_of_an_experiment_stay_there(workspace, save):
    experiment = make_experiment()
    save(experiment=experiment, name="Here")
    assert names(workspace, None) == []
    assert names(workspace, None, experiment) == ["Here"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 129, None, "a\0b"])
def test_a_view_needs_a_name_that_can_be_kept(save, name):
    with pytest.raises(InvalidValue):
        save(name=name)


def test_who_may_not_share_keeps_a_view_for_themselves(db):
    place = {"workspace": default_workspace(), "user": make_user(), "experiment": None}
    kept = save_view(**place, name="mine", query="q=a", role=Role.READER)
    assert not kept.shared
    with pytest.raises(NotAllowed):
        save_view(**place, name="ours", query="q=a", shared=True, role=Role.READER)
    for change in ({"shared": True}, {"is_default": True}):
        with pytest.raises(NotAllowed):
            update_view(
                workspace=place["workspace"],
                user=place["user"],
                view_id=kept.id,
                changes=change,
                role=Role.READER,
            )
