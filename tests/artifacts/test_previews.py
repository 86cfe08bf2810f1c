"""Previews: the right kind for each file, plain data, and nothing that breaks on bad files."""

import json

import msgspec
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.artifacts.previews import choosing, preview_file, tables
from runs.artifacts.previews.hexdump import dump
from runs.artifacts.services import save_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def preview(run, save):
    """Save content and preview it, encoded and decoded again as a door sends it."""

    def of(name: str, content: bytes | str, start: int = 0, **options) -> dict:
        found = preview_file(save(run, name, content, **options), start=start)
        return msgspec.json.decode(msgspec.json.encode(found))

    return of


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", "hello", "text"),
        ("train.log", b"caf\xe9 latin-1", "text"),
        ("empty.png", b"", "text"),
        ("noext", "plain words", "text"),
        ("config.yaml", "a: 1", "text"),
        ("train.py", "import x", "text"),
        ("noext.x", bytes(range(256)), "hex"),
        ("model.pkl", b"\x80\x04\x95\x00\x00", "hex"),
        ("a.txt", b"nul \x00 inside", "hex"),
        ("a.png", b"\x89PNG", "image"),
        ("a.svg", "<svg onload=alert(1)>", "image"),
        ("a.html", "<script>alert(1)</script>", "html"),
        ("a.mp3", b"ID3", "audio"),
        ("a.mp4", b"\x00\x00", "video"),
        ("a.pdf", b"%PDF-1.7", "pdf"),
        ("a.md", "# Title", "markdown"),
        ("broken.json", "{", "text"),
        ("deep.json", "[" * 200 + "]" * 200, "text"),
        ("deeper.json", "[" * 100_000, "text"),
        ("half.json", '"\\ud800"', "text"),
        ("not.parquet", "PAR1 it is not", "text"),
        ("not.ipynb", '{"cells": 3}', "text"),
        ("huge.json", "[" + "1," * 3_000_000 + "1]", "text"),
    ],
)
def test_a_file_is_shown_as_what_it_is(preview, name, content, kind):
    assert preview(name, content)["kind"] == kind


def test_a_preview_says_what_it_is_of(preview):
    found = preview("deep/<b>.png", b"x" * 2048)
    assert (found["name"], found["where"]) == ("<b>.png", "2.0 kB · image/png")


def test_a_csv_is_a_table(preview):
    found = preview("a.csv", 'name,"a ""b""\nc"\nż,1\n\n"x,y",\n')
    assert found["columns"] == ["name", 'a "b"\nc']
    assert found["rows"] == [["ż", "1"], ["x,y", ""]]
    assert (found["next"], found["note"]) == (None, "")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.tsv", "a\tb\n1\t2\n"), ("a.csv", "a;b\n1;2\n"), ("a.csv", "\ufeffa,b\r\n1,2\r\n"),
     ("a.csv", "a|b\n1|2")],
)  # fmt: skip
def test_the_dialects_of_delimited_files_are_told_apart(preview, name, content):
    found = preview(name, content)
    assert (found["columns"], found["rows"]) == (["a", "b"], [["1", "2"]])


def test_a_csv_comes_in_pages(preview, monkeypatch):
    monkeypatch.setattr(tables, "PAGE_ROWS", 2)
    content, rows, start = 'n\n1\n"2\n2"\n3\n4\n5', [], 0
    while start is not None:
        page = preview("a.csv", content, start)
        rows, start = rows + page["rows"], page["next"]
    assert rows == [["1"], ["2\n2"], ["3"], ["4"], ["5"]]


def test_wide_tables_and_long_cells_are_cut_and_say_so(preview):
    found = preview("a.csv", ",".join(map(str, range(300))) + "\n" + "x" * 1000)
    assert (len(found["columns"]), len(found["rows"][0][0])) == (200, 500)
    assert found["note"] == "200 of 300 columns are shown."


