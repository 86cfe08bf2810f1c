"""Making workspaces."""

import pytest

from runs.tracking import services as tracking
from runs.workspaces import services
from runs.workspaces.errors import InvalidName, SlugTaken
from runs.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def test_default_exists_from_the_first_start():
    assert list(Workspace.objects.values_list("slug", flat=True)) == ["default"]


def test_a_workspace_is_named_after_its_address_unless_it_has_a_name():
    assert services.create_workspace(slug="vision").name == "vision"
    assert services.create_workspace(slug="speech", name="Speech team").name == "Speech team"


def test_an_address_is_taken_once():
    services.create_workspace(slug="vision")
    with pytest.raises(SlugTaken, match="vision"):
        services.create_workspace(slug="vision")


@pytest.mark.parametrize("slug", ["", "a b", "a/b", "../up", "é", "a\n", "x" * 65, "a\0"])
def test_an_address_that_cannot_be_is_refused(slug):
    with pytest.raises(InvalidName):
        services.create_workspace(slug=slug)


@pytest.mark.parametrize("name", ["x" * 129, "a\0b", "\ud800"])
def test_a_name_that_cannot_be_is_refused(name):
    with pytest.raises(InvalidName):
        services.create_workspace(slug="vision", name=name)


def test_a_taken_address_founds_nothing():
    tracking.found_workspace(slug="vision")
    with pytest.raises(SlugTaken):
        tracking.found_workspace(slug="vision")
    assert Workspace.objects.get(slug="vision").experiments.count() == 1
