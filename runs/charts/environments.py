"""The environments of runs: packages, Python and host, as clients logged them.

Packages are those of the files that MLflow writes with a model (`requirements.txt`, `conda.yaml`,
`python_env.yaml`), of the logged models of a run, and of its snapshot.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import yaml
from django.db.models import F, Q
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from runs.artifacts.errors import ArtifactError
from runs.artifacts.models import File
from runs.artifacts.queries import Readable, read_file
from runs.artifacts.snapshots.models import SnapshotFile
from runs.charts.comparison import NOTE_PARTS, Table, notes_of
from runs.details.reading import read_parts_of
from runs.tracking.models import Run

FILE_NAMES = ("requirements.txt", "conda.yaml", "python_env.yaml", "environment.yml")
MOST_FILES = 12
MOST_BYTES = 1_000_000
MOST_NAMES = 5
HOST_WORDS = re.compile(
    r"(?:^|[._/\s-])(python(?:_version)?|host(?:name)?|platform|os|cuda(?:_version)?|gpus?|"
    r"gpu_(?:type|name|count)|device|docker_image|image|node|nodes|cpu|cpu_count|machine)$",
    re.IGNORECASE,
)
CONDA = re.compile(
    r"(?:.*::)?(?P<name>[\w.-]+)\s*(?:==?\s*(?P<version>[^=\s]+)(?:=\S+)?|(?P<range>[<>!~].*))?"
)


@dataclass
class RunEnvironment:
    """The packages of one run by name, its versions of Python, the files they were read from, those
    that could not be read, and those left out because there are too many or they are too large."""

    packages: dict[str, str] = field(default_factory=dict)
    python: str = ""
    files: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, name: str, version: str) -> None:
        """Note a package; where two files disagree, both versions are shown."""
        self.packages[name] = join_versions(self.packages.get(name, ""), version)

    def add_python(self, version: str) -> None:
        self.python = join_versions(self.python, version)


def join_versions(known: str, version: str) -> str:
    if not known or version in known.split(", "):
        return known or version
    return f"{known}, {version}"


@dataclass(frozen=True)
class ComparedEnvironments:
    """The sections of a comparison of environments. `left_out` files of `cut_runs` runs were not
    read: of each run at most 12 files of at most 1 MB are."""

    sections: dict[str, Table]
    left_out: int
    cut_runs: int


def read_environments(runs: Sequence[Run]) -> ComparedEnvironments:
    """Return what the environments of runs are compared in. Six queries."""
    found = {run: read_environment(files) for run, files in find_files(runs).items()}
    cut = [len(one.left_out) for one in found.values() if one.left_out]
    return ComparedEnvironments(make_tables(runs, found), sum(cut), len(cut))


def make_tables(runs: Sequence[Run], found: Mapping[int, RunEnvironment]) -> dict[str, Table]:
    """The tables of a comparison by their titles."""
    host: Table = {
        ("Compute", ""): {run.id: run.target for run in runs},
        ("Python", ""): {pk: one.python for pk, one in found.items()},
    }
    packages: Table = {}
    for name in sorted({name for one in found.values() for name in one.packages}):
        packages[name, ""] = {pk: one.packages.get(name) for pk, one in found.items()}
    files: Table = {
        ("Read from", ""): {pk: ", ".join(one.files) for pk, one in found.items()},
        ("Could not be read", ""): {pk: ", ".join(one.unread) for pk, one in found.items()},
        ("Not read", ""): {pk: join_names(one.left_out) for pk, one in found.items()},
    }
    return {"Host": host | read_host(runs), "Packages": packages, "Files": files}


def join_names(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def read_host(runs: Sequence[Run]) -> Table:
    """Parameters, tags and properties whose names say that they tell of the host."""
    records = read_parts_of(runs, NOTE_PARTS)
    table: Table = {}
    for part, note in zip(NOTE_PARTS, ("parameter", "tag", "property"), strict=True):
        table |= notes_of(records, part, note)
    return {name: row for name, row in table.items() if HOST_WORDS.search(name[0])}


def find_files(runs: Sequence[Run]) -> dict[int, list[tuple[str, Readable, int]]]:
    """The files that tell of packages, by run: (path as shown, file, its bytes). Three queries."""
    named = Q(path__in=FILE_NAMES)
    for name in FILE_NAMES:
        named |= Q(path__endswith=f"/{name}")
    files = File.objects.filter(named).order_by("path")
    found: dict[int, list[tuple[str, Readable, int]]] = {run.id: [] for run in runs}
    for file in files.filter(run__in=runs):
        found[file.run_id].append((file.path, file, file.size_bytes))
    for file in files.filter(model__source_run__in=runs).annotate(of=F("model__source_run")):
        found[file.of].append((f"model: {file.path}", file, file.size_bytes))
    sources = SnapshotFile.objects.filter(named, snapshot__runs__run__in=runs)
    sources = sources.select_related("blob").annotate(of=F("snapshot__runs__run"))
    for file in sources.order_by("path"):
        if file.of in found:
            found[file.of].append((f"snapshot: {file.path}", file, file.blob.size_bytes))
    return found


def read_environment(files: Sequence[tuple[str, Readable, int]]) -> RunEnvironment:
    """Return the environment that files describe, with the names of those that cannot be read, and
    of those that are not."""
    environment = RunEnvironment()
    for shown, file, size_bytes in files:
        if size_bytes > MOST_BYTES:
            environment.left_out.append(f"{shown} (larger than 1 MB)")
            continue
        if len(environment.files) + len(environment.unread) == MOST_FILES:
            environment.left_out.append(shown)
            continue
        try:
            text = b"".join(read_file(file)).decode()
            add_file(environment, file.path.rpartition("/")[2], text)
        except (ArtifactError, UnicodeDecodeError, yaml.YAMLError, ValueError):
            environment.unread.append(shown)
        else:
            environment.files.append(shown)
    return environment


def add_file(environment: RunEnvironment, name: str, text: str) -> None:
    """Raises yaml.YAMLError, ValueError (the file has another form)."""
    if name == "requirements.txt":
        return add_requirements(environment, text.splitlines())
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise ValueError(f"{name} is no mapping")
    if "python" in content:
        environment.add_python(str(content["python"]))
    dependencies = content.get("dependencies") or []
    if not isinstance(dependencies, list):
        raise ValueError(f"{name} lists no dependencies")
    for one in dependencies:
        if isinstance(one, dict):
            add_requirements(environment, map(str, one.get("pip") or []))
        elif name.startswith("python_env"):
            add_requirements(environment, [str(one)])
        else:
            add_conda(environment, str(one))
    return None


def add_requirements(environment: RunEnvironment, lines: Iterable[str]) -> None:
    """Lines of pip; options, comments and what pip alone can read are left out."""
    for line in lines:
        text = line.partition(" #")[0].partition(" --")[0].strip().rstrip("\\").strip()
        if not text or text.startswith(("#", "-")):
            continue
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue
        exact = [one.version for one in wanted.specifier if one.operator in ("==", "===")]
        version = exact[0] if len(exact) == len(wanted.specifier) == 1 else str(wanted.specifier)
        environment.add(canonicalize_name(wanted.name), wanted.url or version or "any")


def add_conda(environment: RunEnvironment, text: str) -> None:
    """`python=3.11.9`, `conda-forge::numpy=2.1=py311_0`, `pip<=25`: a dependency of conda."""
    found = CONDA.fullmatch(text.strip())
    if found is None:
        return
    name, version = found["name"].lower(), found["version"] or found["range"] or "any"
    if name == "python":
        environment.add_python(version)
    else:
        environment.add(canonicalize_name(name), version)
