"""Files over the protocol: by address, by run, listings, ranges, and paths that lead nowhere."""

import io
from urllib.parse import quote

import pytest
from django.test import Client

from runs.artifacts.models import File
from runs.tracking.models import Experiment
from tests.factories import make_experiment, make_run, make_workspace

ROOT = "/api/2.0/mlflow-artifacts/artifacts"


class Files:
    """Sends and fetches bytes at the proxied addresses."""

    def __init__(self, api):
        self.http = api.http

    def put(self, address, data=b"data", **headers):
        url = f"{ROOT}/{quote(address)}"
        return self.http.generic("PUT", url, data, "application/octet-stream", **headers)

    def get(self, address, **headers):
        return self.http.get(f"{ROOT}/{quote(address)}", headers=headers)

    def delete(self, address):
        return self.http.delete(f"{ROOT}/{quote(address)}")

    def list(self, path):
        return self.http.get(ROOT, {"path": path}).json()


@pytest.fixture
def files(api):
    return Files(api)


@pytest.fixture
def run_id(api):
    return api.make_run_id()


@pytest.fixture
def root(run_id):
    return f"0/{run_id}/artifacts"


@pytest.mark.parametrize(
    "path",
    [
        "a.txt",
        "deep/er/a.txt",
        "with space/a b.txt",
        "100% sure%20/50%.txt",
        "\u00fcber/\u65e5\u672c.txt",
        "a'b\"c.txt",
        "step%1%timestamp%2%x.png",
    ],
)
def test_a_file_comes_back_as_an_attachment(files, root, path):
    data = bytes(range(256)) * 10
    assert files.put(f"{root}/{path}", data).json() == {}
    response = files.get(f"{root}/{path}")
    assert (response.status_code, response.getvalue()) == (200, data)
    assert response["Content-Length"] == str(len(data))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in response["Content-Disposition"]
    assert "sandbox" in response["Content-Security-Policy"]


def test_the_type_is_told_by_the_name(files, root):
    files.put(f"{root}/a.json", b"{}")
    assert files.get(f"{root}/a.json")["Content-Type"] == "application/json"


def test_an_upload_replaces_and_an_empty_file_is_a_file(files, root):
    files.put(f"{root}/a", b"first")
    files.put(f"{root}/a", b"")
    assert files.get(f"{root}/a").getvalue() == b""
    assert files.list(root) == {"files": [{"path": "a", "is_dir": False, "file_size": 0}]}


