"""Code that the studio fetches from a git server."""

from pathlib import Path

import pytest

from runs.artifacts.errors import InvalidSnapshot
from runs.artifacts.snapshots.from_git import store_git_snapshot
from runs.artifacts.snapshots.queries import list_snapshot_files
from tests.artifacts.git_server import make_repository, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(tmp_path: Path, settings):
    make_repository(tmp_path / "git", {"train.py": "print(1)\n", "parts/words.py": "A = 1\n"})
    with serve(tmp_path / "git") as address:
        settings.STUDIO_GIT_SERVERS = [address]
        yield address


@pytest.mark.parametrize("ref", ["HEAD", "main", "v1"])
def test_a_branch_or_tag_becomes_a_snapshot_without_git_itself(server, ref):
    snapshot = store_git_snapshot(address=f"{server}/code.git", ref=ref)
    assert [file.path for file in list_snapshot_files(snapshot)] == ["parts/words.py", "train.py"]


@pytest.mark.parametrize("ref", ["none", "--upload-pack=touch /tmp/x", "a b", "", "a..b:c"])
def test_what_is_no_branch_is_refused(server, ref):
    with pytest.raises(InvalidSnapshot):
        store_git_snapshot(address=f"{server}/code.git", ref=ref)


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/code.git",
        "file:///etc",
        "/etc",
        "ext::sh -c id",
        "--upload-pack=id",
        "http://[",
        "{server}@evil.example/code.git",
        "http://ana:secret@{host}/code.git",
    ],
)
def test_only_named_servers_are_asked(server, address):
    host = server.removeprefix("http://")
    with pytest.raises(InvalidSnapshot, match="may not fetch"):
        store_git_snapshot(address=address.format(server=server, host=host))


def test_without_the_setting_nothing_is_fetched(server, settings):
    settings.STUDIO_GIT_SERVERS = []
    with pytest.raises(InvalidSnapshot, match="ask: none"):
        store_git_snapshot(address=f"{server}/code.git")


def test_a_repository_that_is_not_there_is_told(server):
    with pytest.raises(InvalidSnapshot, match="git said"):
        store_git_snapshot(address=f"{server}/none.git")
