"""The program `studio` against a live studio: data on stdout, talk on stderr, exit codes."""

import csv
import io
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from runs.workspaces.permissions import Role
from studio.sdk import Environment, Experiment
from studio.sdk.authentication import find_login, login_file
from studio.sdk.cli.main import run as run_program
from studio.sdk.cli.table import COMMANDS, GROUPS
from studio.sdk.settings import read_json
from tests.factories import make_member, make_token
from tests.sdk.lab import BASE_DIR

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
EVERY = [(name,) for name in COMMANDS] + [
    (group, name) for group, (_, rows) in GROUPS.items() for name in rows
]


class Program:
    """Runs a command in this process; `out`, `err` and `code` are those of the last one."""

    def __init__(self, capfd) -> None:
        self.capfd = capfd
        self.out = self.err = ""
        self.code = 0

    def __call__(self, *arguments: str, code: int = 0) -> str:
        self.capfd.readouterr()
        self.code = run_program([str(one) for one in arguments])
        self.out, self.err = self.capfd.readouterr()
        assert self.code == code, (self.code, self.out, self.err)
        return self.out

    def json(self, *arguments: str):
        return json.loads(self(*arguments))


@pytest.fixture
def studio(space, capfd, monkeypatch, tmp_path) -> Program:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Program(capfd)


@pytest.fixture
def runs(space) -> list:
    """Three runs as the article on tags has them: with the property and the tag, one, none."""
    experiment = Experiment(space, "experiment")
    made = [experiment.start_logging(name=name) for name in ("both", "looked", "plain")]
    made[0].add_properties({"author": "azureml-user"})
    made[0].tag("quality", "fantastic run")
    made[1].tag("worth another look")
    for run in made:
        run.complete()
    return made


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_explains_itself_with_an_example(words, capfd):
    with suppress(SystemExit):
        assert run_program([*words, "--help"]) == 0
    told = capfd.readouterr().out
    assert f"studio {' '.join(words)}" in told.partition("xample")[2], told