def test_a_chunked_upload_is_read_to_its_end(files, root):
    data = b"x" * 700_000
    chunked = {"wsgi.input": io.BytesIO(data), "wsgi.input_terminated": True}
    chunked |= {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert files.put(f"{root}/a", b"", **chunked).status_code == 200
    assert files.get(f"{root}/a").getvalue() == data


def test_a_chunked_upload_needs_a_server_that_ends_it(files, root):
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    response = files.put(f"{root}/a", b"", **chunked)
    assert (response.status_code, response.json()["error_code"]) == (411, "LENGTH_REQUIRED")


def test_a_cut_upload_leaves_what_was_there(files, root):
    files.put(f"{root}/a", b"whole")
    cut = {"wsgi.input": io.BytesIO(b"part"), "CONTENT_LENGTH": "100"}
    response = files.put(f"{root}/a", b"part", **cut)
    assert response.status_code == 400
    assert "ended after 4 of 100 bytes" in response.json()["message"]
    assert files.get(f"{root}/a").getvalue() == b"whole"


@pytest.mark.parametrize(
    ("header", "status", "body", "content_range"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=4-2", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ],
)
def test_one_range_is_honoured(files, root, header, status, body, content_range):
    files.put(f"{root}/a", b"0123456789")
    response = files.get(f"{root}/a", Range=header)
    assert (response.status_code, response.getvalue()) == (status, body)
    assert response.get("Content-Range") == content_range


def test_head_tells_the_size_alone(files, root):
    files.put(f"{root}/a", b"0123456789")
    response = files.http.head(f"{ROOT}/{root}/a")
    assert (response.status_code, response["Content-Length"]) == (200, "10")
    assert response.getvalue() == b""


def test_listings_go_one_level_deep(api, files, run_id, root):
    for path in ("b.txt", "a/x.txt", "a/y/z.txt"):
        files.put(f"{root}/{path}", b"12")
    folder, file = {"path": "a", "is_dir": True}, {"path": "b.txt", "is_dir": False, "file_size": 2}
    assert files.list(root) == {"files": [folder, file]}
    listed = api.get("artifacts/list", run_id=run_id).body
    assert listed == {"root_uri": f"mlflow-artifacts:/{root}", "files": [folder, file]}

    inner = files.list(f"{root}/a")["files"]
    assert [entry["path"] for entry in inner] == ["x.txt", "y"]
    inner = api.get("artifacts/list", run_uuid=run_id, path="a").body["files"]
    assert [entry["path"] for entry in inner] == ["a/x.txt", "a/y"]


@pytest.mark.parametrize("path", ["nothing", "b.txt"])
def test_a_missing_folder_and_a_file_list_nothing(api, files, run_id, root, path):
    files.put(f"{root}/b.txt")
    assert files.list(f"{root}/{path}") == {}
    assert "files" not in api.get("artifacts/list", run_id=run_id, path=path).body


def test_deleting_takes_folders_whole_and_missing_is_fine(files, root):
    for path in ("a/x", "a/y/z", "b"):
        files.put(f"{root}/{path}")
    for path in ("a", "a", "nothing"):
        assert files.delete(f"{root}/{path}").json() == {}
    assert [entry["path"] for entry in files.list(root)["files"]] == ["b"]
    files.delete(root)
    assert files.list(root) == {}


def test_what_stands_before_the_last_run_means_nothing(api, files, run_id):
    other = api.make_run_id()
    files.put(f"team/artifacts/x/{other}/artifacts/y/{run_id}/artifacts/a.txt", b"1")
    assert File.objects.get().run.run_id == run_id
    assert files.get(f"{run_id}/artifacts/a.txt").getvalue() == b"1"


def test_a_folder_named_artifacts_inside_a_run_is_a_folder(files, root):
    files.put(f"{root}/mlruns/artifacts/a.txt", b"1")
    assert files.get(f"{root}/mlruns/artifacts/a.txt").getvalue() == b"1"
    assert [entry["path"] for entry in files.list(f"{root}/mlruns")["files"]] == ["artifacts"]


@pytest.mark.parametrize("unknown", ["0" * 32, "m-" + "0" * 32])
def test_an_address_of_an_unknown_run_leads_nowhere(files, unknown, db):
    address = f"0/{unknown}/artifacts/a"
    assert files.list(address) == {}
    for response in (files.get(address), files.put(address), files.delete(address)):
        assert response.status_code == 404
        assert response.json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_the_files_of_another_workspace_lead_nowhere(files):
    run = make_run(make_experiment(workspace=make_workspace("other")))
    address = f"0/{run.run_id}/artifacts/a.txt"
    assert files.put(address).status_code == 404
    assert not File.objects.exists()
    inside = f"/w/other{ROOT}/{address}"
    assert files.http.put(inside, b"1", content_type="text/plain").status_code == 200


BAD_PATHS = [
    "../a",
    "a/../../b",
    "%2e%2e/a",
    "%252e%252e%252fa",
    "%25252e%25252e/x",
    "a\\b",
    "..\\a",
    "a#b",
    "C:/x",
    "file:///etc/passwd",
    "a\x01b",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_paths_that_could_lead_out_are_refused(api, files, run_id, root, path):
    answers = [
        files.put(f"{root}/{path}"),
        files.get(f"{root}/{path}"),
        files.delete(f"{root}/{path}"),
        files.http.get(ROOT, {"path": f"{root}/{path}"}),
        files.http.get("/get-artifact", {"run_id": run_id, "path": path}),
        files.http.get("/api/2.0/mlflow/artifacts/list", {"run_id": run_id, "path": path}),
        upload(files.http, run_uuid=run_id, path=path),
    ]
    for answer in answers[4 if ":" in path else 0 :]:
        body = {"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid path"}
        assert (answer.status_code, answer.json()) == (400, body)
    assert not File.objects.filter(run__run_id=run_id).exclude(path__contains=":").exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "//etc/passwd", "///etc/passwd"])
def test_absolute_paths_are_refused(files, run_id, path):
    answer = files.http.get("/get-artifact", {"run_id": run_id, "path": path})
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid path")
    assert files.http.get(ROOT, {"path": path}).status_code == 400


@pytest.mark.parametrize(
    "location", ["/etc", "file:///etc", "s3://bucket/x", "mlflow-artifacts:/q"]
)
def test_a_location_that_a_client_chose_is_never_opened(api, files, location):
    experiment_id = api.make_experiment(artifact_location=location)
    run = api.make_run(experiment_id)["info"]
    assert run["artifact_uri"] == f"{location}/{run['run_id']}/artifacts"
    listed = api.get("artifacts/list", run_id=run["run_id"]).body
    assert listed == {"root_uri": run["artifact_uri"]}
    assert api.get("artifacts/list", run_id=run["run_id"], path="passwd").body == listed


def test_a_file_where_a_folder_is_and_the_other_way_round_are_refused(files, root):
    files.put(f"{root}/a/b")
    files.put(f"{root}/c")
    for path in ("a", "c/d"):
        response = files.put(f"{root}/{path}")
        assert (response.status_code, response.json()["error_code"]) == (
            400,
            "INVALID_PARAMETER_VALUE",
        )


def test_a_deleted_run_takes_no_files_and_shows_those_it_has(api, files, run_id, root):
    files.put(f"{root}/a", b"1")
    api.post("runs/delete", {"run_id": run_id})
    assert files.put(f"{root}/b").status_code == 400
    assert files.get(f"{root}/a").getvalue() == b"1"


def test_a_missing_file_is_not_found(files, run_id, root):
    files.put(f"{root}/a/b")
    for response in (
        files.get(f"{root}/x"),
        files.get(f"{root}/a"),
        files.http.get("/get-artifact", {"run_id": run_id, "path": "x"}),
    ):
        assert (response.status_code, response.json()["error_code"]) == (
            404,
            "RESOURCE_DOES_NOT_EXIST",
        )


@pytest.mark.parametrize("step", ["create", "complete", "abort"])
def test_uploads_in_parts_are_not_offered(files, root, step):
    url = f"/api/2.0/mlflow-artifacts/mpu/{step}/{root}/a"
    response = files.http.post(url, {"path": "a"}, content_type="application/json")
    assert (response.status_code, response.json()["error_code"]) == (501, "NOT_IMPLEMENTED")


# -- by run --------------------------------------------------------------------------------------
def upload(http: Client, data=b"data", **query):
    url = "/ajax-api/2.0/mlflow/upload-artifact"
    return http.generic("POST", url, data, "text/plain", query_params=query)


def test_a_page_sends_a_small_file_and_fetches_it(files, run_id):
    response = upload(files.http, b"hello", run_uuid=run_id, path="x/a.txt")
    assert (response.status_code, response.getvalue()) == (200, b"")
    found = files.http.get("/get-artifact", {"run_uuid": run_id, "path": "x/a.txt"})
    assert found.getvalue() == b"hello"
    assert found["Content-Disposition"] == "attachment; filename=a.txt"


@pytest.mark.parametrize(
    ("data", "query", "message"),
    [
        (b"1", {"path": "a"}, "Request must specify run_uuid."),
        (b"1", {"run_uuid": "R"}, "Request must specify path."),
        (b"", {"run_uuid": "R", "path": "a"}, "Request must specify data."),
        (b"1" * (10 * 1024 * 1024 + 1), {"run_uuid": "R", "path": "a"}, "Max size is 10MB"),
    ],
)
def test_a_bad_small_file_is_refused(files, run_id, data, query, message):
    query = {key: run_id if value == "R" else value for key, value in query.items()}
    response = upload(files.http, data, **query)
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert message in response.json()["message"]
    assert not File.objects.exists()


@pytest.mark.parametrize(
    ("query", "field"), [({"path": "a"}, "run_id"), ({"run_id": "x"}, "path"), ({}, "run_id")]
)
def test_a_fetch_needs_run_and_path(files, query, field):
    response = files.http.get("/get-artifact", query)
    assert response.status_code == 400
    assert f"Missing value for required parameter '{field}'" in response.json()["message"]


def test_the_files_of_an_unknown_run_are_not_found(api, files):
    assert api.get("artifacts/list", run_id="x").status == 404
    assert files.http.get("/get-artifact", {"run_id": "x", "path": "a"}).status_code == 404
    assert upload(files.http, run_uuid="x", path="a").status_code == 404
    assert Experiment.objects.count() == 1
