"""Listing folders and finding files."""

import pytest

from runs.artifacts import queries
from runs.artifacts.errors import InvalidPath, UnknownFile
from runs.artifacts.models import File

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def add_rows(run, paths: list[str]) -> None:
    File.objects.bulk_create(
        File(run=run, path=path, key=f"{run.pk}/{number}", size_bytes=number, created_ms=0,
             updated_ms=number)
        for number, path in enumerate(paths)
    )  # fmt: skip


def names(entries: list[queries.Entry]) -> list[str]:
    return [entry.name + "/" * entry.is_dir for entry in entries]


def test_a_folder_lists_one_level_sorted_by_path(run):
    add_rows(run, ["b/x", "a.txt", "a/1", "a/2/3", "a-b", "a0", "Z"])
    assert names(queries.list_folder(run)) == ["Z", "a/", "a-b", "a.txt", "a0", "b/"]
    assert names(queries.list_folder(run, "a/")) == ["1", "2/"]


def test_a_file_carries_its_facts(run, save):
    file = save(run, "deep/a.txt", b"123")
    assert queries.list_folder(run, "deep") == [
        queries.Entry("deep/a.txt", "a.txt", False, 3, file.updated_ms, False, "text/plain")
    ]


@pytest.mark.parametrize("path", ["nothing", "a.txt", "a.txt/b"])
def test_what_is_no_folder_lists_nothing(run, path):
    add_rows(run, ["a.txt"])
    assert queries.list_folder(run, path) == []


def test_a_folder_that_leads_out_is_refused(run):
    with pytest.raises(InvalidPath):
        queries.list_folder(run, "..")


def test_runs_do_not_see_each_others_files(run, make_run):
    add_rows(make_run(), ["secret"])
    assert queries.list_folder(run) == []


def test_a_folder_of_ten_thousand_files_is_listed_in_few_queries(
    run, django_assert_max_num_queries
):
    add_rows(run, [f"images/{number:05}.png" for number in range(10_000)])
    with django_assert_max_num_queries(22):
        assert len(queries.list_folder(run, "images")) == 10_000


def test_the_inside_of_big_subfolders_is_jumped_over(run, django_assert_max_num_queries):
    add_rows(run, [f"{folder}/{number:04}" for folder in "abc" for number in range(3000)] + ["d"])
    with django_assert_max_num_queries(5):
        assert names(queries.list_folder(run)) == ["a/", "b/", "c/", "d"]


def test_folders_across_batches_are_listed_once(run):
    add_rows(run, [f"{number:04}/{part}" for number in range(600) for part in "xy"])
    assert len(queries.list_folder(run)) == 600


def test_walking_yields_every_file_below_in_byte_order(run):
    add_rows(run, ["a/é", "a/z", "a/B", "b", "a/🚂", "a/sub/x"])
    assert [file.path for file in queries.walk_files(run, "a")] == [
        "a/B", "a/sub/x", "a/z", "a/é", "a/🚂"
    ]  # fmt: skip


def test_hostile_names_are_found_again(run):
    paths = ["<img src=x onerror=alert(1)>", "a%20b", "x' OR 1=1 --", "_%", "\u202eabc", "🚂" * 60]
    add_rows(run, paths)
    assert sorted(paths) == [entry.path for entry in queries.list_folder(run)]
    assert [queries.get_file(run, path).path for path in paths] == paths


def test_an_unknown_file_is_named_in_the_error(run):
    with pytest.raises(UnknownFile, match="'a/b'"):
        queries.get_file(run, "a/b")
