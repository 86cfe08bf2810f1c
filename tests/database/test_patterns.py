"""Regular expressions: linear time, one syntax for both databases."""

import pytest

from runs.database.patterns import PatternError, compile_pattern, to_postgresql


def test_a_pattern_is_found_anywhere_and_dot_matches_a_line_break():
    assert compile_pattern("b.c").search("ab\ncd")
    assert not compile_pattern("^b").search("ab")
    assert compile_pattern("(?i)ÄB").search("xäb")


def test_a_hostile_pattern_costs_no_more_than_its_text_is_long():
    # Backtracking would not end within the life of the machine.
    assert not compile_pattern("(a+)+$").search("a" * 60_000 + "b")


@pytest.mark.parametrize(
    ("pattern", "postgresql"),
    [
        (r"\bloss\b", r"\yloss\y"),
        (r"a\Bb\z", r"a\Yb\Z"),
        (r"\d+\.\w", r"\d+\.\w"),
        (r"\x41\x{1F600}", r"\U00000041\U0001f600"),
        (r"\\b", r"\\b"),
        (r"(?i)a(?:b)", r"(?i)a(?:b)"),
        ("a{2,3}", "a{2,3}"),
    ],
)
def test_spelling_for_postgresql(pattern, postgresql):
    assert to_postgresql(pattern) == postgresql


@pytest.mark.parametrize(
    "pattern",
    ["(", "a**", r"\1", "(?=a)", "(?<!a)", "(?P<n>a)", "(?m)a", r"\pL", r"\Qa\E", "a{256}",
     "a" * 501, "((a{99}){99}){99}", r"\C"],
)  # fmt: skip
def test_what_not_both_can_do_is_refused(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)
