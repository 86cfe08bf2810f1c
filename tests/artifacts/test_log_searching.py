"""Search of whole logs, of one run and of many."""

import pytest

from runs.artifacts.errors import InvalidPattern
from runs.artifacts.logs import conventions
from runs.artifacts.logs.conventions import list_logs, logs_by_run
from runs.artifacts.logs.query import parse_query
from runs.artifacts.logs.searching import count_hits, has_match, search_file, search_logs

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(run, save):
    """Save text as a log."""
    return lambda content, path="logs/a.txt": save(run, path, content)


def hits_of(runs, pattern: str, **options):
    query = parse_query(pattern)
    return [
        hits for run, logs in logs_by_run(runs) for hits in search_logs(run, logs, query, **options)
    ]


def found(file, pattern: str, **options) -> list[int]:
    return [hit.no for hit in search_file(file, parse_query(pattern, **options))]


LOG = "epoch 1\nRuntimeError: CUDA out of memory\nepoch 2\ncuda ready\nŻÓŁĆ done\n"


@pytest.mark.parametrize(
    ("pattern", "options", "numbers"),
    [
        ("CUDA out of memory", {}, [2]),
        ("cuda", {}, [2, 4]),
        ("cuda", {"match_case": True}, [4]),
        (r"epoch \d+$", {}, [1, 3]),
        (r"^epoch", {}, [1, 3]),
        ("żółć", {}, [5]),
        ("epoch .", {"is_regex": False}, []),
        ("no such thing", {}, []),
        (r"1\nRuntime", {}, []),
        ("[^x]*memory[^x]*", {}, [2]),
        ("", {"is_regex": False}, None),
        ("^", {}, [1, 2, 3, 4, 5]),
    ],
)
def test_lines_are_found(log, pattern, options, numbers):
    if numbers is None:
        with pytest.raises(InvalidPattern):
            parse_query(pattern, **options)
    else:
        assert found(log(LOG), pattern, **options) == numbers


@pytest.mark.parametrize(
    "pattern", ["(", "a)(b", "[z-a]", "a(?=b)", r"(a)\1", "x" * 1001, "\ud800"]
)
def test_what_is_no_pattern_is_refused_with_its_reason(pattern):
    with pytest.raises(InvalidPattern, match="pattern"):
        parse_query(pattern)


def test_a_hit_tells_line_byte_text_and_where_in_it(log):
    (hit,) = search_file(log("ż\nżCUDA out\r\n"), parse_query("cuda"))
    assert (hit.no, hit.byte, hit.text, hit.spans) == (2, 3, "żCUDA out", [(1, 5)])


def test_a_pattern_that_blows_up_elsewhere_is_linear_here(log):
    assert found(log("a" * 50_000 + "!\n"), "(a+)+b$") == []


def test_colour_codes_do_not_hide_a_match(log):
    file = log("plain\n\x1b[31mCUDA \x1b[1mout\x1b[0m of memory\nplain\n\x1b[32mout\x1b[0m\n")
    hits = list(search_file(file, parse_query("CUDA out of|^out")))
    assert [(hit.no, hit.byte, hit.text) for hit in hits] == [
        (2, 6, "CUDA out of memory"), (4, 44, "out")
    ]  # fmt: skip


def test_a_hit_in_folded_progress_shows_the_state_it_is_in(log):
    (hit,) = search_file(log(" 50% slow\r100% done\n"), parse_query("slow"))
    assert (hit.text, hit.spans, hit.is_hidden) == (" 50% slow", [(5, 9)], True)


def test_a_hit_behind_the_cut_of_a_huge_line_shows_what_stands_around_it(log):
    (hit,) = search_file(log("x" * 1_000_000 + "needle" + "y" * 1000 + "\n"), parse_query("needle"))
    assert (len(hit.text), hit.spans, hit.is_hidden) == (406, [(200, 206)], True)


def test_the_end_of_a_line_is_found_whichever_way_lines_end(log):
    file = log("crlf\r\n\r\nlf\ncrlf \r\n")
    assert found(file, "crlf$") == [1]
    assert found(file, "^$") == [2]
    assert found(file, "lf$") == [1, 3]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be-bom", "latin-1", "utf-8-sig"])
