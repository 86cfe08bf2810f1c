"""What went on in a cluster over time, and how far its runs are."""

import pytest

from runs.compute import sampling
from runs.compute.attempts import finish
from runs.compute.board import read_board, read_tiles
from runs.compute.claiming import claim
from runs.compute.models import Attempt, ClusterSample
from runs.compute.past_durations import PastDurations
from runs.compute.progress import read_progress
from runs.compute.queries import count_finished
from runs.compute.reasons import Cause
from runs.compute.sampling import SPANS, forget_samples, read_load, sample_clusters
from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from runs.tracking.runs import update_run
from runs.tracking.services import log_params, set_tags
from tests.web.curves import log_curve

pytestmark = pytest.mark.django_db
HOUR_MS = 3_600_000


def add_sample(cluster, ago_ms: int, **facts) -> None:
    told = {"running": 0, "queued": 0, "wait_ms": 0, "slots": 2} | facts
    ClusterSample.objects.create(cluster=cluster, at_ms=now_ms() - ago_ms, **told)


def test_a_sample_notes_what_goes_on(put, node, cluster):
    put(), put()
    claim(node=node, load={"load": 0.5})
    sample_clusters()
    sample = ClusterSample.objects.get(cluster=cluster)
    assert (sample.running, sample.queued, sample.slots, sample.load) == (1, 1, node.slots, None)
    assert sample.wait_ms >= 0


def test_history_is_the_mean_of_each_step_and_the_longest_wait(cluster):
    day = SPANS[2]
    at = now_ms() // day.step_ms * day.step_ms - 2 * day.step_ms
    for offset, running, wait in ((0, 1, 10), (1000, 2, 30), (day.step_ms, 0, 0)):
        ClusterSample.objects.create(
            cluster=cluster, at_ms=at + offset, running=running, queued=4, wait_ms=wait, slots=2
        )
    first, second = read_load(cluster, day)
    assert (first.at_ms, first.running, first.queued, first.wait_ms) == (at, 1.5, 4, 30)
    assert (first.use, second.use) == (0.75, 0)


def test_history_leaves_out_what_is_older_and_other_clusters(cluster, workspace):
    from runs.compute.clusters import create_cluster

    add_sample(cluster, 4 * HOUR_MS)
    add_sample(create_cluster(workspace=workspace, name="other"), 1000)
    assert read_load(cluster, SPANS[1]) == []
    assert len(read_load(cluster, SPANS[2])) == 1


def test_samples_that_no_chart_shows_are_forgotten(cluster):
    add_sample(cluster, sampling.KEPT_MS + 1000)
    add_sample(cluster, sampling.KEPT_MS - HOUR_MS)
    forget_samples()
    assert ClusterSample.objects.count() == 1


def test_the_median_wait_is_that_of_the_first_attempts(put, node, cluster):
    runs = [put() for _ in range(3)]
    for wait_ms in (1000, 9000, 3000):
        attempt = claim(node=node)
        Attempt.objects.filter(pk=attempt.pk).update(claimed_ms=attempt.job.queued_ms + wait_ms)
        finish(run=attempt.job.run, fence=attempt.fence, cause=Cause.COMPLETED)
    assert read_tiles(cluster).wait_s == 3
    assert len(runs) == count_finished(cluster)


@pytest.fixture
def running(put, node) -> Run:
    """A run that has been running for 100 seconds."""
    run = put(script="train.py")
    attempt = claim(node=node)
    update_run(run=attempt.job.run, status="Running", by_cluster=True)
    Run.objects.filter(pk=run.pk).update(started_ms=now_ms() - 100_000)
    run.refresh_from_db()
    return run


def progress_of(run: Run, durations=()):
    past = PastDurations([(run.experiment_id, "train.py", seconds) for seconds in durations])
    return read_progress([run.job], past).get(run.pk)


def test_the_parameter_epochs_is_the_total(running):
    log_params(run=running, params={"epochs": "10", "max_steps": "90000"})
    log_curve(running, "loss", [0.5, 0.4, 0.3])
    log_curve(running, "system/cpu", [1.0] * 50)
    progress = progress_of(running)
    assert (progress.unit, progress.at, progress.total, progress.percent) == ("epoch", 2, 10, 20)
    assert progress.ends_ms == pytest.approx(now_ms() + 400_000, abs=31_000)


def test_the_tag_total_steps_counts_before_parameters(running):
    log_params(run=running, params={"epochs": "10"})
    set_tags(run=running, tags={"total_steps": "4"})
    log_curve(running, "loss", [0.5, 0.4])
    assert (progress_of(running).unit, progress_of(running).total) == ("step", 4)


@pytest.mark.parametrize("total", ["many", "0", "-3", "1", "", "9" * 30])
def test_a_total_that_cannot_be_is_none(running, total):
    log_params(run=running, params={"epochs": total})
    log_curve(running, "loss", [0.5, 0.4, 0.3])
    assert progress_of(running) is None


def test_earlier_runs_say_how_long_it_takes(running):
    assert progress_of(running, durations=[200, 200]) is None
    progress = progress_of(running, durations=[190, 200, 900])
    assert (progress.unit, progress.percent) == ("", 50)
    assert progress.ends_ms == pytest.approx(now_ms() + 100_000, abs=31_000)
    assert progress_of(running, durations=[10, 20, 30]) is None


def test_the_board_puts_progress_beside_the_run(running, cluster):
    log_params(run=running, params={"epochs": "2"})
    log_curve(running, "loss", [0.5, 0.4])
    (family,) = read_board(cluster).families
    assert family.parent is None
    assert family.members[0].progress.done == 0.5
