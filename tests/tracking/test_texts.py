"""What a key, a name, a value may be."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.tracking.errors import InvalidValue
from runs.tracking.texts import (
    check_int64,
    check_json,
    check_key,
    check_run_id,
    check_text,
    is_storable,
)


@pytest.mark.parametrize(
    "key",
    ["a", "loss", "train/loss", "a.b", "a-b", "a_b", "a b", " a", "a:b", "été", "数", "a..b",
     ".a", "a/...", "a/b/c.d-e f:g", "0", "x" * 250, "é" * 250],
)  # fmt: skip
def test_keys_of_the_rule_are_kept(key):
    assert check_key(key) == key


@pytest.mark.parametrize(
    "key",
    ["", ".", "..", "../a", "a/../b", "a//b", "/a", "a/", "./a", "a/.", "a\n", "a\tb", "a\\b",
     "a%b", "a#b", "a?b", "a,b", "a'b", '"', "a\0", "\ud800", "x" * 251, "🐈", "..a", "..."],
)  # fmt: skip
def test_other_keys_are_refused(key):
    with pytest.raises(InvalidValue):
        check_key(key)


def test_the_refusal_of_a_key_says_what_is_allowed():
    with pytest.raises(InvalidValue, match="letters, digits"):
        check_key("a#b")


@given(st.text(max_size=60))
def test_a_kept_key_names_a_path_below_its_folder(key):
    try:
        check_key(key)
    except InvalidValue:
        return
    joined = posixpath.normpath(posixpath.join("/folder", key))
    assert joined == "/folder/" + key


@pytest.mark.parametrize("run_id", ["a", "0", "a" * 256, "a-b_c", "exp_1600000000_0a1b"])
def test_run_ids_of_the_rule_are_kept(run_id):
    assert check_run_id(run_id) == run_id


@pytest.mark.parametrize("run_id", ["", "-a", "_a", "a" * 257, "a b", "a/b", "a.b", "a\n", "é", 5])
def test_other_run_ids_are_refused(run_id):
    with pytest.raises(InvalidValue):
        check_run_id(run_id)


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, -(2**63)])
def test_64_bits_are_kept(number):
    assert check_int64(number, "step") == number


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400, 1.0, "1", True, None])
def test_other_numbers_are_refused(number):
    with pytest.raises(InvalidValue, match="step"):
        check_int64(number, "step")


def test_a_limit_counts_characters_not_bytes():
    assert check_text("🐈" * 5, "name", 5) == "🐈" * 5
    with pytest.raises(InvalidValue, match="The name exceeds the maximum length of 5 characters"):
        check_text("x" * 6, "name", 5)


@given(st.text(st.characters(), max_size=20))
def test_storable_is_what_utf8_and_postgresql_take(text):
    try:
        expected = b"\0" not in text.encode("utf-8")
    except UnicodeEncodeError:
        expected = False
    assert is_storable(text) is expected


def test_json_that_nests_without_end_is_refused():
    value: list = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InvalidValue, match="source"):
        check_json(value, "source")
