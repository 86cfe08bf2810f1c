"""What a search shows: scopes, switches, hooks, limits, and what it refuses."""

from dataclasses import replace

import pytest

from runs.artifacts.logs.appending import append_log
from runs.compute.clusters import create_cluster, update_cluster
from runs.compute.submitting import Work, submit
from runs.metrics.models import Metric
from runs.metrics.services import log_batch
from runs.search import (
    PlaceCounts,
    Search,
    SearchError,
    SortKey,
    count_place,
    count_runs,
    looked_up,
    make_search,
    parse_sort,
    search_runs,
)
from runs.search.former_names import show_names_now
from runs.search.logs import match_logs
from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters import Comparison, FilterError, Operator, parse, unparse
from runs.tracking.models import Lifecycle, RunTag
from runs.tracking.services import archive_runs, delete_runs, rename_experiment
from runs.tracking.statuses import Status
from tests.factories import default_workspace, make_experiment, make_run, make_workspace
from tests.search.finding import found

HOUR = 3_600_000


@pytest.fixture
def experiment(db):
    return make_experiment("alpha")


def test_the_newest_run_is_first_and_one_that_waits_before_it(experiment):
    make_run(experiment, name="old", started_ms=1)
    make_run(experiment, name="new", started_ms=2)
    make_run(experiment, name="queued", status=Status.QUEUED)

    assert found() == ["queued", "new", "old"]


def test_only_the_workspace_and_the_experiments_asked_for_are_searched(experiment):
    other = make_experiment("beta")
    make_run(experiment, name="here")
    make_run(other, name="there")
    stranger = make_experiment("gamma", make_workspace("elsewhere"))
    make_run(stranger, name="elsewhere")

    assert sorted(found()) == ["here", "there"]
    assert found(experiments=[other]) == ["there"]
    assert found(experiments=[stranger]) == []
    assert found(experiments=[]) == []


def test_a_deleted_or_archived_run_shows_only_where_it_is_asked_for(experiment):
    make_run(experiment, name="kept")
    delete_runs(runs=[make_run(experiment, name="gone")])
    archive_runs(runs=[make_run(experiment, name="put away")])

    assert found() == ["kept"]
    assert found(lifecycles={Lifecycle.DELETED}) == ["gone"]
    assert found("archived = true") == ["put away"]
    assert sorted(found("archived = false or name = x")) == ["kept"]
    assert sorted(found(lifecycles=set(Lifecycle))) == ["gone", "kept", "put away"]


def test_switches_narrow_the_list(experiment):
    parent = make_run(experiment, name="parent", submitted_by="ann", status=Status.RUNNING)
    make_run(experiment, name="child", submitted_by="bob", parent=parent, status=Status.QUEUED)

    assert found(include_children=False) == ["parent"]
    assert found(submitter="bob") == ["child"]
    assert count_runs(Search(workspace=default_workspace(), include_children=False)).value == 1


def test_children_and_descendants_are_found_by_their_parent(experiment):
    top = make_run(experiment, name="top")
    middle = make_run(experiment, name="middle", parent=top)
    make_run(experiment, name="leaf", parent=middle)

    assert found(f"parent = {top.run_id}") == ["middle"]
    assert sorted(found(f"root = {top.run_id}")) == ["leaf", "middle"]
    assert found("parent is null") == ["top"]
    assert sorted(found(f"parent in ({top.run_id}, {middle.run_id})")) == ["leaf", "middle"]


def test_a_name_with_an_index_of_its_own_narrows_the_scope(experiment):
    make_run(experiment, name="here", params={"lr": "0.1"})
    make_run(make_experiment("beta"), name="there", params={"lr": "0.1"})

    assert found("experiment = alpha and params.lr = 0.1") == ["here"]
    assert found("experiment = alpha and experiment = beta") == []
    assert found('experiment ~ "^a|^b" and not experiment = alpha') == ["there"]


def test_relative_times_count_from_the_time_of_the_search(experiment):
    make_run(experiment, name="run", started_ms=100 * HOUR)

    assert found("started > -2h", now_ms=101 * HOUR) == ["run"]
    assert found("started > -2h", now_ms=103 * HOUR) == []


