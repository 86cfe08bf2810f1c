"""The doors of the tab Outputs + logs: folders, previews, lines, hits, files and zips."""

import io
import json
import zipfile

import pytest

from runs.artifacts.logs.appending import append_log
from runs.tracking.services import update_run
from tests.factories import make_run
from tests.web.kept_files import save
from tests.web.pages import html_of

pytestmark = pytest.mark.django_db
RUN = "/w/default/runs/kept"


@pytest.fixture
def run(db):
    return make_run(run_id="kept", name="kept")


def body(answer):
    return b"".join(answer.streaming_content)


# -- what the tab opens with -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "opened"),
    [
        (["azureml-logs/70_driver_log.txt", "user_logs/std_log.txt"], "70_driver_log.txt"),
        (["user_logs/std_log.txt", "system_logs/x.log"], "user_logs/std_log.txt"),
        (["outputs/model.bin", "logs/train.log"], "logs/train.log"),
    ],
)
def test_the_tab_opens_at_the_log_of_the_users_own_script(studio, run, paths, opened):
    for path in paths:
        save(run, path, "words\n")
    page = studio.get(f"{RUN}/outputs")
    assert page.context["outputs"]["path"].endswith(opened)


def test_the_tab_of_a_failed_run_opens_at_its_error(studio, run):
    text = "epoch 1\n" * 50 + "Traceback (most recent call last):\nValueError: no more\n"
    save(run, "user_logs/std_log.txt", text)
    update_run(run=run, status="Failed")
    outputs = studio.get(f"{RUN}/outputs").context["outputs"]
    assert text[outputs["byte"] :].startswith(("Traceback", "ValueError"))
    chosen = studio.get(f"{RUN}/outputs", {"path": "user_logs/std_log.txt"})
    assert chosen.context["outputs"]["byte"] == outputs["byte"]
    other = studio.get(f"{RUN}/outputs", {"path": "outputs/other.txt"})
    assert other.context["outputs"]["byte"] is None


def test_folders_stand_before_files(studio, run):
    for path in ("b.txt", "a/deep/1.txt", "c/2.txt"):
        save(run, path, "12")
    entries = studio.get(f"{RUN}/folder").json()["entries"]
    assert [(one["name"], one["is_dir"]) for one in entries] == [
        ("a", True),
        ("c", True),
        ("b.txt", False),
    ]
    inside = studio.get(f"{RUN}/folder", {"path": "a/deep"}).json()["entries"]
    assert [(one["path"], one["size_bytes"]) for one in inside] == [("a/deep/1.txt", 2)]


# -- previews --------------------------------------------------------------------------------------


def test_a_long_table_comes_in_pages(studio, run):
    rows = "".join(f"{i},{i * i}\n" for i in range(2500))
    save(run, "outputs/squares.csv", "x,y\n" + rows)
    seen, start, pages = [], 0, 0
    while start is not None:
        query = {"path": "outputs/squares.csv", "start": start}
        page = studio.get(f"{RUN}/preview", query).json()
        assert page["columns"] == ["x", "y"]
        seen += page["rows"]
        start, pages = page["next"], pages + 1
    assert pages == 3
    assert seen == [[str(i), str(i * i)] for i in range(2500)]


def test_markdown_is_rendered_and_cleaned(studio, run):
    save(run, "README.md", "# Title\n\n<script>alert(1)</script> [x](javascript:alert(1)) **bold**")
    html = studio.get(f"{RUN}/preview", {"path": "README.md"}).json()["html"]
    assert "<h1>Title</h1>" in html and "<strong>bold</strong>" in html
    assert "<script" not in html and 'href="javascript' not in html


def test_behind_the_end_of_a_file_is_nothing(studio, run):
    save(run, "a.csv", "x\n1\n")
    # Further than any disk seeks.
    far = 10**18 - 1
    page = studio.get(f"{RUN}/preview", {"path": "a.csv", "start": far}).json()
    assert (page["rows"], page["next"]) == ([], None)
    for place in ("from_byte", "before_byte", "around_byte", "first_line"):
        answer = studio.get(f"{RUN}/log-lines", {"path": "a.csv", place: far})
        assert answer.status_code in (200, 400), place
    hits = studio.get(f"{RUN}/log-hits", {"path": "a.csv", "q": "1", "from_byte": far}).json()
    assert hits["hits"] == []


@pytest.mark.parametrize("start", ["-1", "x", "1" * 30])
def test_a_start_that_is_no_number_is_refused(studio, run, start):
    save(run, "a.csv", "x\n1\n")
    answer = studio.get(f"{RUN}/preview", {"path": "a.csv", "start": start})
    assert answer.status_code == 400


# -- lines and hits --------------------------------------------------------------------------------


def test_lines_by_number_and_from_the_end(studio, run):
    save(run, "a.log", "".join(f"line {i}\n" for i in range(1, 2001)))
    query = {"path": "a.log", "last": 1, "count": 10}
    page = studio.get(f"{RUN}/log-lines", query).json()
    assert [line["segments"][0][0] for line in page["lines"]] == [
        f"line {i}" for i in range(1991, 2001)
    ]
    assert page["at_end"]
    middle = studio.get(f"{RUN}/log-lines", {"path": "a.log", "first_line": 1000, "count": 3})
    assert [line["no"] for line in middle.json()["lines"]] == [1000, 1001, 1002]


