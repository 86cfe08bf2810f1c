"""Exports read back by the libraries people use."""

import csv
import io
import json

import pytest
from pyarrow import ArrowInvalid
from pyarrow.parquet import read_table

from runs.http.streaming import until_it_fails
from runs.table.export_formats import (
    BATCH_ROWS,
    ExportField,
    FieldType,
    write_csv,
    write_json,
    write_parquet,
)

HEADER = ["run", "loss", "steps"]
FIELDS = [
    ExportField("run"),
    ExportField("loss", FieldType.NUMBER),
    ExportField("steps", FieldType.WHOLE),
]


def test_csv_reads_back_with_quotes_commas_and_line_ends():
    text = b"".join(write_csv(FIELDS, [['a "b", c\nd', 0.5, 3], ["e", None, 4]])).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [HEADER, ['a "b", c\nd', "0.5", "3"], ["e", "", "4"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "-1,5", "-1+2", "\uff1d1"]
)
def test_csv_texts_never_start_a_formula(text):
    body = b"".join(write_csv([ExportField("name")], [[text]])).decode()
    assert next(iter(list(csv.reader(io.StringIO(body)))[1])) == f"'{text}"


@pytest.mark.parametrize("number", ["-0.5", "+.5", "-1e-05", "-3", "-inf", "-NaN"])
def test_csv_numbers_in_texts_stay_numbers(number):
    body = b"".join(write_csv([ExportField("lr")], [[number]])).decode()
    assert body.splitlines()[1] == number


def test_csv_negative_numbers_stay_numbers():
    body = b"".join(write_csv([ExportField("loss", FieldType.NUMBER)], [[-1.5]])).decode()
    assert body.splitlines()[1] == "-1.5"


def rows_that_fail():
    yield from (["run", 0.5, 1] for _ in range(BATCH_ROWS))
    raise OSError("the database is away")


def test_an_export_that_breaks_off_can_be_told_from_a_whole_one():
    told = {}
    for write in (write_csv, write_json, write_parquet):
        told[write] = b"".join(until_it_fails(write(FIELDS, rows_that_fail())))
    rows = list(csv.reader(io.StringIO(told[write_csv].decode())))
    assert len(rows) == BATCH_ROWS + 2
    assert rows[-1] == ["INCOMPLETE: the studio could not read all rows. Export again."]
    with pytest.raises(json.JSONDecodeError):
        json.loads(told[write_json])
    with pytest.raises(ArrowInvalid):
        read_table(io.BytesIO(told[write_parquet]))


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_times_are_iso_8601_with_their_zone(write):
    fields = [ExportField("at", FieldType.TIME)]
    body = b"".join(write(fields, [[1_780_000_000_123], [2**62]])).decode()
    assert "2026-05-28T20:26:40.123Z" in body
    assert "146140482-04-24T15:36:27.904Z" in body


def test_json_is_one_array_over_many_batches():
    rows = [[f"run {i}", i / 2, i] for i in range(BATCH_ROWS + 3)]
    objects = json.loads(b"".join(write_json(FIELDS, rows)))
    assert len(objects) == BATCH_ROWS + 3
    assert objects[-1] == {"run": "run 2002", "loss": 1001.0, "steps": 2002}


def test_json_of_nothing_is_an_empty_array():
    assert json.loads(b"".join(write_json(FIELDS, []))) == []


def test_json_writes_nan_and_infinity_as_texts():
    rows = [["a", float("nan"), 1], ["b", float("-inf"), 2]]
    objects = json.loads(b"".join(write_json(FIELDS, rows)))
    assert [one["loss"] for one in objects] == ["NaN", "-Infinity"]


def test_parquet_keeps_types_and_missing_values():
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [["a", 0.5, 3], ["b", None, 4], ["c", 2, 5]]
    table = parquet.read_table(io.BytesIO(b"".join(write_parquet(FIELDS, rows))))
    assert table.to_pydict() == {
        "run": ["a", "b", "c"],
        "loss": [0.5, None, 2.0],
        "steps": [3, 4, 5],
    }


def test_parquet_keeps_texts_that_come_after_thousands_of_numbers():
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [[i] for i in range(BATCH_ROWS + 1)] + [["a text"]]
    table = parquet.read_table(io.BytesIO(b"".join(write_parquet([ExportField("x")], rows))))
    assert table.to_pydict()["x"][-2:] == ["2000", "a text"]


def test_parquet_comes_in_pieces():
    pytest.importorskip("pyarrow")
    rows = [[f"run {i}", float(i), i] for i in range(3 * BATCH_ROWS)]
    pieces = [len(piece) for piece in write_parquet(FIELDS, rows)]
    assert len(pieces) == 4
    assert all(size > 0 for size in pieces[:1])
