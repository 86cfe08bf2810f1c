"""The two servers that answer the catalogue, each with its own ids behind the same names."""

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from tests.mlflow_api.catalogue_reader import Step, as_json

BASE = "/api/2.0/mlflow/"
TIMES = frozenset(
    ("creation_time", "last_update_time", "creation_timestamp_ms", "last_updated_timestamp_ms")
)
# A field of later servers, which says in which of their workspaces an experiment lies.
IGNORED = frozenset(("workspace",))
BY_KEY = frozenset(("tags", "params", "metrics"))
# `$long(9)` is a text of nine characters, `$points(9)` and `$pairs(9)` are lists of nine in JSON.
MADE = re.compile(r"\$(long|points|pairs)\(([0-9]+)\)")
MAKERS = {
    "long": lambda count: "x" * count,
    "points": lambda count: json.dumps(
        [{"key": "m", "value": 1, "timestamp": 1, "step": step} for step in range(count)]
    ),
    "pairs": lambda count: json.dumps([{"key": f"k{n}", "value": "v"} for n in range(count)]),
}
HINT = " See the API docs for more information about request parameters."
EXPERIMENT_ID = re.compile(r"\b70[0-9]{5}\b")
HEADERS = ("Content-Type", "Content-Disposition", "X-Content-Type-Options")


class Sender(Protocol):
    """Sends one request; both Django's and Werkzeug's client can."""

    def __call__(self, method: str, url: str, data: bytes, kind: str) -> Any: ...


@dataclass
class Reply:
    """What a client can notice of an answer."""

    status: int
    code: str = ""
    message: str = ""
    body: Any = None
    headers: Any = None


@dataclass
class Side:
    """A server, and what the names of the running case stand for there."""

    send: Sender
    names: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def begin(self, word: str) -> None:
        """Forget the last case; `word` is used by no other."""
        self.names, self.seen = {"$u": word}, {}

    def need(self, text: str) -> None:
        """Make the experiment and the runs that `text` speaks of."""
        if "$run" in text or "$other" in text or "$exp" in text:
            self.make("$exp", "experiments/create", {"name": f"exp {self.names['$u']}"})
        for name in ("$run", "$other"):
            if name in text:
                fields = {"experiment_id": self.names["$exp"], "start_time": 1000, "user_id": "me"}
                self.make(name, "runs/create", {**fields, "run_name": f"name of {name[1:]}"})

    def make(self, name: str, path: str, fields: dict[str, Any]) -> None:
        """Make what `name` stands for, unless the case has it."""
        if name not in self.names:
            made = json.loads(self.post(path, fields)[1])
            self.names[name] = made.get("experiment_id") or made["run"]["info"]["run_id"]

    def post(self, path: str, fields: dict[str, Any]) -> tuple[Any, bytes]:
        data = json.dumps(fields).encode()
        response = self.send("POST", BASE + path, data, "application/json")
        return response, content_of(response)

    def ask(self, step: Step) -> Reply:
        """Make the call of `step` and return the answer with names for ids."""
        self.need(step.path + step.text)
        path, text = self.fill(step.path), self.fill(step.text)
        url = path if path.startswith("/") else BASE + path
        data, kind = text.encode(), "application/json"
        if step.method in ("GET", "DELETE") and "logged-models" not in path:
            data, url = b"", url + query_of(as_json(text))
        elif step.method == "PUT":
            kind = "application/octet-stream"
        response = self.send(step.method, url, data, kind)
        return self.read(step, response)

    def fill(self, text: str) -> str:
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, self.names[name])
        return MADE.sub(lambda found: MAKERS[found[1]](int(found[2])), text)

    def read(self, step: Step, response: Any) -> Reply:
        status, raw = response.status_code, content_of(response)
        kind = response.headers.get("Content-Type", "").split(";")[0]
        if kind != "application/json" or "Content-Disposition" in response.headers:
            text = self.hide(raw.decode(errors="replace")) if status == 200 else ""
            headers = {name: response.headers.get(name) for name in HEADERS}
            return Reply(status, body=text, headers=headers if status == 200 else None)
        answer = json.loads(raw) if raw.strip() else None
        for name, place in step.keep.items():
            self.names[name] = str(find(answer, place))
        if status >= 400:
            message = gist_of(self.hide(answer.get("message", "")))
            return Reply(status, answer.get("error_code", ""), message)
        return Reply(status, body=tidy(json.loads(self.hide(json.dumps(answer)))))

    def hide(self, text: str) -> str:
        """Put names for ids, and numbers in the order of their coming for those without a name."""
        for name, value in self.names.items():
            text = text.replace(value, name)
        return EXPERIMENT_ID.sub(self._number, text)

    def _number(self, found: re.Match[str]) -> str:
        return self.seen.setdefault(found[0], f"<experiment {len(self.seen) + 1}>")


def gist_of(message: str) -> str:
    """Return a message without what MLflow says in every one, without the place that the studio
    adds to errors in filters, and without why a value is wrong."""
    message = re.sub(r" \(at character [0-9]+\)$", "", message).removesuffix(HINT).rstrip(" .")
    message = re.sub(r"^(Experiment\(name=.*\) already exists).*", r"\1", message, flags=re.DOTALL)
    return re.sub(r"(?s)(Invalid value .* for parameter .* supplied).*", r"\1", message)


def find(answer: Any, place: str) -> Any:
    """Return what lies at a path such as `runs.0.info.run_id`."""
    for part in place.split("."):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    return answer


def query_of(fields: dict[str, Any]) -> str:
    """Return a query string; a list is the same key several times."""
    return f"?{urlencode(fields, doseq=True)}" if fields else ""


def content_of(response: Any) -> bytes:
    """Return the bytes of an answer of Django's or Werkzeug's."""
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content)
    return response.content if hasattr(response, "content") else response.data


def tidy(value: Any, key: str = "") -> Any:
    """Take out of an answer what may differ from call to call, and sort what has no order."""
    if isinstance(value, dict):
        kept = {name: tidy(part, name) for name, part in value.items() if name not in IGNORED}
        # An empty message and an absent one are the same to a client.
        return {name: part for name, part in kept.items() if part != {}}
    if isinstance(value, list):
        parts = [tidy(part) for part in value]
        # The points of a history are metrics too, and their order counts.
        if key in BY_KEY and len({part.get("key") for part in parts}) == len(parts):
            parts.sort(key=lambda part: part["key"])
        return parts
    if key in TIMES:
        return "<ms>"
    return "<token>" if key == "next_page_token" else value


def new_word() -> str:
    """Return a word that no other case has."""
    return f"u{uuid.uuid4().hex[:12]}"
