"""What differs between two snapshots, by file and by line."""

import difflib
import random

import pytest

from runs.artifacts.snapshots.comparing import diff_snapshots
from runs.artifacts.snapshots.line_diffs import diff_files, diff_texts
from runs.artifacts.snapshots.queries import get_snapshot_file
from runs.artifacts.snapshots.services import save_snapshot
from tests.artifacts.zips import FOLDER, make_zip

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(make_run):
    """Keep files as the snapshot of a new run, and return the run and the snapshot."""

    def keep(files, **options):
        run = make_run()
        return run, save_snapshot(run=run, chunks=[make_zip(files, **options)])

    return keep


@pytest.fixture
def changed(kept):
    """What differs in a file that has become another."""

    def diff(old: bytes | str, new: bytes | str):
        files = [get_snapshot_file(kept({"a": content})[0], "a") for content in (old, new)]
        return diff_files(*files)

    return diff


def test_every_file_is_added_removed_changed_or_the_same(kept):
    _, old = kept({"a.py": b"1", "b/c.py": b"2", "same.py": b"3", "go.sh": b"4"})
    modes = {"go.sh": 0o100755}
    _, new = kept({"a.py": b"9", "same.py": b"3", "d.py": b"5", "go.sh": b"4"}, modes=modes)
    found = {
        one.path: (str(one.change), bool(one.old), bool(one.new))
        for one in diff_snapshots(old, new)
    }
    assert found == {
        "a.py": ("changed", True, True),
        "b/c.py": ("removed", True, False),
        "d.py": ("added", False, True),
        "go.sh": ("same", True, True),
        "same.py": ("same", True, True),
    }


def test_it_costs_two_queries(kept, django_assert_num_queries):
    (_, old), (_, new) = kept(FOLDER), kept(FOLDER | {"x.py": b"x"})
    with django_assert_num_queries(2):
        assert len(diff_snapshots(old, new)) == 4


def test_lines_carry_both_numbers_and_three_around_them(changed):
    lines = [f"line {number}\n" for number in range(1, 21)]
    new = [*lines[:9], "other\n", "more\n", *lines[10:]]
    found = changed("".join(lines), "".join(new))
    assert (found.added, found.removed, found.note, len(found.hunks)) == (2, 1, "", 1)
    hunk = found.hunks[0]
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (7, 7, 7, 8)
    assert [(line.kind, line.old, line.new, line.text) for line in hunk.lines[3:6]] == [
        ("removed", 10, None, "line 10"),
        ("added", None, 10, "other"),
        ("added", None, 11, "more"),
    ]
    assert [line.kind for line in hunk.lines].count("same") == 6


@pytest.mark.parametrize("seed", range(20))
def test_it_is_the_diff_that_everybody_prints(seed):
    dice = random.Random(seed)
    old = [f"{dice.randint(0, 30)}\n" for _ in range(dice.randint(0, 60))]
    new = list(old)
    for _ in range(dice.randint(1, 12)):
        at = dice.randint(0, len(new))
        new[at : at + dice.randint(0, 3)] = [f"n{dice.randint(0, 5)}\n"] * dice.randint(0, 3)
    printed = list(difflib.unified_diff(old, new, n=3))[2:]
    assert as_printed(diff_texts("".join(old), "".join(new))) == printed


def as_printed(found) -> list[str]:
    signs = {"same": " ", "added": "+", "removed": "-"}
    printed = []
    for hunk in found.hunks:
        old, new = span(hunk.old_start, hunk.old_count), span(hunk.new_start, hunk.new_count)
        printed.append(f"@@ -{old} +{new} @@\n")
        printed += [f"{signs[line.kind]}{line.text}\n" for line in hunk.lines]
    return printed


def span(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def test_a_missing_newline_at_the_end_is_told(changed):
    found = changed("a\nb\n", "a\nb")
    kinds = [(line.kind, line.text) for line in found.hunks[0].lines]
    assert kinds == [
        ("same", "a"), ("removed", "b"), ("added", "b"),
        ("note", "No newline at the end of the file"),
    ]  # fmt: skip


def test_only_newlines_end_lines(changed):
    found = changed("a\x0cb\x1c\u2028c\nd\n", "a\x0cb\x1c\u2028c\ne\n")
    assert [line.text for line in found.hunks[0].lines] == ["a\x0cb\x1c\u2028c", "d", "e"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"\x00\x01", b"\x00\x02", "not text"),
        (b"\xff\xfe1", b"1", "not text"),
        (b"a", b"x" * (2**20 + 1), "more than 1 MiB"),
    ],
)
def test_what_is_no_text_or_too_long_has_a_note(changed, old, new, reason):
    found = changed(old, new)
    assert (found.hunks, reason in found.note) == ([], True)


def test_texts_of_few_different_lines_end_soon(changed):
    dice = random.Random(1)
    words = [f"{first}{second}\n" for first in "abcdefghijklmno" for second in "abcdefghij"]
    old, new = ("".join(dice.choices(words, k=340_000)) for _ in range(2))
    assert "differ too much" in changed(old, new).note


def test_long_files_with_few_changes_are_compared(changed):
    old = [f"row {number}\n" for number in range(80_000)]
    new = [*old[:100], "new\n", *old[100:70_000], *old[70_001:]]
    found = changed("".join(old), "".join(new))
    assert (found.added, found.removed, len(found.hunks)) == (1, 1, 2)
