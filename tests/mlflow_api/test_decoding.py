"""What a body or a query string may look like, and what is refused in which words."""

import json
import math

import pytest
from django.http import QueryDict

from runs.mlflow_api import messages
from runs.mlflow_api.decoding import decode_body, decode_query, list_fields
from runs.mlflow_api.errors import ProtocolError


def refusal(body: bytes, kind: type = messages.LogMetric) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        decode_body(body, kind)
    return caught.value


@pytest.mark.parametrize("body", [b"", b"  \n", b"{}", b'"{}"', b"null"])
def test_an_empty_body_is_an_empty_message(body):
    assert decode_body(body, messages.LogMetric) == messages.LogMetric()


def test_a_body_encoded_twice_is_decoded_twice():
    body = json.dumps(json.dumps({"key": 'a"b', "step": "3"})).encode()
    message = decode_body(body, messages.LogMetric)
    assert (message.key, message.step) == ('a"b', 3)


def test_unknown_fields_are_ignored_and_null_is_absent():
    message = decode_body(b'{"foo": [1], "key": null, "step": null}', messages.LogMetric)
    assert (message.key, message.step) == (None, None)


def test_of_a_key_twice_the_last_counts():
    assert decode_body(b'{"key": "a", "key": "b"}', messages.LogMetric).key == "b"


@pytest.mark.parametrize(
    ("raw", "step"),
    [
        ("17", 17),
        ('"17"', 17),
        ('"-17"', -17),
        ("2.0", 2),
        (str(2**63 - 1), 2**63 - 1),
        (f'"{-(2**63)}"', -(2**63)),
    ],
)
def test_an_int64_may_be_a_number_or_a_numeric_string(raw, step):
    assert decode_body(f'{{"step": {raw}}}'.encode(), messages.LogMetric).step == step


@pytest.mark.parametrize(
    "raw",
    [
        "1.5",
        '"1.5"',
        "true",
        '" 7"',
        '"+7"',
        '"\uff17"',
        '"7_0"',
        '"seven"',
        "[]",
        "{}",
        str(2**63),
        f'"{2**63}"',
        str(-(2**63) - 1),
        "1e400",
        "99999999999999999999999999999999",
    ],
)
def test_an_int64_that_would_change_is_refused(raw):
    error = refusal(f'{{"step": {raw}}}'.encode())
    assert (error.code, error.status) == ("INVALID_PARAMETER_VALUE", 400)
    assert "for parameter 'step' supplied" in error.message


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1", 1.0),
        ('"1.5"', 1.5),
        ('"Infinity"', math.inf),
        ('"-Infinity"', -math.inf),
        ("1e-400", 0.0),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
    ],
)
def test_a_double_may_be_a_number_or_a_numeric_string(raw, value):
    assert decode_body(f'{{"value": {raw}}}'.encode(), messages.LogMetric).value == value


def test_a_double_may_be_the_string_nan():
    assert math.isnan(decode_body(b'{"value": "NaN"}', messages.LogMetric).value)


@pytest.mark.parametrize("raw", ["true", "[1]", '"abc"', '" 1"', '"\uff11"', '""', "1e400"])
def test_what_is_no_double_is_refused(raw):
    error = refusal(f'{{"value": {raw}}}'.encode())
    assert "for parameter 'value' supplied" in error.message


@pytest.mark.parametrize(
    "body",
    [
        b'{"value": NaN}',
        b'{"value": Infinity}',
        b'{"value": -Infinity}',
        b'{"key": ',
        b"{'key': 1}",
        b'{"key": "a"} x',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"key": "\xff"}',
        b'{"key": "\\ud800"}',
        b'"{',
        b'"not json"',
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_json_is_refused(body):
    error = refusal(body)
    assert error.status == 400
    assert "valid JSON" in error.message


@pytest.mark.parametrize("body", [b"[]", b"1", b"true", b'"[]"', b'"1"'])
def test_json_that_is_no_object_is_refused(body):
    assert "must be a JSON object" in refusal(body).message


def test_the_place_and_the_value_of_a_misfit_are_named():
    error = refusal(b'{"metrics": [{"value": 1}, {"value": "x"}]}', messages.LogBatch)
    assert "Invalid value \"x\" for parameter 'metrics[1].value' supplied" in error.message


def test_a_huge_value_is_not_echoed_whole():
    error = refusal(json.dumps({"step": "x" * 100_000}).encode())
    assert len(error.message) < 1000


@pytest.mark.parametrize("field", ["key", "run_id", "nested"])
def test_nul_characters_are_refused_anywhere(field):
    error = refusal(json.dumps({field: "a\0b"}).encode())
    assert "NUL" in error.message


def test_an_escaped_backslash_before_u0000_is_no_nul():
    text = json.dumps({"key": "\\u0000"}).encode()
    assert decode_body(text, messages.LogMetric).key == "\\u0000"


def test_a_query_repeats_the_key_of_a_list():
    query = QueryDict("run_ids=a&run_ids=b&metric_key=m&start_step=-3&other=1")
    message = decode_query(query, messages.GetHistoryInterval)
    assert (message.run_ids, message.metric_key, message.start_step) == (["a", "b"], "m", -3)


def test_a_query_value_that_does_not_fit_is_named():
    with pytest.raises(ProtocolError, match="Invalid value \"x\" for parameter 'max_results'"):
        decode_query(QueryDict("max_results=x"), messages.GetHistory)


def test_nul_in_a_query_is_refused():
    with pytest.raises(ProtocolError, match="NUL"):
        decode_query(QueryDict("metric_key=a%00b"), messages.GetHistory)


def test_list_fields_are_found_by_type():
    assert list_fields(messages.SearchRuns) == {"experiment_ids", "order_by"}