def test_polling_the_end_of_a_growing_log_tells_only_what_is_new(studio, run):
    append_log(run=run, path="a.log", offset=0, data=b"one\n")
    query = {"path": "a.log", "from_byte": 4, "poll": 1}
    assert studio.get(f"{RUN}/log-lines", query).status_code == 204
    append_log(run=run, path="a.log", offset=4, data=b"two\n")
    page = studio.get(f"{RUN}/log-lines", query).json()
    assert [line["segments"][0][0] for line in page["lines"]] == ["two"]
    assert page["growing"]


def test_spans_of_a_hit_count_characters(studio, run):
    save(run, "a.log", "nothing\n🙂🙂 needle 🙂 needle\n")
    found = studio.get(f"{RUN}/log-hits", {"path": "a.log", "q": "needle"}).json()
    [hit] = found["hits"]
    assert [hit["text"][start:stop] for start, stop in hit["spans"]] == ["needle", "needle"]
    assert (hit["no"], hit["byte"]) == (2, 8)


def test_a_pattern_that_is_none_is_refused_with_its_reason(studio, run):
    save(run, "a.log", "x\n")
    answer = studio.get(f"{RUN}/log-hits", {"path": "a.log", "q": "(", "regex": 1})
    assert answer.status_code == 400


# -- files -----------------------------------------------------------------------------------------


def test_a_part_of_a_file(studio, run):
    save(run, "a.bin", bytes(range(100)))
    answer = studio.get(f"{RUN}/files/a.bin", headers={"Range": "bytes=10-19"})
    assert (answer.status_code, body(answer)) == (206, bytes(range(10, 20)))
    assert answer["Content-Range"] == "bytes 10-19/100"
    late = studio.get(f"{RUN}/files/a.bin", headers={"Range": "bytes=100-"})
    assert (late.status_code, late["Content-Range"]) == (416, "bytes */100")


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xhtml", "a.js"])
@pytest.mark.parametrize("query", [{}, {"inline": "1"}])
def test_nothing_a_run_uploads_runs_in_the_studio(studio, run, name, query):
    save(run, name, "<script>alert(document.domain)</script>")
    answer = studio.get(f"{RUN}/files/{name}", query)
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox;") and "allow-scripts" not in policy
    assert "script-src" not in policy and "default-src 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    kind = "inline" if query else "attachment"
    assert answer["Content-Disposition"].startswith(kind)


