"""Chips and cell clicks: a filter as a list of clauses."""

import pytest

from runs.tracking.filters import FilterError, add_clause, list_clauses, remove_clause


def test_clauses_are_the_conditions_that_all_hold():
    clauses = list_clauses("status = failed and (params.a = 1 or params.b = 2) AND not name = x")

    assert [clause.text for clause in clauses] == [
        "status = Failed",
        "params.a = 1 OR params.b = 2",
        'NOT (name = "x")',
    ]


def test_an_empty_filter_has_no_clauses():
    assert list_clauses(" ") == []


@pytest.mark.parametrize(
    ("text", "clause", "result"),
    [
        ("", "status = failed", "status = Failed"),
        ("status=failed", "params.lr = 0.1", "status=failed AND params.lr = 0.1"),
        ("status = failed", "status = Failed", "status = failed"),
        ("a = 1 or b = 1", "params.lr = 1", "(a = 1 or b = 1) AND params.lr = 1"),
        ("name = x", "params.a = 1 or params.b = 1",
         "name = x AND (params.a = 1 OR params.b = 1)"),
        ("status != Failed", "status = Failed", "status = Failed"),
        ("status = Failed", "status != Failed", "status != Failed"),
        ("tags.a is null", "tags.a is not null", "tags.a IS NOT NULL"),
        ("params.lr > 0.01 and name = x", "params.lr = 0.1", 'name = "x" AND params.lr = 0.1'),
        ("params.lr = 0.1", "params.lr = 0.2", "params.lr = 0.2"),
        ("params.lr = 0.1", "params.lr < 5", "params.lr = 0.1 AND params.lr < 5"),
        ("metrics.a.min < 1", "metrics.a = 2", "metrics.a.min < 1 AND metrics.a = 2"),
        ("status = failed", "status = failed and name = x", 'status = failed AND name = "x"'),
    ],
)  # fmt: skip
def test_adding_a_clause_says_nothing_twice(text, clause, result):
    text = text.replace("a = 1 or b = 1", "tags.a = 1 or tags.b = 1")
    result = result.replace("a = 1 or b = 1", "tags.a = 1 or tags.b = 1")

    assert add_clause(text, clause) == result


def test_adding_to_a_broken_filter_says_what_is_broken():
    with pytest.raises(FilterError):
        add_clause("status =", "name = x")


def test_removing_a_clause_keeps_the_others():
    text = "status = failed and (params.a = 1 or params.b = 2) and name = x"

    assert remove_clause(text, 0) == '(params.a = 1 OR params.b = 2) AND name = "x"'
    assert remove_clause(text, 2) == "status = Failed AND (params.a = 1 OR params.b = 2)"
    assert remove_clause("name = x", 0) == ""
