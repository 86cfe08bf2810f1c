"""The pure modules of the Submit page: values, the body of a job, code, ignore rules, the zip."""

import base64
import io
import json
import subprocess
import sys
import zipfile

import pytest

STATE = {
    "mode": "script",
    "script": "train.py",
    "command": "",
    "rows": [],
    "sweep": {"method": "grid", "count": "8", "seed": "0", "parallel": ""},
    "environment": {"kind": "node", "text": ""},
    "snapshot": "",
    "cluster": "gpu",
    "experiment_name": "digits",
    "name": "",
    "description": "",
    "nodes": "1",
    "processes_per_node": "1",
    "communicator": "",
    "minutes": "",
    "retries": "0",
    "priority": "0",
}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", {"values": []}),
        (" 0.1 ", {"values": ["0.1"]}),
        ("0.1, 0.01", {"values": ["0.1", "0.01"]}),
        ('"a, b", c', {"values": ["a, b", "c"]}),
        ('"say \\"hi\\""', {"values": ['say "hi"']}),
        ("../data", {"values": ["../data"]}),
        ("1..5", {"low": 1, "high": 5, "scale": "linear"}),
        ("1e-4..1e-1 log", {"low": 1e-4, "high": 0.1, "scale": "log"}),
        ("1 .. 8 whole", {"low": 1, "high": 8, "scale": "whole"}),
    ],
)
def test_a_value_is_one_several_or_a_range(module, text, read):
    assert module("argument_values", "return readValues(given)", text) == read


@pytest.mark.parametrize("value", ["0.1", "a, b", 'x"y', " blank ", "1..5", "\\", "--x"])
def test_a_value_is_written_so_that_it_is_read_again(module, value):
    read = module("argument_values", "return readValues(writeValue(given))", value)
    assert read == {"values": [value]}


def body(module, **changes):
    return module("job_body", "return bodyOf(given)", STATE | changes)


def test_what_is_left_at_its_default_is_left_out(module):
    assert body(module) == {
        "experiment_name": "digits",
        "cluster": "gpu",
        "command": ["python", "train.py"],
        "script": "train.py",
    }


def test_several_values_make_a_sweep_and_single_ones_stay_in_the_command(module):
    rows = [["--lr", "0.1, 0.01"], ["--epochs", "9"], ["--amp", ""], ["", "data.csv"], ["", ""]]
    made = body(module, rows=rows, sweep=STATE["sweep"] | {"parallel": "2"})
    assert made["command"] == ["python", "train.py", "--epochs", "9", "--amp", "data.csv"]
    assert made["sweep"] == {
        "arguments": [{"name": "--lr", "values": ["0.1", "0.01"]}],
        "method": "grid",
        "parallel": 2,
    }


def test_a_range_is_drawn_at_random(module):
    made = body(module, rows=[["--lr", "0..1"], ["--n", "2, 3"]])
    assert (made["sweep"]["method"], made["sweep"]["count"]) == ("random", 8)
    assert made["sweep"]["arguments"][0] == {"name": "--lr", "low": 0, "high": 1, "scale": "linear"}


def test_environment_and_limits_are_those_of_the_api(module):
    told = {"kind": "pip", "text": "numpy==2.4  # fast\n\n# none\nmlflow-skinny"}
    made = body(module, environment=told, minutes="1.5", retries="2", priority="10", nodes="2")
    assert made["environment"] == {"pip": ["numpy==2.4", "mlflow-skinny"]}
    assert (made["max_seconds"], made["retries"], made["priority"], made["nodes"]) == (90, 2, 10, 2)


def test_a_command_is_split_as_a_shell_does_and_joined_so_that_it_is_split_again(module):
    split = "return splitWords(given)"
    words = module("job_body", split, """python -m 'my pkg' --say "a \\"b\\"" x\\ y""")
    assert words == ["python", "-m", "my pkg", "--say", 'a "b"', "x y"]
    assert module("job_body", "return splitWords(joinWords(given))", [*words, "it's"]) == [
        *words,
        "it's",
    ]


