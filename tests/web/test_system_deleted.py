"""The System page, deleted runs: bringing them back, erasing them for good."""

import re

import pytest
from django.test import Client

from runs.housekeeping.models import Purge
from runs.housekeeping.purging import asking, working
from runs.tracking import services
from runs.tracking.erasing import COUNTED, Erased
from runs.tracking.models import Lifecycle, Run
from runs.workspaces.permissions import Role
from tests.factories import make_experiment, make_member, make_run
from tests.housekeeping.full_runs import ALL_BYTES, ALL_POINTS, make_deleted_run
from tests.web.pages import html_of

pytestmark = pytest.mark.django_db
PAGE = "/w/default/system/deleted"
PREVIEW, PURGE = "/w/default/system/purge/preview", "/w/default/system/purge"
RESTORE = "/w/default/system/restore"


def deleted_run(**fields) -> Run:
    run = make_run(**fields)
    services.delete_runs(runs=[run])
    return run


def text_of(client: Client, address: str = PAGE) -> str:
    return html_of(client.get(address))


def form_of(panel: str) -> dict[str, list[str]]:
    """What the panel's form sends, without what its reader types."""
    form: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', panel):
        form.setdefault(name, []).append(value)
    return form


def ask_preview(client: Client, **form) -> dict[str, list[str]]:
    answer = client.post(PREVIEW, form)
    assert answer.status_code == 200
    return form_of(answer.content.decode())


def test_deleted_runs_are_listed_with_their_size(studio: Client):
    make_deleted_run(name="gone")
    make_run(name="still-here")

    page = text_of(studio)

    assert "gone" in page
    assert "still-here" not in page
    assert f"{ALL_BYTES} bytes in 3 files" in page
    assert f"{ALL_POINTS:,}" in page


@pytest.mark.both_databases
def test_the_last_deleted_comes_first_page_by_page(studio: Client, monkeypatch):
    runs = [make_run(run_id=f"r-{number}") for number in range(5)]
    for number, run in enumerate(runs):
        services.delete_runs(runs=[run])
        Run.objects.filter(pk=run.pk).update(updated_ms=10 + number // 2)
    monkeypatch.setattr("runs.web.system_deleted.PER_PAGE", 2)
    seen, address = [], PAGE
    while address:
        context = studio.get(address).context
        seen += [row.run.run_id for row in context["found"].rows]
        address = context["next"]
    assert seen == ["r-4", "r-3", "r-2", "r-1", "r-0"]
    assert context["found"].total == 5


def test_chosen_runs_are_restored(studio: Client):
    chosen, other = deleted_run(), deleted_run()

    answer = studio.post(RESTORE, {"run": [chosen.run_id]})

    assert answer.status_code == 204
    assert "1 run restored" in answer["HX-Trigger"]
    assert Run.objects.get(pk=chosen.pk).lifecycle == Lifecycle.ACTIVE
    assert Run.objects.get(pk=other.pk).lifecycle == Lifecycle.DELETED


def test_a_run_of_a_deleted_experiment_is_restored_after_it(studio: Client):
    experiment = make_experiment()
    run = make_run(experiment)
    services.delete_experiment(experiment=experiment)
    assert studio.post(RESTORE, {"run": run.run_id}).status_code == 409


def test_what_the_panel_shows_is_what_is_freed(studio: Client):
    run, other = make_deleted_run(), make_deleted_run()
    form = ask_preview(studio, run=[run.run_id])
    assert form["runs"] == ["1"]
    assert form["run"] == [run.run_id]

    answer = studio.post(PURGE, {**form, "typed": "1"}, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    purge = Purge.objects.get()
    assert {name: [str(getattr(purge, name))] for name in COUNTED}.items() <= form.items()
    assert set(Run.objects.values_list("pk", flat=True)) == {other.pk}
    assert "Last erased" in text_of(studio)


def test_all_deleted_runs_are_erased_at_once(studio: Client):
    for _ in range(3):
        deleted_run()
    kept = make_run()
    form = ask_preview(studio, all="1")

    assert studio.post(PURGE, {**form, "typed": " 3 "}).status_code == 303

    assert list(Run.objects.all()) == [kept]
    assert "No deleted runs" in text_of(studio)


@pytest.mark.parametrize("typed", ["", "2", "x", "1.0"])
def test_another_number_erases_nothing(studio: Client, typed: str):
    run = deleted_run()
    form = ask_preview(studio, all="1")
    assert studio.post(PURGE, {**form, "typed": typed}).status_code == 400
    assert Run.objects.filter(pk=run.pk).exists()


def test_numbers_that_have_changed_since_erase_nothing(studio: Client):
    run = deleted_run()
    form = ask_preview(studio, all="1")
    make_deleted_run()

    answer = studio.post(PURGE, {**form, "typed": "1"}, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert "has changed" in answer.json()["message"]
    assert Run.objects.filter(pk=run.pk).exists()


@pytest.mark.parametrize("form", [{}, {"run": "unknown"}, {"runs": "x", "typed": "1"}])
def test_forms_that_say_nothing_erase_nothing(studio: Client, form):
    deleted_run()
    assert studio.post(PURGE, form).status_code == 400
    assert studio.post(PREVIEW, form).status_code in (400, 404)
    assert studio.post(RESTORE, form).status_code in (400, 404)
    assert Run.objects.count() == 1


def test_a_run_that_is_not_deleted_is_not_erased(studio: Client):
    run = make_deleted_run()
    form = ask_preview(studio, run=run.run_id)
    services.restore_runs(runs=[run])
    answer = studio.post(PURGE, {**form, "typed": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert Run.objects.filter(pk=run.pk).exists()
    assert studio.post(PREVIEW, {"run": run.run_id}).status_code == 409


def test_deleted_experiments_without_runs_can_be_erased(studio: Client):
    services.delete_experiment(experiment=make_experiment())
    assert "Erase 1 deleted experiment without runs" in text_of(studio)
    form = ask_preview(studio, all="1")
    studio.post(PURGE, {**form, "typed": "1"})
    assert Purge.objects.get().experiments == 1


def test_a_long_purge_shows_how_far_it_is(studio: Client, as_part, monkeypatch):
    monkeypatch.setattr(asking, "MOST_AT_ONCE", Erased())
    monkeypatch.setattr(working, "RUNS_PER_PART", 1)
    for _ in range(2):
        deleted_run()
    studio.post(PURGE, {**ask_preview(studio, all="1"), "typed": "2"})
    page = text_of(studio)
    assert "0 of 2 runs" in page
    assert "Waiting for a worker" in page
    assert "data-live" in page

    working.do_part(Purge.objects.get())
    assert "1 of 2 runs" in html_of(as_part(PAGE))

    working.resume_purges()
    Purge.objects.filter(ended_ms=None).update(beat_ms=0)
    working.resume_purges()
    page = text_of(studio)
    assert "Last erased" in page
    assert "data-live" not in page


def test_readers_look_and_contributors_restore_but_only_owners_erase(guarded: Client):
    run = deleted_run(name="gone")
    guarded.force_login(make_member(Role.READER))
    page = text_of(guarded)
    assert "gone" in page
    assert "Restore" not in page
    assert guarded.post(RESTORE, {"run": run.run_id}).status_code == 403
    guarded.force_login(make_member(Role.CONTRIBUTOR))
    assert "Erase permanently" not in text_of(guarded)
    assert guarded.post(PREVIEW, {"all": "1"}).status_code == 403
    assert guarded.post(PURGE, {"all": "1"}).status_code == 403
    assert Run.objects.filter(pk=run.pk).exists()
