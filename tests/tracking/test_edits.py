"""Who changed the name, the description and the tags of a run."""

import pytest

from runs.details.run_documents import get_run_document
from runs.table.bulk import tag_runs
from runs.tracking import edits
from runs.tracking.services import delete_tag, set_tags, update_run
from tests.factories import make_run

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        ms = 1_780_000_000_000

    monkeypatch.setattr(edits, "now_ms", lambda: Clock.ms)
    return Clock


@pytest.fixture
def run(db):
    return make_run(name="heron")


def told(run):
    found = get_run_document(run.workspace, run.run_id).edits
    return [(one.by, one.what, one.key, one.before, one.after) for one in found]


def test_a_new_name_and_description_are_entered(run):
    update_run(run=run, name="egret", description="# Why", by="ada")
    assert told(run) == [
        ("ada", "name", "", "heron", "egret"),
        ("ada", "description", "", "", "# Why"),
    ]


def test_tags_are_entered_with_what_they_said_before(run):
    set_tags(run=run, tags={"quality": "good", "again": None}, by="ada")
    set_tags(run=run, tags={"quality": "bad"}, by="bob")
    delete_tag(run=run, key="again", by="bob")
    assert told(run) == [
        ("ada", "tag", "again", None, ""),
        ("ada", "tag", "quality", None, "good"),
        ("bob", "tag", "quality", "good", "bad"),
        ("bob", "tag", "again", "", None),
    ]


def test_the_same_again_is_no_change(run):
    set_tags(run=run, tags={"quality": "good"}, by="ada")
    set_tags(run=run, tags={"quality": "good"}, by="bob")
    update_run(run=run, name="heron", description="", by="bob")
    assert len(told(run)) == 1


def test_a_script_that_counts_in_a_tag_makes_one_entry(run, clock):
    for percent in range(100):
        set_tags(run=run, tags={"progress": f"{percent} %"}, by="ada")
    assert told(run) == [("ada", "tag", "progress", None, "99 %")]
    clock.ms += 3_600_001
    set_tags(run=run, tags={"progress": "done"}, by="ada")
    assert told(run)[1:] == [("ada", "tag", "progress", "99 %", "done")]


def test_what_is_taken_back_at_once_leaves_nothing(run, clock):
    set_tags(run=run, tags={"quality": "good"}, by="ada")
    delete_tag(run=run, key="quality", by="ada")
    assert told(run) == []


def test_what_somebody_else_takes_back_is_told(run):
    update_run(run=run, name="egret", by="ada")
    update_run(run=run, name="heron", by="bob")
    assert [one[0] for one in told(run)] == ["ada", "bob"]


def test_what_clients_keep_for_themselves_is_not_entered(run):
    set_tags(run=run, tags={"mlflow.log-model.history": "[]"}, by="ada")
    set_tags(run=run, tags={"mlflow.note.content": "why", "mlflow.runName": "egret"}, by="ada")
    assert [one[1:] for one in told(run)] == [
        ("name", "", "heron", "egret"),
        ("description", "", "", "why"),
    ]


def test_a_tag_for_many_runs_is_entered_with_each(run):
    other = make_run()
    tag_runs(runs=[run, other], key="quality", value="good", by="ada")
    assert told(run) == told(other) == [("ada", "tag", "quality", None, "good")]


def test_long_texts_are_kept_in_part(run):
    update_run(run=run, description="x" * 5000, by="ada")
    [(*_, after)] = told(run)
    assert len(after) == 2000 and after.endswith("…")
