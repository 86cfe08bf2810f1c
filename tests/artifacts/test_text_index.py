"""The index that lets a search pass over logs: it never hides a match."""

import os
import random

import numpy as np
import pytest

from runs.artifacts.errors import OffsetGap
from runs.artifacts.logs import text_index
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.logs.query import parse_query, texts_of_regex
from runs.artifacts.logs.searching import count_hits, search_file
from runs.artifacts.logs.text_index import index_waiting, mark, may_have, slots_of, store
from runs.artifacts.queries import get_file
from runs.artifacts.tasks import index_logs

pytestmark = pytest.mark.django_db

LOG = "epoch 1 loss 0.25\nRuntimeError: CUDA out of memory\n\u212aelvin mi\u017fs\n"


@pytest.fixture(autouse=True)
def small_logs_count(monkeypatch):
    monkeypatch.setattr(text_index, "LEAST_BYTES", 1)


@pytest.fixture
def indexed(run, save):
    """Save text as a log, and make its index."""

    def make(content, path="logs/a.txt"):
        file = save(run, path, content)
        assert index_waiting() == 1
        return file

    return make


def waiting() -> list[str]:
    folder = store().root / "waiting"
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def is_passed_over(file, pattern: str, **options) -> bool:
    return not may_have(file, parse_query(pattern, **options).slots)


@pytest.mark.parametrize(
    "pattern",
    ["out of memory", "CUDA", "cuda OUT", "kelvin", "miss", "ss", "CUDA.*memory", r"loss \d\.25",
     "los+ 0", "epoch x*1", "epoch 1{1}", "(CUDA|ROCm) out", "[CR]UDA", r"\x43UDA", "x{0} ?CUDA"],
)  # fmt: skip
def test_no_log_with_a_match_is_passed_over(indexed, pattern):
    file = indexed(LOG)
    assert not is_passed_over(file, pattern)
    assert list(search_file(file, parse_query(pattern)))


@pytest.mark.both_databases
@pytest.mark.parametrize("pattern", ["out of time", "rocm", "ROCm.*memory", r"loss \d\.26 nan"])
def test_a_log_without_a_part_of_the_pattern_is_passed_over(indexed, pattern):
    file = indexed(LOG)
    assert is_passed_over(file, pattern)
    assert list(search_file(file, parse_query(pattern))) == []
    assert count_hits(file, parse_query(pattern)) == (0, None)


def test_its_bytes_are_not_even_read(indexed, files_dir):
    file = indexed(LOG)
    (files_dir / file.key).unlink()
    assert list(search_file(file, parse_query("rocm"))) == []


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("CUDA.*memory", ["CUDA", "memory"]),
        (r"step \d+: loss", ["step ", ": loss"]),
        ("ab*c", ["a", "c"]),
        ("ab?c", ["a", "c"]),
        ("ab{0,3}c", ["a", "c"]),
        ("ab*?c", ["a", "c"]),
        ("ab+c", ["ab", "c"]),
        ("^a$", ["a"]),
        (r"\.txt", ["txt"]),
        (r"\d{3}abc", ["abc"]),
    ],
)
def test_texts_are_read_off_a_regular_expression(pattern, texts):
    assert [text for text in texts_of_regex(pattern) if text] == texts


@pytest.mark.parametrize(
    "pattern", ["a|b", "(abc)", "[abc]d", r"\x41bc", r"\pLbc", r"\Qa\E", "(?i)a"]
)
def test_where_texts_are_not_plain_to_see_none_are_read(pattern):
    assert texts_of_regex(pattern) == []


def test_slots_of_a_text_are_those_that_a_log_with_it_marks():
    rng = random.Random(7)
    for _ in range(300):
        text = "".join(rng.choices("aAzZ09 .:_-[]{}@\tkKsSé\u212a\u017f", k=rng.randint(0, 40)))
        slots = np.zeros(1 << 18, bool)
        mark(slots, ("x" * rng.randint(0, 9) + text + "y" * rng.randint(0, 9)).encode())
        assert all(slots[slot] for slot in slots_of([text])), text
    assert len(slots_of(["abcdef"])) == 4
    assert slots_of(["ABC"]) == slots_of(["abc"]) != slots_of(["abd"])


