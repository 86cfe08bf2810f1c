"""The harness measures a live studio, and sees when an answer is wrong."""

import numpy as np

from tests.bench.cases import log_metric, search
from tests.bench.load import Outcome
from tests.bench.report import Report
from tests.bench.runner import CaseRun
from tests.bench.target import Options, Target
from tests.mlflow_api.conftest import running_server


def test_a_case_is_measured_and_a_wrong_answer_shows():
    options, report = Options(seconds=0.5, rounds=1, scale=0.005), Report(["studio"])
    with running_server(STUDIO_OPEN="1") as server:
        target = Target("studio", server.url)
        CaseRun(log_metric.CASES[0], options, report).run([target])
        CaseRun(search.CASES[0], options, report).run([target])
        run_id = target.api().create_run("0", "empty")
        lost = log_metric.check_points(target.api(), run_id, Outcome(np.ones(3)))
    assert report.failures == []
    assert report.rows["log-metric x1"].middle("studio") > 0
    assert not any(row.wrong for row in report.rows.values())
    assert lost == "0 points stored of 3"
    assert "10k runs: page 50" in report.text()
