"""Many writers at once: one row, one copy of the bytes, one of two rival paths."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from runs.artifacts import queries
from runs.artifacts.errors import PathTaken
from runs.artifacts.services import save_file

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.both_databases,
]


def all_at_once(works: list[Callable[[], object]]) -> list[object]:
    """Run the works in threads that start together; return what each returned or raised."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def do(number: int) -> None:
        gate.wait()
        try:
            results[number] = works[number]()
        except Exception as error:
            results[number] = error
        connections.close_all()

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def saving(run, path: str, content: bytes) -> Callable[[], object]:
    return lambda: save_file(owner=run, path=path, chunks=[content])


def test_rivals_for_one_path_leave_one_file_with_the_bytes_of_one(run, files_dir):
    contents = [b"x" * (number + 1) for number in range(8)]
    results = all_at_once([saving(run, "table.json", content) for content in contents])
    assert not [result for result in results if isinstance(result, Exception)]
    file = queries.get_file(run, "table.json")
    assert b"".join(queries.read_file(file)) in contents
    assert [path.name for path in files_dir.rglob("*") if path.is_file()] == [file.key[6:]]


def test_a_file_and_a_folder_of_one_name_cannot_both_win(run, files_dir):
    for number in range(5):
        rivals = [saving(run, f"{number}/a", b"x"), saving(run, str(number), b"x")]
        lost = [each for each in all_at_once(rivals) if isinstance(each, Exception)]
        assert [type(error) for error in lost] == [PathTaken]
    assert len([path for path in files_dir.rglob("*") if path.is_file()]) == run.files.count() == 5


def test_many_files_of_one_run_are_saved_at_once(run):
    all_at_once([saving(run, f"images/{number}.png", b"x") for number in range(8)])
    assert len(queries.list_folder(run, "images")) == 8
