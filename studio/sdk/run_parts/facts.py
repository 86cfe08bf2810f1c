"""What a run is: id, names, status, details."""

import shlex
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from studio.sdk.connection import pages
from studio.sdk.exceptions import NotFound, StudioError, UserErrorException
from studio.sdk.run_parts.core import FINAL, WAITING, RunCore

if TYPE_CHECKING:
    from studio.sdk.experiment import Experiment

TYPES = {"script": "azureml.scriptrun", "sweep": "hyperdrive", "pipeline": "azureml.PipelineRun"}


class RunFacts(RunCore):
    """Reads what is known of a run."""

    @property
    def id(self) -> str:
        """The id of the run."""
        return self._id

    @property
    def experiment(self) -> "Experiment":
        """The experiment that the run is in."""
        if self._experiment is None:
            from studio.sdk.experiment import Experiment

            self._experiment = Experiment._of(self._workspace, dict(self._known["experiment"]))
        return self._experiment

    @property
    def number(self) -> int:
        """Its number, which rises within the experiment."""
        return self._known["number"]

    @property
    def type(self) -> str | None:
        """`azureml.scriptrun` of a submitted run, None of an interactive one."""
        kind = self._known["kind"]
        return TYPES.get(kind, kind if kind != "interactive" else None)

    @property
    def status(self) -> str:
        """The status as last read; `get_status` asks the studio."""
        return self._known["status"]

    @property
    def display_name(self) -> str:
        """The name that lists show; it can be changed."""
        return self._known["name"]

    @display_name.setter
    def display_name(self, name: str) -> None:
        self._change({"name": name})

    @property
    def name(self) -> str:
        """The name that lists show."""
        return self.display_name

    @property
    def description(self) -> str:
        """The description; it can be changed."""
        return self._known["description"]

    @description.setter
    def description(self, text: str) -> None:
        self._change({"description": text})

    def _change(self, fields: dict[str, Any]) -> None:
        self._write(
            {"op": "change", "fields": fields},
            lambda: self._ask("PATCH", body=fields),
        )

    def get_status(self) -> str:
        """Return the status, asked from the studio unless it is a final one."""
        if self._document is None or self._document["status"] not in FINAL:
            self._read()
        return self.status

    def get_detailed_status(self) -> dict[str, str]:
        """Return the status with what the studio says about it, such as why a run waits."""
        document = self._read()
        details = document["status_reason"]
        if document["status"] == "Queued":
            details = self._job().get("waits_because") or details
        return {"status": document["status"], "details": details}

    def get_details(self) -> dict[str, Any]:
        """Return what is known of the run, under Azure ML's names."""
        document = self._read()
        job = self._job() if document["kind"] == "script" else {}
        return details_of(document, job) | {"logFiles": self._log_addresses()}

    def get_details_with_logs(self) -> dict[str, Any]:
        """Return the details with the content of each log instead of its address."""
        details = self.get_details()
        details["logFiles"] = {path: self._log_text(path) for path in details["logFiles"]}
        return details

    def get_portal_url(self) -> str:
        """Return the address of the run's page."""
        return f"{self._workspace.url}/runs/{self._id}"

    def get_environment(self) -> Any:
        """Return the environment that the run was submitted with."""
        from studio.sdk.environment import Environment

        return Environment._of_job(self._id, self._job().get("environment", {}))

    def archive(self) -> None:
        """Hide the run from lists."""
        self._ask("POST", "/archive")
        self._document = None

    def reactivate(self) -> None:
        """Show an archived run again."""
        self._ask("POST", "/restore")
        self._document = None

    def _job(self) -> dict[str, Any]:
        """Return the job of a submitted run; {} of another one."""
        try:
            return self._ask("GET", "/job")
        except NotFound:
            return {}

    def _log_paths(self) -> list[str]:
        return [one["path"] for one in self._ask("GET", "/logs")["items"]]

    def _log_addresses(self) -> dict[str, str]:
        base = f"{self._workspace.discovery_url}{self._path('/files/')}"
        return {path: base + path for path in self._log_paths()}

    def _log_text(self, path: str) -> str:
        try:
            return self._ask("GET", f"/files/{path}").decode(errors="replace")
        except NotFound as error:
            raise UserErrorException(f"The run has no log {path}.") from error

    def _list(self, rest: str, query: dict[str, Any] | None = None) -> Any:
        self._settle()
        return pages(self._connection, self._path(rest), query)

    def _repr_html_(self) -> str | None:
        """Show the run in a notebook; as text where the studio does not answer."""
        from studio.sdk.html_table import html_table

        try:
            document = self._known
        except StudioError:
            return None
        facts = {
            "Experiment": document["experiment"]["name"],
            "Id": self._id,
            "Name": document["name"],
            "Type": self.type or "",
            "Status": document["status"],
        }
        return html_table(facts, self.get_portal_url())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RunFacts):
            return NotImplemented
        return (self._workspace, self._id) == (other._workspace, other._id)

    def __hash__(self) -> int:
        return hash((self._workspace, self._id))

    def __repr__(self) -> str:
        document = self._document or {}
        told = {
            "Experiment": self._experiment.name if self._experiment else None,
            "Id": self._id,
            "Type": document.get("kind"),
            "Status": document.get("status"),
        }
        return "Run(" + ",\n".join(f"{name}: {value}" for name, value in told.items()) + ")"