def test_a_run_that_goes_on_has_lasted_until_now(experiment):
    make_run(experiment, name="going", started_ms=10 * HOUR)

    assert found("duration > 1h", now_ms=12 * HOUR) == ["going"]
    assert found("duration > 3h", now_ms=12 * HOUR) == []


def test_a_tag_without_a_value_exists_and_equals_nothing(experiment):
    run = make_run(experiment, name="run")
    RunTag.objects.create(run=run, experiment=experiment, key="star", value=None)

    assert found("tags.star is not null") == ["run"]
    assert found('tags.star = ""') == found('tags.star != "x"') == []


def test_data_sets_are_searched(experiment):
    run = make_run(experiment, name="run")
    run.dataset_inputs.create(experiment=experiment, name="mnist", digest="d1", context="train")

    assert found("dataset.name = mnist and dataset.context like 'tr%'") == ["run"]
    assert found("dataset.digest in (d2)") == found("dataset.name is null") == []


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("like 'ÄB%'", ["upper"]),
        ("ilike 'äb%'", ["lower", "upper"]),
        ("ilike 'ÄB_'", ["lower", "upper"]),
        ("like 'a_b'", ["odd"]),
        (r"like 'a\%'", ["slash"]),
        ("~ '(?i)^äb'", ["lower", "upper"]),
        (r"~ '\\'", ["slash"]),
    ],
)
def test_letters_beyond_ascii_and_odd_characters(experiment, clause, expected):
    for name, value in [("upper", "ÄBc"), ("lower", "äbc"), ("odd", "a*b"), ("slash", "a\\c")]:
        make_run(experiment, name=name, params={"x": value})

    assert sorted(found(f"params.x {clause}")) == expected


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE runs_run; --", '%s %(x)s {} \\ " `', "a' OR '1'='1"]
)
def test_values_and_names_are_only_ever_data(experiment, text):
    make_run(experiment, name="safe", submitted_by=text[:20], params={"x": text})
    quoted = text.replace('"', '""')

    for pattern in (
        f'params.x = "{quoted}"',
        f'params."{quoted}" is null',
        f'params.x like "{quoted}"',
    ):
        assert found(pattern) == ["safe"]
    keys = [
        SortKey(Field(Entity.PARAM, text)),
        SortKey(Field(Entity.METRIC, text)),
        SortKey(Field(Entity.TAG, text), descending=True),
    ]
    assert found(sort=keys) == ["safe"]


def keep_log(run, text: str) -> None:
    append_log(run=run, path="user_logs/std_log.txt", offset=0, data=text.encode())


def test_logs_are_searched_of_the_runs_that_the_rest_leaves(experiment, monkeypatch):
    for name, text in (("one", "fine"), ("two", "oom"), ("three", "fine")):
        keep_log(make_run(experiment, name=name), f"{text}\n")
    asked = []

    def spy(pattern, run_ids):
        asked.append((pattern, len(run_ids)))
        return match_logs(pattern, run_ids)

    monkeypatch.setattr(looked_up, "match_logs", spy)

    assert found('log ~ "oom" and name in (one, two)') == ["two"]
    assert sorted(found('not log ~ "oom"')) == ["one", "three"]
    assert asked == [("oom", 2), ("oom", 3)]


def test_the_runs_of_a_place_are_counted_whatever_is_filtered(experiment):
    parent = make_run(experiment, status=Status.RUNNING)
    for status in (Status.QUEUED, Status.COMPLETED, Status.RUNNING, Status.FINALIZING):
        make_run(experiment, parent=parent, status=status)
    archive_runs(runs=[make_run(experiment)])
    make_run(make_experiment("beta"))
    search = Search(
        workspace=default_workspace(), filter=parse("name = x"), submitter="me",
        experiments=[experiment],
    )  # fmt: skip

    assert count_place(search) == PlaceCounts(all=5, running=2, queued=1)
    top = replace(search, include_children=False)
    assert count_place(top) == PlaceCounts(all=1, running=1, queued=0)
    children = make_search(workspace=default_workspace(), parent=parent.run_id, text="number > 99")
    assert count_place(children) == PlaceCounts(all=4, running=1, queued=1)


@pytest.mark.parametrize(
    "key",
    [
        SortKey(Field(Entity.RUN, "colour")),
        SortKey(Field(Entity.LOG, "x")),
        SortKey(Field(Entity.METRIC, "x", Aggregate.TREND)),
    ],
)
def test_an_unknown_sort_key_is_refused(experiment, key):
    with pytest.raises(SearchError):
        found(sort=[key])


@pytest.mark.parametrize("text", ["metrics.loss:median", "-metrics.loss.median"])
def test_an_aggregate_there_is_not_is_refused_and_not_taken_for_a_name(experiment, text):
    log_batch(run=make_run(experiment, name="a"), points=[("loss", 0, 0, 1.0)])

    with pytest.raises(SearchError, match=r"'loss' has no 'median'. It has .last, .min"):
        found(sort=parse_sort(text))
    assert found(sort=parse_sort("metrics.val/loss:median,metrics.other.loss")) == ["a"]


@pytest.mark.parametrize(
    "text",
    ["metrics.loss.typo < 2", "not metrics.loss:typo = 1", "name = a or metrics.loss.typo is null"],
)
def test_a_filter_refuses_an_aggregate_there_is_not_where_it_stands(experiment, text):
    log_batch(run=make_run(experiment, name="a"), points=[("loss", 0, 0, 1.0)])

    for search in (found, count):
        with pytest.raises(
            FilterError, match=r"'loss' has no 'typo'. It has .last, .min"
        ) as caught:
            search(text)
        assert text[caught.value.position :].startswith("metrics.loss")


def count(text: str) -> int:
    return count_runs(Search(workspace=default_workspace(), filter=parse(text))).value


def test_a_metric_whose_name_holds_dots_is_searched_wherever_it_was_logged(experiment):
    points = [("loss", 0, 0, 1.0), ("val", 0, 0, 1.0), ("val.loss", 0, 0, 0.5)]
    log_batch(run=make_run(experiment, name="a"), points=points)
    other = make_experiment("beta")
    log_batch(run=make_run(other, name="b"), points=[("val", 0, 0, 1.0)])

    assert found("metrics.val.loss < 1") == found("metrics.val.loss.min < 1") == ["a"]
    assert found("metrics.val.loss < 1", experiments=[other]) == []
    assert found(sort=parse_sort("metrics.val.loss"), experiments=[other]) == ["b"]
    assert found("metrics.never.logged < 1") == []
    assert found("metrics.loss.typo < 2", takes_any_name=True) == []


def test_columns_of_tables_have_no_other_aggregates_and_may_be_written_with_dots(experiment):
    run = make_run(experiment, name="a")
    metric = Metric.objects.create(experiment=experiment, key="roc", column="tpr")
    log_batch(run=run, points=[("loss", 0, 0, 1.0)])

    assert found("metrics.roc.tpr < 1") == []
    with pytest.raises(SearchError, match=r"'roc\[tpr\]' has no 'typo'"):
        found(sort=parse_sort(f"metrics.{metric.key}[tpr].typo"))


@pytest.mark.parametrize("text", ["metrics.loss.min", "metrics.loss:min"])
def test_both_spellings_of_an_aggregate_mean_it_in_sorting_and_filtering(experiment, text):
    for name, values in (("a", (3.0, 2.0)), ("b", (1.0, 9.0))):
        points = [("loss", step, 0, value) for step, value in enumerate(values)]
        log_batch(run=make_run(experiment, name=name), points=points)

    assert found(sort=parse_sort(text)) == ["b", "a"]
    assert found(f"{text} < 1.5") == ["b"]


@pytest.mark.parametrize("limit", [0, -1, 50_001])
def test_a_page_has_a_size(experiment, limit):
    with pytest.raises(SearchError):
        found(limit=limit)


def test_the_largest_filter_is_searched(experiment):
    make_run(experiment, name="run", params={"p7": "7"})
    clauses = [f"params.p{n} = {n}" if n % 2 else f"metrics.m{n}.min < {n}" for n in range(200)]

    assert found(" or ".join(clauses)) == ["run"]
    assert found(" and ".join(clauses)) == []
    assert found("NOT (" * 25 + "params.p7 = 7" + ")" * 25) == []


@pytest.mark.parametrize(
    "inner", ["params.a = 7", "name = x", "metrics.a.mean < 1", "not name = x"]
)
@pytest.mark.parametrize(
    ("one", "other"), [("or", "and"), ("and not", "or"), ("and", "and name = y or")]
)
def test_the_deepest_filter_is_searched(experiment, inner, one, other):
    make_run(experiment, name="run")
    text = inner
    for depth in range(24 if "not" in one else 49):
        text = f"params.x = 1 {other if depth % 2 else one} ({text})"

    assert found(text) in ([], ["run"])


def test_a_page_behind_the_most_sort_keys_is_read(experiment):
    for n in range(3):
        make_run(experiment, name=str(n), started_ms=n)
    kinds = [Entity.METRIC, Entity.PARAM, Entity.TAG, Entity.PROPERTY]
    keys = [SortKey(Field(kinds[n % 4], f"k{n}"), n % 3 == 0) for n in range(20)]
    first = search_runs(Search(workspace=default_workspace(), sort=keys), limit=1)

    assert found(sort=keys, after=first.next) == ["1", "0"]
    with pytest.raises(SearchError):
        found(sort=[*keys, SortKey(Field(Entity.TAG, "one more"))])


def test_a_pattern_longer_than_databases_match_is_refused(experiment):
    long = Comparison(Field(Entity.PARAM, "x"), Operator.LIKE, "%" * 10_001)

    with pytest.raises(SearchError):
        search_runs(Search(workspace=default_workspace(), filter=long))


def test_numbers_no_column_can_hold_find_nothing(experiment):
    make_run(experiment, name="run", params={"x": "1"})

    for clause in ("number = 99999999999999999999", "created > 9223372036854775807",
                   "created > +9000000d", "params.x > 1e308", "duration > 1e300",
                   "number in (1e30, -1e30)"):  # fmt: skip
        assert found(clause) == [], clause


def test_a_count_stops_at_its_cap(experiment):
    for _ in range(5):
        make_run(experiment)

    count = count_runs(Search(workspace=default_workspace()), cap=3)
    assert (count.value, count.is_exact) == (3, False)
    count = count_runs(Search(workspace=default_workspace()), cap=5)
    assert (count.value, count.is_exact) == (5, True)


def test_a_former_name_of_a_cluster_finds_its_runs_until_another_takes_it(experiment):
    cluster = create_cluster(workspace=experiment.workspace, name="old")
    submit(experiment=experiment, cluster=cluster, work=Work(["true"]), name="placed")
    make_run(experiment, name="told", target="old")
    make_run(experiment, name="elsewhere", target="cpu")
    for name in ("between", "new"):
        update_cluster(cluster=cluster, name=name)

    for former in ("between", "new"):
        assert found(f'target = "{former}"') == ["placed"]
    assert sorted(found('target = "old"')) == ["placed", "told"]
    assert sorted(found('target IN ("old", "cpu")')) == ["elsewhere", "placed", "told"]
    assert found('target != "old"') == ["elsewhere"]
    assert sorted(found('NOT target = "old" or name = "told"')) == ["elsewhere", "told"]
    assert found('target LIKE "bet%"') == [], "a pattern is about the names of today"
    assert found('target = "old"', workspace=make_workspace("team")) == []

    create_cluster(workspace=experiment.workspace, name="between")
    assert found('target = "between"') == []


def shown(text: str) -> str:
    return unparse(show_names_now(parse(text), default_workspace()))


def test_a_former_name_of_an_experiment_finds_its_runs_until_another_takes_it(experiment):
    make_run(experiment, name="cat")
    make_run(make_experiment("beta"), name="dog")
    rename_experiment(experiment=experiment, name="omega")

    assert found("experiment = alpha") == found('experiment IN ("alpha")') == ["cat"]
    assert sorted(found("experiment = alpha OR name = dog")) == ["cat", "dog"]
    assert found("experiment != alpha") == ["dog"]
    assert found('experiment LIKE "alp%"') == []

    assert shown('experiment = alpha AND NOT experiment IN (alpha, "beta")') == (
        'experiment = "omega" AND NOT (experiment IN ("omega", "beta"))'
    )
    make_experiment("alpha")
    assert shown("experiment = alpha") == 'experiment = "alpha"'
    assert found("experiment = alpha") == []
