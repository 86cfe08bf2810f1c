"""What a search shows: scopes, switches, hooks, limits, and what it refuses."""

import math
import random
from dataclasses import replace

import pytest

from runs.artifacts.logs.appending import append_log
from runs.metrics.services import log_batch
from runs.search import (
    Goal,
    PlaceCounts,
    Search,
    SearchError,
    SortKey,
    count_place,
    count_runs,
    in_memory,
    looked_up,
    make_search,
    parse_sort,
    search_runs,
)
from runs.search.logs import match_logs
from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters import Comparison, Operator, parse
from runs.tracking.models import Lifecycle, Run, RunTag
from runs.tracking.services import archive_runs, delete_runs
from runs.tracking.statuses import Status
from tests.factories import default_workspace, make_experiment, make_run, make_workspace

HOUR = 3_600_000


@pytest.fixture
def experiment(db):
    return make_experiment("alpha")


def found(text: str = "", **search) -> list[str]:
    """The names of the runs found, in order."""
    search.setdefault("workspace", default_workspace())
    paging = {name: search.pop(name) for name in ("limit", "after") if name in search}
    page = search_runs(Search(filter=parse(text), **search), **paging)
    names = dict(Run.objects.filter(id__in=page.run_ids).values_list("id", "name"))
    return [names[run_id] for run_id in page.run_ids]


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


def log_at_best(run, value: float) -> None:
    """Log `x`, which has this value where `goal` is least."""
    points = [("x", 0, 0, 99.0), ("x", 1, 0, value), ("goal", 0, 0, 2.0), ("goal", 1, 0, 1.0)]
    log_batch(run=run, points=points)


GOAL = Goal("goal", "min")


def test_runs_are_sorted_by_the_value_at_the_best_step_of_the_goal(experiment):
    runs = [make_run(experiment, name=name, started_ms=n) for n, name in enumerate("abcde")]
    for run, value in zip(runs, (2.0, 1.0, math.nan, 1.0), strict=False):
        log_at_best(run, value)
    keys = (SortKey(Field(Entity.METRIC, "x", Aggregate.BEST)),)

    whole = found(sort=keys, goal=GOAL)

    assert whole == ["d", "b", "a", "c", "e"]
    page = search_runs(Search(workspace=default_workspace(), sort=keys, goal=GOAL), limit=2)
    assert found(sort=keys, after=page.next, goal=GOAL) == whole[2:]
    with pytest.raises(SearchError, match="Choose a goal metric"):
        found(sort=keys)


@pytest.mark.parametrize("descending", [False, True])
def test_pages_by_the_value_at_best_join_to_the_whole(experiment, descending):
    chances = random.Random(5)
    for number in range(40):
        run = make_run(experiment, name=f"{number}", started_ms=number % 7)
        if number % 4:
            log_at_best(run, chances.choice([1.0, 2.0, -3.0, math.inf, -math.inf, math.nan]))
    keys = (SortKey(Field(Entity.METRIC, "x", Aggregate.BEST), descending),)
    search = Search(workspace=default_workspace(), sort=keys, goal=GOAL)

    whole, pages, after = search_runs(search).run_ids, [], None
    while pages == [] or after:
        page = search_runs(search, limit=3, after=after)
        pages, after = pages + page.run_ids, page.next

    assert len(whole) == 40
    assert pages == whole


def test_the_goal_itself_is_sorted_at_its_best_by_the_table(experiment, monkeypatch):
    runs = [make_run(experiment, name=name, started_ms=n) for n, name in enumerate("abcde")]
    for run, value in zip(runs, (2.0, 1.0, math.nan, 1.0), strict=False):
        points = [("goal", 0, 0, value + 5), ("goal", 1, 0, value), ("goal", 2, 0, value + 9)]
        log_batch(run=run, points=points)
    monkeypatch.setattr(in_memory, "read_at_best", lambda *_: pytest.fail("read in memory"))
    key = SortKey(Field(Entity.METRIC, "goal", Aggregate.BEST))

    whole = found(sort=(key,), goal=GOAL)

    assert whole == ["d", "b", "a", "c", "e"]
    assert found(sort=(replace(key, descending=True),), goal=GOAL) == ["a", "d", "b", "c", "e"]
    assert found(sort=(key,), goal=Goal("goal", "max")) == whole
    page = search_runs(Search(workspace=default_workspace(), sort=(key,), goal=GOAL), limit=2)
    assert found(sort=(key,), after=page.next, goal=GOAL) == whole[2:]


CONDITIONS = [
    *("= 1", "!= 1", "< 1", "<= 1", "> 1", ">= 1", "in (1, 2)", "not in (1, 2)", "= nan", "!= nan"),
    *("= inf", "< inf", "> -inf", "is null", "is not null"),
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_value_at_best_is_compared_as_one_of_a_table(experiment, condition):
    values = {"a": 0.5, "b": 1.0, "c": 2.0, "d": math.nan, "e": math.inf, "f": -math.inf}
    runs = {name: make_run(experiment, name=name) for name in [*values, "none"]}
    for name, value in values.items():
        log_at_best(runs[name], value)

    for text in ("metrics.x{} {}", "not metrics.x{} {}", "name != b and metrics.x{} {}"):
        stored = found(text.format("", condition))
        assert found(text.format(".best", condition), goal=GOAL) == stored
        assert found(text.format(":best", condition), goal=GOAL) == stored


def test_only_what_the_rest_of_the_filter_leaves_is_looked_up_at_its_best(experiment, monkeypatch):
    one = make_run(experiment, name="one")
    make_run(experiment, name="two")
    asked = []
    monkeypatch.setattr(looked_up, "read_at_best", lambda goal, ids, key: asked.append(ids) or {})

    assert found("metrics.x.best > 0 and name = one", goal=GOAL) == []
    assert asked == [[one.id]]


def test_without_a_goal_nothing_is_filtered_by_its_value_at_best(experiment):
    with pytest.raises(SearchError, match="Choose a goal metric"):
        found("metrics.x.best > 0")


def test_a_column_of_a_table_is_not_filtered_by_its_value_at_best(experiment):
    with pytest.raises(SearchError, match="A column of a table has no value at best"):
        found("metrics.t[x].best > 0", goal=GOAL)


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