HOSTILE = ["<img src=x onerror=alert(1)>.txt", "עברית.log", "🙂 emoji.txt", "é" * 120 + ".txt"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(studio, run, name):
    save(run, f"outputs/{name}", "inside")
    page = studio.get(f"{RUN}/outputs").content.decode()
    assert "<img src=x" not in page
    [entry] = studio.get(f"{RUN}/folder", {"path": "outputs"}).json()["entries"]
    assert entry["name"] == name
    assert body(studio.get(f"{RUN}/files/outputs/{name}")) == b"inside"
    archive = zipfile.ZipFile(io.BytesIO(body(studio.get(f"{RUN}/zip"))))
    assert archive.namelist() == [f"outputs/{name}"]


@pytest.mark.parametrize(
    "path", ["../secret_key", "outputs/../../db.sqlite3", "/etc/passwd", "a\0b"]
)
def test_a_path_out_of_the_run_leads_nowhere(studio, run, path):
    for address in (f"{RUN}/preview", f"{RUN}/folder", f"{RUN}/log-lines", f"{RUN}/zip"):
        assert studio.get(address, {"path": path}).status_code in (400, 404)


# -- zips ------------------------------------------------------------------------------------------


@pytest.fixture
def ended(run):
    for path in ("outputs/model.txt", "logs/train.log", "user_logs/std_log.txt"):
        save(run, path, f"content of {path}\n" * 100)
    update_run(run=run, status="Completed")
    return run


def test_all_of_a_run_its_logs_or_a_folder(studio, ended):
    def names(**query):
        content = io.BytesIO(body(studio.get(f"{RUN}/zip", query)))
        archive = zipfile.ZipFile(content)
        assert archive.testzip() is None
        return archive.namelist()

    everything = ["logs/train.log", "outputs/model.txt", "user_logs/std_log.txt"]
    assert sorted(names()) == everything
    assert sorted(names(compress=1)) == everything
    assert sorted(names(logs=1)) == ["logs/train.log", "user_logs/std_log.txt"]
    assert names(path="outputs") == ["outputs/model.txt"]


def test_a_broken_off_download_goes_on(studio, ended):
    first = studio.get(f"{RUN}/zip")
    whole, etag = body(first), first["ETag"]
    assert int(first["Content-Length"]) == len(whole)
    for cut in (0, 1, 500, len(whole) - 1):
        headers = {"Range": f"bytes={cut}-", "If-Range": etag}
        rest = studio.get(f"{RUN}/zip", headers=headers)
        assert rest.status_code == 206
        assert body(rest) == whole[cut:]
    changed = studio.get(f"{RUN}/zip", headers={"Range": "bytes=5-", "If-Range": '"other"'})
    assert (changed.status_code, body(changed)) == (200, whole)
    assert studio.get(f"{RUN}/zip", headers={"If-None-Match": etag}).status_code == 304


def test_the_zip_of_a_running_run_is_cut_where_its_logs_were(studio, run):
    append_log(run=run, path="a.log", offset=0, data=b"before\n")
    answer = studio.get(f"{RUN}/zip")
    append_log(run=run, path="a.log", offset=7, data=b"after\n")
    assert zipfile.ZipFile(io.BytesIO(body(answer))).read("a.log") == b"before\n"
    assert "ETag" not in answer


def test_several_runs_have_a_folder_each(studio, ended):
    other = make_run(run_id="other", name="kept")
    save(other, "outputs/model.txt", "other")
    answer = studio.get("/w/default/zip", {"runs": "kept,other"})
    names = zipfile.ZipFile(io.BytesIO(body(answer))).namelist()
    assert len(names) == 4
    assert len({name.split("/")[0] for name in names}) == 2
    assert studio.get("/w/default/zip", {"runs": ""}).status_code == 400
    assert studio.get("/w/default/zip", {"runs": "kept,nobody"}).status_code == 404


def test_the_files_of_a_run_are_not_for_everyone(guarded, run):
    save(run, "a.txt", "secret")
    for path in ("files/a.txt", "zip", "folder", "preview?path=a.txt", "log-lines?path=a.txt"):
        answer = guarded.get(f"{RUN}/{path}")
        assert answer.status_code in (302, 401, 403, 404)
        assert b"secret" not in answer.content


def test_process_files_read_as_tables(studio, run):
    content = {"node-1": {"pid": 12, "exit_code": 0}, "node-2": {"pid": 13, "exit_code": 1}}
    save(run, "azureml-logs/process_status.json", json.dumps(content))
    query = {"path": "azureml-logs/process_status.json"}
    page = studio.get(f"{RUN}/preview", query).json()
    assert page["kind"] == "table"
    assert {"pid", "exit_code"} <= set(page["columns"])


# -- times, copies, finding ------------------------------------------------------------------------


def test_lines_tell_when_they_were_received(studio, run):
    append_log(run=run, path="a.log", offset=0, data=b"one\n")
    save(run, "b.log", "one\n")
    page = studio.get(f"{RUN}/log-lines", {"path": "a.log"}).json()
    first, last = page["received"]
    assert page["lines"][0]["received"] == first <= last
    page = studio.get(f"{RUN}/log-lines", {"path": "b.log"}).json()
    assert (page["lines"][0]["received"], page["received"]) == (None, None)


def test_marked_lines_come_as_plain_text(studio, run):
    save(run, "a.log", "one\n\x1b[31mtwo\x1b[0m\nthree\n")
    query = {"path": "a.log", "first_line": 2, "last_line": 3}
    answer = studio.get(f"{RUN}/log-text", query)
    assert (answer.content, answer["Content-Type"]) == (
        b"two\nthree\n",
        "text/plain; charset=utf-8",
    )
    assert studio.get(f"{RUN}/log-text", {"path": "a.log"}).status_code == 400
    assert studio.get(f"{RUN}/log-text", query | {"path": "no.log"}).status_code == 404
    assert studio.post(f"{RUN}/log-text").status_code == 405


def test_more_than_is_copied_at_once_is_refused_with_the_limit(studio, run):
    save(run, "a.log", "x" * 5_000_001 + "\n")
    query = {"path": "a.log", "first_line": 1, "last_line": 1}
    answer = studio.get(f"{RUN}/log-text", query, headers={"Accept": "application/json"})
    assert answer.status_code == 413
    assert "at most 5 MB" in answer.json()["message"]


def test_files_are_found_in_folders_that_were_never_opened(studio, run):
    save(run, "a/b/c/model.pt", "x")
    save(run, "z.txt", "x")
    found = studio.get(f"{RUN}/found-files", {"q": "MODEL"}).json()
    assert [entry["path"] for entry in found["entries"]] == ["a/b/c/model.pt"]
    assert (found["total"], found["next"]) == (1, None)
    nothing = studio.get(f"{RUN}/found-files", {"q": "a\0b"}).json()
    assert nothing == {"entries": [], "next": None, "total": 0}


def test_texts_and_found_files_are_not_for_everyone(guarded, run):
    save(run, "a.txt", "secret")
    for path in ("log-text?path=a.txt&first_line=1&last_line=1", "found-files?q=a"):
        assert guarded.get(f"{RUN}/{path}").status_code in (302, 401, 403, 404)


def test_the_list_of_shortcuts_names_those_of_the_tab(studio, run):
    save(run, "a.log", "one\n")
    page = html_of(studio.get(f"{RUN}/outputs"))
    assert "<dt>Copy the selected lines</dt><dd><kbd>c</kbd></dd>" in page
    assert "Copy the selected lines" not in studio.get(f"{RUN}/details").content.decode()
