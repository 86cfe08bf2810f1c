"""A file of a run has lost its bytes: what is sent of it breaks off."""

import http.client
import os

import pytest

from tests.outages.studio import Studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    studio = Studio(tmp_path_factory.mktemp("missing") / "data")
    studio.start()
    yield studio
    studio.kill()


def test_a_zip_breaks_off_with_one_line_in_the_log(studio):
    run = studio.make_run()
    for name in ("a", "b", "c"):
        path = f"/api/v1/runs/{run}/files/outputs/{name}.bin"
        headers = {"Content-Type": "application/octet-stream"}
        assert studio.ask(path, os.urandom(600_000), headers, "PUT").status == 200
    files = (path for path in (studio.database.parent / "files").rglob("*") if path.is_file())
    max(files, key=lambda path: path.stat().st_mtime_ns).unlink()

    with pytest.raises(http.client.IncompleteRead) as raised:
        studio.ask(f"/api/v1/runs/{run}/zip")
    assert len(raised.value.partial) > 1_000_000
    told = studio.log_lines()
    assert len(told) == 1 and "The bytes of this file are missing from the store" in told[0], told
