"""The catalogue of calls that MLflow's server and the studio have to answer alike.

`catalogue/*.txt` hold the cases. A case begins with `== <name>`; every following line is a call:

    <METHOD> <path> <what is sent>

A path without a leading `/` lies below `/api/2.0/mlflow/`. What is sent is JSON: the query of a GET
or DELETE, the body of the others; of a PUT it is the text of a file. `-> $name path.in.answer`
keeps a value of the last answer. Before a case begins, `$u` is a word of its own, `$exp` an
experiment, `$run` and `$other` two runs in it. `sides.MAKERS` has what makes long texts and lists.

`! <part>: <reason>` says that the two answers to the last call differ in a part (`status`, `code`,
`message`, `body`, `headers`), and why that is right. Straight below the name of a case it says that
the part is not compared in the whole case.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).with_name("catalogue")
PARTS = ("status", "code", "message", "body", "headers")


@dataclass
class Step:
    """One call: what is sent, what is kept of the answer, and the parts that differ."""

    method: str
    path: str
    text: str
    keep: dict[str, str] = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)


@dataclass
class Case:
    """Calls in their order, and the parts of their answers that are not compared."""

    name: str
    steps: list[Step] = field(default_factory=list)
    ignores: dict[str, str] = field(default_factory=dict)


def read_catalogue() -> list[Case]:
    """Return the cases of all files."""
    return [case for path in sorted(FOLDER.glob("*.txt")) for case in read_cases(path)]


def read_cases(path: Path) -> list[Case]:
    """Return the cases of one file."""
    cases: list[Case] = []
    for line in path.read_text().splitlines():
        if line.startswith("== "):
            cases.append(Case(f"{path.stem}: {line[3:]}"))
        elif line.strip() and not line.startswith("#"):
            read_line(cases[-1], line)
    return cases


def read_line(case: Case, line: str) -> None:
    """Add a call to `case`, or say more of its last one."""
    if line.startswith("-> "):
        name, place = line[3:].split()
        case.steps[-1].keep[name] = place
    elif line.startswith("! "):
        part, reason = line[2:].split(": ", 1)
        assert part in PARTS, line
        said = case.steps[-1].differs if case.steps else case.ignores
        said[part] = reason
    else:
        method, path, *rest = line.split(" ", 2)
        case.steps.append(Step(method, path, rest[0] if rest else ""))


def as_json(text: str) -> dict:
    """Return what a step sends as JSON."""
    return json.loads(text) if text else {}