def details_of(document: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Return what a document of the studio says of a run, under Azure ML's names."""
    details = {
        "runId": document["run_id"],
        "target": document["target"] or "sdk",
        "status": document["status"],
        "startTimeUtc": in_words(document["started_ms"]),
        "endTimeUtc": in_words(document["ended_ms"]),
        "services": {},
        "properties": dict(document["properties"]),
        "tags": dict(document["tags"]),
        "inputDatasets": [],
        "outputDatasets": [],
        "runDefinition": definition_of(document, job),
        "submittedBy": document["submitted_by"],
    }
    if document["error"] or document["status"] == "Failed":
        told = document["error"] or document["status_reason"]
        error = {"code": "UserError", "message": told}
        details["error"] = {"error": error, "reason": document["status_reason"]}
    return {name: value for name, value in details.items() if value is not None}


def in_words(ms: int | None) -> str | None:
    """Return a time in ms as ISO 8601 in UTC."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def duration_of(document: dict[str, Any]) -> str | None:
    """Return how long a run took, or takes until now; None for one that waits, and for one that
    ended without saying when."""
    is_over, ended_ms = document["status"] in FINAL, document["ended_ms"]
    is_unknown = ended_ms is None if is_over else document["status"] in WAITING
    if document["started_ms"] is None or is_unknown:
        return None
    until_ms = ended_ms if is_over else time.time() * 1000
    seconds = max(0, round((until_ms - document["started_ms"]) / 1000))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def split_command(command: str | list[str]) -> tuple[str, list[str]]:
    """Return the script and the arguments of `python script arguments`; "" for other commands."""
    try:
        words = shlex.split(command) if isinstance(command, str) else list(command)
    except ValueError:
        return "", []
    is_script = len(words) > 1 and words[0].rpartition("/")[2].startswith("python")
    if not is_script or words[1].startswith("-"):
        return "", []
    return words[1], words[2:]


def definition_of(document: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """Return what the run runs, under Azure ML's names."""
    source = document["source"]
    command = job.get("command") or source.get("command") or []
    script, arguments = split_command(command)
    return {
        "script": source.get("script") or script,
        "command": command if isinstance(command, str) else " ".join(command),
        "arguments": source.get("arguments") or arguments,
        "target": document["target"] or "sdk",
        "environment": job.get("environment", {}),
        "environmentVariables": job.get("variables", {}),
        "maxRunDurationSeconds": job.get("max_seconds"),
    }
