"""Which paths are taken as they are, and which are refused."""

import pytest

from runs.artifacts.errors import InvalidPath
from runs.artifacts.paths import clean_folder, clean_path, inside, parents

KEPT = [
    "model.pkl",
    "logs/azureml/sidecar/node/start_cms.txt",
    "with space / and more .txt",
    "trailing dot.",
    "trailing space ",
    "CON",
    "nul.txt",
    "<img src=x onerror=alert(1)>.html",
    "'; DROP TABLE runs_file; --",
    "שלום/مرحبا\u202egnp.exe",
    "emoji 🚂/🧪.txt",
    "images/loss%step%3%timestamp%1700000000000%1f2e.png",
    "images/loss%step%3%timestamp%1700000000000%23ab.png",
    "images/loss%step%3%timestamp%1700000000000%5cab.png",
    "images/loss%step%3%timestamp%1700000000000%00ab.png",
    "100%",
    "50%25 done.txt",
    "cafe\u0301.txt",
    "...",
    "a..b",
    "~root",
    "time 12:30.txt",
    "a" * 255,
    "é" * 127,
]

REFUSED = [
    "",
    ".",
    "./",
    "..",
    "a/../b",
    "../../etc/passwd",
    "%2e%2e/secret",
    "%252e%252e%252fsecret",
    "a/%2e%2e/b",
    "/etc/passwd",
    "//host/share",
    "%2fetc/passwd",
    "C:/windows",
    "C:windows",
    "c%3A/windows",
    "\\\\server\\share",
    "a\\..\\b",
    "..%5c..%5cb",
    "%5cetc",
    "file:///etc/passwd",
    "s3://bucket/key",
    "a#b",
    "nul\x00byte",
    "line\nbreak",
    "escape\x1b[31m",
    "\ud800",
    "a" * 256,
    "é" * 128,
    "/".join(["d" * 200] * 6),
    "%" + "25" * 12 + "2e",
]


@pytest.mark.parametrize("path", KEPT)
def test_a_path_that_can_do_no_harm_is_kept_byte_for_byte(path):
    assert clean_path(path) == path


@pytest.mark.parametrize("path", REFUSED)
def test_a_path_that_leads_out_or_cannot_be_stored_is_refused(path):
    with pytest.raises(InvalidPath):
        clean_path(path)


def test_empty_and_dot_segments_vanish():
    assert clean_path("a//b/./c/") == "a/b/c"


def test_the_root_is_a_folder_but_no_file():
    assert clean_folder("") == clean_folder("./") == ""


def test_parents_are_listed_from_the_outside_in():
    assert parents("a/b/c.txt") == ["a", "a/b"]


def test_a_folder_is_a_range_of_paths_in_byte_order():
    low, high = inside("a")
    assert all(low <= path < high for path in ["a/", "a/!", "a/b/c", "a/\U0010ffff"])
    assert not any(low <= path < high for path in ["a", "a-b", "a.txt", "a0", "ab/c"])
