"""A file of a run has lost its bytes: what is sent of it breaks off."""

import http.client
import os
from pathlib import Path

import pytest

from tests.outages.studio import Studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    studio = Studio(tmp_path_factory.mktemp("missing") / "data")
    studio.start()
    yield studio
    studio.kill()


BYTES = {"Content-Type": "application/octet-stream"}


def newest_file(studio) -> Path:
    files = (path for path in (studio.database.parent / "files").rglob("*") if path.is_file())
    return max(files, key=lambda path: path.stat().st_mtime_ns)


@pytest.fixture(scope="module")
def cut(studio):
    """Files of a run that have lost their second half: the size of each by its name."""
    run, sizes = studio.make_run(), {"small": 100_000, "large": 1_000_000}
    for name, size in sizes.items():
        path = f"/api/v1/runs/{run}/files/{name}.bin"
        assert studio.ask(path, os.urandom(size), BYTES, "PUT").status == 200
        os.truncate(newest_file(studio), size // 2)
    return run, sizes


ADDRESSES = {
    "page": ("/w/default/runs/{run}/files/{name}.bin", 410),
    "api": ("/api/v1/runs/{run}/files/{name}.bin", 410),
    "mlflow": ("/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/{name}.bin", 404),
}


@pytest.mark.parametrize("door", ADDRESSES)
def test_a_short_file_that_has_lost_bytes_is_refused(studio, cut, door):
    address, status = ADDRESSES[door]
    answer = studio.ask(address.format(run=cut[0], name="small"), headers={"Accept": "*/*"})
    assert answer.status == status
    assert "50,000 bytes of this file are missing" in answer.text


@pytest.mark.parametrize("door", ADDRESSES)
def test_a_long_file_that_has_lost_bytes_breaks_off(studio, cut, door):
    address, _ = ADDRESSES[door]
    with pytest.raises(http.client.IncompleteRead) as raised:
        studio.ask(address.format(run=cut[0], name="large"), headers={"Accept": "*/*"})
    assert len(raised.value.partial) <= 500_000


def test_a_zip_breaks_off_with_one_line_in_the_log(studio):
    run = studio.make_run()
    for name in ("a", "b", "c"):
        path = f"/api/v1/runs/{run}/files/outputs/{name}.bin"
        assert studio.ask(path, os.urandom(600_000), BYTES, "PUT").status == 200
    newest_file(studio).unlink()
    before = len(studio.log_lines())

    with pytest.raises(http.client.IncompleteRead) as raised:
        studio.ask(f"/api/v1/runs/{run}/zip")
    assert len(raised.value.partial) > 1_000_000
    told = studio.log_lines()[before:]
    assert len(told) == 1 and "The bytes of this file are missing from the store" in told[0], told