def test_a_random_part_of_a_log_is_always_found(indexed):
    rng = random.Random(11)
    text = "".join(rng.choices("abCD 01é\r\x1b[m\u212a", k=5000))
    file = indexed("\n".join(text[at : at + 50] for at in range(0, 5000, 50)))
    for _ in range(200):
        at = rng.randrange(5000)
        part = text[at : at + rng.randint(1, 8)]
        query = parse_query(part, is_regex=False, match_case=rng.random() < 0.5)
        plain = [hit.no for hit in search_file(file, query)]
        store().delete(file.key)
        assert plain == [hit.no for hit in search_file(file, query)], part
        index_waiting()


def test_a_log_of_another_encoding_is_indexed_as_it_is_searched(indexed):
    file = indexed("start\r\nCUDA out of memory\r\n".encode("utf-16"))
    assert not is_passed_over(file, "cuda out")
    assert is_passed_over(file, "rocm out")


def test_a_finished_log_waits_for_its_index_and_is_read_when_it_goes_on(run):
    append_log(run=run, path="logs/a.log", offset=0, data=b"all is well\n")
    assert waiting() == []
    finish_log(run=run, path="logs/a.log")
    index_logs()
    assert waiting() == []
    assert is_passed_over(get_file(run, "logs/a.log"), "memory")
    append_log(run=run, path="logs/a.log", offset=12, data=b"memory\n")
    assert not is_passed_over(get_file(run, "logs/a.log"), "memory")
    finish_log(run=run, path="logs/a.log")
    assert not is_passed_over(get_file(run, "logs/a.log"), "memory")
    index_logs()
    assert is_passed_over(get_file(run, "logs/a.log"), "rocm")


def test_other_bytes_in_the_place_of_lost_ones_are_found(run, files_dir):
    append_log(run=run, path="logs/a.log", offset=0, data=b"all is well\n")
    file = finish_log(run=run, path="logs/a.log")
    index_logs()
    os.truncate(files_dir / file.key, 4)
    with pytest.raises(OffsetGap):
        append_log(run=run, path="logs/a.log", offset=12, data=b"\n")
    append_log(run=run, path="logs/a.log", offset=4, data=b"is lost\n")
    assert not is_passed_over(finish_log(run=run, path="logs/a.log"), "lost")


def test_a_search_lets_a_log_without_an_index_wait_for_one(indexed):
    file = indexed(LOG)
    store().delete(file.key)
    assert not is_passed_over(file, "rocm")
    assert waiting() == [str(file.pk)]
    assert index_waiting() == 1
    assert is_passed_over(file, "rocm")


def test_only_logs_wait(run, save):
    save(run, "outputs/model.bin", "x" * 100)
    assert waiting() == []


def test_small_logs_are_read(run, save, monkeypatch):
    monkeypatch.setattr(text_index, "LEAST_BYTES", 1 << 20)
    file = save(run, "logs/a.txt", LOG)
    assert waiting() == []
    assert not is_passed_over(file, "rocm")
    assert waiting() == []


def test_what_is_deleted_or_lost_keeps_nobody_waiting(run, save, files_dir, caplog):
    lost, deleted = save(run, "logs/a.txt", LOG), save(run, "logs/b.txt", LOG)
    (files_dir / lost.key).unlink()
    deleted.delete()
    index_waiting()
    assert waiting() == []
    assert "has no index" in caplog.text


def test_making_indexes_ends_when_its_time_is_up(run, save):
    save(run, "logs/a.txt", LOG)
    assert index_waiting(budget_s=-1) == 0
    assert len(waiting()) == 1
