"""The search box of the top bar, its page of results, and the counts of the rail."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from runs.tracking import services
from tests.factories import make_experiment, make_run, make_workspace
from tests.web.curves import log_curve
from tests.web.pages import html_of

pytestmark = pytest.mark.both_databases

SEARCH = "/w/default/search"


@pytest.fixture
def found(as_part: Callable) -> Callable[[str], str]:
    """What the list under the box says for a text, its marks left out."""

    def ask(text: str) -> str:
        answer = as_part(SEARCH, q=text).content.decode()
        return unescape(answer.replace("<mark>", "").replace("</mark>", ""))

    return ask


def page(studio: Client, **query: str) -> str:
    answer = html_of(studio.get(SEARCH, query))
    return unescape(answer.replace("<mark>", "").replace("</mark>", ""))


def test_runs_and_experiments_are_found_by_a_part_of_their_name(found):
    make_run(make_experiment("vision/resnet"), name="bright-otter")

    assert "vision/resnet" in found("RESN")
    assert "bright-otter" in found("otter")


def test_a_run_is_found_by_the_beginning_of_its_id_and_an_experiment_by_its_id(found):
    run = make_run(make_experiment("seven"), run_id="abc123def", name="some")

    assert f"/runs/{run.run_id}" in found("abc12")
    assert "seven" in found(str(run.experiment.number))


def test_metrics_parameters_tags_and_their_values_are_found(found, studio: Client):
    run = make_run(params={"optimizer": "adamw"}, tags={"data set": "imagenet"}, name="one")
    make_run(params={"optimizer": "sgd"}, name="other")
    log_curve(run, "val/loss", [1.0])

    for text, kind in {
        "/LOSS": "Metric",
        "optim": "Parameter",
        "adam": "Parameter",
        "data s": "Tag",
        "image": "Tag",
    }.items():
        answer = found(text)
        assert f">{kind}<" in answer, text
        query = answer.partition("/w/default/runs?q=")[2].partition('"')[0]
        [filter_text] = parse_qs(urlsplit(f"?q={query}").query)["q"]
        rows = studio.get("/w/default/run-rows", {"q": filter_text}).json()["rows"]
        assert "one" in [row["name"] for row in rows], filter_text


def test_tags_that_clients_keep_for_themselves_are_not_found(found):
    make_run(tags={"mlflow.user": "ana"})

    assert "No results" in found("mlflow.us")


def test_nothing_is_found_elsewhere_or_among_the_deleted(found):
    make_run(make_experiment("otter-1", make_workspace("team")), name="otter-2")
    services.delete_runs(runs=[make_run(name="otter-3")])

    assert "No results for “otter”" in found("otter")


def test_wildcards_and_odd_characters_mean_themselves(found):
    make_run(name="plain")

    for text in ("%", "_", "\0", "<b>", "9" * 30, "("):
        assert "plain" not in found(text)


def test_what_matches_is_marked_and_stays_text(as_part: Callable):
    make_run(name="<i>Otter</i>")

    answer = as_part(SEARCH, q="otter").content.decode()

    assert "&gt;<mark>Otter</mark>&lt;/i&gt;" in answer


def test_a_long_name_keeps_its_end_and_is_marked_across_the_cut(as_part: Callable):
    make_run(name="resnet50-imagenet-mixup-cosine-bs256")

    answer = as_part(SEARCH, q="cosine-bs").content.decode()

    assert (
        "<span>resnet50-imagenet-mixup-<mark>cosine</mark></span><span><mark>-bs</mark>256</span>"
    ) in answer


def test_an_empty_box_finds_nothing(as_part: Callable):
    assert not as_part(SEARCH, q=" ").content.strip()


def test_the_list_leads_to_all_results_and_to_the_logs(found):
    make_run(name="a&b")

    answer = found("a&b")

    assert f"{SEARCH}?q=a%26b" in answer
    assert "/w/default/log-search?q=a%26b" in answer


def count_hits(html: str) -> int:
    return len(re.findall(r'class="hit[ "]', html))


def test_the_page_shows_some_of_each_kind_and_leads_to_the_rest(studio: Client):
    for number in range(12):
        make_run(make_experiment(f"otter-{number:02}"), name=f"otter run {number:02}")

    overview = page(studio, q="otter")

    assert "<!doctype html>" in overview
    assert count_hits(overview) == 16
    assert "kind=runs" in overview
    assert "More experiments" in overview


@pytest.mark.parametrize("kind", ["experiments", "runs", "names"])
def test_pages_of_results_follow_each_other_until_all_are_shown(studio: Client, kind: str):
    for number in range(60):
        experiment = make_experiment(f"otter-{number:02}")
        make_run(experiment, name=f"otter run {number:02}", params={f"otter {number:02}": "1"})

    first = page(studio, q="otter", kind=kind)
    assert count_hits(first) == 50
    address = first.partition('class="link" href="?')[2].partition('"')[0]
    last = page(studio, **{key: values[0] for key, values in parse_qs(address).items()})

    assert count_hits(last) == 10
    assert "Next page" not in last


def test_names_that_differ_in_zeros_are_all_found(studio: Client):
    for number in range(60):
        make_experiment(f"otter-{'0' * number}7")

    first = page(studio, q="otter", kind="experiments")
    address = first.partition('class="link" href="?')[2].partition('"')[0]
    last = page(studio, **{key: values[0] for key, values in parse_qs(address).items()})

    assert (count_hits(first), count_hits(last)) == (50, 10)


@pytest.mark.parametrize("query", [{}, {"kind": "x"}, {"kind": "runs", "after": ""}, {"q": "\0"}])
def test_odd_addresses_of_the_page_are_answered(studio: Client, query: dict[str, str]):
    assert studio.get(SEARCH, query).status_code == 200


def test_the_rail_counts_what_its_places_list(as_part: Callable):
    parent = make_run()
    make_run(parent.experiment, parent=parent)
    services.delete_runs(runs=[make_run()])

    answer = as_part("/w/default/counts").content.decode()

    assert 'id="count-runs" hx-swap-oob="true">1<' in answer
