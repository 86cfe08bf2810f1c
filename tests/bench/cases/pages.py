"""The pages themselves: from the address bar to the painted table or chart, cold and warm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from tests.bench.browser import open_profile, visit
from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.cases.views import VIEWS, Subject, View
from tests.bench.seeds.population import RunSeed, curves, many_names, searchable
from tests.bench.target import Options, Sample, Target

# A browser compiles a script on the first visits and keeps the result after the second.
COLD_VISITS, FIRST_VISITS, WARM_VISITS = 3, 2, 5


@dataclass(frozen=True)
class Filled:
    """An experiment with its runs, and the view of it that the server has; None: none."""

    view: View | None
    url: str


def case(
    name: str,
    label: str,
    definition: str,
    subject: Subject,
    seeds: Callable[[Options], Iterator[RunSeed]],
) -> Case:
    """Time the view of `subject` that each server has of the same runs."""

    def prepare(target: Target, options: Options) -> Filled:
        warm_up(target, options)
        view = VIEWS[subject].get(target.name)
        if view is None:
            return Filled(None, "")
        experiment = target.new_experiment(name)
        run_ids = target.fill(experiment, seeds(options))
        return Filled(view, target.url + view.address(experiment, run_ids))

    def measure(target: Target, filled: Filled, options: Options) -> list[Sample]:
        if filled.view is None:
            return []
        view = filled.view
        cold: list[float] = []
        for _ in range(COLD_VISITS):
            with open_profile(view.painted) as page:
                cold.append(visit(page, filled.url))
        with open_profile(view.painted) as page:
            for _ in range(FIRST_VISITS):
                visit(page, filled.url)
            used = target.cpu_seconds()
            warm = [visit(page, filled.url) for _ in range(WARM_VISITS)]
            used = (target.cpu_seconds() - used) / WARM_VISITS
            shown = page.evaluate(view.shown)
        options.note(f"{label} of {target.name}: {view.what}; it shows {shown}")
        return [
            Sample(f"{label}, cold", median(cold), "ms"),
            Sample(f"{label}, warm", median(warm), "ms"),
            Sample(f"{label}, server cpu a visit", used * 1000, "ms"),
        ]

    return Case(name, definition, measure, prepare)


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
