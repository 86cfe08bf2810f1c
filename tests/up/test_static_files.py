"""Static files: one version in the address of all of them."""

import gzip

import brotli
import pytest

from runs.assets import static_files


@pytest.fixture
def sources(tmp_path, settings):
    """A folder of static files that is the only one."""
    folder = tmp_path / "sources"
    (folder / "js").mkdir(parents=True)
    (folder / "js" / "frame.js").write_text("import './other.js'\n" * 100)
    (folder / "dot.png").write_bytes(b"\x89PNG" * 100)
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return folder


def test_files_are_copied_and_packed(sources, tmp_path):
    version = static_files.collect(tmp_path / "builds")
    copy = tmp_path / "builds" / version / "js" / "frame.js"
    content = (sources / "js" / "frame.js").read_bytes()
    assert copy.read_bytes() == content
    assert gzip.decompress(copy.with_name("frame.js.gz").read_bytes()) == content
    assert brotli.decompress(copy.with_name("frame.js.br").read_bytes()) == content


def test_pictures_are_not_packed_again(sources, tmp_path):
    version = static_files.collect(tmp_path / "builds")
    assert [path.name for path in (tmp_path / "builds" / version).glob("dot*")] == ["dot.png"]


def test_the_version_follows_the_content(sources, tmp_path):
    first = static_files.collect(tmp_path / "builds")
    assert static_files.collect(tmp_path / "builds") == first
    (sources / "js" / "frame.js").write_text("changed")
    second = static_files.collect(tmp_path / "builds")
    assert second != first
    assert (tmp_path / "builds" / "current").read_text() == second
    assert (tmp_path / "builds" / first).is_dir()


def test_old_builds_go_and_no_draft_stays(sources, tmp_path):
    for number in range(static_files.KEPT_BUILDS + 2):
        (sources / "js" / "frame.js").write_text(f"version {number}")
        version = static_files.collect(tmp_path / "builds")
    kept = {path.name for path in (tmp_path / "builds").iterdir() if path.is_dir()}
    assert len(kept) == static_files.KEPT_BUILDS
    assert version in kept
    assert not any(name.startswith("draft-") for name in kept)
