"""Saved views: whose they are, and who sees them."""

import pytest

from runs.table.saved_views import (
    ViewChanged,
    default_view,
    delete_view,
    list_views,
    save_view,
    update_view,
)
from runs.tracking.errors import InvalidValue, NotFound
from runs.workspaces.errors import NotAllowed
from tests.factories import default_workspace, make_experiment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def save(workspace):
    def save(user=None, experiment=None, **fields):
        fields = {"name": "Best", "query": "?sort=-metrics.loss", **fields}
        return save_view(workspace=workspace, user=user, experiment=experiment, **fields)

    return save


def names(workspace, user, experiment=None):
    found = list_views(workspace=workspace, user=user, experiment=experiment)
    return [view.name for view in found]


def test_a_view_is_seen_by_its_owner_alone_until_it_is_shared(workspace, save):
    ana, ben = make_user("ana"), make_user("ben")
    view = save(ana)
    assert (names(workspace, ana), names(workspace, ben)) == (["Best"], [])

    update_view(workspace=workspace, user=ana, view_id=view.id, changes={"shared": True})

    assert names(workspace, ben) == ["Best"]


def test_nobody_changes_or_deletes_the_view_of_somebody_else(workspace, save):
    view = save(make_user(), shared=True)
    ben = make_user()
    with pytest.raises(NotFound):
        update_view(workspace=workspace, user=ben, view_id=view.id, changes={"name": "x"})
    with pytest.raises(NotFound):
        delete_view(workspace=workspace, user=ben, view_id=view.id)


def test_there_is_one_default_and_everybody_sees_it(workspace, save):
    first, second = save(name="First"), save(name="Second")
    for view in (first, second):
        update_view(workspace=workspace, user=None, view_id=view.id, changes={"is_default": True})

    assert default_view(workspace=workspace, experiment=None) == second
    assert names(workspace, make_user()) == ["First", "Second"]


def test_a_default_view_that_is_not_shared_any_more_opens_for_nobody(workspace, save):
    view = save()
    for changes in ({"is_default": True}, {"shared": False}):
        update_view(workspace=workspace, user=None, view_id=view.id, changes=changes)
    assert default_view(workspace=workspace, experiment=None) is None


def test_a_view_that_was_saved_elsewhere_is_not_replaced_without_a_word(workspace, save):
    view = save()
    mine = {"workspace": workspace, "user": None, "view_id": view.id}
    update_view(**mine, changes={"query": "q=a", "seen": view.query})
    with pytest.raises(ViewChanged, match="was saved meanwhile in another place"):
        update_view(**mine, changes={"query": "q=b", "seen": view.query})
    assert update_view(**mine, changes={"query": "q=b", "seen": "q=a"}).query == "q=b"


def test_who_may_not_share_any_more_changes_nothing_that_others_see(workspace):
    mine = {"workspace": workspace, "user": make_user()}
    view = save_view(**mine, experiment=None, name="ours", query="q=a", shared=True)
    mine |= {"view_id": view.id, "may_share": False}
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
    kept = save_view(**place, name="mine", query="q=a", may_share=False)
    assert not kept.shared
    with pytest.raises(NotAllowed):
        save_view(**place, name="ours", query="q=a", shared=True, may_share=False)
    for change in ({"shared": True}, {"is_default": True}):
        with pytest.raises(NotAllowed):
            update_view(
                workspace=place["workspace"],
                user=place["user"],
                view_id=kept.id,
                changes=change,
                may_share=False,
            )
