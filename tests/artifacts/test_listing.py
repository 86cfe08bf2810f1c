"""Listings of a tree of files: the files found by their paths."""

import pytest

from runs.artifacts.listing import find_files
from runs.artifacts.models import File

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def paths(found) -> list[str]:
    return [entry.path for entry in found[0].items]


def test_files_are_found_in_any_folder_and_case(run, make_run, save):
    for path in ("a/b/Model.pt", "model/config.json", "z.txt"):
        save(run, path)
    save(make_run(), "model.pt")
    assert paths(find_files(run, "MODEL")) == ["a/b/Model.pt", "model/config.json"]
    assert paths(find_files(run, "json model")) == ["model/config.json"]
    assert paths(find_files(run, "nothing")) == []


def test_letters_of_other_scripts_have_two_cases_too(run, save):
    save(run, "Äpfel/Öl.pt")
    assert paths(find_files(run, "äpfel")) == ["Äpfel/Öl.pt"]
    assert paths(find_files(run, "ÖL")) == ["Äpfel/Öl.pt"]


@pytest.mark.parametrize("text", ["100%", "a_b", "'quote"])
def test_signs_stand_for_themselves(run, save, text):
    save(run, f"of {text}.txt")
    save(run, "of 100 axb.txt")
    assert paths(find_files(run, text)) == [f"of {text}.txt"]


def test_many_come_in_pages(run, django_assert_num_queries):
    File.objects.bulk_create(
        File(
            run=run, path=f"images/{i:05}.png", key=f"k{i}", size_bytes=1, created_ms=0,
            updated_ms=0,
        )
        for i in range(1000)
    )  # fmt: skip
    seen, after = [], ""
    while after is not None:
        with django_assert_num_queries(2):
            page, total = find_files(run, "png", after=after, limit=300)
        seen += [entry.path for entry in page.items]
        after = page.next
    assert seen == [f"images/{i:05}.png" for i in range(1000)]
    assert total == 1000
