"""The pages themselves: from the address bar to the painted table or chart, cold and warm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from tests.bench.browser import NotPainted, open_profile, visit
from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.cases.views import Experiment, Subject, View, views_of
from tests.bench.seeds.population import RunSeed, curves, many_names, searchable
from tests.bench.target import Options, Sample, Target

COLD_VISITS, FIRST_VISITS, WARM_VISITS = 3, 2, 5


@dataclass(frozen=True)
class Filled:
    """An experiment with its runs."""

    experiment: Experiment
    run_ids: list[str]


def case(
    name: str,
    label: str,
    definition: str,
    subject: Subject,
    seeds: Callable[[Options], Iterator[RunSeed]],
) -> Case:
    """Time the views of `subject` that each server has of the same runs."""

    def prepare(target: Target, options: Options) -> Filled | None:
        warm_up(target, options)
        if not views_of(subject, target.name):
            return None
        experiment = read_experiment(target, target.new_experiment(name))
        return Filled(experiment, target.fill(experiment.id, seeds(options)))

    def measure(target: Target, filled: Filled | None, options: Options) -> list[Sample]:
        if filled is None:
            return []
        samples: list[Sample] = []
        for view in views_of(subject, target.name):
            row = f"{label} ({view.row})" if view.row else label
            samples += measure_view(target, filled, view, row, options)
        return samples

    return Case(name, definition, measure, prepare)


def read_experiment(target: Target, experiment_id: str) -> Experiment:
    found = target.api().get("experiments/get", experiment_id=experiment_id)
    return Experiment(experiment_id, found["experiment"]["name"])


def measure_view(
    target: Target, filled: Filled, view: View, row: str, options: Options
) -> list[Sample]:
    """Visit a page cold and warm. One that does not paint its subject is told of in a note."""
    url = target.url + view.address(filled.experiment, filled.run_ids)
    kept = view.kept(filled.experiment)
    cold: list[float] = []
    try:
        for _ in range(COLD_VISITS):
            with open_profile(view.painted, kept) as page:
                cold.append(visit(page, url))
    except NotPainted as error:
        options.note(f"{row} of {target.name}: {view.what}; {error}")
        return []
    with open_profile(view.painted, kept) as page:
        for _ in range(FIRST_VISITS):
            visit(page, url)
        used = target.cpu_seconds()
        warm = [visit(page, url) for _ in range(WARM_VISITS)]
        used = (target.cpu_seconds() - used) / WARM_VISITS
        shown = page.evaluate(view.shown)
    options.note(f"{row} of {target.name}: {view.what}; it shows {shown}")
    return [
        Sample(f"{row}, cold", median(cold), "ms"),
        Sample(f"{row}, warm", median(warm), "ms"),
        Sample(f"{row}, server cpu a visit", used * 1000, "ms"),
    ]


CASES = [
    case(
        "page-table",
        "table of 100k runs",
        "the page of an experiment of 100,000 runs, from the address bar until 20 rows with their "
        "metrics are painted; cold: a new profile, warm: again",
        Subject.TABLE,
        lambda options: searchable(options.scaled(100_000)),
    ),
    case(
        "page-chart-100",
        "chart of 100 x 10k",
        "a chart of one metric of 100 runs x 10000 points, until its lines are painted",
        Subject.CHART,
        lambda options: curves(100, options.scaled(10_000)),
    ),
    case(
        "page-chart-500",
        "chart of 500 x 10k",
        "a chart of one metric of 500 runs x 10000 points, until its lines are painted",
        Subject.LARGE_CHART,
        lambda options: curves(500, options.scaled(10_000)),
    ),
    case(
        "page-names",
        "table of 10k names",
        "the page of an experiment of 50 runs with 10,000 metrics each",
        Subject.TABLE,
        lambda options: many_names(50, options.scaled(10_000)),
    ),
]