def test_the_code_says_the_same_three_times(module):
    made = body(module, rows=[["--lr", "0.1, 0.01"], ["--epochs", "9"]])
    code = code_of(module, made)
    assert 'for lr, in product(["0.1", "0.01"]):' in code["sdk"]
    assert "parent.submit_child(config)" in code["sdk"]
    assert 'arguments=["--epochs", "9", "--lr", lr]' in code["sdk"]
    shown = "studio run submit-script -e digits --target gpu --async train.py --epochs 9 --lr"
    assert shown in code["cli"]
    assert "for lr in 0.1 0.01; do" in code["cli"]
    assert "# This makes single runs." in code["cli"]
    assert "http://studio.example/w/default/api/v1/jobs" in code["curl"]
    compile(code["sdk"], "sdk.py", "exec")
    limited = made | {"sweep": made["sweep"] | {"parallel": 2}}
    code = code_of(module, limited)
    assert "# The SDK queues all at once." in code["sdk"]


def code_of(module, made: dict) -> dict[str, str]:
    where = {"origin": "http://studio.example", "workspace": "default"}
    return module("job_code", "return codeOf(given[0], given[1])", [made, where])


def job_of_code(code: str) -> dict:
    """Run the code of the SDK without its requests; return what it would send."""
    lines = [
        one for one in code.splitlines() if not one.startswith(("ws =", "experiment =", "run ="))
    ]
    lines.append("import json; from studio.sdk.submitting import job_of")
    lines.append("print(json.dumps(job_of(config)))")
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, capture_output=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("python", "/opt/torch/bin/python"),
        ("pip", "torch==2.9\nmlflow-skinny>=3"),
        ("docker", "trainer:2"),
    ],
)
def test_the_code_of_the_sdk_makes_the_same_job(module, kind, words):
    made = body(
        module, environment={"kind": kind, "text": words}, nodes="2", processes_per_node="3",
        communicator="torch", minutes="5", rows=[["--lr", "0.1"]],
    )  # fmt: skip
    sent = job_of_code(code_of(module, made)["sdk"])
    assert {key: value for key, value in sent.items() if value} == {
        key: value for key, value in made.items() if key != "experiment_name"
    }


def test_what_the_command_line_has_no_option_for_is_told(module):
    told = {"kind": "pip", "text": "torch"}
    made = body(module, environment=told, processes_per_node="2", retries="1", name="first")
    code = code_of(module, made)
    assert code["cli"].endswith(
        "# Left out: environment, number of processes, limits. See SDK or curl."
    )
    assert "--name first" in code["cli"]
    assert 'experiment.submit(config, name="first", retries=1)' in code["sdk"]


def left_out(module, rules: str, *paths: str) -> list[str]:
    read = "const isOut = readRules(given[0]); return given[1].filter((path) => isOut(path))"
    return module("ignore_rules", read, [rules, list(paths)])


def test_rules_are_those_of_git(module):
    rules = "# data\n*.csv\n!keep.csv\n/out\nlogs/\ncache/**/x.bin\na?c.txt\n[xy].py\n"
    paths = {
        "a.csv": True, "deep/b.csv": True, "keep.csv": False, "out/model.bin": True,
        "src/out/model.bin": False, "logs/a.txt": True, "src/logs/a.txt": True, "logs": False,
        "cache/1/2/x.bin": True, "abc.txt": True, "abbc.txt": False, "x.py": True, "z.py": False,
    }  # fmt: skip
    assert left_out(module, rules, *paths) == [path for path, is_out in paths.items() if is_out]


def test_what_no_snapshot_needs_is_always_left_out(module):
    paths = ["train.py", ".git/HEAD", "pkg/__pycache__/a.pyc", ".gitignore"]
    assert left_out(module, "", *paths) == [".git/HEAD", "pkg/__pycache__/a.pyc"]


def test_a_packed_folder_is_a_zip_with_the_same_files(module):
    body = """
      const files = given.map(([path, text]) => ({ path, file: new Blob([text]) }));
      const zip = new Uint8Array(await (await packZip(files)).arrayBuffer());
      return btoa(String.fromCharCode(...zip));
    """
    files = {"train.py": "print(1)\n" * 500, "pkg/ümlaut ☃.txt": "", "empty": ""}
    packed = base64.b64decode(module("zip_file", body, list(files.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name).decode() for name in archive.namelist()} == files
    assert len(packed) < 1000
