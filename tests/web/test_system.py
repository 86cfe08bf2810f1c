"""The System page: disk use, and purging what is deleted."""

import pytest
from django.test import Client

from runs.artifacts.disk import usage_of_studio
from runs.artifacts.services import save_file
from runs.tracking import services
from runs.workspaces.permissions import Role
from tests.factories import make_experiment, make_member, make_run

PAGE = "/w/default/system"


@pytest.fixture(autouse=True)
def store(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    settings.STUDIO_S3_BUCKET = ""


def run_with_bytes(count: int, name: str = "vision", *, deleted: bool = False):
    run = make_run(make_experiment(name))
    save_file(owner=run, path="a.bin", chunks=[b"x" * count])
    if deleted:
        services.delete_runs(runs=[run])
    return run


def test_experiments_are_listed_with_what_they_take(studio: Client):
    run_with_bytes(2000, "small")
    run_with_bytes(5000, "large")

    page = studio.get(PAGE).content.decode()

    assert page.index("large") < page.index("small")
    assert 'title="5,000 bytes"' in page


def test_what_is_shown_beforehand_is_what_is_freed(studio: Client):
    run_with_bytes(2000, "kept")
    run_with_bytes(5000, "gone", deleted=True)
    shown = studio.get(PAGE).context["purge"]
    before = usage_of_studio()

    assert studio.post(f"{PAGE}/purge", {"runs": "1"}).status_code == 302

    assert before.size_bytes - usage_of_studio().size_bytes == shown.size_bytes == 5000
    assert "none has files left" in studio.get(PAGE).content.decode()


@pytest.mark.parametrize("typed", ["", "2", "x"])
def test_another_number_erases_nothing(studio: Client, typed: str):
    run_with_bytes(5000, deleted=True)

    assert studio.post(f"{PAGE}/purge", {"runs": typed}).status_code == 400
    assert usage_of_studio().size_bytes == 5000


def test_only_an_owner_may_purge(guarded: Client):
    run_with_bytes(5000, deleted=True)
    guarded.force_login(make_member(Role.CONTRIBUTOR))

    assert "Erase their files" not in guarded.get(PAGE).content.decode()
    assert guarded.post(f"{PAGE}/purge", {"runs": "1"}).status_code == 403
    assert usage_of_studio().size_bytes == 5000
