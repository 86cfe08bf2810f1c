"""Texts that two people edit at a time."""

import pytest

from runs.tracking.experiments import describe_experiment
from runs.tracking.models import Experiment, Run
from runs.tracking.people_texts import (
    ChangedMeanwhile,
    merge_experiment_texts,
    merge_run_texts,
    stamp_of,
)
from runs.tracking.runs import update_run
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


def test_a_description_that_somebody_has_changed_is_not_replaced_without_a_word():
    run = make_run()
    seen = {"description": stamp_of("")}
    update_run(run=run, description="by ada", by="ada")
    with pytest.raises(
        ChangedMeanwhile, match=r"ada has changed the description .* “by ada”"
    ) as it:
        merge_run_texts(run=run, texts={"description": "by ben"}, seen=seen, by="ben")
    assert Run.objects.get(pk=run.pk).description == "by ada"

    seen["description"] = it.value.stamp
    merge_run_texts(run=run, texts={"description": "by ben"}, seen=seen, by="ben")
    assert Run.objects.get(pk=run.pk).description == "by ben"


def test_a_name_that_was_not_edited_is_left_as_somebody_else_has_it():
    experiment = make_experiment("old")
    seen = {"name": stamp_of("old"), "description": stamp_of("")}
    Experiment.objects.filter(pk=experiment.pk).update(name="new")
    texts = {"name": "old", "description": "two\r\nlines"}
    merge_experiment_texts(experiment=experiment, texts=texts, seen=seen)
    experiment.refresh_from_db()
    assert (experiment.name, experiment.description) == ("new", "two\r\nlines")
    same = texts | {"description": "two\nlines"}
    merge_experiment_texts(
        experiment=experiment, texts=same, seen={"description": stamp_of("two\nlines")}
    )


def test_of_two_texts_that_do_not_fit_neither_is_written():
    experiment = make_experiment("old")
    describe_experiment(experiment=experiment, description="by ada")
    texts = {"name": "new", "description": "by ben"}
    with pytest.raises(ChangedMeanwhile, match="Somebody else has changed the description"):
        merge_experiment_texts(
            experiment=experiment, texts=texts, seen={"description": stamp_of("")}
        )
    assert Experiment.objects.get(pk=experiment.pk).name == "old"


def test_without_a_stamp_the_last_text_wins():
    run = make_run(name="a")
    merge_run_texts(run=run, texts={"name": "b"}, seen={})
    assert Run.objects.get(pk=run.pk).name == "b"
