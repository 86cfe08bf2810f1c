"""Downloads of runs: what is in them, while a run is running too."""

import io
import zipfile

import pytest

from runs.artifacts import queries
from runs.artifacts.errors import BytesMissing, InvalidPath, UnknownFile
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.models import File
from runs.artifacts.zipping import plan_zip
from runs.artifacts.zipping.plans import plain_name
from runs.tracking.statuses import Status

pytestmark = pytest.mark.django_db

TREE = {
    "outputs/model/weights.bin": b"w" * 3000,
    "outputs/note.txt": b"note",
    "user_logs/std_log.txt": b"epoch 1\n",
    "logs/azureml/a.log": b"prepared\n",
    "emoji 🚂.txt": b"x",
}


@pytest.fixture
def finished(make_run, save):
    """A finished run with a tree of files."""
    run = make_run(status=Status.COMPLETED)
    for path, content in TREE.items():
        save(run, path, content)
    return run


def unpacked(plan) -> dict[str, bytes]:
    data = b"".join(plan.chunks())
    assert len(data) == plan.size_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def test_a_run_is_downloaded_with_its_folders(finished):
    plan = plan_zip([finished])
    assert unpacked(plan) == TREE
    assert (plan.file_count, plan.content_bytes) == (5, sum(map(len, TREE.values())))


def test_a_folder_is_downloaded_alone(finished):
    assert set(unpacked(plan_zip([finished], folder="outputs/model/"))) == {
        "outputs/model/weights.bin"
    }


def test_logs_are_downloaded_alone(finished):
    assert set(unpacked(plan_zip([finished], logs_only=True))) == {
        "user_logs/std_log.txt", "logs/azureml/a.log"
    }  # fmt: skip


def test_a_folder_that_leads_out_is_refused(finished):
    with pytest.raises(InvalidPath):
        plan_zip([finished], folder="../other")


@pytest.mark.both_databases
@pytest.mark.parametrize("folder", ["nothing", "outputs/mod"])
def test_an_unknown_folder_is_refused(finished, folder):
    with pytest.raises(UnknownFile):
        plan_zip([finished], folder=folder)


def test_several_runs_have_a_folder_each(make_run, save):
    names = ["best run", "Best Run", "../../etc", "", "a/b\\c:d"]
    runs = [make_run(name=name) for name in names]
    for run in runs:
        save(run, "a.txt", run.run_id)
    found = unpacked(plan_zip(runs))
    assert list(found) == [
        "best run/a.txt", "Best Run (2)/a.txt", "etc/a.txt", f"{runs[3].run_id}/a.txt",
        "a_b_c_d/a.txt",
    ]  # fmt: skip
    assert [content.decode() for content in found.values()] == [run.run_id for run in runs]


def test_the_download_has_a_name_for_people(finished, make_run):
    finished.name = "my <run>\r\n"
    assert plan_zip([finished]).name == "my _run.zip"
    assert plan_zip([finished], folder="outputs/model").name == "my _run-outputs_model.zip"
    assert plan_zip([finished], logs_only=True).name == "my _run-logs.zip"
    assert plan_zip([finished, make_run()]).name == "2-runs.zip"


@pytest.mark.parametrize("text", ["..", ". .", "///", "\x00", "", "\u202e"])
def test_a_name_that_says_nothing_becomes_a_plain_one(text):
    assert plain_name(text) == "run"


def test_a_finished_run_gives_the_same_bytes_again(finished):
    first, again = plan_zip([finished]), plan_zip([finished])
    assert first.is_final
    assert first.etag == again.etag
    whole = b"".join(first.chunks())
    assert b"".join(again.chunks(1234)) == whole[1234:]
    assert b"".join(again.chunks(5, 99)) == whole[5:99]


def test_another_file_makes_another_etag(finished, save):
    before = plan_zip([finished]).etag
    save(finished, "more.txt")
    assert plan_zip([finished]).etag != before


def test_a_running_run_is_frozen_when_the_download_begins(run, save):
    save(run, "a.txt", b"before")
    append_log(run=run, path="logs/a.txt", offset=0, data=b"one\n")
    plan = plan_zip([run])
    append_log(run=run, path="logs/a.txt", offset=4, data=b"two\n")
    save(run, "late.txt")
    assert not plan.is_final
    assert unpacked(plan) == {"a.txt": b"before", "logs/a.txt": b"one\n"}


def test_a_file_replaced_during_the_download_comes_as_it_was(run, save, stored):
    save(run, "table.json", b"old")
    plan = plan_zip([run])
    save(run, "table.json", b"new")
    assert len(stored()) == 2
    assert unpacked(plan) == {"table.json": b"old"}


def test_replaced_bytes_are_freed_again_once_the_download_is_over(run, save, files_dir, stored):
    first = save(run, "table.json", b"old")
    list(plan_zip([run]).chunks())
    save(run, "table.json", b"new")
    stored()
    assert not (files_dir / first.key).exists()


def test_a_disk_that_takes_no_new_file_does_not_stop_a_download(run, save, files_dir):
    save(run, "a.txt", b"x")
    (files_dir.parent / "pins").write_text("in the way")
    plan = plan_zip([run])
    assert not plan.is_final
    assert unpacked(plan) == {"a.txt": b"x"}


def test_a_growing_log_of_an_ended_run_is_not_final(make_run):
    run = make_run(status=Status.FAILED)
    append_log(run=run, path="a.log", offset=0, data=b"x")
    assert not plan_zip([run]).is_final
    finish_log(run=run, path="a.log")
    assert plan_zip([run]).is_final


def test_files_without_a_checksum_are_sent_all_the_same(finished):
    File.objects.update(crc32=None)
    plan = plan_zip([finished])
    assert not plan.is_final
    assert unpacked(plan) == TREE


def test_a_compressed_download_unpacks_to_the_same(finished):
    data = b"".join(plan_zip([finished]).deflated_chunks())
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {name: file.read(name) for name in file.namelist()} == TREE
    assert len(data) < plan_zip([finished]).size_bytes


def test_lost_bytes_break_the_download_off(finished, files_dir):
    (files_dir / queries.get_file(finished, "outputs/note.txt").key).unlink()
    with pytest.raises(BytesMissing):
        list(plan_zip([finished]).chunks())


def test_planning_costs_one_query_per_run(finished, make_run, django_assert_num_queries):
    runs = [finished, make_run(), make_run()]
    with django_assert_num_queries(3):
        plan_zip(runs)


def test_every_name_in_a_zip_stays_inside(run, save):
    for path in ("<img onerror>", "CON", "trailing. ", "שלום", "a" * 255, "50%"):
        save(run, path)
    assert not any(name.startswith("/") or ".." in name for name in unpacked(plan_zip([run])))
