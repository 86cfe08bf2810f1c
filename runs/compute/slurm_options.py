"""Options for the kind of a cluster: what sbatch is told, by the cluster and by a run.

Those of a run win. A cluster of nodes has none.
"""

import re
from typing import Any

from runs.compute.models import ClusterKind
from runs.tracking.errors import InvalidValue
from runs.tracking.texts import check_json

NAMES = (
    "account", "comment", "constraint", "cpus_per_task", "gpus", "gres", "mem", "output",
    "partition", "qos", "reservation", "time",
)  # fmt: skip
MOST_EXTRA = 50
# One option of sbatch, with its value behind a `=`: no word can be taken for the script.
EXTRA = re.compile(r"--[a-z][a-z0-9-]*(=[^\0\n]*)?")
# They would change what is started, how often, or under which name it is found again.
OURS = frozenset({
    "array", "chdir", "export", "export-file", "job-name", "nodes", "ntasks", "ntasks-per-node",
    "parsable", "requeue", "test-only", "wait", "wrap",
})  # fmt: skip


def check_options(kind: str, options: dict[str, Any], what: str = "options") -> dict[str, Any]:
    """Return the options, or raise InvalidValue, which says what is known."""
    options = check_json(options, what)
    if kind != ClusterKind.SLURM:
        if options and what == "options":
            raise InvalidValue("A cluster of kind `nodes` takes no options.")
        return options
    unknown = set(options) - {*NAMES, "extra"}
    if unknown:
        raise InvalidValue(
            f"Slurm knows no {', '.join(sorted(unknown))} here. There are {', '.join(NAMES)}, and "
            'extra for others: ["--exclusive", "--nice=10"].'
        )
    for name in set(options) - {"extra"}:
        _check_value(name, options[name])
    _check_extra(options.get("extra", []))
    return options


def _check_value(name: str, value: Any) -> None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and value.isprintable() and value):
        raise InvalidValue(f"{name} is a text or a whole number.")


def _check_extra(extra: Any) -> None:
    if not isinstance(extra, list) or len(extra) > MOST_EXTRA:
        raise InvalidValue(f"extra is a list of at most {MOST_EXTRA} options of sbatch.")
    for word in extra:
        if not isinstance(word, str) or EXTRA.fullmatch(word) is None:
            raise InvalidValue(f"{word!r} is no option of sbatch: write --name or --name=value.")
        if any(one.startswith(word[2:].partition("=")[0]) for one in OURS):
            raise InvalidValue(f"{word!r} is the studio's own: leave it out.")