def test_an_endless_field_ends_the_table(preview):
    found = preview("a.csv", "a,b\n1,2\n" + "x" * 200_000 + ",3\n")
    assert found["rows"] == [["1", "2"]]


def test_json_is_a_tree(preview):
    found = preview("a.json", '{"b": [1, 2.5, null, true, "ż"], "a": {}}')
    assert found["value"] == {"b": [1, 2.5, None, True, "ż"], "a": {}}


def test_numbers_that_json_or_browsers_lack_are_texts(preview):
    found = preview("a.json", "[NaN, -Infinity, 1e999, 12345678901234567890, -0.0, 1e5]")
    assert found["value"] == ["NaN", "-Infinity", "1e999", "12345678901234567890", -0.0, 1e5]


def test_a_logged_table_is_a_table(preview):
    found = preview(
        "t.json", json.dumps({"columns": ["q", 2], "data": [["a", {"b": [1]}], [None, 0.5]]})
    )
    assert (found["kind"], found["columns"]) == ("table", ["q", "2"])
    assert found["rows"] == [["a", '{"b": [1]}'], [None, "0.5"]]
    assert found["total_rows"] == 2


def test_pages_of_a_logged_table_follow_each_other(preview, monkeypatch):
    monkeypatch.setattr(tables, "PAGE_ROWS", 2)
    content = json.dumps({"columns": ["n"], "data": [[n] for n in range(5)]})
    pages = [preview("t.json", content, start) for start in (0, 2, 4, 9)]
    assert [page["rows"] for page in pages] == [[["0"], ["1"]], [["2"], ["3"]], [["4"]], []]
    assert [page["next"] for page in pages] == [2, 4, None, None]
    assert pages[0]["note"] == "2 of 5 rows are shown."


@pytest.mark.parametrize("content", ['{"columns": 1, "data": []}', '{"columns": [], "data": [3]}'])
def test_what_only_looks_like_a_logged_table_is_a_tree(preview, content):
    assert preview("t.json", content)["kind"] == "json"


def test_process_files_are_tables(preview):
    of_nodes = preview("azureml-logs/process_info.json", '{"n1": {"pid": 7}, "n2": {"rank": 1}}')
    assert of_nodes["columns"] == ["name", "pid", "rank"]
    assert of_nodes["rows"] == [["n1", "7", None], ["n2", None, "1"]]
    states = preview("azureml-logs/process_status.json", '[{"process": 0, "state": "running"}]')
    assert states["rows"] == [["0", "running"]]
    assert preview("azureml-logs/process_info.json", "[]")["kind"] == "json"


def parquet(table: pyarrow.Table, **options) -> bytes:
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink, **options)
    return sink.getvalue().to_pybytes()


def test_a_parquet_file_is_a_table(preview):
    table = pyarrow.table({"a": [1, None], "b": ["ż", "y"], "c": [[1, 2], None]})
    found = preview("t.parquet", parquet(table))
    assert found["columns"] == ["a", "b", "c"]
    assert found["rows"] == [["1", "ż", "[1, 2]"], [None, "y", None]]


def test_a_parquet_file_comes_in_pages_over_row_groups(preview):
    data = parquet(pyarrow.table({"n": list(range(2500))}), row_group_size=700)
    rows, start = [], 0
    while start is not None:
        page = preview("t.parquet", data, start)
        rows, start = rows + page["rows"], page["next"]
    assert [int(row[0]) for row in rows] == list(range(2500))
    assert preview("t.parquet", data, 9999)["rows"] == []


def test_a_parquet_page_does_not_read_the_whole_file(run, save, monkeypatch):
    read = []
    original = choosing.preview_parquet.__globals__["read_file"]

    def watched(file, start=0, stop=None):
        for chunk in original(file, start, stop):
            read.append(len(chunk))
            yield chunk

    table = pyarrow.table({"n": list(range(400_000))})
    file = save(run, "t.parquet", parquet(table, row_group_size=20_000, use_dictionary=False))
    monkeypatch.setitem(choosing.preview_parquet.__globals__, "read_file", watched)
    assert preview_file(file, start=200_000).rows[0] == ["200000"]
    assert sum(read) < file.size_bytes / 4


