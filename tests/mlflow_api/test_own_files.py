"""Files at paths of the artifact proxy that name no run: the workspace keeps them."""

from pathlib import Path

import pytest
from django.test import Client

from runs.artifacts.models import File
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Role
from runs.workspaces.scopes import RunScope
from runs.workspaces.scopes import make_token as make_scope_token
from tests.factories import make_member, make_run, make_token, make_workspace
from tests.when_used import WhenUsed

artifacts_repo = WhenUsed("mlflow.store.artifact.mlflow_artifacts_repo")

ROOT = "/api/2.0/mlflow-artifacts/artifacts"


def put(path: str, data: bytes = b"data", http: Client | None = None, **headers):
    return (http or Client()).put(f"{ROOT}/{path}", data, "text/plain", headers=headers)


def test_the_real_client_stores_lists_and_fetches_them(server_url, tmp_path: Path):
    repository = artifacts_repo.MlflowArtifactsRepository("mlflow-artifacts:/shared", server_url)
    (tmp_path / "a.txt").write_text("hello")
    repository.log_artifact(str(tmp_path / "a.txt"), "deep/er")
    repository.log_artifact(str(tmp_path / "a.txt"))
    listed = [(entry.path, entry.is_dir, entry.file_size) for entry in repository.list_artifacts()]
    assert listed == [("a.txt", False, 5), ("deep", True, None)]
    goal = tmp_path / "goal"
    goal.mkdir()
    fetched = repository.download_artifacts("deep", str(goal))
    assert Path(fetched, "er", "a.txt").read_text() == "hello"
    repository.delete_artifacts("deep")
    assert [entry.path for entry in repository.list_artifacts()] == ["a.txt"]


@pytest.mark.parametrize("path", ["a.txt", "dir/a.txt", "0/a.txt", "artifacts/a.txt", "5"])
def test_a_file_lies_at_any_path(api, workspace, path):
    assert put(path).status_code == 200
    answer = api.http.get(f"{ROOT}/{path}")
    assert (answer.status_code, answer.getvalue()) == (200, b"data")
    assert File.objects.get().workspace == workspace
    assert api.http.delete(f"{ROOT}/{path}").status_code == 200
    assert not File.objects.exists()


def test_each_workspace_has_its_own(api):
    make_workspace("other")
    put("a.txt", b"one")
    inside = f"/w/other{ROOT}/a.txt"
    assert api.http.get(inside).status_code == 404
    api.http.put(inside, b"two", "text/plain")
    assert api.http.get(f"{ROOT}/a.txt").getvalue() == b"one"
    assert api.http.get(inside).getvalue() == b"two"


@pytest.mark.parametrize("path", [".", "./.", "%2E/."])
def test_all_files_at_once_are_never_deleted(api, path):
    put("a.txt")
    answer = api.http.delete(f"{ROOT}/{path}")
    assert answer.status_code == 400, answer.getvalue()
    assert File.objects.count() == 1


@pytest.mark.parametrize("path", ["..%2Fa.txt", "a/..%2F..%2Fb", "a%23b", "C:%5Ca", "a" * 256])
def test_paths_are_checked_like_those_of_runs(api, path):
    answer = put(path)
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid path")


def test_a_file_where_a_folder_is_is_refused(api):
    put("dir/a.txt")
    assert put("dir").status_code == 400
    assert put("dir/a.txt/b").status_code == 400


def test_a_reader_reads_and_does_not_write(api, settings):
    put("a.txt")
    settings.STUDIO_OPEN = False
    bearer = {"Authorization": f"Bearer {make_token(make_member(Role.READER))}"}
    assert api.http.get(f"{ROOT}/a.txt", headers=bearer).status_code == 200
    assert put("b.txt", **bearer).status_code == 403
    assert api.http.delete(f"{ROOT}/a.txt", headers=bearer).status_code == 403
    assert put("b.txt").status_code == 401


def test_the_token_of_a_run_does_not_write_them(api, settings):
    settings.STUDIO_OPEN = False
    run = make_run()
    token = make_scope_token(RunScope(run.workspace_id, run.pk, run.fence))
    assert put("a.txt", Authorization=f"Bearer {token}").status_code == 403
    assert not File.objects.exists()


@pytest.mark.both_databases
def test_they_count_for_their_workspace(api):
    put("dir/a.txt", b"12345")
    put("dir/a.txt", b"123")
    put("b.txt", b"1")
    disk = Client().get("/api/v1/disk").json()
    assert disk["own"] == disk["workspace"] == {"size_bytes": 4, "file_count": 2}
    other = make_workspace("other")
    assert Client().get(f"/w/{other.slug}/api/v1/disk").json()["own"]["file_count"] == 0


def test_they_go_with_their_workspace(api):
    other = make_workspace("other")
    api.http.put(f"/w/other{ROOT}/a.txt", b"1", "text/plain")
    Workspace.objects.filter(pk=other.pk).delete()
    assert not File.objects.exists()
