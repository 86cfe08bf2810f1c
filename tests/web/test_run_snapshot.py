"""The tab Snapshot of a run, and what its script asks for."""

import io
import zipfile

import pytest
from django.test import Client

from runs.artifacts.snapshots.services import save_snapshot
from runs.workspaces.permissions import Role
from tests.artifacts.zips import FOLDER, make_zip
from tests.factories import make_experiment, make_member, make_run, make_workspace
from tests.web.pages import html_of


@pytest.fixture
def runs(db):
    """Two runs of an experiment, the later with other code."""
    experiment = make_experiment("vision")
    first = make_run(experiment, run_id="run-1", name="calm-heron")
    second = make_run(experiment, run_id="run-2", name="bright-otter")
    keep(first, FOLDER)
    keep(second, {"train.py": b"print('bye')\n", "README.md": FOLDER["README.md"], "new.py": b"1"})
    return first, second


def keep(run, files) -> None:
    save_snapshot(run=run, chunks=[make_zip(files)])


def page_of(studio: Client, run_id: str, **query: str) -> str:
    return html_of(studio.get(f"/w/default/runs/{run_id}/snapshot", query))


def ask(studio: Client, run_id: str, what: str, **query: str):
    headers = {"Accept": "application/json"}
    return studio.get(f"/w/default/runs/{run_id}/snapshot/{what}", query, headers=headers)


class TestPage:
    def test_without_a_snapshot_it_says_how_to_add_one(self, studio: Client):
        page = page_of(studio, make_run(run_id="run-9").run_id)
        assert "curl -T code.zip" in page
        assert "http://testserver/api/v1/runs/run-9/snapshot" in page
        assert "Bearer" not in page

    def test_another_workspace_has_another_address(self, studio: Client):
        run = make_run(make_experiment("theirs", make_workspace("team")), run_id="run-9")
        page = studio.get(f"/w/team/runs/{run.run_id}/snapshot").content.decode()
        assert "http://testserver/w/team/api/v1/runs/run-9/snapshot" in page

    def test_who_signs_in_is_told_to_send_a_token(self, guarded: Client):
        run = make_run()
        guarded.force_login(make_member(Role.READER))
        assert "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" in page_of(guarded, run.run_id)

    def test_what_git_says_is_shown_instead(self, studio: Client):
        tags = {
            "mlflow.source.git.commit": "5fa3c1d2aa67",
            "mlflow.source.git.repoURL": "https://git.example/code",
            "mlflow.source.name": "train.py",
        }
        page = page_of(studio, make_run(tags=tags).run_id)
        assert "5fa3c1d2aa67" in page
        assert 'href="https://git.example/code"' in page
        assert "train.py" in page

    def test_the_tab_counts_the_files(self, studio: Client, runs):
        page = page_of(studio, "run-1")
        assert 'aria-current="page">Snapshot<span class="n">3</span>' in page
        assert "Download zip" in page

    def test_what_is_compared_is_in_the_address(self, studio: Client, runs):
        page = page_of(studio, "run-2", **{"with": "run-1"})
        assert 'data-with="run-1"' in page
        assert 'href="/w/default/runs/run-1/snapshot?with=run-2"' in page

    @pytest.mark.parametrize("other", ["nope", "run-2", "run-3", "a\0b"])
    def test_a_run_that_cannot_be_compared_is_named(self, studio: Client, runs, other):
        make_run(run_id="run-3")
        page = page_of(studio, "run-2", **{"with": other})
        assert 'class="refused"' in page
        assert "data-with=" not in page

    def test_names_of_files_and_runs_are_text(self, studio: Client, runs):
        run = make_run(runs[0].experiment, run_id="x", name="<script>x</script>")
        keep(run, FOLDER)
        page = page_of(studio, "run-1", **{"with": "x"})
        assert "<script>x" not in page


class TestParts:
    def test_the_tree_holds_every_file(self, studio: Client, runs):
        found = ask(studio, "run-1", "tree").json()
        assert [one["path"] for one in found["files"]] == sorted(FOLDER)
        assert found["files"][0] == {"path": "README.md", "size_bytes": 8, "change": ""}

    def test_compared_it_holds_what_differs_from_the_other_to_this(self, studio: Client, runs):
        found = ask(studio, "run-2", "tree", **{"with": "run-1"}).json()
        changes = {one["path"]: one["change"] for one in found["files"]}
        assert changes == {"new.py": "added", "src/model.py": "removed", "train.py": "changed"}
        assert found["same"] == 1

    def test_a_changed_file_is_told_line_by_line(self, studio: Client, runs):
        found = ask(studio, "run-2", "diff", path="train.py", **{"with": "run-1"}).json()
        kinds = [(line["kind"], line["text"]) for line in found["hunks"][0]["lines"]]
        assert kinds == [("removed", "print('hello')"), ("added", "print('bye')")]

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({}, 404),
            ({"with": "run-2"}, 400),
            ({"with": "run-1"}, 400),
            ({"with": "run-1", "path": "new.py"}, 404),
            ({"with": "run-1", "path": "../x"}, 400),
        ],
    )
    def test_a_diff_of_what_is_not_there_is_refused(self, studio: Client, runs, query, status):
        assert ask(studio, "run-2", "diff", **query).status_code == status

    def test_code_is_previewed_as_text_and_pictures_as_pictures(self, studio: Client):
        run = make_run()
        files = {
            "a.py": b"1",
            "a.json": b"{}",
            "a.md": b"# a",
            "a.html": b"<b>",
            "a.png": b"\x89PNG",
        }
        keep(run, files)
        kinds = {
            path: ask(studio, run.run_id, "preview", path=path).json()["kind"] for path in files
        }
        assert kinds == dict.fromkeys(["a.py", "a.json", "a.md", "a.html"], "text") | {
            "a.png": "image"
        }

    def test_lines_have_numbers_and_no_levels(self, studio: Client):
        run = make_run()
        keep(run, {"a.py": b"x = 1\nraise ERROR\n"})
        found = ask(studio, run.run_id, "lines", path="a.py", from_byte="0").json()
        assert [(line["no"], line["level"]) for line in found["lines"]] == [(1, ""), (2, "")]
        hits = ask(studio, run.run_id, "hits", path="a.py", q="error").json()["hits"]
        assert [hit["no"] for hit in hits] == [2]

    def test_a_file_comes_in_a_sandbox(self, studio: Client, runs):
        answer = ask(studio, "run-1", "files/src/model.py", inline="1")
        assert answer.getvalue() == FOLDER["src/model.py"]
        assert answer["Content-Security-Policy"].startswith("sandbox;")
        assert ask(studio, "run-1", "files/src/nope.py").status_code == 404

    def test_all_is_downloaded_as_a_zip(self, studio: Client, runs):
        answer = ask(studio, "run-1", "zip")
        archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
        assert {name: archive.read(name) for name in archive.namelist()} == FOLDER
        assert answer["Content-Disposition"] == "attachment; filename=calm-heron-snapshot.zip"

    @pytest.mark.parametrize("what", ["tree", "preview", "lines", "hits", "diff", "zip", "files/a"])
    def test_without_a_snapshot_there_is_nothing(self, studio: Client, what):
        run = make_run()
        assert ask(studio, run.run_id, what, path="a", q="a", **{"with": "b"}).status_code == 404