def test_logs_of_other_encodings_are_searched(log, encoding):
    text = "start\r\nÜbung größer\r\nend\r\n"
    data = b"\xfe\xff" + text.encode("utf-16-be") if "bom" in encoding else text.encode(encoding)
    file = log(data)
    (hit,) = search_file(file, parse_query("übung.*er$"))
    assert (hit.no, hit.text, hit.spans) == (2, "Übung größer", [(0, 12)])
    assert found(file, "^start") == [1]


def test_a_search_goes_on_where_its_limit_ended_it(log):
    file, query = log("hit\nmiss\n" * 10), parse_query("hit")
    seen, start = [], 0
    while start is not None:
        search = search_file(file, query, from_byte=start, limit=3)
        seen += [hit.no for hit in search]
        start = search.resume_byte
    assert seen == list(range(1, 20, 2))


def test_a_search_goes_on_where_its_time_ran_out(log):
    file, query = log("x\n"), parse_query("x")
    search = search_file(file, query, budget_s=-1)
    assert (list(search), search.resume_byte) == ([], 0)
    search = search_file(file, query, from_byte=search.resume_byte)
    assert (len(list(search)), search.resume_byte) == (1, None)


def test_many_blocks_keep_numbers_and_bytes(log):
    line = "x" * 99 + "\n"
    content = line * 30_000 + "needle\n" + line * 10 + "needle"
    hits = list(search_file(log(content), parse_query("needle")))
    assert [(hit.no, hit.byte) for hit in hits] == [(30_001, 3_000_000), (30_012, 3_001_007)]


def test_a_line_longer_than_memory_allows_is_told_once(log):
    content = "first\n" + "x" * (5 << 20) + "needle" + "y" * (5 << 20) + "needle\nneedle\n"
    file, query = log(content), parse_query("needle")
    assert [(hit.no, hit.byte) for hit in search_file(file, query)] == [
        (2, 6),
        (3, len(content) - 7),
    ]
    assert count_hits(file, query) == (2, None)


def test_hits_are_counted_without_being_made(log):
    file = log("hit hit\nmiss\n" * 1000)
    assert count_hits(file, parse_query("hit")) == (1000, None)
    assert count_hits(file, parse_query("hit"), budget_s=-1) == (0, 0)


def test_runs_are_searched_one_after_the_other(make_run, save):
    runs = [make_run() for _ in range(3)]
    save(runs[0], "logs/a.txt", "all well\n")
    save(runs[1], "user_logs/std_log.txt", "CUDA out of memory\n")
    save(runs[2], "azureml-logs/70_driver_log.txt", "x\nCUDA out of memory\n")
    save(runs[2], "azureml-logs/65_job_prep.txt", "CUDA out of memory\n")
    save(runs[2], "outputs/model.bin", "CUDA out of memory\n")
    results = hits_of(runs, "out of memory")
    assert [(found.run, found.file.path, found.hits[0].no) for found in results] == [
        (runs[1], "user_logs/std_log.txt", 1),
        (runs[2], "azureml-logs/70_driver_log.txt", 2),
        (runs[2], "azureml-logs/65_job_prep.txt", 1),
    ]


def test_runs_with_very_many_logs_are_looked_up_one_by_one(make_run, save, monkeypatch):
    runs = [make_run() for _ in range(3)]
    for run in runs[:2]:
        save(run, "user_logs/b.txt", "hit")
        save(run, "logs/a.txt", "hit")
    together = [(run, [log.path for log in logs]) for run, logs in logs_by_run(runs)]
    assert together[0] == (runs[0], ["user_logs/b.txt", "logs/a.txt"])
    assert together[2] == (runs[2], [])
    monkeypatch.setattr(conventions, "_MOST_LOGS", 3)
    assert [(run, [log.path for log in logs]) for run, logs in logs_by_run(runs)] == together


def test_a_run_whose_bytes_are_lost_does_not_end_the_search(make_run, save, files_dir):
    lost, other = make_run(), make_run()
    (files_dir / save(lost, "logs/a.txt", "hit").key).unlink()
    save(other, "logs/a.txt", "hit")
    assert [found.run for found in hits_of([lost, other], "hit")] == [other]


def test_a_run_matches_or_not(run, save):
    save(run, "logs/a.txt", "CUDA out of memory")
    assert has_match(run, list_logs(run), parse_query("out of memory"))
    assert not has_match(run, list_logs(run), parse_query("out of time"))


def test_no_time_means_no_result(run, save):
    save(run, "logs/a.txt", "hit")
    assert hits_of([run], "hit", budget_s=-1) == []
