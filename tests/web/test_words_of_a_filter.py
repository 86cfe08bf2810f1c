"""Words without a field in the query box of the run table."""

import pytest

from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.both_databases

ROWS = "/w/default/run-rows"


@pytest.fixture
def runs(db):
    experiment = make_experiment("vision")
    make_run(experiment, name="ResNet-50", params={"lr": "0.1"})
    make_run(experiment, name="vit", description="A resnet comes later", params={"lr": "0.2"})
    make_run(experiment, name="mlp", tags={"family": "resnet-like", "quality": "very good"})
    make_run(experiment, name="other", tags={"mlflow.source.name": "resnet.py"})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("resnet", ["ResNet-50", "mlp", "vit"]),
        ("resnet good", ["mlp"]),
        ('"very good"', ["mlp"]),
        ("resnet and params.lr = 0.1", ["ResNet-50"]),
        ("not resnet", ["other"]),
        ("quality", ["mlp"]),
        ("(vit or mlp) and resnet", ["mlp", "vit"]),
        ("50", ["ResNet-50"]),
        ("nothing-of-this", []),
    ],
)
def test_words_are_found_in_names_descriptions_and_tags(studio, runs, text, names):
    found = studio.get(ROWS, {"q": text})
    assert sorted(row["name"] for row in found.json()["rows"]) == names


@pytest.mark.parametrize("text", ["status", "metrics.loss", "name"])
def test_a_field_alone_is_still_told_to_lack_its_operator(studio, runs, text):
    found = studio.get(ROWS, {"q": text})
    assert found.status_code == 400
    assert "operator" in found.json()["message"]


def test_words_are_clauses_that_can_be_taken_away(studio, runs):
    told = studio.get("/w/default/run-counts", {"q": "resnet params.lr > 0"})
    assert told.status_code == 400
    told = studio.get("/w/default/run-counts", {"q": "resnet good and params.lr > 0"}).json()
    assert [one["text"] for one in told["clauses"]] == ['"resnet"', '"good"', "params.lr > 0"]
    assert told["clauses"][2]["without"] == '"resnet" AND "good"'


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("resnet", ["ResNet-50", "mlp", "vit"]),
        ("resnet AND jp: starts_with(name, 'R')", ["ResNet-50"]),
        ("jp: to_number(params.lr) > `0.15`", ["vit"]),
    ],
)
def test_rest_takes_words_and_jmespath_too(studio, runs, text, names):
    found = studio.get("/api/v1/runs", {"filter": text})
    assert sorted(run["name"] for run in found.json()["items"]) == names


def test_rest_tells_where_an_expression_is_wrong(studio, runs):
    refused = studio.get("/api/v1/runs", {"filter": "vit AND jp: name = 'a'"})
    assert refused.status_code == 400
    assert refused.json()["error"]["position"] == 17
    assert "Not a JMESPath expression" in refused.json()["error"]["message"]
