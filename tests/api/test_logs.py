"""Logs over the REST API: appended once, followed, read by lines, searched."""

import pytest

from runs.tracking.clock import now_ms
from tests.factories import make_run

PATH = "azureml-logs/70_driver_log.txt"


@pytest.fixture
def append(api, run_id):
    def append(offset, data, path=PATH):
        query = {"path": path, "offset": offset}
        return api.ask("PATCH", f"runs/{run_id}/logs", data=data, query=query, kind="text/plain")

    return append


def read(api, run_id, what, **query):
    return api.get(f"runs/{run_id}/logs/{what}", {"path": PATH, **query})


def test_a_log_grows_by_offset_and_keeps_a_repeated_part_once(api, run_id, append):
    assert append(0, b"one\n").body == {"next_offset": 4}
    assert append(0, b"one\n").body == {"next_offset": 4}
    assert append(0, b"one\ntwo\n").body == {"next_offset": 8}
    tail = read(api, run_id, "tail")
    assert tail.body == b"one\ntwo\n"
    assert [tail.headers[name] for name in ("Log-Next", "Log-Size", "Log-Growing")] == [
        "8", "8", "true",
    ]  # fmt: skip


def test_a_gap_and_other_bytes_are_refused_with_where_to_go_on(append):
    append(0, b"one\n")
    gap, conflict = append(9, b"x"), append(0, b"ONE\n")
    assert (gap.status, gap.code, gap.body["error"]["expected"]) == (409, "offset_gap", 4)
    assert (conflict.status, conflict.code) == (409, "offset_conflict")
    assert conflict.body["error"]["expected"] == 4


def test_a_log_is_followed_byte_by_byte(api, run_id, append):
    append(0, "début\n".encode())
    part = read(api, run_id, "tail", limit=2)
    rest = read(api, run_id, "tail", start=part.headers["Log-Next"])
    assert (part.body + rest.body).decode() == "début\n"
    assert read(api, run_id, "tail", start=-3).body == b"ut\n"


def test_lines_are_read_from_either_end(api, run_id, append):
    append(0, b"".join(b"line %d\n" % number for number in range(100)))
    first = read(api, run_id, "lines", count=2).body
    assert [line["text"] for line in first["items"]] == ["line 0", "line 1"]
    after = read(api, run_id, "lines", count=1, from_byte=first["next_byte"]).body
    assert (after["items"][0]["no"], after["items"][0]["text"]) == (3, "line 2")
    last = read(api, run_id, "lines", count=1, last="true").body
    assert (last["items"][0]["text"], last["total_lines"], last["at_end"]) == ("line 99", 100, True)


def test_a_log_is_searched_to_its_end(api, run_id, append):
    append(0, b"ok\nERROR one\nok\nerror two\n")
    hits = read(api, run_id, "search", q="error").body
    assert [(hit["no"], hit["text"]) for hit in hits["items"]] == [
        (2, "ERROR one"), (4, "error two"),
    ]  # fmt: skip
    assert hits["next_byte"] is None
    exact = read(api, run_id, "search", q="err.r t", regex="true", match_case="true").body
    assert [hit["spans"] for hit in exact["items"]] == [[[0, 7]]]
    page = read(api, run_id, "search", q="error", limit=1).body
    rest = read(api, run_id, "search", q="error", from_byte=page["next_byte"]).body
    assert [hit["no"] for hit in rest["items"]] == [4]


def test_logs_are_listed_with_the_one_to_open_first(api, run_id, append):
    append(0, b"x", path="logs/azureml/job.log")
    append(0, b"x")
    listed = api.get(f"runs/{run_id}/logs").body["items"]
    assert [log["path"] for log in listed] == [PATH, "logs/azureml/job.log"]


def test_a_finished_log_grows_no_more(api, run_id, append):
    append(0, b"x")
    assert api.post(f"runs/{run_id}/logs/finish", {"path": PATH}).status == 204
    assert api.get(f"runs/{run_id}/logs").body["items"][0]["growing"] is False
    assert api.post(f"runs/{run_id}/logs/finish", {"path": "no.log"}).code == "not_found"


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("tail", {"limit": 0}),
        ("lines", {"count": 0}),
        ("lines", {"first_line": "x"}),
        ("search", {}),
        ("search", {"q": "(", "regex": "true"}),
        ("search", {"q": "a", "from_byte": -1}),
    ],
)
def test_a_log_is_not_read_by_guesses(api, run_id, append, what, query):
    append(0, b"x")
    assert read(api, run_id, what, **query).code == "invalid_value"


def test_what_is_no_path_of_a_log_is_refused(append):
    assert append(0, b"x", path="../x.log").code == "invalid_value"
    assert append(-1, b"x").field == "offset"


def test_an_unknown_log_or_run_is_said_so(api, run_id):
    assert read(api, run_id, "tail").code == "not_found"
    assert read(api, "unknown", "lines").code == "not_found"


def test_a_reader_appends_nothing(reader, workspace):
    run = make_run()
    query = {"path": PATH, "offset": 0}
    refused = reader.ask("PATCH", f"runs/{run.run_id}/logs", data=b"x", query=query)
    assert refused.code == "not_allowed"


def test_lines_tell_when_they_were_received(api, run_id, append):
    before = now_ms()
    append(0, b"one\n")
    [line] = read(api, run_id, "lines").body["items"]
    assert before <= line["received_ms"] <= now_ms()


def test_lines_of_a_file_sent_as_a_whole_tell_no_time(api, run_id):
    sent = api.ask("PUT", f"runs/{run_id}/files/{PATH}", data=b"one\n", kind="text/plain")
    assert sent.status in (200, 201)
    [line] = read(api, run_id, "lines").body["items"]
    assert line["received_ms"] is None
