"""The files of several runs as one zip: from the run table and from Compare."""

import io
import zipfile
from pathlib import Path

import pytest

from runs.artifacts.services import save_file
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def two_runs(db):
    for number, name in enumerate(("heron", "../../heron", "Heron")):
        run = make_run(run_id=f"run-{number}", name=name)
        save_file(owner=run, path="outputs/model.pt", chunks=[name.encode()])


def files_in(download) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(Path(download.path()).read_bytes())) as found:
        assert found.testzip() is None
        return {each: found.read(each) for each in found.namelist()}


EXPECTED = {b"heron", b"../../heron", b"Heron"}


def is_safe(names) -> bool:
    return all(not name.startswith("/") and ".." not in name.split("/") for name in names)


def test_selected_runs_are_downloaded_with_a_folder_for_each(tab):
    tab.goto("/w/default/runs?sel=run-0,run-1,run-2")
    button = tab.get_by_role("button", name="Download")
    button.wait_for()
    with tab.expect_download() as started:
        button.click()
    assert started.value.suggested_filename == "3-runs.zip"
    found = files_in(started.value)
    assert set(found.values()) == EXPECTED
    assert is_safe(found) and len({name.lower() for name in found}) == 3


def test_compared_runs_are_downloaded(tab):
    tab.goto("/w/default/compare?runs=run-0,run-1,run-2")
    with tab.expect_download() as started:
        tab.get_by_role("link", name="Download").click()
    assert set(files_in(started.value).values()) == EXPECTED