def test_help_imports_no_command_and_nothing_heavy():
    code = (
        "import sys; from studio.sdk.cli.main import run; run(['--help']);"
        "print([one for one in sys.modules if one.split('.')[0] in ('rich', 'jmespath', 'yaml')"
        " or one.startswith('studio.sdk.cli.run_') or one == 'studio.sdk.workspace'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          cwd=BASE_DIR, check=True)  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_three_queries_of_the_article(studio, runs):
    both, looked, plain = (run.id for run in runs)
    listed = ("run", "list", "--experiment-name", "experiment")

    def ids(query: str) -> set[str]:
        return {row["runId"] for row in studio.json(*listed, query)}

    assert ids("[?properties.author=='azureml-user']") == {both}
    assert ids("[?tags.keys(@)[?starts_with(@, 'worth another look')]]") == {looked}
    assert ids("[?properties.author=='azureml-user' && tags.quality=='fantastic run']") == {both}
    untagged = studio.json(*listed, "--query", "[?tags==`{}`].runId")
    assert untagged == [plain]


def test_the_query_of_the_article_without_quotes_of_its_own_in_bash(studio, runs, space):
    line = "run list --experiment-name experiment [?properties.author=='azureml-user']"
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m studio.sdk.cli {line}"],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(BASE_DIR), "STUDIO_URL": space.url, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert [row["runId"] for row in json.loads(done.stdout)] == [runs[0].id]


def test_a_wrong_query_says_how_to_write_it(studio, runs):
    studio("run", "list", "[?properties.author=='x'", code=2)
    assert "--query \"[?tags.quality=='fantastic run']\"" in studio.err


def test_list_filters_and_formats(studio, runs):
    both, looked, plain = (run.id for run in runs)
    rows = studio.json("run", "list")
    assert [row["runId"] for row in rows] == [plain, looked, both]
    assert rows[2]["tags"] == {"quality": "fantastic run"}
    assert rows[0]["status"] == "Completed" and rows[0]["target"] == "sdk"
    assert len(studio.json("run", "list", "--last", "2")) == 2
    assert [row["runId"] for row in studio.json("run", "list", "--tags", "quality")] == [both]
    assert studio.json("run", "list", "--properties", "author=azureml-user", "--minimal") == [
        {"runId": both, "status": "Completed"}
    ]
    assert studio.json("run", "list", "--status", "Failed") == []
    lines = studio("run", "list", "--output", "jsonl").splitlines()
    assert [json.loads(line)["runId"] for line in lines] == [plain, looked, both]
    cells = list(csv.reader(io.StringIO(studio("run", "list", "-o", "tsv")), "excel-tab"))
    assert [row[0] for row in cells] == [plain, looked, both]
    table = studio("run", "list", "--output", "table", "-e", "experiment")
    assert both in table and "Completed" in table and "\x1b[" not in table
    assert not any(line.endswith(" ") for line in table.splitlines())


def test_rows_that_a_query_chooses_have_the_columns_of_all_rows(studio, runs):
    query = "[?tags.quality=='fantastic run']"
    for output in ("table", "tsv"):
        some = studio("run", "list", query, "--output", output)
        every = studio("run", "list", "--output", output)
        assert len(some.splitlines()[0].split()) == len(every.splitlines()[0].split())
    assert studio("run", "list", "[].{id: runId}", "-o", "table").split()[0] == "id"


def test_a_name_cannot_move_the_cursor_or_write_markup(studio, space):
    Experiment(space, "digits").start_logging(name="[red]a\x1b[2Jb\nc").complete()
    table = studio("run", "list", "--output", "table", "--query", "[].[displayName]")
    assert "\x1b" not in table
    assert "\x1b" not in studio("run", "list", "--output", "tsv")
    assert studio.json("run", "list", "--query", "[0].displayName") == "[red]a\x1b[2Jb\nc"


def test_show_is_what_get_details_returns(studio, runs):
    shown = studio.json("run", "show", "-r", runs[0].id)
    assert shown == runs[0].get_details()
    assert studio("run", "show", runs[0].id, "--query", "status", "-o", "tsv") == "Completed\n"
    assert runs[0].get_portal_url() in studio("run", "show", runs[0].id, "-o", "table")


def test_update_writes_tags_and_names(studio, runs):
    run = runs[2]
    studio("run", "update", "-r", run.id, "--add-tag", "quality=fantastic run")
    studio("run", "update", "-r", run.id, "--add-tag", "alone", "--display-name", "renamed")
    assert run.get_tags() == {"quality": "fantastic run", "alone": None}
    shown = studio.json("run", "update", "-r", run.id, "--remove-tag", "alone")
    assert shown["displayName"] == "renamed" and shown["tags"] == {"quality": "fantastic run"}
    studio("run", "update", "-r", run.id, code=2)


def test_metrics_and_children(studio, space):
    parent = Experiment(space, "digits").start_logging()
    parent.log("loss", 0.5)
    parent.log("loss", float("nan"))
    children = parent.create_children(count=2)
    parent.complete()
    assert studio.json("run", "metrics", "-r", parent.id) == {"loss": [0.5, "NaN"]}
    assert "loss" in studio("run", "metrics", "-r", parent.id, "--output", "table")
    rows = studio.json("run", "children", "-r", parent.id)
    assert {row["runId"] for row in rows} == {child.id for child in children}
    listed = studio.json("run", "list", "--parent-run-id", parent.id)
    assert {row["parentRunId"] for row in listed} == {parent.id}


def test_download_writes_the_files_and_prints_where_they_are(studio, space):
    run = Experiment(space, "digits").start_logging()
    Path("m").write_bytes(b"weights" * 100_000)
    run.upload_file("outputs/model/m.bin", "m")
    run.upload_file("logs/user_log.txt", "m")
    run.complete()
    paths = studio.json("run", "download", "-r", run.id, "--prefix", "outputs/", "-d", "got")
    assert studio.err == "1 file is in got.\n"
    assert paths == ["got/outputs/model/m.bin"]
    assert Path(paths[0]).read_bytes() == b"weights" * 100_000
    assert f"{run.id}/logs/user_log.txt" in studio.json("run", "download-logs", "-r", run.id)
    studio("run", "download", "-r", run.id, "--prefix", "nothing", code=1)


def test_experiments_workspaces_clusters_and_environments(studio, lab, runs, space):
    assert "experiment" in [one["name"] for one in studio.json("experiment", "list")]
    assert studio.json("experiment", "show", "experiment")["runs"] == 3
    assert studio("workspace", "show", "--query", "mlflowTrackingUri", "-o", "tsv").strip() == (
        space.get_mlflow_tracking_uri()
    )
    assert [one["name"] for one in studio.json("workspace", "list")] == ["default"]
    assert "lab" in [one["name"] for one in studio.json("computetarget", "list")]
    assert studio.json("computetarget", "show", "-n", "lab")["nodes"] == []
    assert "0 run, 0 wait" in studio("computetarget", "show", "lab", "-o", "table")
    Environment("sklearn").register(space)
    assert [one["name"] for one in studio.json("environment", "list")] == ["sklearn"]
    assert studio.json("environment", "show", "sklearn")["version"] == "1"


def test_what_is_not_there_has_an_exit_code_of_its_own(studio, lab, space, monkeypatch):
    studio("run", "show", "-r", "nobody", code=5)
    assert studio.err.startswith("Error: ") and studio.out == ""
    studio("experiment", "show", "nobody", code=5)
    studio("computetarget", "show", "nobody", code=5)
    studio("environment", "show", "nobody", code=5)
    studio("run", "list", "-w", "nobody", code=5)
    studio("run", "show", code=2)
    studio("run", "lst", code=2)
    monkeypatch.setattr("studio.sdk.cli.options.PATIENCE_S", 0.0)
    studio("run", "list", "--url", "http://127.0.0.1:9", code=6)


def test_login_keeps_a_token_that_works(studio, space, settings, monkeypatch):
    monkeypatch.delenv("STUDIO_URL")
    settings.STUDIO_OPEN = False
    token = make_token(make_member(Role.CONTRIBUTOR))
    studio("run", "list", "--url", space.url, code=4)
    Path("wrong").write_text("studio_wrong")
    studio("login", space.url, "--token-file", "wrong", code=4)
    assert find_login() is None
    Path("token").write_text(token + "\n")
    studio("login", space.url, "--token-file", "token")
    assert token not in studio.err + studio.out
    assert login_file().stat().st_mode & 0o077 == 0
    assert studio.json("run", "list") == []
    assert studio.json("doctor", "--query", "[?check=='token'].found") == ["of studio login"]
    studio("logout")
    studio("run", "list", "--url", space.url, code=4)


def test_attach_makes_a_folder_that_can_submit(studio, space, monkeypatch):
    studio("folder", "attach", "-w", "default", "-g", "research", "-e", "digits")
    monkeypatch.delenv("STUDIO_URL")
    config = read_json(Path(".studio/config.json"))
    assert config == {"url": space.url, "workspace_name": "default", "experiment_name": "digits"}
    names = sorted(file.name for file in Path(".studio").iterdir())
    assert names == [
        "conda_dependencies.yml", "config.json", "local.runconfig", "sklearn.runconfig"
    ]  # fmt: skip
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    assert studio.json("run", "list") == []
    studio("folder", "attach", "-w", "nobody", "--url", space.url, code=5)


def test_doctor_names_what_does_not_work(studio, lab, monkeypatch):
    rows = studio.json("doctor")
    assert {row["check"]: row["ok"] for row in rows} == dict.fromkeys(
        ("client", "folder", "token", "studio", "clusters", "outboxes"), True
    )
    monkeypatch.setattr("studio.sdk.cli.options.PATIENCE_S", 0.0)
    studio("doctor", "--url", "http://127.0.0.1:9", code=1)
    bad = [row["check"] for row in json.loads(studio.out) if not row["ok"]]
    assert bad == ["studio", "clusters"]


def test_completion_offers_commands_and_ids_of_runs(studio, runs, capfd, monkeypatch):
    for shell in ("bash", "zsh", "fish"):
        assert "_STUDIO_COMPLETE" in studio("completion", shell)

    def complete(line: str) -> str:
        monkeypatch.setenv("_STUDIO_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split())))
        capfd.readouterr()
        with pytest.raises(SystemExit):
            run_program([])
        return capfd.readouterr().out

    assert "plain,submit-script" in complete("studio run")
    assert f"plain,{runs[0].id}" in complete("studio run show -r")
    assert "plain,experiment" in complete("studio run list -e")
