"""Filters in JMESPath, over runs as REST shows them."""

import pytest

from runs.metrics.services import RunRef, log_batch
from runs.search import SearchError, count_runs, documents, make_search, search_runs
from runs.tracking.filters import FilterError, add_clause, list_choices, parse, unparse
from runs.tracking.models import Run
from tests.factories import default_workspace, make_experiment, make_run


@pytest.fixture
def runs(db):
    vision, speech = make_experiment("vision"), make_experiment("speech")
    for name, experiment, lr, loss, tags in (
        ("a", vision, "0.1", 0.2, {"team": "red", "starred": None}),
        ("b", vision, "0.01", 0.4, {"team": "blue"}),
        ("c", speech, "0.001", float("nan"), {}),
    ):
        run = make_run(experiment, name=name, run_id=name, params={"lr": lr}, tags=tags)
        points = [("val/loss", 0, 1000, loss)]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
    make_run(vision, name="d", run_id="d", parent=Run.objects.get(run_id="a"))


def names(text: str, **more) -> str:
    search = make_search(workspace=default_workspace(), text=text, children=True, **more)
    found = Run.objects.filter(id__in=search_runs(search).run_ids).values_list("name", flat=True)
    assert count_runs(search).value == len(found)
    return "".join(sorted(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jp: name == 'a'", "a"),
        ("jp:to_number(params.lr) < `0.05`", "bc"),
        ('jp: metrics."val/loss" < `0.3`', "a"),
        ("jp: tags.team", "ab"),
        ("jp: !(tags.team)", "cd"),
        ("jp: experiment.name == 'vision' && parent == null", "ab"),
        ("jp: parent == 'a'", "d"),
        ("jp: starts_with(tags.team, 'r')", "a"),
        ("jp: contains(keys(tags), 'starred')", "a"),
        ("jp: number", "abcd"),
        ("jp: metrics.*", "abc"),
        ("jp: length(@.params) > `0`", "abc"),
        ("experiment = vision AND jp: status == 'Running'", "abd"),
        ("red or blue", "ab"),
        ("blue and jp: params.lr", "b"),
        ("params.lr = 0.1 or name = c AND jp: contains(name, 'c')", "ac"),
    ],
)
def test_runs_are_found_by_an_expression(runs, text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "words", "position"),
    [
        ("jp:", "is missing", 0),
        ("jp: name = 'a'", "Not a JMESPath expression", 9),
        ("jp: name ==", "ends too early", 10),
        ("name = a and jp: 'open", "Unclosed", 17),
        ("jp: sum(name, name)", "Expected 1 argument", 3),
        ("jp: foo(name)", "Unknown function", 3),
        ("(jp: name)", "is not expected here", 9),
        ("jp: " + "(" * 1990, "nested too deep", 3),
        ("jp: " + "a" * 2001, "at most 2,000", 3),
        ("jp: " + " | ".join(["[@, @][]"] * 30), "copies a run", 3),
        ("name = jp: x", "missing|expected|value", 7),
    ],
)
def test_a_bad_expression_is_refused_where_it_stands(text, words, position):
    with pytest.raises(FilterError, match=words) as refused:
        parse(text, words=True)
    assert refused.value.position == position


def test_a_function_that_no_run_can_answer_is_told(runs):
    with pytest.raises(SearchError, match="invalid type for value"):
        names("jp: abs(name)")


def test_more_runs_than_can_be_read_are_refused(runs, monkeypatch):
    monkeypatch.setattr(documents, "MOST_RUNS", 2)

    with pytest.raises(SearchError, match="would read 4 runs"):
        names("jp: name")
    assert names("experiment = speech AND jp: name") == "c"


def test_an_expression_that_takes_too_long_ends(runs, monkeypatch):
    monkeypatch.setattr(documents, "BUDGET_S", -1.0)

    with pytest.raises(SearchError, match="takes more than"):
        names("jp: name")


def test_an_expression_stands_last_in_every_text(db):
    text = "lr and jp: a || b"
    (first, rest), (expression, others) = list_choices(text, words=True)

    assert (first, rest) == ('"lr"', "jp: a || b")
    assert (expression, others) == ("jp: a || b", '"lr"')
    assert add_clause("jp: a || b", "status = Failed") == "status = Failed AND jp: a || b"
    assert parse(unparse(parse("name = x and jp: a"))) == parse("name = x and jp: a")