def test_a_broken_parquet_file_shows_its_bytes(preview):
    data = bytearray(parquet(pyarrow.table({"n": [1, 2, 3]})))
    data[-30:-8] = b"\xff" * 22
    assert preview("t.parquet", bytes(data))["kind"] == "hex"


def test_a_notebook_shows_sources_outputs_and_pictures(preview):
    cells = [
        {"cell_type": "markdown", "source": ["# A\n", "b"]},
        {"cell_type": "code", "source": "1/0", "outputs": [
            {"output_type": "stream", "text": ["hi\n"]},
            {"data": {"text/plain": "2", "image/png": "aGk=\n", "text/html": "<script>",
                      "image/svg+xml": "<svg onload=x>"}},
            {"traceback": ["\x1b[31mZeroDivisionError\x1b[0m"]},
        ]},
        {"cell_type": "<img>", "source": None, "outputs": [3, {"data": 4}]},
        "no cell",
    ]  # fmt: skip
    found = preview("a.ipynb", json.dumps({"cells": cells}))
    assert [(cell["type"], cell["source"]) for cell in found["cells"]] == [
        ("markdown", "# A\nb"), ("code", "1/0"), ("raw", "")
    ]  # fmt: skip
    assert found["cells"][1]["outputs"] == ["hi\n", "2", "ZeroDivisionError"]
    assert found["cells"][1]["images"] == ["data:image/png;base64,aGk="]


@pytest.mark.parametrize("outputs", [7, True, "text", {"text": "text"}, None])
def test_a_cell_whose_outputs_are_no_list_has_none(preview, outputs):
    cell = {"cell_type": "code", "source": "1", "outputs": outputs}
    found = preview("a.ipynb", json.dumps({"cells": [cell]}))["cells"]
    assert [(one["source"], one["outputs"]) for one in found] == [("1", [])]


def test_a_picture_that_is_no_base64_is_left_out(preview):
    cells = [{"cell_type": "code", "outputs": [{"data": {"image/png": '" onerror="alert(1)'}}]}]
    assert preview("a.ipynb", json.dumps({"cells": cells}))["cells"][0]["images"] == []


def test_bytes_are_shown_as_hexdump_does(preview):
    assert dump(b"\x00AB\xff" * 4 + b"z") == (
        "00000000  00 41 42 ff 00 41 42 ff 00 41 42 ff 00 41 42 ff  .AB..AB..AB..AB.\n"
        "00000010  7a                                               z"
    )
    found = preview("a.bin", b"\x00" * 10_000)
    assert len(found["text"].splitlines()) == 256
    assert found["note"] == "The first 4096 bytes are shown."


NAMES = ["a.csv", "a.tsv", "a.json", "a.ipynb", "a.parquet", "a.md", "a.bin", "process_info.json"]


@settings(max_examples=150)
@given(
    name=st.sampled_from(NAMES),
    content=st.one_of(
        st.binary(max_size=300),
        st.text(alphabet=',;"\n\r\t{}[]:\\1eé\x00\ufeffn', max_size=200).map(str.encode),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["columns", "data", "cells", "outputs", "x"]), inner
                )
            ),
            max_leaves=15,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    start=st.integers(0, 400),
)
def test_no_content_breaks_a_preview(run, name, content, start):
    file = save_file(owner=run, path=name, chunks=[content])
    assert msgspec.json.encode(preview_file(file, start=start))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.log", "text\n".encode("utf-16"), "text"),
        ("a.log", b"start\n\0\0\0" + b"text " * 100, "text"),
        ("a.log", b"\0\1\2\0" * 100, "hex"),
        ("a.bin", b"start\n\0" + b"text " * 100, "hex"),
    ],
)
def test_a_log_stays_a_text_with_a_mark_or_a_few_nuls(preview, name, content, kind):
    assert preview(name, content)["kind"] == kind
